//! The steps of a repair, and the scan before them.

use media_recorder_mux::{ClusterMode, RepairError, RepairScan, RepairStep};

use crate::support::{Media, apply, read, record, repair, scan};

/// A process that is killed while it repairs leaves a file that can be repaired.
#[test]
fn a_repair_that_is_interrupted_can_be_done_again() {
    for mode in [ClusterMode::Known, ClusterMode::Unknown] {
        let recording = record(mode, Media::Both, 20);
        for whole in [&recording.live, &recording.finished] {
            let file = &whole[..recording.blocks[27].end + 3];
            let done = repair(file).unwrap();
            assert!(done.in_place);
            let mut steps = scan(file).unwrap();
            let mut interrupted = file.to_vec();
            while let Some(step) = steps.poll_step() {
                match step {
                    RepairStep::Copy(range) => {
                        assert_eq!(range.start, 0);
                        interrupted.truncate(range.end as usize);
                    }
                    RepairStep::Output(output) => apply(&mut interrupted, &output),
                }
                let again = repair(&interrupted).unwrap();
                assert_eq!(again.file, done.file);
                assert_eq!(again.report.was_whole, interrupted == done.file);
            }
            assert_eq!(interrupted, done.file);
        }
    }
}

/// Without the room that the writer keeps, as files of others are.
#[test]
fn a_file_without_room_gets_a_new_header() {
    for mode in [ClusterMode::Known, ClusterMode::Unknown] {
        let recording = record(mode, Media::Both, 20);
        let mut file = recording.live.clone();
        // Empty elements of the header become elements of another kind.
        let voids = file.windows(2).enumerate();
        let places = voids.filter(|(_, part)| part[0] == 0xEC && part[1] >= 0x80);
        let places: Vec<_> = places.map(|(at, _)| at).collect();
        let tracks = recording.blocks[0].end;
        for at in places.into_iter().filter(|at| *at < tracks) {
            let len = usize::from(file[at + 1] & 0x7F);
            if file
                .get(at + 2..at + 2 + len)
                .is_some_and(|data| data.iter().all(|b| *b == 0))
            {
                file[at] = 0xBF;
            }
        }
        for cut in [file.len(), recording.blocks[25].end + 2] {
            let repaired = repair(&file[..cut]).unwrap();
            assert!(!repaired.in_place && !repaired.report.was_whole);
            let blocks = recording.blocks.iter().filter(|block| block.end <= cut);
            let blocks: Vec<_> = blocks.map(|block| block.block.clone()).collect();
            let found = read(&repaired.file);
            assert_eq!(found.blocks, blocks);
            let duration = repaired.report.duration.as_nanos() as f64 / 1e6;
            assert_eq!(found.duration, Some(duration));
            assert_eq!(
                crate::index::cues(&repaired.file).len() as u64,
                repaired.report.index_entries
            );
            assert_eq!(crate::index::listed(&repaired.file).len(), 3);
            let again = repair(&repaired.file).unwrap();
            assert!(again.report.was_whole && again.file == repaired.file);
        }
    }
}

#[test]
fn little_is_asked_for_and_in_order() {
    let recording = record(ClusterMode::Known, Media::Both, 100);
    let file = &recording.live;
    let mut scan = RepairScan::new(file.len() as u64);
    let mut reached = 0;
    while let Some(range) = scan.wants() {
        assert!(range.start >= reached, "back from {reached}");
        assert!(range.end - range.start <= 400);
        reached = range.start;
        scan.provide(&file[range.start as usize..range.end as usize]);
    }
    assert!(scan.finish().is_ok());
}

/// The file became shorter while it was looked at.
#[test]
fn fewer_bytes_than_asked_for_end_the_file() {
    let recording = record(ClusterMode::Known, Media::Both, 20);
    let file = &recording.live;
    for end in 0..file.len() {
        let mut scan = RepairScan::new(file.len() as u64);
        while let Some(range) = scan.wants() {
            let (from, to) = (range.start as usize, range.end as usize);
            scan.provide(&file[from.min(end)..to.min(end)]);
        }
        let packets = scan.finish().map(|repair| repair.report().packets);
        let expected = repair(&file[..end]).map(|repaired| repaired.report.packets);
        assert_eq!(packets, expected, "{end}");
    }
}

#[test]
fn a_scan_has_to_be_finished() {
    let mut scan = RepairScan::new(1000);
    scan.provide(&[0x1A, 0x45, 0xDF, 0xA3]);
    assert!(scan.wants().is_some());
    assert_eq!(scan.finish().unwrap_err(), RepairError::Unfinished);
    assert_eq!(
        RepairScan::new(0).finish().unwrap_err(),
        RepairError::Unfinished
    );
}
