//! When each sample was captured, by what the server or the system says of its latency.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// For how long a measurement counts. The earliest of those counts: what is in the way makes
/// sound seem later than it was, never earlier. In one second the clocks of sound and system
/// come apart by a tenth of a millisecond.
const MEMORY: Duration = Duration::from_secs(1);

/// How much sound comes between the first measurement and one that is trusted, in parts of a second.
/// The first is made when a stream has just begun, and often within a cycle of the server: a few
/// later ones tell by how much it was late.
const SETTLING: (u64, u64) = (3, 20);

/// How late sound must seem in all that was measured in [`MEMORY`], in nanoseconds, until it is
/// believed that something was lost before it. The cycles of sound servers make it seem late by
/// less, or not each time.
const LATE: i64 = 50_000_000;

/// Ties the count of samples per channel to the system's clock.
#[derive(Debug)]
pub(super) struct Timeline {
    rate: u32,
    /// The measurements that count, the youngest last.
    measured: VecDeque<Measurement>,
    /// The instant from which origins are counted.
    epoch: Option<Instant>,
    /// When sample 0 was captured, in nanoseconds after the epoch.
    origin: Option<i64>,
    /// The position from which on measurements are trusted.
    trusted_from: Option<u64>,
    is_settled: bool,
}

#[derive(Clone, Copy, Debug)]
struct Measurement {
    at: Instant,
    /// As [`Timeline::origin`].
    origin: i64,
}

impl Timeline {
    /// `rate` is samples per second and channel, not zero.
    pub(super) fn new(rate: u32) -> Self {
        Self {
            rate,
            measured: VecDeque::new(),
            epoch: None,
            origin: None,
            trusted_from: None,
            is_settled: false,
        }
    }

    /// Whether there were enough measurements for the instants to be trusted.
    pub(super) fn is_settled(&self) -> bool {
        self.is_settled
    }

    /// Says that the sample at `position` was captured at that instant, as it was measured at
    /// `now`. Returns how many samples are missing before it: from now on it counts as if they
    /// had been there.
    pub(super) fn measure(&mut self, position: u64, captured: Instant, now: Instant) -> u64 {
        let settling = u64::from(self.rate) * SETTLING.0 / SETTLING.1;
        let trusted_from = self
            .trusted_from
            .get_or_insert(position.saturating_add(settling));
        self.is_settled |= position >= *trusted_from;
        let origin = self.origin_of(position, captured);
        self.measured.push_back(Measurement { at: now, origin });
        // One that is older stays, or all that is there after a break would be late.
        let is_old = |old: &Measurement| now.saturating_duration_since(old.at) > MEMORY;
        while self.measured.get(1).is_some_and(is_old) {
            self.measured.pop_front();
        }
        let origins = self.measured.iter().map(|measurement| measurement.origin);
        let earliest = origins.min().unwrap_or(origin);
        let known = self.origin.unwrap_or(earliest);
        let late = earliest.saturating_sub(known);
        if late <= LATE {
            // While it is not decided whether the youngest is right, there are few others left.
            if earliest < known || origin.saturating_sub(known) <= LATE {
                self.origin = Some(earliest);
            }
            return 0;
        }
        let missing = self.samples(late);
        let filled = self.nanos(missing);
        for measurement in &mut self.measured {
            measurement.origin = measurement.origin.saturating_sub(filled);
        }
        missing
    }

    /// As [`measure`](Self::measure), where it is known that something was lost just before
    /// `position`: then this one measurement says how much.
    #[cfg(any(windows, target_os = "macos", feature = "cpal", test))]
    pub(super) fn resume(&mut self, position: u64, captured: Instant, now: Instant) -> u64 {
        let late = match self.origin {
            Some(known) => self.origin_of(position, captured).saturating_sub(known),
            None => 0,
        };
        let missing = if late > 0 { self.samples(late) } else { 0 };
        self.measure(position.saturating_add(missing), captured, now) + missing
    }

    /// When sample 0 was captured, if the one at `position` was then.
    fn origin_of(&mut self, position: u64, captured: Instant) -> i64 {
        let epoch = *self.epoch.get_or_insert(captured);
        nanos_between(epoch, captured).saturating_sub(self.nanos(position))
    }

    /// When the sample at `position` was captured; `None` before the first measurement.
    pub(super) fn instant(&self, position: u64) -> Option<Instant> {
        let nanos = self.origin?.saturating_add(self.nanos(position));
        let distance = Duration::from_nanos(nanos.unsigned_abs());
        let epoch = self.epoch?;
        if nanos < 0 {
            epoch.checked_sub(distance)
        } else {
            epoch.checked_add(distance)
        }
    }

    fn nanos(&self, samples: u64) -> i64 {
        let nanos = u128::from(samples) * 1_000_000_000 / u128::from(self.rate);
        i64::try_from(nanos).unwrap_or(i64::MAX)
    }

    fn samples(&self, nanos: i64) -> u64 {
        let samples = u128::from(nanos.unsigned_abs()) * u128::from(self.rate) / 1_000_000_000;
        u64::try_from(samples).unwrap_or(u64::MAX)
    }
}

/// From `epoch` to `instant`, which may lie before it.
fn nanos_between(epoch: Instant, instant: Instant) -> i64 {
    let nanos = |duration: Duration| i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX);
    match instant.checked_duration_since(epoch) {
        Some(after) => nanos(after),
        None => -nanos(epoch.saturating_duration_since(instant)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: u32 = 48_000;

    /// What is captured since `start`, measured every 100 ms with a delay that is added to the
    /// latency.
    struct Source {
        start: Instant,
        timeline: Timeline,
        /// Samples that were lost, and samples that were filled in for them.
        lost: u64,
        filled: u64,
    }

    impl Source {
        fn new() -> Self {
            Self {
                start: Instant::now(),
                timeline: Timeline::new(RATE),
                lost: 0,
                filled: 0,
            }
        }

        /// Measures at that tenth of a second what seems `delay` milliseconds late.
        fn measure(&mut self, tenth: u64, delay: u64) -> u64 {
            let now = self.start + Duration::from_millis(tenth * 100);
            let position = tenth * 4800 - self.lost + self.filled;
            let captured = now + Duration::from_millis(delay);
            let missing = self.timeline.measure(position, captured, now);
            self.filled += missing;
            missing
        }

        /// Seconds since the start.
        fn instant(&self, position: u64) -> f64 {
            let instant = self.timeline.instant(position).unwrap();
            instant.duration_since(self.start).as_secs_f64()
        }
    }

    #[test]
    fn before_the_first_measurement_nothing_is_known() {
        assert_eq!(Timeline::new(RATE).instant(0), None);
    }

    #[test]
    fn the_first_measurements_are_not_trusted() {
        let mut source = Source::new();
        for tenth in 1..=3 {
            assert!(!source.timeline.is_settled());
            source.measure(tenth, 0);
        }
        assert!(source.timeline.is_settled());
    }

    #[test]
    fn the_earliest_measurement_counts() {
        let mut source = Source::new();
        for (tenth, delay) in [(1, 20), (2, 13), (3, 0), (4, 7), (5, 20)] {
            assert_eq!(source.measure(tenth, delay), 0);
        }
        assert!((source.instant(48_000) - 1.0).abs() < 1e-6);
        // Also for what was captured before the first of them.
        assert!((source.instant(480) - 0.01).abs() < 1e-6);
    }

    #[test]
    fn a_clock_that_runs_slow_is_followed() {
        let mut source = Source::new();
        let mut missing = 0;
        for tenth in 0..1200 {
            // 0.1 % late, which no clock of a sound card is.
            missing += source.measure(tenth, tenth / 10);
        }
        assert_eq!(missing, 0);
        let late = source.instant(119 * 48_000) - 119.0;
        assert!((late - 0.117).abs() < 0.002, "{late}");
    }

    #[test]
    fn late_for_a_moment_is_nothing_lost() {
        let mut source = Source::new();
        for tenth in 0..100 {
            let delay = if tenth % 10 < 8 { 400 } else { 0 };
            assert_eq!(source.measure(tenth, delay), 0);
        }
        assert!((source.instant(480_000) - 10.0).abs() < 1e-6);
    }

    #[test]
    fn what_stays_late_was_lost_and_is_filled_once() {
        let mut source = Source::new();
        let mut found = Vec::new();
        for tenth in 0..100 {
            if tenth == 50 {
                source.lost += 9600;
            }
            // The cycles of the server are seen here, too.
            let missing = source.measure(tenth, tenth % 3 * 10);
            if missing > 0 {
                found.push((tenth, missing));
            }
        }
        assert_eq!(found, [(61, 9600)]);
        assert!((source.instant(480_000) - 10.0).abs() < 1e-6);
    }

    #[test]
    fn a_loss_that_is_known_is_filled_at_once_however_short() {
        let mut source = Source::new();
        for tenth in 0..10 {
            assert_eq!(source.measure(tenth, 0), 0);
        }
        // 20 ms are gone.
        let now = source.start + Duration::from_secs(1);
        let captured = now + Duration::from_millis(20);
        assert_eq!(source.timeline.resume(48_000, captured, now), 960);
        assert!((source.instant(48_960) - 1.02).abs() < 1e-4);
        // What comes too early by the clock is no less than nothing.
        assert_eq!(source.timeline.resume(48_960, now, now), 0);
        assert_eq!(Timeline::new(RATE).resume(7, now, now), 0);
    }

    #[test]
    fn sound_that_paused_was_lost_as_long() {
        let mut source = Source::new();
        for tenth in 0..30 {
            assert_eq!(source.measure(tenth, 0), 0);
        }
        source.lost = 48_000 * 60;
        let missing: Vec<_> = (630..680).map(|tenth| source.measure(tenth, 0)).collect();
        assert_eq!(missing.iter().sum::<u64>(), 48_000 * 60);
        assert_eq!(missing.iter().filter(|missing| **missing > 0).count(), 1);
    }
}
