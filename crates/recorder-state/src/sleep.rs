//! Noticing that the machine slept.

use media_recorder_types::MediaTime;

/// Notices a stretch of time in which the whole program did not run: the machine was suspended
/// while its monotonic clock ran on, as it does on some platforms, or the process was stopped.
///
/// **Whoever runs the recording says what time it is several times a second, and before anything
/// that was captured by then is [mapped](crate::Timeline::map).** Two calls that are further apart
/// than the [threshold](Self::THRESHOLD) then say that nobody ran in between; what is reported
/// can be [taken out](crate::Timeline::skip) of every track's timeline.
///
/// A clock that goes back is taken to stand still until it is where it was.
///
/// ```
/// use media_recorder_state::{SleepDetector, Timeline};
/// use media_recorder_types::MediaTime;
/// let secs = MediaTime::from_secs;
/// let mut timeline = Timeline::new(secs(0));
/// let mut detector = SleepDetector::new(secs(0));
/// assert_eq!(detector.tick(secs(1)), None);
/// let (from, to) = detector.tick(secs(3601)).expect("an hour passed between two ticks");
/// timeline.skip(from, to);
/// assert_eq!(timeline.map(secs(3602)), Some(secs(2)));
/// ```
#[derive(Clone, Debug)]
pub struct SleepDetector {
    /// The latest time that was told.
    latest: MediaTime,
}

impl SleepDetector {
    /// Two ticks further apart than this were slept through. Far above what a busy machine keeps
    /// a thread waiting that asks several times a second, far below what a pause for sleep lasts.
    pub const THRESHOLD: MediaTime = MediaTime::from_secs(10);

    /// The first tick, at capture time `now`.
    pub fn new(now: MediaTime) -> Self {
        Self { latest: now }
    }

    /// It is capture time `now`. The stretch of capture time that was slept through since the
    /// last tick, as its beginning and its end.
    pub fn tick(&mut self, now: MediaTime) -> Option<(MediaTime, MediaTime)> {
        let from = self.latest;
        self.latest = from.max(now);
        (now.saturating_sub(from) > Self::THRESHOLD).then_some((from, now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(n: i64) -> MediaTime {
        MediaTime::from_millis(n)
    }

    #[test]
    fn a_busy_machine_does_not_sleep() {
        let mut detector = SleepDetector::new(ms(0));
        for now in [250, 251, 251, 10_251, 20_251] {
            assert_eq!(detector.tick(ms(now)), None, "{now}");
        }
    }

    #[test]
    fn a_sleep_is_reported_once_and_whole() {
        let mut detector = SleepDetector::new(ms(100));
        assert_eq!(detector.tick(ms(10_101)), Some((ms(100), ms(10_101))));
        assert_eq!(detector.tick(ms(10_101)), None);
        assert_eq!(detector.tick(ms(10_351)), None);
        assert_eq!(detector.tick(ms(90_000)), Some((ms(10_351), ms(90_000))));
    }

    #[test]
    fn a_clock_that_goes_back_stands_still() {
        let mut detector = SleepDetector::new(ms(60_000));
        for now in [59_000, 0, 250, 40_000, 60_000, 60_250] {
            assert_eq!(detector.tick(ms(now)), None, "{now}");
        }
        assert_eq!(detector.tick(ms(80_000)), Some((ms(60_250), ms(80_000))));
    }

    #[test]
    fn the_whole_range_of_time_is_no_overflow() {
        let mut detector = SleepDetector::new(MediaTime::MIN);
        let all = Some((MediaTime::MIN, MediaTime::MAX));
        assert_eq!(detector.tick(MediaTime::MAX), all);
        assert_eq!(detector.tick(MediaTime::MIN), None);
        assert_eq!(detector.tick(MediaTime::MAX), None);
    }
}
