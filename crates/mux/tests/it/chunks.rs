//! Chunks that play by themselves.

use std::io::Cursor;

use matroska_demuxer::{Frame, MatroskaFile};
use media_recorder_mux::{ClusterMode, MatroskaOptions, Muxer};
use media_recorder_types::{MediaTrack, Packet};

use crate::support::{
    file_of, frame, live_file, ms, ns, outputs, patched_file, plain_opus, sound, started, vp8,
};

const MODES: [ClusterMode; 2] = [ClusterMode::Known, ClusterMode::Unknown];
const CLUSTER: [u8; 4] = [0x1F, 0x43, 0xB6, 0x75];

fn options(mode: ClusterMode) -> MatroskaOptions {
    MatroskaOptions::matroska()
        .cluster_mode(mode)
        .max_cluster_duration(ms(100))
}

/// The initialisation segment, and the chunks into which `packets` can be cut.
fn chunks_of(
    mode: ClusterMode,
    tracks: &[MediaTrack],
    packets: impl IntoIterator<Item = Packet>,
) -> (Vec<u8>, Vec<Vec<u8>>) {
    let mut writer = started(options(mode), tracks);
    let initialisation = live_file(&outputs(&mut writer));
    let mut chunks = Vec::new();
    for packet in packets {
        if writer.cut_before(&packet).unwrap() {
            chunks.push(live_file(&outputs(&mut writer)));
        }
        writer.write(packet).unwrap();
    }
    writer.finish().unwrap();
    chunks.push(live_file(&outputs(&mut writer)));
    (initialisation, chunks)
}

/// Pictures with a key frame every fifth, and sound that starts with each and lies between.
fn packets() -> Vec<Packet> {
    let group = |n: i64| {
        let time = ms(n * 40);
        [
            sound(2, time),
            frame(1, time, n % 5 == 0),
            sound(2, ms(n * 40 + 20)),
        ]
    };
    (0..20).flat_map(group).collect()
}

/// What an independent reader finds, as (track, tick, key).
fn read(file: &[u8]) -> Vec<(u64, u64, bool)> {
    let mut reader = MatroskaFile::open(Cursor::new(file)).expect("the reader takes the header");
    let mut frame = Frame::default();
    let mut found = Vec::new();
    while reader
        .next_frame(&mut frame)
        .expect("the reader takes every block")
    {
        found.push((
            frame.track,
            frame.timestamp,
            frame.is_keyframe == Some(true),
        ));
    }
    found
}

#[test]
fn a_chunk_begins_with_a_key_frame_and_its_sound() {
    for mode in MODES {
        let (initialisation, chunks) = chunks_of(mode, &[vp8(1), plain_opus(2)], packets());
        assert_eq!(chunks.len(), 4);
        for (chunk, start) in chunks.iter().zip((0..).step_by(200)) {
            assert_eq!(chunk[..4], CLUSTER);
            let blocks = read(&[&initialisation[..], chunk].concat());
            assert_eq!(blocks.len(), 15, "{mode:?}, the chunk at {start}");
            assert_eq!(blocks[..2], [(2, start, true), (1, start, true)]);
            assert_eq!(blocks[14], (2, start + 180, true));
        }
    }
}

#[test]
fn chunks_can_be_appended_in_any_order() {
    for mode in MODES {
        let (initialisation, chunks) = chunks_of(mode, &[vp8(1), plain_opus(2)], packets());
        let all = read(&[&initialisation[..], &chunks.concat()].concat());
        for order in [[3, 2, 1, 0], [2, 0, 3, 1], [1, 3, 0, 2]] {
            let mut file = initialisation.clone();
            order.iter().for_each(|n| file.extend(&chunks[*n]));
            let mut found = read(&file);
            found.sort_by_key(|(_, tick, _)| *tick);
            assert_eq!(found, all, "{mode:?}, {order:?}");
        }
    }
}

#[test]
fn chunks_of_pictures_are_the_file_as_it_is() {
    for mode in MODES {
        let tracks = [vp8(1), plain_opus(2)];
        let (initialisation, chunks) = chunks_of(mode, &tracks, packets());
        let mut writer = started(options(mode), &tracks);
        for packet in packets() {
            writer.write(packet).unwrap();
        }
        writer.finish().unwrap();
        let whole = live_file(&outputs(&mut writer));
        assert!([&initialisation[..], &chunks.concat()].concat() == whole);
    }
}

#[test]
fn sound_before_the_first_picture_is_in_its_chunk() {
    for mode in MODES {
        let early = [sound(2, ms(0)), sound(2, ms(20))];
        let pictures = (1..11).map(|n| frame(1, ms(n * 40), n % 5 == 1));
        let (initialisation, chunks) = chunks_of(
            mode,
            &[vp8(1), plain_opus(2)],
            early.into_iter().chain(pictures),
        );
        assert_eq!(chunks.len(), 2);
        let blocks = read(&[&initialisation[..], &chunks[0]].concat());
        assert_eq!(blocks.len(), 7, "a chunk of sound alone would be none");
        assert_eq!(blocks[..3], [(2, 0, true), (2, 20, true), (1, 40, true)]);
    }
}

#[test]
fn only_a_key_frame_of_the_first_video_track_begins_a_chunk() {
    for mode in MODES {
        let mut writer = started(options(mode), &[plain_opus(1), vp8(2), vp8(3)]);
        let mut write = |packet: Packet| {
            let cut = writer.cut_before(&packet).unwrap();
            writer.write(packet).unwrap();
            cut
        };
        assert!(!write(sound(1, ms(0))));
        // The first of all begins the first chunk.
        assert!(!write(frame(2, ms(0), true)));
        assert!(!write(frame(3, ms(0), true)));
        assert!(!write(frame(2, ms(40), false)));
        assert!(!write(frame(3, ms(80), true)));
        // The cluster that another track's key frame has begun holds this one, too.
        assert!(!write(frame(2, ms(80), true)));
        assert!(write(frame(2, ms(120), true)));
    }
}

#[test]
fn sound_alone_can_be_cut_everywhere() {
    for mode in MODES {
        let packets = (0..10).map(|n| sound(1, ms(n * 20)));
        let (initialisation, chunks) = chunks_of(mode, &[plain_opus(1)], packets);
        assert_eq!(chunks.len(), 10);
        for (chunk, n) in chunks.iter().zip(0..) {
            let file = [&initialisation[..], chunk].concat();
            assert_eq!(read(&file), [(1, n * 20, true)]);
        }
    }
}

#[test]
fn two_chunks_cannot_begin_in_one_millisecond() {
    for mode in MODES {
        let mut writer = started(options(mode), &[plain_opus(1), plain_opus(2)]);
        writer.write(sound(1, ms(0))).unwrap();
        writer.write(sound(2, ms(0))).unwrap();
        assert_eq!(writer.cut_before(&sound(1, ms(20))), Ok(true));
        writer.write(sound(1, ms(20))).unwrap();
        assert_eq!(writer.cut_before(&sound(2, ns(20_400_000))), Ok(false));
        assert_eq!(writer.cut_before(&sound(2, ns(20_500_000))), Ok(true));
    }
}

#[test]
fn asking_is_not_writing() {
    for mode in MODES {
        let asked = {
            let mut writer = started(options(mode), &[vp8(1)]);
            for packet in (0..20).map(|n| frame(1, ms(n * 40), n % 5 == 0)) {
                writer.cut_before(&packet).unwrap();
                writer.cut_before(&packet).unwrap();
                writer.write(packet).unwrap();
            }
            writer.finish().unwrap();
            patched_file(&outputs(&mut writer))
        };
        let packets = (0..20).map(|n| frame(1, ms(n * 40), n % 5 == 0));
        assert!(asked == file_of(options(mode), &[vp8(1)], packets));
    }
}
