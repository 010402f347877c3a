//! What an independent reader finds in an MP4 file. It reads box by box, because it is strict
//! about configurations of codecs that the writer does not look into.

use std::io::Cursor;
use std::ops::Range;

use mp4_atom::{
    Atom, Co64, Decode, FourCC, Header, Mdhd, Mfra, Moof, Sidx, Stco, Stsc, Stss, Stsz,
    StszSamples, Stts, Tkhd, Trex,
};

/// A sample of a track.
#[derive(Debug, PartialEq, Eq)]
pub struct Sample<'a> {
    /// In ticks.
    pub start: u64,
    pub key: bool,
    pub data: &'a [u8],
}

/// A box in a file.
#[derive(Debug)]
pub struct Place {
    pub kind: FourCC,
    pub start: usize,
    pub content: Range<usize>,
}

/// The boxes that lie side by side in `range`, to its end.
pub fn boxes(file: &[u8], range: Range<usize>) -> Vec<Place> {
    let mut boxes = Vec::new();
    let mut start = range.start;
    while start < range.end {
        let mut rest = Cursor::new(&file[start..range.end]);
        let header = Header::decode(&mut rest).expect("a box has a header");
        let content = start + rest.position() as usize;
        let end = content + header.size.expect("no box goes on to the end");
        assert!(end <= range.end, "{} goes on beyond the end", header.kind);
        boxes.push(Place {
            kind: header.kind,
            start,
            content: content..end,
        });
        start = end;
    }
    boxes
}

/// All boxes of a type on top.
pub fn on_top<'a, A: Atom + 'a>(file: &'a [u8]) -> impl Iterator<Item = (usize, A)> + 'a {
    let found = boxes(file, 0..file.len()).into_iter();
    let found = found.filter(|found| found.kind == A::KIND);
    found.map(|found| (found.start, decode(file, &found)))
}

/// The content of the first box at the end of a path, if it is there.
pub fn descend(file: &[u8], range: Range<usize>, path: &[FourCC]) -> Option<Place> {
    let (kind, rest) = path.split_first()?;
    let mut found = boxes(file, range).into_iter();
    let found = found.find(|found| found.kind == *kind)?;
    if rest.is_empty() {
        return Some(found);
    }
    descend(file, found.content, rest)
}

fn decode<A: Atom>(file: &[u8], place: &Place) -> A {
    let mut content = Cursor::new(&file[place.start..place.content.end]);
    let atom = A::decode(&mut content).expect("the reader takes the box");
    assert_eq!(content.position() as usize, content.get_ref().len());
    atom
}

fn children<A: Atom>(file: &[u8], parent: &Place) -> Vec<A> {
    let found = boxes(file, parent.content.clone()).into_iter();
    let found = found.filter(|found| found.kind == A::KIND);
    found.map(|found| decode(file, &found)).collect()
}

fn only_child<A: Atom>(file: &[u8], parent: &Place) -> Option<A> {
    let mut found = children(file, parent);
    assert!(found.len() <= 1, "{} is there twice", A::KIND);
    found.pop()
}

const MOOV: FourCC = FourCC::new(b"moov");
const MVEX: FourCC = FourCC::new(b"mvex");
const TRAK: FourCC = FourCC::new(b"trak");
const STBL: [FourCC; 3] = [
    FourCC::new(b"mdia"),
    FourCC::new(b"minf"),
    FourCC::new(b"stbl"),
];

/// The samples of the fragments, track by track.
pub fn fragmented(file: &[u8], tracks: usize) -> Vec<Vec<Sample<'_>>> {
    let mvex = descend(file, 0..file.len(), &[MOOV, MVEX]).expect("it is fragmented");
    let trexs: Vec<Trex> = children(file, &mvex);
    assert_eq!(trexs.len(), tracks);
    let mut samples: Vec<Vec<Sample<'_>>> = (0..tracks).map(|_| Vec::new()).collect();
    // When each track's samples so far end.
    let mut ends = vec![0; tracks];
    let mut sequence = None;
    for (moof_at, moof) in on_top::<Moof>(file) {
        let number = moof.mfhd.sequence_number;
        assert!(sequence.is_none_or(|before| number == before + 1));
        sequence = Some(number);
        for traf in moof.traf {
            let tfhd = &traf.tfhd;
            assert!(tfhd.default_base_is_moof && tfhd.base_data_offset.is_none());
            let index = tfhd.track_id as usize - 1;
            let mut start = traf.tfdt.expect("there is one").base_media_decode_time;
            assert!(start >= ends[index], "time goes back");
            for trun in traf.trun {
                let mut at = moof_at + trun.data_offset.expect("there is one") as usize;
                for entry in trun.samples.iter() {
                    let size = entry.size.or(tfhd.default_sample_size);
                    let size = size.expect("one of both") as usize;
                    let duration = entry.duration.or(tfhd.default_sample_duration);
                    let duration = duration.expect("one of both");
                    assert!(duration > 0);
                    let flags = entry.flags.or(tfhd.default_sample_flags);
                    let flags = flags.unwrap_or(trexs[index].default_sample_flags);
                    samples[index].push(Sample {
                        start,
                        // sample_is_non_sync_sample (ISO/IEC 14496-12 §8.8.3.1)
                        key: flags & 0x0001_0000 == 0,
                        data: &file[at..at + size],
                    });
                    at += size;
                    start += u64::from(duration);
                }
            }
            ends[index] = start;
        }
    }
    samples
}

/// Ticks per second of each track of the first `moov`.
pub fn timescales(file: &[u8]) -> Vec<u32> {
    let moov = descend(file, 0..file.len(), &[MOOV]).expect("there is one");
    let traks = boxes(file, moov.content).into_iter();
    let traks = traks.filter(|found| found.kind == TRAK);
    traks
        .map(|trak| {
            let mdia = descend(file, trak.content, &STBL[..1]).expect("there is one");
            let mdhd: Mdhd = only_child(file, &mdia).expect("there is one");
            mdhd.timescale
        })
        .collect()
}

/// The samples of the only `moov`, track by track; the first one of each starts at zero.
pub fn indexed(file: &[u8]) -> Vec<Vec<Sample<'_>>> {
    let moovs = boxes(file, 0..file.len()).into_iter();
    let moovs: Vec<_> = moovs.filter(|found| found.kind == MOOV).collect();
    let [moov] = moovs.as_slice() else {
        panic!("there is one moov");
    };
    let traks = boxes(file, moov.content.clone()).into_iter();
    let traks = traks.filter(|found| found.kind == TRAK);
    (1..)
        .zip(traks)
        .map(|(number, trak)| {
            let tkhd: Tkhd = only_child(file, &trak).expect("there is one");
            assert_eq!(tkhd.track_id, number);
            let stbl = descend(file, trak.content, &STBL).expect("there is one");
            listed(file, &stbl)
        })
        .collect()
}

/// The samples that an `stbl` lists.
fn listed<'a>(file: &'a [u8], stbl: &Place) -> Vec<Sample<'a>> {
    const WHY: &str = "each stbl has one";
    let offsets: Vec<u64> = match (only_child(file, stbl), only_child(file, stbl)) {
        (Some(Stco { entries }), None) => entries.into_iter().map(u64::from).collect(),
        (None, Some(Co64 { entries })) => entries,
        _ => panic!("there is one of both"),
    };
    let stsz: Stsz = only_child(file, stbl).expect(WHY);
    let stts: Stts = only_child(file, stbl).expect(WHY);
    let stsc: Stsc = only_child(file, stbl).expect(WHY);
    let stss: Option<Stss> = only_child(file, stbl);
    let mut sizes = match stsz.samples {
        StszSamples::Identical { count, size } => vec![size; count as usize],
        StszSamples::Different { sizes } => sizes,
    }
    .into_iter();
    assert!(stts.entries.iter().all(|run| run.sample_delta > 0));
    let runs = stts.entries.iter();
    let mut durations =
        runs.flat_map(|run| std::iter::repeat_n(run.sample_delta, run.sample_count as usize));
    let mut samples = Vec::new();
    let (mut number, mut start) = (0, 0);
    for (chunk, offset) in (1..).zip(offsets) {
        let run = stsc.entries.iter().rfind(|run| run.first_chunk <= chunk);
        let mut at = offset as usize;
        for _ in 0..run.expect("the first one begins at 1").samples_per_chunk {
            number += 1;
            let size = sizes.next().expect("one for each sample") as usize;
            samples.push(Sample {
                start,
                key: stss
                    .as_ref()
                    .is_none_or(|stss| stss.entries.contains(&number)),
                data: &file[at..at + size],
            });
            start += u64::from(durations.next().expect("one for each sample"));
            at += size;
        }
    }
    assert_eq!((sizes.next(), durations.next()), (None, None));
    samples
}

/// Each `sidx` is about what comes after it, up to the next one.
pub fn check_segment_indexes(file: &[u8]) {
    let top = boxes(file, 0..file.len());
    for (n, place) in top.iter().enumerate() {
        if place.kind == Sidx::KIND {
            let sidx: Sidx = decode(file, place);
            let [reference] = sidx.references.as_slice() else {
                panic!("a sidx is about one fragment");
            };
            let [moof, mdat] = [&top[n + 1], &top[n + 2]];
            assert_eq!((moof.kind, mdat.kind), (Moof::KIND, FourCC::new(b"mdat")));
            assert_eq!(
                place.content.end + reference.referenced_size as usize,
                mdat.content.end
            );
        }
    }
}

/// What an `mfra` lists is where it says, and begins with a key frame.
pub fn check_random_access(file: &[u8], samples: &[Vec<Sample<'_>>]) {
    for (_, mfra) in on_top::<Mfra>(file) {
        for tfra in mfra.tfra {
            let track = &samples[tfra.track_id as usize - 1];
            for entry in tfra.entries {
                assert!(on_top::<Moof>(file).any(|(at, _)| at as u64 == entry.moof_offset));
                let mut listed = track.iter();
                let sample = listed.find(|sample| sample.start == entry.time);
                assert!(sample.is_some_and(|sample| sample.key));
            }
        }
    }
}
