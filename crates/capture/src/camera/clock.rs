//! The clock by which the system stamps pictures as the standard library's.

use std::time::{Duration, Instant};

use super::backend::system_time;

/// Looks at both clocks; the closest pair counts.
const LOOKS: usize = 5;

/// One moment on both clocks. They are the same clock, but [`Instant`] does not show its number.
#[derive(Clone, Copy, Debug)]
pub(super) struct SystemClock {
    instant: Instant,
    /// Since the clock's zero.
    monotonic: Duration,
}

impl SystemClock {
    /// Compares the clocks.
    pub(super) fn now() -> Self {
        let mut best = Self::look();
        for _ in 1..LOOKS {
            let look = Self::look();
            if look.1 < best.1 {
                best = look;
            }
        }
        best.0
    }

    /// One comparison, and how long it took: a thread may be interrupted in the middle of it.
    fn look() -> (Self, Duration) {
        let before = Instant::now();
        let monotonic = system_time();
        let took = before.elapsed();
        let clock = Self {
            instant: before + took / 2,
            monotonic,
        };
        (clock, took)
    }

    /// The instant of a time of the kernel's; `None` if it has no instant.
    pub(super) fn instant(self, monotonic: Duration) -> Option<Instant> {
        match monotonic.checked_sub(self.monotonic) {
            Some(later) => self.instant.checked_add(later),
            None => self.instant.checked_sub(self.monotonic - monotonic),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_the_kernel_lies_between_two_instants() {
        let clock = SystemClock::now();
        let before = Instant::now();
        let time = system_time();
        let after = Instant::now();
        let at = clock.instant(time).unwrap();
        // What the comparison itself may be wrong by, were the machine stopped in each look.
        let slack = Duration::from_secs(1);
        assert!(
            at + slack >= before && at <= after + slack,
            "{before:?} {at:?}"
        );
    }

    #[test]
    fn distances_are_exact_both_ways() {
        let clock = SystemClock {
            instant: Instant::now(),
            monotonic: Duration::from_secs(100),
        };
        let second = Duration::from_secs(1);
        let later = clock.instant(Duration::from_secs(101)).unwrap();
        assert_eq!(later - clock.instant, second);
        let earlier = clock.instant(Duration::from_secs(99)).unwrap();
        assert_eq!(clock.instant - earlier, second);
        assert_eq!(clock.instant(Duration::MAX), None);
    }
}
