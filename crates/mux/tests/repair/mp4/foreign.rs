//! What other programs may write: fragments in all forms, and tracks of codecs that are not known
//! here.

use media_recorder_mux::RepairError;
use mp4_atom::Moov;

use crate::mp4_reader::{Read, decode, indexed_samples};
use crate::support::{find, repair};

fn boxed(kind: &[u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let size = (content.len() as u32 + 8).to_be_bytes();
    [&size, &kind[..], &content].concat()
}

fn full(kind: &[u8; 4], version: u8, flags: u32, parts: &[&[u8]]) -> Vec<u8> {
    let both = (u32::from(version) << 24 | flags).to_be_bytes();
    boxed(kind, &[&both, &parts.concat()])
}

fn u32s(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|n| n.to_be_bytes()).collect()
}

const PICTURES: u32 = 7;
const TEXT: u32 = 3;

/// A picture's entry that nobody knows, and one of 3GPP's text.
const PICTURE_ENTRY: &[u8] = b"\0\0\0\x14abcd\0\0\0\0\0\0\0\x01EFGH";
const TEXT_ENTRY: &[u8] = b"\0\0\0\x10efgh\0\0\0\0\0\0\0\x01";

const KEY: u32 = 0x0200_0000;
const OTHER: u32 = 0x0101_0000;

/// A track with headers of version 0, with these edits, in German.
fn track(
    id: u32,
    handler: &[u8; 4],
    timescale: u32,
    entry: &[u8],
    edits: &[u8],
    tables: &[u8],
) -> Vec<u8> {
    let tkhd = full(b"tkhd", 0, 3, &[&u32s(&[1, 2, id, 0, 0]), &[0; 60]]);
    let mdhd = full(
        b"mdhd",
        0,
        0,
        &[&u32s(&[1, 2, timescale, 0]), &[0x10, 0xB5, 0, 0]],
    );
    let hdlr = full(b"hdlr", 0, 0, &[&[0; 4], handler, &[0; 12], b"name\0"]);
    let dref = full(b"dref", 0, 0, &[&u32s(&[1]), &full(b"url ", 0, 1, &[])]);
    let stsd = full(b"stsd", 0, 0, &[&u32s(&[1]), entry]);
    let stbl = boxed(b"stbl", &[&stsd, tables]);
    let nmhd = full(b"nmhd", 0, 0, &[]);
    let minf = boxed(b"minf", &[&nmhd, &boxed(b"dinf", &[&dref]), &stbl]);
    let mdia = boxed(b"mdia", &[&mdhd, &hdlr, &minf]);
    boxed(b"trak", &[&tkhd, edits, &mdia])
}

/// The tables of no samples.
fn empty_tables() -> Vec<u8> {
    let table = |kind: &[u8; 4]| full(kind, 0, 0, &[&u32s(&[0])]);
    let sizes = full(b"stsz", 0, 0, &[&u32s(&[0, 0])]);
    [table(b"stts"), table(b"stsc"), sizes, table(b"stco")].concat()
}

/// Before the fragments. Pictures are decoded 20 ticks before they are shown.
fn header(picture_entry: &[u8]) -> Vec<u8> {
    header_with(picture_entry, &empty_tables())
}

fn header_with(picture_entry: &[u8], picture_tables: &[u8]) -> Vec<u8> {
    let edit = full(b"elst", 0, 0, &[&u32s(&[1, 0, 20, 0x0001_0000])]);
    let edits = boxed(b"edts", &[&edit]);
    let mvhd = full(b"mvhd", 0, 0, &[&u32s(&[1, 2, 1000, 0]), &[0; 80]]);
    let pictures = track(
        PICTURES,
        b"vide",
        100,
        picture_entry,
        &edits,
        picture_tables,
    );
    let text = track(TEXT, b"text", 1000, TEXT_ENTRY, &[], &empty_tables());
    let trex = |id: u32, flags: u32| full(b"trex", 0, 0, &[&u32s(&[id, 1, 10, 2, flags])]);
    let mvex = boxed(b"mvex", &[&trex(PICTURES, OTHER), &trex(TEXT, KEY)]);
    let udta = boxed(b"udta", &[&boxed(b"name", &[b"of the movie"])]);
    let moov = boxed(b"moov", &[&mvhd, &mvex, &text, &pictures, &udta]);
    [boxed(b"ftyp", &[b"isom\0\0\0\0isom"]), moov].concat()
}

/// Where offsets count from the `moof`, and what does not say where it is follows.
fn first_fragment() -> Vec<u8> {
    let moof = |offset: u32| {
        // Duration, size, flags and composition offset of each, the latter of version 0.
        let entries = u32s(&[10, 3, KEY, 20, 10, 1, OTHER, 30, 10, 2, OTHER, 10]);
        let trun = full(b"trun", 0, 0xF01, &[&u32s(&[3, offset]), &entries]);
        let pictures = boxed(
            b"traf",
            &[&full(b"tfhd", 0, 0, &[&u32s(&[PICTURES])]), &trun],
        );
        // All as in the movie's defaults; two runs.
        let trun = full(b"trun", 0, 0, &[&u32s(&[1])]);
        let text = boxed(
            b"traf",
            &[&full(b"tfhd", 0, 0, &[&u32s(&[TEXT])]), &trun, &trun],
        );
        boxed(
            b"moof",
            &[&full(b"mfhd", 0, 0, &[&u32s(&[1])]), &pictures, &text],
        )
    };
    let offset = moof(0).len() as u32 + 8;
    [moof(offset), boxed(b"mdat", &[b"AAABCC1234"])].concat()
}

/// Offsets count from a place in the file; a second `mdat`, times, and signed offsets.
fn second_fragment(start: usize) -> Vec<u8> {
    let moof = |base: u64| {
        let tfhd = full(b"tfhd", 0, 1, &[&u32s(&[PICTURES]), &base.to_be_bytes()]);
        let tfdt = full(b"tfdt", 0, 0, &[&u32s(&[50])]);
        // The first sample's flags apart; sizes and composition offsets.
        let entries = u32s(&[2, 20, 2, 10_u32.wrapping_neg()]);
        let trun = full(b"trun", 1, 0xA05, &[&u32s(&[2, 0, KEY]), &entries]);
        let pictures = boxed(b"traf", &[&tfhd, &tfdt, &trun]);
        let tfhd = full(b"tfhd", 0, 0x02_0008, &[&u32s(&[TEXT, 500])]);
        let tfdt = full(b"tfdt", 1, 0, &[&700_u64.to_be_bytes()]);
        let trun = full(b"trun", 0, 1, &[&u32s(&[1, 0])]);
        let text = boxed(b"traf", &[&tfhd, &tfdt, &trun]);
        boxed(
            b"moof",
            &[&full(b"mfhd", 0, 0, &[&u32s(&[2])]), &pictures, &text],
        )
    };
    let mut moof_bytes = moof(0);
    let len = moof_bytes.len();
    moof_bytes = moof((start + len + 8) as u64);
    // In the second mdat: the last box's last number is the offset.
    let offset = (len + 8 + 4 + 8) as u32;
    moof_bytes[len - 4..].copy_from_slice(&offset.to_be_bytes());
    [
        moof_bytes,
        boxed(b"mdat", &[b"DDEE"]),
        boxed(b"mdat", &[b"56"]),
    ]
    .concat()
}

fn file() -> Vec<u8> {
    let mut file = [header(PICTURE_ENTRY), first_fragment()].concat();
    file.extend(second_fragment(file.len()));
    file
}

fn sample(track: u32, start: u64, duration: u64, key: bool, data: &[u8]) -> Read {
    Read {
        track,
        start,
        duration,
        key,
        data: data.to_vec(),
    }
}

#[test]
fn all_forms_of_fragments_are_understood() {
    let repaired = repair(&file()).unwrap();
    assert!(repaired.in_place && !repaired.report.was_whole);
    let report = &repaired.report;
    assert_eq!((report.bytes_lost, report.packets_lost), (0, 0));
    assert_eq!((report.packets, report.index_entries), (8, 2));
    // The last sample before a gap lasts until the next one.
    let expected = [
        sample(TEXT, 0, 10, true, b"12"),
        sample(TEXT, 10, 690, true, b"34"),
        sample(TEXT, 700, 500, true, b"56"),
        sample(PICTURES, 0, 10, true, b"AAA"),
        sample(PICTURES, 10, 10, false, b"B"),
        sample(PICTURES, 20, 30, false, b"CC"),
        sample(PICTURES, 50, 10, true, b"DD"),
        sample(PICTURES, 60, 10, false, b"EE"),
    ];
    assert_eq!(indexed_samples(&repaired.file), expected);
    let again = repair(&repaired.file).unwrap();
    assert!(again.report.was_whole && again.file == repaired.file);
}

#[test]
fn what_was_said_of_the_tracks_stays() {
    let repaired = repair(&file()).unwrap();
    let moov: Moov = decode(&repaired.file);
    assert!(moov.mvex.is_none());
    assert_eq!((moov.mvhd.creation_time, moov.mvhd.timescale), (1, 1000));
    // Text ends at 1200 ms; pictures at (60 − 10 + 10 … 50 + 20 + 10) ticks of 10 ms less 20.
    assert_eq!(moov.mvhd.duration, 1200);
    let [text, pictures] = &moov.trak[..] else {
        panic!("two tracks")
    };
    assert_eq!((text.tkhd.track_id, text.tkhd.duration), (TEXT, 1200));
    assert_eq!(text.mdia.mdhd.duration, 1200);
    assert!(text.edts.is_none());
    assert_eq!(
        (pictures.tkhd.track_id, pictures.tkhd.duration),
        (PICTURES, 600)
    );
    assert_eq!(pictures.mdia.mdhd.duration, 70);
    assert_eq!(pictures.mdia.mdhd.language, "deu");
    let edits = &pictures
        .edts
        .as_ref()
        .unwrap()
        .elst
        .as_ref()
        .unwrap()
        .entries;
    let edits: Vec<_> = edits
        .iter()
        .map(|e| (e.segment_duration, e.media_time))
        .collect();
    assert_eq!(edits, [(600, Some(20))]);
    let ctts = pictures.mdia.minf.stbl.ctts.as_ref().unwrap();
    let offsets = ctts
        .entries
        .iter()
        .map(|run| (run.sample_count, run.sample_offset));
    let offsets: Vec<_> = offsets.collect();
    assert_eq!(offsets, [(1, 20), (1, 30), (1, 10), (1, 20), (1, -10)]);
    let moov_at = repaired.file.len() - 1400.min(repaired.file.len());
    for entry in [PICTURE_ENTRY, TEXT_ENTRY, b"\0\0\0\x14nameof the movie"] {
        assert!(find(&repaired.file[moov_at..], entry).is_some());
    }
}

#[test]
fn cut_anywhere_it_keeps_what_is_there() {
    let file = file();
    let whole = indexed_samples(&repair(&file).unwrap().file);
    let ends = whole
        .iter()
        .map(|sample| find(&file, &sample.data).unwrap() + sample.data.len());
    let ends: Vec<_> = ends.collect();
    for cut in 8..file.len() {
        let there = whole.iter().zip(&ends).filter(|(_, end)| **end <= cut);
        let there: Vec<_> = there.map(|(sample, _)| &sample.data).collect();
        match repair(&file[..cut]) {
            Ok(repaired) => {
                let found = indexed_samples(&repaired.file);
                let found: Vec<_> = found.iter().map(|sample| &sample.data).collect();
                assert_eq!(found, there, "cut at {cut}");
                let again = repair(&repaired.file).unwrap();
                assert!(again.report.was_whole && again.file == repaired.file);
            }
            Err(error) => assert_eq!(there.len(), 0, "cut at {cut}: {error}"),
        }
    }
}

/// As ffmpeg does unless it is told to leave the `moov` empty.
#[test]
fn samples_before_the_first_fragment_are_kept() {
    let listing = |first: u32, second: u32| {
        let tables = [
            full(b"stts", 0, 0, &[&u32s(&[2, 2, 5, 1, 40])]),
            full(b"ctts", 0, 0, &[&u32s(&[1, 3, 20])]),
            full(b"stss", 0, 0, &[&u32s(&[2, 1, 3])]),
            full(b"stsc", 0, 0, &[&u32s(&[2, 1, 2, 1, 2, 1, 1])]),
            full(b"stsz", 0, 0, &[&u32s(&[0, 3, 2, 3, 4])]),
            full(b"stco", 0, 0, &[&u32s(&[2, first, second])]),
        ];
        header_with(PICTURE_ENTRY, &tables.concat())
    };
    let at = listing(0, 0).len() as u32 + 8;
    let mut file = [listing(at, at + 6), boxed(b"mdat", &[b"FFGGG-HHHH"])].concat();
    file.extend(second_fragment(file.len()));
    let expected = [
        sample(TEXT, 700, 500, true, b"56"),
        sample(PICTURES, 0, 5, true, b"FF"),
        sample(PICTURES, 5, 5, false, b"GGG"),
        sample(PICTURES, 10, 40, true, b"HHHH"),
        sample(PICTURES, 50, 10, true, b"DD"),
        sample(PICTURES, 60, 10, false, b"EE"),
    ];
    let repaired = repair(&file).unwrap();
    assert_eq!(indexed_samples(&repaired.file), expected);
    assert_eq!(repaired.report.packets_lost, 0);
    // In the third sample.
    let repaired = repair(&file[..at as usize + 8]).unwrap();
    assert_eq!(indexed_samples(&repaired.file), expected[1..3]);
    let report = &repaired.report;
    assert_eq!((report.packets_lost, report.bytes_lost), (1, 3));
    assert!(repair(&repaired.file).unwrap().report.was_whole);
}

#[test]
fn what_would_be_lost_is_refused() {
    let encrypted = b"\0\0\0\x14encv\0\0\0\0\0\0\0\x01EFGH";
    let file = [header(encrypted), first_fragment()].concat();
    assert_eq!(repair(&file).unwrap_err(), RepairError::Encrypted);
}

/// Sizes and counts that would need more than there is.
#[test]
fn what_cannot_be_costs_nothing() {
    let file = file();
    let moof = find(&file, b"moof").unwrap();
    for kind in [b"trun", b"tfhd", b"tfdt", b"mfhd", b"traf"] {
        let at = moof + find(&file[moof..], kind).unwrap();
        for offset in (0..40).filter(|offset| at + offset < file.len() - 4) {
            for value in [0, 1, 0x7FFF_FFFF, u32::MAX] {
                let mut damaged = file.clone();
                damaged[at + offset..at + offset + 4].copy_from_slice(&value.to_be_bytes());
                let Ok(repaired) = repair(&damaged) else {
                    continue;
                };
                assert!(repaired.report.packets <= 8 + 8);
                let again = repair(&repaired.file).unwrap();
                assert!(again.report.was_whole && again.file == repaired.file);
            }
        }
    }
}
