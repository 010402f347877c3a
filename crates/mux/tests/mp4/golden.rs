//! Byte for byte. Sections are those of ISO/IEC 14496-12 where nothing else is said.

use media_recorder_mux::{Mp4Mode, Mp4Options, Muxer};

use crate::support::{
    OPUS_DELAY, frame, full_box, live_file, mp4_box, ms, opus, outputs, patched_file, pcm, sound,
    started, u32s, u64s, vp9,
};

/// §8.2.2.2: shown as it is.
fn matrix() -> Vec<u8> {
    u32s([0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000])
}

fn movie_header(duration: u64) -> Vec<u8> {
    let parts: [&[u8]; 8] = [
        &u64s([0, 0]),          // creation_time, modification_time
        &u32s([48_000]),        // timescale: that of the sound
        &u64s([duration]),      //
        &u32s([0x1_0000]),      // rate
        &[1, 0, 0, 0, 0, 0, 0], // volume and ten reserved octets, the rest of which
        &[0, 0, 0, 0, 0],       // are here
        &matrix(),
        &u32s([0, 0, 0, 0, 0, 0, 3]), // pre_defined, next_track_ID
    ];
    full_box(b"mvhd", 1, 0, &parts)
}

/// §8.3.2, enabled and in the movie.
fn track_header(number: u32, duration: u64, group_and_volume: u32, size: [u32; 2]) -> Vec<u8> {
    let parts: [&[u8]; 8] = [
        &u64s([0, 0]),
        &u32s([number, 0]),
        &u64s([duration, 0]),
        &[0, 0], // layer
        &u32s([group_and_volume]),
        &[0, 0],
        &matrix(),
        &u32s(size.map(|side| side << 16)),
    ];
    full_box(b"tkhd", 1, 3, &parts)
}

/// §8.4: `mdhd`, `hdlr`, and `minf` with the sample table's boxes.
fn media(ticks: [u64; 2], handler: &[u8; 4], header: &[u8], tables: &[&[u8]]) -> Vec<u8> {
    let [timescale, duration] = ticks;
    let parts: [&[u8]; 4] = [
        &u64s([0, 0]),
        &u32s([timescale as u32]),
        &u64s([duration]),
        &[0x55, 0xC4, 0, 0], // "und"
    ];
    let mdhd = full_box(b"mdhd", 1, 0, &parts);
    let hdlr = full_box(b"hdlr", 0, 0, &[&[0; 4], handler, &[0; 12], &[0]]);
    let url = full_box(b"url ", 0, 1, &[]);
    let dinf = mp4_box(b"dinf", &[&full_box(b"dref", 0, 0, &[&u32s([1]), &url])]);
    let stbl = mp4_box(b"stbl", tables);
    let minf = mp4_box(b"minf", &[header, &dinf, &stbl]);
    mp4_box(b"mdia", &[&mdhd, &hdlr, &minf])
}

/// §8.5.2 with a `vp09` (VP Codec ISO Media File Format Binding).
fn picture_description() -> Vec<u8> {
    let parts: [&[u8]; 9] = [
        &[0, 0, 0, 0, 0, 0, 0, 1], // data_reference_index
        &[0; 16],
        &[1, 64, 0, 180], // 320 x 180
        &u32s([0x48_0000, 0x48_0000, 0]),
        &[0, 1], // frame_count
        b"\x0AVPC Coding",
        &[0; 21],
        &[0, 0x18, 0xFF, 0xFF],
        // Profile 0, level 1.1; 8 bits, 4:2:0 with chroma at the luma, limited range; colour
        // unspecified; no initialization data.
        &full_box(b"vpcC", 1, 0, &[&[0, 11, 0x82, 2, 2, 2, 0, 0]]),
    ];
    full_box(b"stsd", 0, 0, &[&u32s([1]), &mp4_box(b"vp09", &parts)])
}

/// §8.5.2 with an `Opus` ("Encapsulation of Opus in ISO Base Media File Format" §4.3).
fn sound_description() -> Vec<u8> {
    let parts: [&[u8]; 4] = [
        &[0, 0, 0, 0, 0, 0, 0, 1],
        &[0; 8],
        // Two channels of 16 bits at 48 kHz.
        &[0, 2, 0, 16, 0, 0, 0, 0, 0xBB, 0x80, 0, 0],
        // Version 0, two channels, 312 samples to skip, 48 kHz, no gain, family 0.
        &mp4_box(b"dOps", &[&[0, 2, 0x01, 0x38, 0, 0, 0xBB, 0x80, 0, 0, 0]]),
    ];
    full_box(b"stsd", 0, 0, &[&u32s([1]), &mp4_box(b"Opus", &parts)])
}

fn picture_tables_header() -> Vec<u8> {
    full_box(b"vmhd", 0, 1, &[&[0; 8]])
}

fn sound_tables_header() -> Vec<u8> {
    full_box(b"smhd", 0, 0, &[&[0; 4]])
}

/// §8.6.6: from the 312th sample on.
fn sound_edit(duration: u64) -> Vec<u8> {
    let elst = full_box(
        b"elst",
        1,
        0,
        &[&u32s([1]), &u64s([duration, 312]), &u32s([0x1_0000])],
    );
    mp4_box(b"edts", &[&elst])
}

fn file_type() -> Vec<u8> {
    mp4_box(b"ftyp", &[b"iso6\0\0\0\0iso6mp41"])
}

/// Before the fragments, with `mehd` in the place for it.
fn fragmented_movie(mehd: &[u8]) -> Vec<u8> {
    let empty: [Vec<u8>; 4] = [
        full_box(b"stts", 0, 0, &[&u32s([0])]),
        full_box(b"stsc", 0, 0, &[&u32s([0])]),
        full_box(b"stsz", 0, 0, &[&u32s([0, 0])]),
        full_box(b"stco", 0, 0, &[&u32s([0])]),
    ];
    let tables = |description: &[u8]| [description, &empty.concat()].concat();
    let picture = media(
        [90_000, 0],
        b"vide",
        &picture_tables_header(),
        &[&tables(&picture_description())],
    );
    let sound = media(
        [48_000, 0],
        b"soun",
        &sound_tables_header(),
        &[&tables(&sound_description())],
    );
    let parts: [&[u8]; 4] = [
        &movie_header(0),
        &mp4_box(b"trak", &[&track_header(1, 0, 0, [320, 180]), &picture]),
        &mp4_box(
            b"trak",
            &[
                // alternate_group 1, volume 1.0
                &track_header(2, 0, 0x0001_0100, [0, 0]),
                &sound_edit(0),
                &sound,
            ],
        ),
        // §8.8.3: pictures depend on others and are no sync samples, sounds do not and are.
        &mp4_box(
            b"mvex",
            &[
                mehd,
                &full_box(b"trex", 0, 0, &[&u32s([1, 1, 0, 0, 0x0101_0000])]),
                &full_box(b"trex", 0, 0, &[&u32s([2, 1, 0, 0, 0x0200_0000])]),
            ],
        ),
    ];
    mp4_box(b"moov", &parts)
}

fn tracks() -> [media_recorder_types::MediaTrack; 2] {
    [vp9(1), opus(2)]
}

/// Pictures at 0 and 40 ms, sounds from 0 to 60 ms, the last of them 15 ms long; a key frame
/// at 80 ms.
fn write_packets(writer: &mut impl Muxer) {
    let sound_at = |n| sound(2, ms(n).saturating_sub(OPUS_DELAY));
    writer.write(sound_at(0)).unwrap();
    writer.write(frame(1, ms(0), true)).unwrap();
    writer.write(sound_at(20)).unwrap();
    writer.write(frame(1, ms(40), false)).unwrap();
    writer
        .write(sound_at(40).with_discard_padding(ms(5)))
        .unwrap();
    writer.write(frame(1, ms(80), true)).unwrap();
}

/// §8.9: a decoder begins four samples earlier, and none of the first three is so.
fn roll() -> Vec<u8> {
    let sgpd = full_box(
        b"sgpd",
        1,
        0,
        &[b"roll", &u32s([2, 1]), &(-4_i16).to_be_bytes()],
    );
    let assigned: &[u8] = &u32s([1, 3, 0]);
    [sgpd, full_box(b"sbgp", 0, 0, &[b"roll", assigned])].concat()
}

/// §8.8: the fragment of all packets but the last.
fn first_fragment() -> Vec<u8> {
    let moof = |data: u32| {
        // tfhd with default-base-is-moof, a duration and a size for all; tfdt; trun with an
        // offset and flags for the first sample.
        let picture = [
            full_box(b"tfhd", 0, 0x02_0018, &[&u32s([1, 3_600, 3])]),
            full_box(b"tfdt", 1, 0, &[&u64s([0])]),
            full_box(b"trun", 0, 0x05, &[&u32s([2, data, 0x0200_0000])]),
        ];
        // Durations of their own, for the last is shorter.
        let sound = [
            full_box(b"tfhd", 0, 0x02_0010, &[&u32s([2, 2])]),
            full_box(b"tfdt", 1, 0, &[&u64s([0])]),
            full_box(b"trun", 0, 0x101, &[&u32s([3, data + 6, 960, 960, 720])]),
            roll(),
        ];
        mp4_box(
            b"moof",
            &[
                &full_box(b"mfhd", 0, 0, &[&u32s([1])]),
                &mp4_box(b"traf", &[&picture.concat()]),
                &mp4_box(b"traf", &[&sound.concat()]),
            ],
        )
    };
    let data = moof(0).len() as u32 + 8;
    let payloads = [
        0x82, 0xAA, 0xBB, 0x86, 0xAA, 0xBB, 0xFC, 0xDE, 0xFC, 0xDE, 0xFC, 0xDE,
    ];
    [moof(data), mp4_box(b"mdat", &[&payloads])].concat()
}

/// The fragment of the last packet.
fn second_fragment() -> Vec<u8> {
    let moof = |data: u32| {
        let picture = [
            full_box(b"tfhd", 0, 0x02_0018, &[&u32s([1, 3_600, 3])]),
            full_box(b"tfdt", 1, 0, &[&u64s([7_200])]),
            full_box(b"trun", 0, 0x05, &[&u32s([1, data, 0x0200_0000])]),
        ];
        mp4_box(
            b"moof",
            &[
                &full_box(b"mfhd", 0, 0, &[&u32s([2])]),
                &mp4_box(b"traf", &[&picture.concat()]),
            ],
        )
    };
    let data = moof(0).len() as u32 + 8;
    [moof(data), mp4_box(b"mdat", &[&[0x82, 0xAA, 0xBB]])].concat()
}

fn options(mode: Mp4Mode) -> Mp4Options {
    Mp4Options::new().mode(mode).fragment_duration(ms(80))
}

#[test]
fn a_fragmented_file() {
    let mut writer = started(options(Mp4Mode::Fragmented), &tracks());
    let place = mp4_box(b"free", &[&[0; 12]]);
    let header = [file_type(), fragmented_movie(&place)].concat();
    assert_eq!(live_file(&outputs(&mut writer)), header);

    write_packets(&mut writer);
    assert_eq!(live_file(&outputs(&mut writer)), first_fragment());
    writer.flush().unwrap();
    assert_eq!(live_file(&outputs(&mut writer)), second_fragment());
}

#[test]
fn a_finished_fragmented_file() {
    let mut writer = started(options(Mp4Mode::Fragmented), &tracks());
    write_packets(&mut writer);
    writer.finish().unwrap();

    // §8.8.2: 120 ms, when the last picture ends.
    let mehd = full_box(b"mehd", 1, 0, &[&u64s([5_760])]);
    let header = [file_type(), fragmented_movie(&mehd)].concat();
    let [first, second] = [first_fragment(), second_fragment()];
    let moofs = [header.len() as u64, (header.len() + first.len()) as u64];
    // §8.8.10: time, moof, and the numbers of traf, trun and sample, which have four octets.
    let entry = |time, moof, traf| [u64s([time, moof]), u32s([traf, 1, 1])].concat();
    let tfra = |track, entries: &[Vec<u8>]| {
        let count = entries.len() as u32;
        let numbers = u32s([track, 0x3F, count]);
        full_box(b"tfra", 1, 0, &[&numbers, &entries.concat()])
    };
    let tfras = [
        tfra(1, &[entry(0, moofs[0], 1), entry(7_200, moofs[1], 1)]),
        tfra(2, &[entry(0, moofs[0], 2)]),
    ]
    .concat();
    let size = 8 + tfras.len() as u32 + 16;
    let mfra = mp4_box(
        b"mfra",
        &[&tfras, &full_box(b"mfro", 0, 0, &[&u32s([size])])],
    );
    let expected = [header, first, second, mfra].concat();
    assert_eq!(patched_file(&outputs(&mut writer)), expected);
}

/// The `moov` of all packets, whose payloads are at these places.
fn complete_movie(pictures: [u32; 2], sounds: u32) -> Vec<u8> {
    let picture_tables: [&[u8]; 6] = [
        &picture_description(),
        &full_box(b"stts", 0, 0, &[&u32s([1, 3, 3_600])]),
        &full_box(b"stss", 0, 0, &[&u32s([2, 1, 3])]),
        &full_box(b"stsc", 0, 0, &[&u32s([2, 1, 2, 1, 2, 1, 1])]),
        &full_box(b"stsz", 0, 0, &[&u32s([3, 3])]),
        &full_box(b"stco", 0, 0, &[&u32s([2, pictures[0], pictures[1]])]),
    ];
    let sound_tables: [&[u8]; 6] = [
        &sound_description(),
        &full_box(b"stts", 0, 0, &[&u32s([2, 2, 960, 1, 720])]),
        &full_box(b"stsc", 0, 0, &[&u32s([1, 1, 3, 1])]),
        &full_box(b"stsz", 0, 0, &[&u32s([2, 3])]),
        &full_box(b"stco", 0, 0, &[&u32s([1, sounds])]),
        &roll(),
    ];
    // 120 ms of pictures; 2640 samples of sound, of which 312 are not heard.
    let picture = media(
        [90_000, 10_800],
        b"vide",
        &picture_tables_header(),
        &picture_tables,
    );
    let sound = media(
        [48_000, 2_640],
        b"soun",
        &sound_tables_header(),
        &sound_tables,
    );
    let parts: [&[u8]; 3] = [
        &movie_header(5_760),
        &mp4_box(b"trak", &[&track_header(1, 5_760, 0, [320, 180]), &picture]),
        &mp4_box(
            b"trak",
            &[
                &track_header(2, 2_328, 0x0001_0100, [0, 0]),
                &sound_edit(2_328),
                &sound,
            ],
        ),
    ];
    mp4_box(b"moov", &parts)
}

#[test]
fn a_finished_hybrid_file() {
    let mut writer = started(options(Mp4Mode::Hybrid), &tracks());
    write_packets(&mut writer);
    writer.finish().unwrap();
    let outputs = outputs(&mut writer);

    let place = mp4_box(b"free", &[&[0; 8]]);
    let inner = fragmented_movie(&[]);
    let [first, second] = [first_fragment(), second_fragment()];
    let live = [
        file_type(),
        place,
        inner.clone(),
        first.clone(),
        second.clone(),
    ]
    .concat();
    assert!(live_file(&outputs).starts_with(&live));

    // §4.2: the size of what was the fragmented file, in 64 bits after the type.
    let size = (16 + inner.len() + first.len() + second.len()) as u64;
    let mdat = [&u32s([1])[..], b"mdat", &u64s([size])].concat();
    let data = [file_type(), mdat, inner, first.clone(), second].concat();

    // Where the payloads are.
    let after_first = data.len() as u32 - 3;
    let first_end = (data.len() - second_fragment().len()) as u32;
    let movie = complete_movie([first_end - 12, after_first], first_end - 6);
    let expected = [data, movie].concat();
    assert_eq!(patched_file(&outputs), expected);
}

#[test]
fn a_fast_starting_file() {
    let mut writer = started(options(Mp4Mode::FastStart), &tracks());
    write_packets(&mut writer);
    writer.finish().unwrap();

    let before_data = file_type().len() as u32 + complete_movie([0, 0], 0).len() as u32 + 16;
    // In the order of the tracks, up to the key frame, which begins the next chunk.
    let movie = complete_movie([before_data, before_data + 12], before_data + 6);
    let payloads = [
        0x82, 0xAA, 0xBB, 0x86, 0xAA, 0xBB, 0xFC, 0xDE, 0xFC, 0xDE, 0xFC, 0xDE, 0x82, 0xAA, 0xBB,
    ];
    // §4.2: the size in 64 bits after the type.
    let header = [&u32s([1])[..], b"mdat", &u64s([31])].concat();
    let expected = [file_type(), movie, header, payloads.to_vec()].concat();
    assert_eq!(live_file(&outputs(&mut writer)), expected);
}

/// ISO/IEC 23003-5 §5.1, and §12.2.4.
#[test]
fn pcm_of_two_channels() {
    let parts: [&[u8]; 5] = [
        &[0, 0, 0, 0, 0, 0, 0, 1],
        &[0; 8],
        &[0, 2, 0, 16, 0, 0, 0, 0, 0xBB, 0x80, 0, 0],
        // The stream is of channels; explicit positions: left, right.
        &full_box(b"chnl", 0, 0, &[&[1, 0, 0, 1]]),
        // Little-endian, 16 bits.
        &full_box(b"pcmC", 0, 0, &[&[1, 16]]),
    ];
    let entry = mp4_box(b"ipcm", &parts);
    let header = live_file(&outputs(&mut started(Mp4Options::new(), &[pcm(1)])));
    assert!(header.windows(entry.len()).any(|octets| octets == entry));
}

#[test]
fn a_segment_index_before_each_fragment() {
    let options = options(Mp4Mode::Fragmented).segment_index(true);
    let mut writer = started(options, &tracks());
    outputs(&mut writer);
    write_packets(&mut writer);
    writer.flush().unwrap();

    // §8.16.2, and DASH's brands of a media segment and of one with an index.
    let styp = mp4_box(b"styp", &[b"msdh\0\0\0\0msdhmsix"]);
    // §8.16.3: of track 1, from when, and one reference: octets, ticks, starts with a SAP of
    // type 1.
    let sidx = |time: u64, octets: usize, ticks: u32| {
        let reference = u32s([1, octets as u32, ticks, 0x9000_0000]);
        let parts: [&[u8]; 3] = [&u32s([1, 90_000]), &u64s([time, 0]), &reference];
        [styp.clone(), full_box(b"sidx", 1, 0, &parts)].concat()
    };
    let [first, second] = [first_fragment(), second_fragment()];
    let expected = [
        sidx(0, first.len(), 7_200),
        first,
        sidx(7_200, second.len(), 3_600),
        second,
    ];
    assert_eq!(live_file(&outputs(&mut writer)), expected.concat());
}
