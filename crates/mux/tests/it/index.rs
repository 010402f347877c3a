//! What the end of a file adds: the index, the duration, the size.

use media_recorder_mux::{ClusterMode, MatroskaOptions, MuxOutput, Muxer};
use media_recorder_types::{MediaTime, MediaTrack, Packet};

use crate::ebml::{clusters, elements, segment};
use crate::support::{
    OPUS_DELAY, file_of, frame, live_file, ms, ns, opus, outputs, patched_file, plain_opus, sound,
    started, vp8,
};

const SEEK_HEAD: u32 = 0x114D_9B74;
const VOID: u32 = 0xEC;
const INFO: u32 = 0x1549_A966;
const DURATION: u32 = 0x4489;
const TRACKS: u32 = 0x1654_AE6B;
const CLUSTER: u32 = 0x1F43_B675;
const CUES: u32 = 0x1C53_BB6B;

const MODES: [ClusterMode; 2] = [ClusterMode::Known, ClusterMode::Unknown];

/// The index as (time, track), each entry followed to its block.
pub(crate) fn cues(file: &[u8]) -> Vec<(i64, u64)> {
    let segment = segment(file);
    let clusters = clusters(file);
    let Some(cues) = segment.find(CUES) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for point in cues.children() {
        let time = point.at(&[0xB3]).uint() as i64;
        for entry in point.all(0xB7) {
            let track = entry.at(&[0xF7]).uint();
            let position = entry.at(&[0xF1]).uint() as usize;
            let cluster = clusters
                .iter()
                .find(|cluster| cluster.position == position)
                .expect("an entry leads to a cluster");
            let block = match entry.find(0xF0) {
                None => &cluster.blocks[0],
                Some(relative) => cluster
                    .blocks
                    .iter()
                    .skip(1)
                    .find(|block| block.position as u64 == relative.uint())
                    .expect("an entry leads to a block, and not to the first"),
            };
            assert_eq!((block.tick, block.track, block.key), (time, track, true));
            found.push((time, track));
        }
    }
    found
}

fn duration(file: &[u8]) -> Option<f64> {
    let data = segment(file).at(&[INFO]).find(DURATION)?.data;
    Some(f64::from_be_bytes(
        data.try_into().expect("it has eight octets"),
    ))
}

#[test]
fn every_key_frame_is_in_the_index() {
    for mode in MODES {
        let packets = (0..100).flat_map(|n| {
            [
                sound(2, ms(n * 40)),
                frame(1, ms(n * 40), n % 7 == 0),
                sound(2, ms(n * 40 + 20)),
            ]
        });
        let options = MatroskaOptions::matroska().cluster_mode(mode);
        let file = file_of(options, &[vp8(1), plain_opus(2)], packets);
        let expected: Vec<_> = (0..100).step_by(7).map(|n| (n * 40, 1)).collect();
        assert_eq!(cues(&file), expected);
    }
}

#[test]
fn key_frames_of_one_time_share_an_index_entry() {
    let packets = [
        frame(1, ms(0), true),
        frame(2, ms(0), true),
        frame(2, ms(40), true),
    ];
    let file = file_of(MatroskaOptions::webm(), &[vp8(1), vp8(2)], packets);
    assert_eq!(cues(&file), [(0, 1), (0, 2), (40, 2)]);
    assert_eq!(segment(&file).at(&[CUES]).children().len(), 2);
}

#[test]
fn sound_alone_is_indexed_twice_a_second_by_its_first_track() {
    for mode in MODES {
        let packets = (0..200).flat_map(|n| [sound(2, ms(n * 20)), sound(1, ms(n * 20 + 10))]);
        let options = MatroskaOptions::matroska().cluster_mode(mode);
        let file = file_of(options, &[plain_opus(1), plain_opus(2)], packets);
        let expected: Vec<_> = (0..8).map(|n| (n * 500 + 10, 1)).collect();
        assert_eq!(cues(&file), expected);
    }
}

#[test]
fn a_file_without_packets_has_no_index_and_no_duration() {
    let file = file_of(MatroskaOptions::webm(), &[vp8(1)], []);
    let ids: Vec<_> = segment(&file)
        .children()
        .iter()
        .map(|child| child.id)
        .collect();
    assert_eq!(ids, [SEEK_HEAD, VOID, INFO, TRACKS]);
    assert_eq!(segment(&file).at(&[SEEK_HEAD]).children().len(), 2);
    assert_eq!(duration(&file), None);
}

#[test]
fn the_parts_are_in_order_and_where_the_seek_head_says() {
    for mode in MODES {
        let packets = [0, 40, 80].map(|t| frame(1, ms(t), t != 40));
        let options = MatroskaOptions::webm().cluster_mode(mode);
        let file = file_of(options, &[vp8(1)], packets);
        let segment = segment(&file);
        // ffmpeg does not like parts of unknown size in a whole of known size.
        let unknown = mode == ClusterMode::Unknown;
        assert_eq!(segment.unknown_size, unknown);
        assert_eq!(segment.data.as_ptr_range().end, file.as_ptr_range().end);
        let parts = segment.children();
        let ids: Vec<_> = parts.iter().map(|part| part.id).collect();
        assert_eq!(ids, [SEEK_HEAD, VOID, INFO, TRACKS, CLUSTER, CLUSTER, CUES]);
        let unknown = mode == ClusterMode::Unknown;
        assert!(
            parts[4..6]
                .iter()
                .all(|cluster| cluster.unknown_size == unknown)
        );

        let seeks = parts[0].children();
        assert_eq!(seeks.len(), 3);
        for seek in seeks {
            let (id, position) = (seek.at(&[0x53AB]).uint(), seek.at(&[0x53AC]).uint());
            let part = parts.iter().find(|part| u64::from(part.id) == id).unwrap();
            assert_eq!(part.position as u64, position);
        }
    }
}

#[test]
fn patches_touch_only_what_comes_before_the_tracks() {
    for mode in MODES {
        let options = MatroskaOptions::webm()
            .cluster_mode(mode)
            .writing_app("a".repeat(1000));
        let mut writer = started(options, &[vp8(1), opus(2)]);
        let header = live_file(&outputs(&mut writer));
        for t in 0..50 {
            writer.write(frame(1, ms(t * 40), t % 5 == 0)).unwrap();
        }
        assert!(
            outputs(&mut writer)
                .iter()
                .all(|output| matches!(output, MuxOutput::Append(_)))
        );
        writer.finish().unwrap();
        let tracks = segment(&header).at(&[TRACKS]).data;
        let tracks_at = (tracks.as_ptr() as usize - header.as_ptr() as usize) as u64;
        let mut patches = 0;
        for output in outputs(&mut writer) {
            if let MuxOutput::Patch { offset, bytes } = output {
                assert!(
                    offset + bytes.len() as u64 <= tracks_at.min(200),
                    "at {offset}"
                );
                patches += 1;
            }
        }
        // SeekHead, Duration, and the Segment's size if all sizes are known.
        assert_eq!(patches, if mode == ClusterMode::Known { 3 } else { 2 });
    }
}

#[test]
fn without_the_patches_it_is_a_live_file() {
    for mode in MODES {
        let mut writer = started(MatroskaOptions::webm().cluster_mode(mode), &[vp8(1)]);
        writer.write(frame(1, ms(0), true)).unwrap();
        writer.finish().unwrap();
        let outputs = outputs(&mut writer);
        let live = live_file(&outputs);
        assert!(segment(&live).unknown_size);
        let ids: Vec<_> = segment(&live)
            .children()
            .iter()
            .map(|child| child.id)
            .collect();
        assert_eq!(ids, [VOID, INFO, TRACKS, CLUSTER, CUES]);
        assert_eq!(duration(&live), None);
        assert_eq!(live.len(), patched_file(&outputs).len());
        assert_eq!(
            elements(&live)[0].data,
            elements(&patched_file(&outputs))[0].data
        );
    }
}

fn duration_of(tracks: &[MediaTrack], packets: impl IntoIterator<Item = Packet>) -> Option<f64> {
    duration(&file_of(MatroskaOptions::matroska(), tracks, packets))
}

#[test]
fn the_duration_is_the_end_of_what_is_presented() {
    let early = ms(0).saturating_sub(OPUS_DELAY);
    let tracks = [vp8(1), opus(2)];
    assert_eq!(duration_of(&tracks, [frame(1, ms(100), true)]), Some(140.0));
    // Sound from −6.5 ms to 13.5 ms: priming is not presented.
    assert_eq!(duration_of(&tracks, [sound(2, early)]), Some(13.5));
    // Nor is padding.
    let padded = sound(2, early).with_discard_padding(ms(3));
    assert_eq!(duration_of(&tracks, [padded.clone()]), Some(10.5));
    assert_eq!(duration_of(&[opus(2)], [padded.clone()]), Some(10.5));
    // The last to end need not be the last to begin.
    let long = [padded, frame(1, ms(0), true), sound(2, ms(20))];
    assert_eq!(duration_of(&tracks, long.clone()), Some(40.0));
    // It is not rounded to ticks.
    let mut short = frame(1, ms(0), true);
    short.duration = ns(33_366_667);
    assert_eq!(duration_of(&tracks, [short]), Some(33.366_667));
    // It is above zero or not there.
    let nothing = sound(2, early).with_discard_padding(ns(13_500_000));
    assert_eq!(duration_of(&tracks, [nothing]), None);
}

#[test]
fn the_same_input_makes_the_same_bytes() {
    let packets = || (0..50).map(|n| frame(1, ms(n * 40), n % 10 == 0));
    let file = || file_of(MatroskaOptions::webm(), &[vp8(1)], packets());
    assert!(file() == file());
}

#[test]
fn times_at_the_end_of_the_range_are_written() {
    let mut last = frame(1, MediaTime::MAX, true);
    last.duration = MediaTime::MAX;
    let file = file_of(
        MatroskaOptions::webm(),
        &[vp8(1)],
        [frame(1, ms(0), true), last],
    );
    assert_eq!(cues(&file).last(), Some(&(9_223_372_036_855, 1)));
    assert_eq!(duration(&file), Some(i64::MAX as f64 / 1e6));
}
