//! How often a picture may be taken.

use std::time::{Duration, Instant};

use media_recorder_types::Rate;

/// Spaces pictures out to at most a rate.
///
/// A picture may come up to half a period before its time, and the following ones keep to the
/// mean: so that of something that changes exactly at the rate, each state is taken as it comes,
/// however the two clocks lie to each other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    period: Duration,
    /// When the next picture would come at exactly the rate; `None` before the first.
    next: Option<Instant>,
}

impl Pace {
    pub(super) fn new(rate: Rate) -> Self {
        // A period is positive.
        let nanos = u64::try_from(rate.period().as_nanos()).unwrap_or(0);
        Self {
            period: Duration::from_nanos(nanos),
            next: None,
        }
    }

    pub(super) fn period(&self) -> Duration {
        self.period
    }

    /// From when on a picture may be taken; `None`: at once.
    pub(super) fn due(&self) -> Option<Instant> {
        self.next?.checked_sub(self.period / 2)
    }

    /// A picture was taken.
    pub(super) fn took(&mut self, at: Instant) {
        let from = self.next.map_or(at, |next| next.max(at));
        // A period is at most 2^32 s: clocks that end before stop limiting.
        self.next = from.checked_add(self.period);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many pictures are taken of something that changes at `changes` ms, and when.
    fn taken(rate: Rate, changes: impl Iterator<Item = u64>) -> Vec<u64> {
        let start = Instant::now();
        let mut pace = Pace::new(rate);
        let mut taken = Vec::new();
        let mut waiting: Option<u64> = None;
        for change in changes {
            let at = |ms| start + Duration::from_millis(ms);
            let due = pace.due().map_or(0, |due| {
                due.saturating_duration_since(start)
                    .as_micros()
                    .div_ceil(1000) as u64
            });
            if waiting.is_some() && due < change {
                pace.took(at(due));
                taken.push(due);
                waiting = None;
            }
            if waiting.is_none() && pace.due().is_none_or(|due| due <= at(change)) {
                pace.took(at(change));
                taken.push(change);
            } else {
                waiting = Some(change);
            }
        }
        taken
    }

    fn thirty() -> Rate {
        Rate::new(30, 1).unwrap()
    }

    #[test]
    fn the_first_is_due_at_once() {
        assert_eq!(Pace::new(thirty()).due(), None);
    }

    #[test]
    fn each_change_at_the_rate_is_taken_despite_jitter() {
        let jitter = [0, 9, 3, 7, 0, 1, 9, 8];
        let changes: Vec<u64> = (0..300_u64)
            .map(|n| n * 1000 / 30 + jitter[n as usize % jitter.len()])
            .collect();
        assert_eq!(taken(thirty(), changes.iter().copied()), changes);
    }

    #[test]
    fn faster_changes_are_limited_to_the_rate() {
        let taken = taken(thirty(), 0..10_000);
        assert!((300..=301).contains(&taken.len()), "{}", taken.len());
        assert!(taken.windows(2).all(|pair| pair[1] - pair[0] >= 16));
    }

    #[test]
    fn after_stillness_nothing_is_made_up_for() {
        let changes = [0].into_iter().chain(5_000..6_000);
        let taken = taken(thirty(), changes);
        assert!((31..=32).contains(&taken.len()), "{taken:?}");
    }
}
