//! Damage in the middle of a file.

use media_recorder_mux::ClusterMode;

use crate::index::listed;
use crate::support::{Media, Recording, find, read, record, repair};

const CLUSTER: [u8; 4] = [0x1F, 0x43, 0xB6, 0x75];

const MODES: [ClusterMode; 2] = [ClusterMode::Known, ClusterMode::Unknown];

/// Where the clusters begin.
fn clusters(file: &[u8]) -> Vec<usize> {
    let places = file.windows(4).enumerate();
    let found = places.filter(|(_, part)| *part == CLUSTER);
    found.map(|(at, _)| at).collect()
}

/// Repairs `damaged`, a finished file with damage from `from` to `to`. Only blocks of the clusters
/// that the damage touches may be lost.
fn check(damaged: &[u8], recording: &Recording, from: usize, to: usize) {
    let repaired = repair(damaged).unwrap();
    let found = read(&repaired.file).blocks;
    let clusters = clusters(&recording.finished);
    let before = clusters.iter().rfind(|at| **at <= from).unwrap();
    let after = clusters.iter().find(|at| **at >= to).copied();
    let after = after.unwrap_or(usize::MAX);
    for block in &recording.blocks {
        let touched = block.end > *before && block.end <= after;
        let kept = found.contains(&block.block);
        assert!(kept || touched, "{block:?} of damage at {from}..{to}");
    }
    assert!(found.len() <= recording.blocks.len());
    listed(&repaired.file);
    let again = repair(&repaired.file).unwrap();
    assert!(again.report.was_whole, "damage at {from}..{to}");
    assert_eq!(again.file, repaired.file);
}

#[test]
fn zeros_anywhere_cost_a_cluster_at_most() {
    for mode in MODES {
        let recording = record(mode, Media::Both, 20);
        let file = &recording.finished;
        let (first, end) = (clusters(file)[0], recording.blocks.last().unwrap().end);
        for at in first..end - 20 {
            let mut damaged = file.clone();
            damaged[at..at + 20].fill(0);
            check(&damaged, &recording, at, at + 20);
        }
    }
}

#[test]
fn a_damaged_index_is_made_anew() {
    for mode in MODES {
        let recording = record(mode, Media::Both, 20);
        let at = recording.blocks.last().unwrap().end;
        let file = &recording.finished;
        // Its first octets are its ID and its size.
        for from in at + 6..file.len() - 4 {
            let mut damaged = file.clone();
            damaged[from..from + 4].fill(0xFF);
            let repaired = repair(&damaged).unwrap();
            let index_is_readable = repaired.report.was_whole;
            assert!(index_is_readable || repaired.file == *file, "{from}");
            assert_eq!(repaired.report.bytes_lost, 0);
        }
    }
}

#[test]
fn what_is_covered_is_reported() {
    let recording = record(ClusterMode::Known, Media::Both, 20);
    let mut file = recording.finished.clone();
    let at = clusters(&file);
    file[at[1]..at[1] + 20].fill(0);
    let repaired = repair(&file).unwrap();
    assert!(repaired.in_place);
    let range = at[1] as u64..at[2] as u64;
    assert_eq!(repaired.report.bytes_lost, range.end - range.start);
    assert_eq!(repaired.report.damaged, [range]);
}

/// A size that is too large leads past what is good: the scan has to come back.
#[test]
fn a_wrong_size_costs_its_cluster_only() {
    for mode in MODES {
        let recording = record(mode, Media::Both, 20);
        let file = &recording.finished;
        let block = &recording.blocks[7];
        // The size of a block is five octets before its payload.
        let size_at = find(file, &block.block.data).unwrap() - 5;
        for size in [0x80, 0x81, 0x90, 0xF0, 0xFF, 0x7F, 0x40, 0x20, 0x01] {
            let mut damaged = file.clone();
            damaged[size_at] = size;
            check(&damaged, &recording, size_at, size_at + 1);
        }
    }
}

#[test]
fn the_end_of_a_file_may_be_zeros() {
    for mode in MODES {
        let recording = record(mode, Media::Both, 20);
        let mut file = recording.live[..recording.blocks[30].end].to_vec();
        file.resize(file.len() + 5000, 0);
        let repaired = repair(&file).unwrap();
        assert_eq!(repaired.report.packets, 31, "{mode:?}");
        assert_eq!(repaired.report.bytes_lost, 5000);
    }
}

/// A header that was torn by a crash while it was corrected.
#[test]
fn the_tracks_are_found_behind_damage() {
    for mode in MODES {
        let recording = record(mode, Media::Both, 20);
        let file = &recording.finished;
        let segment = find(file, &[0x18, 0x53, 0x80, 0x67]).unwrap() + 12;
        let tracks = find(&file[segment + 100..], &[0x16, 0x54, 0xAE, 0x6B]).unwrap();
        for len in (1..segment + 100 + tracks - segment).step_by(3) {
            let mut damaged = file.clone();
            damaged[segment..segment + len].fill(0);
            let repaired = repair(&damaged).unwrap();
            let found = read(&repaired.file).blocks;
            assert_eq!(found.len(), recording.blocks.len(), "{mode:?}, {len}");
            listed(&repaired.file);
            assert!(repair(&repaired.file).unwrap().report.was_whole);
        }
    }
}
