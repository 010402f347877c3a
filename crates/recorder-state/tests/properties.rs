//! What holds of the recorder's parts whatever they are told.

use std::num::NonZeroU32;

use media_recorder_state::{
    BitrateRequest, KeyFrameInterval, KeyFramePolicy, SleepDetector, Slicer, Timeline,
};
use media_recorder_types::{MediaTime, TrackKind};
use proptest::prelude::*;

fn ms(n: i64) -> MediaTime {
    MediaTime::from_millis(n)
}

/// Times that mostly go on by up to `step` ms, sometimes back, and rarely anywhere.
fn times(step: i64) -> impl Strategy<Value = Vec<MediaTime>> {
    let next = prop_oneof![
        20 => (0..step).prop_map(Ok),
        2 => (-step..0).prop_map(Ok),
        1 => any::<i64>().prop_map(Err),
    ];
    prop::collection::vec(next, 0..80).prop_map(|steps| {
        let mut now = MediaTime::ZERO;
        let mut times = Vec::new();
        for step in steps {
            now = match step {
                Ok(step) => now.saturating_add(ms(step)),
                Err(nanos) => MediaTime::from_nanos(nanos),
            };
            times.push(now);
        }
        times
    })
}

fn rising(step: i64) -> impl Strategy<Value = Vec<MediaTime>> {
    times(step).prop_map(|mut times| {
        times.sort();
        times
    })
}

proptest! {
    /// `videoKeyFrameIntervalDuration`: a key frame is the first frame that arrives after so long
    /// since the last one.
    #[test]
    fn key_frames_by_duration(times in times(200), interval in 0_i64..1_000) {
        let mut policy = KeyFramePolicy::new(KeyFrameInterval::Duration(ms(interval)));
        let mut last_key: Option<MediaTime> = None;
        for time in times {
            let due = last_key.is_none_or(|key| time > key.saturating_add(ms(interval)));
            prop_assert_eq!(policy.next(time), due);
            if due {
                last_key = Some(time);
            }
        }
    }

    /// `videoKeyFrameIntervalCount`: so many frames lie between two key frames, whatever their
    /// times are.
    #[test]
    fn key_frames_by_count(times in times(200), count in 1_u32..20) {
        let interval = NonZeroU32::new(count).expect("it is at least 1");
        let mut policy = KeyFramePolicy::new(KeyFrameInterval::Count(interval));
        for (n, time) in times.into_iter().enumerate() {
            prop_assert_eq!(policy.next(time), n % (count as usize + 1) == 0);
        }
    }

    /// With media in order: a slice that nobody asked for spans at least the timeslice and the
    /// minimum, and as soon as one does it goes out; timecodes say where slices begin.
    #[test]
    fn slices_are_as_long_as_asked(
        media in prop::collection::vec((0_i64..300, prop::bool::weighted(0.1)), 1..80),
        timeslice in 0_i64..1_000,
        begin in -1_000_i64..1_000,
    ) {
        let least = ms(timeslice).max(Slicer::MINIMUM);
        let mut slicer = Slicer::new(Some(ms(timeslice)));
        let mut now = begin;
        let (mut origin, mut pending) = (None, None);
        for (step, requested) in media {
            now += step;
            let origin = *origin.get_or_insert(now);
            let first = *pending.get_or_insert(now);
            let full = slicer.gather(ms(now));
            prop_assert_eq!(full, ms(now - first) >= least);
            if full {
                prop_assert_eq!(slicer.deliver(), ms(first - origin));
                prop_assert!(!slicer.gather(ms(now)));
                pending = Some(now);
            }
            if requested {
                let timecode = ms(pending.take().unwrap_or(now) - origin);
                prop_assert_eq!(slicer.deliver(), timecode);
                prop_assert_eq!(slicer.deliver(), timecode, "nothing was gathered since");
            }
        }
    }

    /// `BlobEvent.timecode`: 0 in the first, and never back, whatever the times are.
    #[test]
    fn timecodes_begin_at_zero_and_never_go_back(
        times in times(300),
        timeslice in prop::option::of(any::<i64>()),
        requested in any::<prop::sample::Index>(),
    ) {
        let mut slicer = Slicer::new(timeslice.map(MediaTime::from_nanos));
        let requested = requested.index(times.len() + 1);
        let mut timecodes = Vec::new();
        for (n, time) in times.into_iter().enumerate() {
            if n == requested {
                timecodes.push(slicer.deliver());
            }
            if slicer.gather(time) {
                timecodes.push(slicer.deliver());
                prop_assert!(!slicer.gather(time));
            }
        }
        timecodes.push(slicer.deliver());
        prop_assert_eq!(timecodes[0], MediaTime::ZERO);
        prop_assert!(timecodes.is_sorted(), "{:?}", timecodes);
    }

    /// Whatever is called at whatever time: later captures have later recording times, none is
    /// before the start, and the spans say the same as the map.
    #[test]
    fn a_timeline_never_goes_back(
        calls in prop::collection::vec((0..3, any::<i64>(), any::<i64>()), 0..20),
        captures in rising(2_000_000_000_000),
    ) {
        let mut timeline = Timeline::new(MediaTime::ZERO);
        for (call, at, to) in calls {
            let (at, to) = (MediaTime::from_nanos(at), MediaTime::from_nanos(to));
            match call {
                0 => timeline.pause(at),
                1 => timeline.resume(at),
                _ => timeline.skip(at, to),
            }
        }
        let mapped: Vec<_> = captures.iter().filter_map(|at| timeline.map(*at)).collect();
        prop_assert!(mapped.is_sorted(), "{:?}", mapped);
        prop_assert!(mapped.iter().all(|time| *time >= MediaTime::ZERO));
        for at in captures {
            let next = at.saturating_add(MediaTime::from_nanos(1));
            let span = timeline.spans(at, next).next();
            prop_assert_eq!(span.map(|span| span.time), timeline.map(at));
        }
    }

    /// Driven as a recording is, on a clock that jumps on: what is captured one after the other
    /// has rising times, and no sleep leaves a hole.
    #[test]
    fn a_sleep_leaves_no_hole(
        steps in prop::collection::vec(
            (0..6, prop_oneof![9 => 0_i64..400, 1 => 9_000_i64..10_000_000]),
            0..80,
        ),
    ) {
        let mut now = ms(0);
        let mut detector = SleepDetector::new(now);
        let mut timeline = Timeline::new(now);
        let mut last = ms(0);
        for (call, step) in steps {
            now = now.saturating_add(ms(step));
            if let Some((from, to)) = detector.tick(now) {
                timeline.skip(from, to);
            }
            if let Some(time) = timeline.map(now) {
                let gap = time.saturating_sub(last);
                prop_assert!((ms(0)..=SleepDetector::THRESHOLD).contains(&gap), "{}", gap);
                last = time;
            }
            match call {
                0 => timeline.pause(now),
                1 | 2 => timeline.resume(now),
                _ => {}
            }
        }
    }

    /// `bitsPerSecond` overrides both others and is shared out among the kinds that are there;
    /// without it, the others stand as they are.
    #[test]
    fn bitrates_add_up(
        audio in any::<Option<u32>>(),
        video in any::<Option<u32>>(),
        total in any::<Option<u32>>(),
        tracks in prop::collection::vec(prop_oneof![Just(TrackKind::Audio), Just(TrackKind::Video)], 0..4),
    ) {
        let request = BitrateRequest { audio, video, total };
        let (at_rest, recording) = (request.at_rest(), request.for_tracks(&tracks));
        for bitrates in [at_rest, recording] {
            match total {
                Some(total) => {
                    let sum = bitrates.audio.checked_add(bitrates.video);
                    // No codec makes anything of less.
                    prop_assert!(sum == Some(total) || total < 16_000 && sum <= Some(16_000));
                }
                None => {
                    prop_assert_eq!(bitrates, at_rest);
                    prop_assert!(audio.is_none_or(|audio| bitrates.audio == audio));
                    prop_assert!(video.is_none_or(|video| bitrates.video == video));
                    prop_assert!(audio.is_some() || bitrates.audio > 0);
                    prop_assert!(video.is_some() || bitrates.video > 0);
                }
            }
        }
        if total.is_some() && !tracks.is_empty() {
            prop_assert!(tracks.contains(&TrackKind::Audio) || recording.audio == 0);
            prop_assert!(tracks.contains(&TrackKind::Video) || recording.video == 0);
        }
    }
}
