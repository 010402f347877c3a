//! Damage in the middle of a file, and files that are not what they seem.

use media_recorder_mux::{Mp4Mode, RepairError};

use super::support::{MODES, record};
use crate::mp4_reader::{fragmented_samples, fragments, indexed_samples, top_boxes};
use crate::support::repair;

/// Damage costs the fragments that it touches, and no other.
#[test]
fn zeros_anywhere_cost_the_fragments_they_are_in() {
    const OCTETS: usize = 20;
    for mode in MODES {
        let recording = record(mode, 20);
        let file = &recording.live;
        let whole = fragmented_samples(file);
        let mut starts: Vec<_> = fragments(file).into_iter().map(|f| f.0).collect();
        let boxes = top_boxes(file);
        let last = boxes.iter().rfind(|b| b.0 == "mdat").unwrap();
        starts.push(last.1 + last.2);
        for at in starts[0]..starts[starts.len() - 1] - OCTETS {
            let mut damaged = file.clone();
            damaged[at..at + OCTETS].fill(0);
            let repaired = repair(&damaged).unwrap();
            if repaired.report.was_whole {
                // Another duration, say, is as good as the right one.
                continue;
            }
            let found = indexed_samples(&repaired.file);
            for (n, span) in starts.windows(2).enumerate() {
                let touched = at < span[1] && span[0] < at + OCTETS;
                if touched {
                    continue;
                }
                let mut of_fragment = whole.iter().filter(|sample| {
                    let first = n as u64 * 160;
                    let rate = if sample.track == 1 { 90_000 } else { 48_000 };
                    let millis = sample.start * 1000 / rate;
                    (first..first + 160).contains(&millis)
                });
                let kept = of_fragment.all(|sample| {
                    found.iter().any(|other| {
                        (other.track, other.start) == (sample.track, sample.start)
                            && other.data == sample.data
                    })
                });
                assert!(kept, "{mode:?}, damage at {at}, fragment {n}");
            }
            let again = repair(&repaired.file).unwrap();
            assert!(again.report.was_whole, "{mode:?}, damage at {at}");
            assert!(again.file == repaired.file);
        }
    }
}

#[test]
fn what_is_passed_over_is_reported() {
    for mode in MODES {
        let recording = record(mode, 20);
        let mut file = recording.live.clone();
        let starts: Vec<_> = fragments(&file).into_iter().map(|f| f.0).collect();
        file[starts[1] + 8..starts[1] + 12].fill(0);
        let repaired = repair(&file).unwrap();
        let hole = starts[1] as u64..starts[2] as u64;
        assert_eq!(repaired.report.bytes_lost, hole.end - hole.start);
        assert_eq!(repaired.report.damaged, [hole]);
    }
}

/// A size that is too large leads past what is good, one that is too small into it.
#[test]
fn a_wrong_size_of_an_mdat_costs_little() {
    for mode in MODES {
        let recording = record(mode, 20);
        let file = &recording.live;
        let whole = fragmented_samples(file);
        let boxes = top_boxes(file);
        let media = boxes.iter().filter(|b| b.0 == "mdat").nth(1).unwrap();
        for (size, most_lost) in [(0x7FFF_FFFF_u32, 0), (media.2 as u32 + 300, 0), (8, 12)] {
            let mut damaged = file.clone();
            damaged[media.1..media.1 + 4].copy_from_slice(&size.to_be_bytes());
            let repaired = repair(&damaged).unwrap();
            let found = indexed_samples(&repaired.file);
            let kept = whole
                .iter()
                .filter(|s| found.iter().any(|f| f.data == s.data));
            assert!(kept.count() >= whole.len() - most_lost, "{mode:?}, {size}");
            assert!(repair(&repaired.file).unwrap().report.was_whole);
        }
    }
}

#[test]
fn the_end_of_a_file_may_be_zeros() {
    for mode in MODES {
        let recording = record(mode, 20);
        let boxes = top_boxes(&recording.live);
        let last = boxes.iter().rfind(|b| b.0 == "mdat").unwrap();
        let mut file = recording.live[..last.1 + last.2].to_vec();
        let packets = fragmented_samples(&file).len() as u64;
        file.resize(file.len() + 200_000, 0);
        let report = repair(&file).unwrap().report;
        assert_eq!(report.packets, packets, "{mode:?}");
        assert_eq!(report.bytes_lost, 200_000);
    }
}

/// Its fragments are still there.
#[test]
fn a_finished_hybrid_file_without_its_index_gets_another() {
    let recording = record(Mp4Mode::Hybrid, 20);
    let boxes = top_boxes(&recording.finished);
    let (_, at, len) = boxes.iter().find(|b| b.0 == "moov").unwrap();
    for place in [4, 8, 12, 130] {
        let mut damaged = recording.finished.clone();
        damaged[at + place..at + place + 4].fill(0);
        assert_eq!(
            repair(&damaged).unwrap().file,
            recording.finished,
            "{place}"
        );
    }
    // Nothing is wrong with one that has something behind it.
    let mut longer = recording.finished.clone();
    longer.resize(longer.len() + 100, 0);
    assert!(repair(&longer).unwrap().report.was_whole);
    assert_eq!(at + len, recording.finished.len());
}

#[test]
fn an_ordinary_file_cannot_be_repaired() {
    let recording = record(Mp4Mode::Hybrid, 20);
    let file = &recording.finished;
    let boxes = top_boxes(file);
    let part = |kind: &str| {
        let (_, at, len) = boxes.iter().find(|b| b.0 == kind).unwrap();
        &file[*at..at + len]
    };
    // As other programs write it: nothing but payloads is in the mdat.
    let payloads = [&(5008_u32.to_be_bytes())[..], b"mdat", &[0x55; 5000]].concat();
    let index_first = [part("ftyp"), part("moov"), &payloads].concat();
    let index_last = [part("ftyp"), &payloads, part("moov")].concat();
    for file in [&index_first, &index_last] {
        assert!(repair(file).unwrap().report.was_whole);
    }
    let moov_end = index_first.len() - payloads.len();
    for cut in 0..index_first.len() {
        let error = repair(&index_first[..cut]).unwrap_err();
        let expected = match cut {
            ..8 => RepairError::UnknownContainer,
            8.. if cut < moov_end => RepairError::NoTracks,
            _ => RepairError::NotFragmented,
        };
        assert_eq!(error, expected, "cut at {cut}");
    }
    let media = part("ftyp").len() + 8;
    for cut in media..index_last.len() {
        assert_eq!(
            repair(&index_last[..cut]).unwrap_err(),
            RepairError::NoIndex
        );
    }
}

/// A fragment may list samples before itself. What is behind it is still looked for behind it.
#[test]
fn damage_behind_a_fragment_that_points_back_is_searched_once() {
    for mode in MODES {
        let recording = record(mode, 20);
        let mut file = recording.live.clone();
        let starts: Vec<_> = fragments(&file).into_iter().map(|f| f.0).collect();
        let (second, third) = (starts[1], starts[2]);
        for at in second..third {
            if file[at..].starts_with(b"trun") {
                // Its data offset, behind type, version, flags and count (ISO/IEC 14496-12 §8.8.8).
                let back = 100 - i32::try_from(second).unwrap();
                file[at + 12..at + 16].copy_from_slice(&back.to_be_bytes());
            }
        }
        file[third..third + 8].fill(0xFF);
        let report = repair(&file).unwrap().report;
        assert_eq!(report.damaged.len(), 1, "{:?}", report.damaged);
        assert!(report.bytes_lost < file.len() as u64);
        assert!(report.packets < fragmented_samples(&recording.live).len() as u64);
    }
}
