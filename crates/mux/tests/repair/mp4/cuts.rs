//! Files that break off.

use media_recorder_mux::{Mp4Mode, Mp4Options, RepairError, RepairReport, RepairScan, RepairStep};

use super::support::{MODES, Recording, record, record_with};
use crate::mp4_reader::{
    Read, fragmented_samples, fragments, indexed_samples, symphonia_samples, top_boxes,
};
use crate::support::{apply, repair, scan};

/// Where the last fragment ends.
fn fragments_end(recording: &Recording) -> usize {
    let boxes = top_boxes(&recording.live);
    let last = boxes.iter().rfind(|(kind, ..)| kind == "mdat").unwrap();
    last.1 + last.2
}

fn payloads(samples: &[Read], track: u32) -> Vec<&[u8]> {
    let samples = samples.iter().filter(|sample| sample.track == track);
    samples.map(|sample| &sample.data[..]).collect()
}

/// Cuts `file` everywhere, and repairs what is left.
fn cut_everywhere(file: &[u8], recording: &Recording) {
    let header = fragments(&recording.live)[0].0;
    for cut in 0..file.len() {
        // The bytes of the fragments are the same in the finished file.
        let expected = match cut {
            0.. if cut < header => Vec::new(),
            _ => fragmented_samples(&recording.live[..cut.min(recording.live.len())]),
        };
        let repaired = match repair(&file[..cut]) {
            Ok(repaired) => repaired,
            Err(error) => {
                assert_eq!(expected, [], "cut at {cut}: {error}");
                let nothing = matches!(
                    error,
                    RepairError::UnknownContainer
                        | RepairError::NoTracks
                        | RepairError::NoPackets
                        | RepairError::NoIndex
                );
                assert!(nothing, "cut at {cut}: {error}");
                continue;
            }
        };
        let report = &repaired.report;
        if report.was_whole {
            // It says how long it is, and is that long: only what one seeks by is gone.
            assert_eq!(cut, fragments_end(recording));
            continue;
        }
        assert!(repaired.in_place, "cut at {cut}");
        let found = indexed_samples(&repaired.file);
        assert_eq!(found, expected, "cut at {cut}");
        assert_eq!(report.packets, expected.len() as u64, "cut at {cut}");
        assert_eq!(report.damaged, []);
        let heard = symphonia_samples(&repaired.file);
        for track in [1, 2] {
            assert_eq!(payloads(&heard, track), payloads(&expected, track), "{cut}");
        }
        let kinds: Vec<_> = top_boxes(&repaired.file).into_iter().map(|b| b.0).collect();
        assert_eq!(kinds, ["ftyp", "mdat", "moov"], "cut at {cut}");

        let again = repair(&repaired.file).unwrap();
        assert!(again.report.was_whole, "cut at {cut}");
        assert!(again.file == repaired.file, "cut at {cut}");
        assert_eq!(again.report.duration, report.duration);
        assert_eq!(again.report.packets, report.packets);
    }
}

#[test]
fn what_a_killed_process_leaves_keeps_every_whole_sample() {
    for mode in MODES {
        let recording = record(mode, 14);
        cut_everywhere(&recording.live, &recording);
    }
}

#[test]
fn a_finished_file_that_breaks_off_keeps_every_whole_sample() {
    for mode in MODES {
        let recording = record(mode, 14);
        cut_everywhere(&recording.finished, &recording);
    }
}

#[test]
fn segment_indexes_are_no_obstacle() {
    let options = Mp4Options::new().mode(Mp4Mode::Fragmented);
    let recording = record_with(options.segment_index(true), 14);
    cut_everywhere(&recording.live, &recording);
}

#[test]
fn a_finished_file_is_left_alone() {
    for mode in MODES {
        let recording = record(mode, 14);
        let repaired = repair(&recording.finished).unwrap();
        assert!(repaired.report.was_whole, "{mode:?}");
        assert!(repaired.file == recording.finished);
        assert_eq!(repaired.report.packets, 14 + 25);
        // The last sound is cut five milliseconds short, the last picture is not.
        assert_eq!(repaired.report.duration.as_millis(), 14 * 40);
        assert_eq!(repaired.report.bytes_lost, 0);
    }
    let options = Mp4Options::new().mode(Mp4Mode::Fragmented);
    let without_index = record_with(options.random_access_index(false), 14);
    let repaired = repair(&without_index.finished).unwrap();
    assert!(repaired.report.was_whole);
}

/// The process was killed between its last write and the one before, or in the index.
#[test]
fn a_repaired_file_is_what_its_writer_would_have_finished() {
    let recording = record(Mp4Mode::Hybrid, 40);
    let (live, finished) = (&recording.live, &recording.finished);
    for file in [live, finished] {
        for cut in fragments_end(&recording)..file.len() {
            let repaired = repair(&file[..cut]).unwrap();
            assert!(repaired.file == *finished, "cut at {cut}");
            // Of less than a box's header, nobody knows what it is.
            assert!(repaired.report.bytes_lost < 8, "cut at {cut}");
            assert_eq!(repaired.report.packets_lost, 0);
        }
    }
    assert!(repair(live).unwrap().file == *finished);
}

#[test]
fn what_was_lost_is_told() {
    let recording = record(Mp4Mode::Hybrid, 14);
    let (moof, _) = fragments(&recording.live)[1];
    // In the first payload of the second fragment, of which nothing is kept then.
    let boxes = top_boxes(&recording.live);
    let media = boxes
        .iter()
        .find(|b| b.0 == "mdat" && b.1 > moof)
        .unwrap()
        .1;
    let cut = media + 8 + 1;
    let report = repair(&recording.live[..cut]).unwrap().report;
    assert_eq!(report.bytes_lost, (cut - moof) as u64);
    assert_eq!(report.packets_lost, 4 + 8);
    // The moof itself is cut: what it would have listed nobody knows.
    let report = repair(&recording.live[..media - 1]).unwrap().report;
    assert_eq!(report.bytes_lost, (media - 1 - moof) as u64);
    assert_eq!(report.packets_lost, 0);
}

/// A process that is killed while it repairs leaves a file that can be repaired.
#[test]
fn a_repair_that_is_interrupted_can_be_done_again() {
    for mode in MODES {
        let recording = record(mode, 20);
        for whole in [&recording.live, &recording.finished] {
            let file = &whole[..fragments_end(&recording) - 7];
            let done = repair(file).unwrap();
            let mut steps = scan(file).unwrap();
            let mut interrupted = file.to_vec();
            while let Some(step) = steps.poll_step() {
                let before = interrupted.len();
                match step {
                    RepairStep::Copy(range) => interrupted.truncate(range.end as usize),
                    RepairStep::Output(output) => apply(&mut interrupted, &output),
                }
                // All of the step, or, if it makes the file longer, a part of it.
                let after = interrupted.len().max(before);
                for len in before.min(interrupted.len())..=after {
                    let part = &interrupted[..len.min(interrupted.len())];
                    let again = repair(part).unwrap();
                    assert!(again.file == done.file, "{mode:?}, {len}");
                }
            }
            assert!(interrupted == done.file);
            assert!(repair(&interrupted).unwrap().report.was_whole);
        }
    }
}

#[test]
fn little_is_asked_for_and_in_order() {
    for mode in MODES {
        let recording = record(mode, 100);
        let file = &recording.live;
        let mut scan = RepairScan::new(file.len() as u64);
        let mut reached = 0;
        while let Some(range) = scan.wants() {
            assert!(range.end - range.start <= 1400, "{range:?}");
            // Once, back to the beginning of the moov.
            assert!(range.start >= reached || range.start < 100, "{range:?}");
            reached = range.start;
            scan.provide(&file[range.start as usize..range.end as usize]);
        }
        assert!(scan.finish().is_ok());
    }
}

/// The file became shorter while it was looked at.
#[test]
fn fewer_bytes_than_asked_for_end_the_file() {
    for mode in MODES {
        let recording = record(mode, 14);
        for file in [&recording.live, &recording.finished] {
            for end in 8..file.len() {
                if let Some(found) = scan_shortened(file, end) {
                    let expected = repair(&file[..end]).map(|repaired| repaired.report);
                    assert_eq!(found, expected, "{end}");
                }
            }
        }
    }
}

/// `None` if the scan passes over the end.
fn scan_shortened(file: &[u8], end: usize) -> Option<Result<RepairReport, RepairError>> {
    let mut scan = RepairScan::new(file.len() as u64);
    let mut met = false;
    while let Some(range) = scan.wants() {
        let (from, to) = (range.start as usize, range.end as usize);
        met |= to > end;
        scan.provide(file.get(from..to.min(end))?);
    }
    met.then(|| scan.finish().map(|repair| repair.report().clone()))
}
