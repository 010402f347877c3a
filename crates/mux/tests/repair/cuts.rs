//! Files that break off.

use media_recorder_mux::{ClusterMode, RepairError};
use media_recorder_types::{MediaTime, TrackId};

use crate::index::{cues, listed};
use crate::support::{
    Media, Recording, WrittenBlock, packets, read, record, record_packets, repair,
};

const INFO: u32 = 0x1549_A966;
const TRACKS: u32 = 0x1654_AE6B;
const CUES: u32 = 0x1C53_BB6B;

const KINDS: [(ClusterMode, Media); 4] = [
    (ClusterMode::Known, Media::Both),
    (ClusterMode::Unknown, Media::Both),
    (ClusterMode::Known, Media::Sound),
    (ClusterMode::Unknown, Media::Sound),
];

fn whole_before(recording: &Recording, cut: usize) -> Vec<WrittenBlock> {
    let blocks = recording.blocks.iter();
    blocks.filter(|block| block.end <= cut).cloned().collect()
}

fn duration(blocks: &[WrittenBlock]) -> MediaTime {
    let ends = blocks.iter().map(|block| block.until);
    ends.max().unwrap()
}

/// The key frames, or where there are none, sound every 500 ms.
fn expected_cues(media: Media, blocks: &[WrittenBlock]) -> Vec<(i64, u64)> {
    let blocks = blocks.iter().map(|block| &block.block);
    match media {
        Media::Both => {
            let keys = blocks.filter(|block| block.track == 1 && block.data[0] == 0x10);
            keys.map(|block| (block.tick as i64, 1)).collect()
        }
        Media::Sound => {
            let apart = blocks.filter(|block| (block.tick - 6) % 500 == 0);
            apart.map(|block| (block.tick as i64, 1)).collect()
        }
    }
}

/// Cuts `file` everywhere, and repairs what is left.
fn cut_everywhere(file: &[u8], recording: &Recording, media: Media) {
    let tracks_end = recording.blocks[0].end;
    for cut in 0..file.len() {
        let expected = whole_before(recording, cut);
        let repaired = match repair(&file[..cut]) {
            Ok(repaired) => repaired,
            Err(error) => {
                assert_eq!(expected.len(), 0, "cut at {cut}: {error}");
                assert!(cut < tracks_end);
                let nothing = matches!(
                    error,
                    RepairError::UnknownContainer | RepairError::NoTracks | RepairError::NoPackets
                );
                assert!(nothing, "cut at {cut}: {error}");
                continue;
            }
        };
        assert!(repaired.in_place && !repaired.report.was_whole, "{cut}");
        let found = read(&repaired.file);
        let blocks: Vec<_> = expected.iter().map(|block| block.block.clone()).collect();
        assert_eq!(found.blocks, blocks, "cut at {cut}");
        assert_eq!(repaired.report.packets, blocks.len() as u64);
        let until = duration(&expected);
        assert_eq!(repaired.report.duration, until, "cut at {cut}");
        assert_eq!(found.duration, Some(until.as_nanos() as f64 / 1e6));
        assert_eq!(
            cues(&repaired.file),
            expected_cues(media, &expected),
            "{cut}"
        );
        assert_eq!(listed(&repaired.file), [INFO, TRACKS, CUES]);
        assert_eq!(repaired.report.damaged, []);

        let again = repair(&repaired.file).unwrap();
        assert!(again.report.was_whole, "cut at {cut}");
        assert_eq!(again.file, repaired.file);
        assert_eq!(again.report.duration, until);
    }
}

#[test]
fn what_a_killed_process_leaves_keeps_every_whole_block() {
    for (mode, media) in KINDS {
        let recording = record(mode, media, 14);
        cut_everywhere(&recording.live, &recording, media);
    }
}

#[test]
fn a_finished_file_that_breaks_off_keeps_every_whole_block() {
    for (mode, media) in KINDS {
        let recording = record(mode, media, 14);
        cut_everywhere(&recording.finished, &recording, media);
    }
}

#[test]
fn a_finished_file_is_left_alone() {
    for (mode, media) in KINDS {
        let recording = record(mode, media, 14);
        let repaired = repair(&recording.finished).unwrap();
        assert!(repaired.report.was_whole);
        assert_eq!(repaired.file, recording.finished);
        let expected = recording.blocks.len() as u64;
        assert_eq!(
            (repaired.report.packets, repaired.report.bytes_lost),
            (expected, 0)
        );
    }
}

/// The process was killed after its last packet, and lost nothing but the patches.
#[test]
fn a_repaired_file_is_what_its_writer_would_have_finished() {
    for (mode, media) in KINDS {
        let recording = record(mode, media, 40);
        let repaired = repair(&recording.live).unwrap();
        assert_eq!(repaired.file, recording.finished, "{mode:?}, {media:?}");
        assert_eq!(repaired.report.bytes_lost, 0);
    }
}

#[test]
fn a_file_that_lists_what_is_gone_is_not_whole() {
    // The picture comes late; before its first key frame there is nothing to put into an index.
    let late = |packet: &media_recorder_types::Packet| {
        packet.track != TrackId::FIRST || packet.time >= MediaTime::from_millis(160)
    };
    let mut packets = packets(Media::Both, 12);
    packets.retain(late);
    let recording = record_packets(ClusterMode::Unknown, Media::Both, packets);
    for block in &recording.blocks[..3] {
        let repaired = repair(&recording.finished[..block.end]).unwrap();
        assert!(!repaired.report.was_whole, "cut at {}", block.end);
        assert!(!read(&repaired.file).blocks.is_empty());
        assert!(repair(&repaired.file).unwrap().report.was_whole);
    }
}
