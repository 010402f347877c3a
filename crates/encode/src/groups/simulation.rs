//! Plan and schedule on any number of cores, in simulated time.
//!
//! The same [`Plan`] and [`Schedule`] as in the encoder, driven by a list of events instead of
//! threads. Times are in thousandths of what an ordinary frame costs one core.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};
use std::num::NonZeroUsize;

use media_recorder_types::{FrameSize, Rate, TrackId, VideoCodec};

use super::grouping::Grouping;
use super::plan::Plan;
use super::schedule::Schedule;
use crate::{Mode, VideoConfig};

/// A frame that is being encoded: when it is ready, in which lane, its number.
type End = Reverse<(u64, usize, u64)>;

/// What a run showed.
#[derive(Debug)]
struct Run {
    /// What one core would take, over what it took.
    speed_up: f64,
    /// The most frames between the newest that came and the oldest without a packet.
    latency: u64,
    /// The most pictures that waited or were encoded at once.
    pictures: usize,
    /// The longest time from when a frame was due until it was taken.
    held_up: u64,
}

/// Encodes `frames` frames that come every `interval`, or whenever there is room if that is 0;
/// every so many of them a key frame is asked for, but not if that is 0. `cost` says what a frame costs from its number and whether it is a key frame.
fn run(
    grouping: Grouping,
    frames: u64,
    (interval, keys): (u64, u64),
    cost: impl Fn(u64, bool) -> u64,
) -> Run {
    let mut plan = Plan::new(grouping.lanes, grouping.longest).with_first(grouping.first);
    let mut schedule = Schedule::new(grouping.lanes, grouping.limits());
    let mut ends: BinaryHeap<End> = BinaryHeap::new();
    let mut done = BTreeSet::new();
    let (mut now, mut came, mut given, mut out, mut work) = (0, 0, 0, 0, 0);
    let is_key = |frame: u64| frame.checked_rem(keys).unwrap_or(frame) == 0;
    let held = grouping.held as u64;
    let mut found = Run {
        speed_up: 0.0,
        latency: 0,
        pictures: 0,
        held_up: 0,
    };
    let mut begin = |schedule: &mut Schedule<bool>, ends: &mut BinaryHeap<End>, now: u64| {
        if let Some(task) = schedule.take() {
            let cost = cost(task.number, task.work);
            work += cost;
            ends.push(Reverse((now + cost, task.lane, task.number)));
        }
    };
    while out < frames {
        let due = interval * came;
        let comes = came < frames && (came < given + held || schedule.has_room());
        if comes && due <= now {
            came += 1;
            if came == frames {
                plan.end(frames - given, grouping.workers);
            }
            while given + held < came || came == frames && given < frames {
                let place = plan.place(is_key(given));
                given += 1;
                if schedule.push(place.lane, place.key) {
                    begin(&mut schedule, &mut ends, now);
                }
            }
            let waiting = schedule.tasks() + (came - given) as usize;
            found.latency = found.latency.max(came - out);
            found.pictures = found.pictures.max(waiting);
            found.held_up = found.held_up.max(now - due);
            continue;
        }
        let first_end = ends.peek().map(|Reverse((end, ..))| *end);
        if comes && first_end.is_none_or(|end| due < end) {
            now = due;
            continue;
        }
        let Some(Reverse((end, lane, number))) = ends.pop() else {
            panic!("nothing comes and nothing is encoded");
        };
        now = end;
        schedule.done(lane);
        done.insert(number);
        while done.remove(&out) {
            out += 1;
        }
        begin(&mut schedule, &mut ends, now);
    }
    found.speed_up = work as f64 / now as f64;
    found
}

/// Frames that differ by up to a half, in scenes that differ by up to a factor of four; a key
/// frame costs twice as much.
fn uneven(number: u64, key: bool) -> u64 {
    let noise = |n: u64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    let scene = 500 + noise(number / 70) % 1500;
    let frame = 75 + noise(number) % 50;
    scene * frame / 100 * if key { 2 } else { 1 }
}

fn grouping(workers: usize, mode: Mode, hold_back: bool) -> Grouping {
    let config = VideoConfig::new(TrackId::FIRST, FrameSize::new(1280, 720))
        .with_rate(Rate::new(30, 1))
        .with_mode(mode)
        .with_hold_back(hold_back)
        .with_threads(NonZeroUsize::new(workers));
    Grouping::of(VideoCodec::Vp9, &config).expect("groups")
}

#[test]
fn two_cores_are_as_good_as_twice_one_and_sixty_four_are_of_use() {
    for (workers, least) in [
        (2, 1.9),
        (3, 2.8),
        (4, 3.7),
        (8, 7.4),
        (16, 14.6),
        (32, 29.5),
        (64, 59.0),
    ] {
        for hold_back in [false, true] {
            let grouping = grouping(workers, Mode::Offline, hold_back);
            let found = run(grouping, 2000 * workers as u64, (0, 0), uneven);
            assert!(found.speed_up > least, "{workers} cores: {found:?}");
            assert!(found.latency <= grouping.latency() as u64);
            assert!(found.pictures <= grouping.pictures);
        }
    }
}

#[test]
fn short_streams_keep_all_cores_busy_to_the_end() {
    // A key frame takes as long as four others.
    let steady = |_, key| if key { 4000 } else { 1000 };
    for (workers, least) in [(2, 1.9), (3, 2.0), (4, 2.4)] {
        for frames in [150, 240, 300, 301, 333, 400, 450, 900] {
            for keys in [0, 60] {
                let found = run(
                    grouping(workers, Mode::Offline, true),
                    frames,
                    (0, keys),
                    steady,
                );
                let case = (workers, frames, keys);
                assert!(found.speed_up > least, "{case:?}: {found:?}");
            }
        }
    }
}

#[test]
fn a_live_source_is_never_held_up_while_the_cores_are_fast_enough() {
    // One core needs half as long again as there is time for a frame, and two have a quarter
    // to spare.
    let grouping = grouping(2, Mode::RealTime, false);
    let steady = |_, key| if key { 1500 } else { 1000 };
    let found = run(grouping, 3000, (670, 0), steady);
    assert_eq!(found.held_up, 0, "{found:?}");
    // Two thirds of a second behind at most, at 30 frames per second.
    assert!(found.latency <= 20, "{found:?}");
}

#[test]
fn a_live_source_that_is_too_fast_is_held_up_and_no_memory_grows() {
    let grouping = grouping(2, Mode::RealTime, false);
    let found = run(grouping, 3000, (400, 0), uneven);
    assert!(found.held_up > 0, "{found:?}");
    assert!(found.latency <= grouping.latency() as u64, "{found:?}");
    assert!(found.pictures <= grouping.pictures, "{found:?}");
}
