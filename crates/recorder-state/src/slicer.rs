//! When a timeslice is full.

use media_recorder_types::MediaTime;

/// Decides where one `dataavailable` ends and the next begins: once at least
/// max(timeslice, own minimum) of media was gathered.
///
/// ```
/// use media_recorder_state::Slicer;
/// use media_recorder_types::MediaTime;
/// let ms = MediaTime::from_millis;
/// let mut slicer = Slicer::new(Some(ms(1000)));
/// assert!(!slicer.gather(ms(0)));
/// assert!(!slicer.gather(ms(960)));
/// assert!(slicer.gather(ms(1000)));
/// assert_eq!(slicer.deliver(), ms(0));
/// assert!(!slicer.gather(ms(1000)));
/// assert_eq!(slicer.deliver(), ms(1000));
/// ```
#[derive(Clone, Debug)]
pub struct Slicer {
    slice: Option<MediaTime>,
    /// The recording time of the first thing gathered at all.
    origin: Option<MediaTime>,
    /// That of the first thing gathered since the last delivery.
    first: Option<MediaTime>,
    /// The timecode of the delivery before; what an empty delivery reports.
    last: MediaTime,
}

impl Slicer {
    /// The least time that a slice spans, whatever was asked for: shorter ones would hold
    /// little more than container headers.
    pub const MINIMUM: MediaTime = MediaTime::from_millis(10);

    /// Slices of at least `timeslice`; `None` for one slice without end, as where `start` was
    /// called without an argument.
    pub fn new(timeslice: Option<MediaTime>) -> Self {
        let slice = timeslice.map(|slice| slice.max(Self::MINIMUM));
        Self {
            slice,
            origin: None,
            first: None,
            last: MediaTime::ZERO,
        }
    }

    /// Changes the timeslice from here on.
    pub fn set_timeslice(&mut self, timeslice: Option<MediaTime>) {
        self.slice = timeslice.map(|slice| slice.max(Self::MINIMUM));
    }

    /// Media of recording time `time` is about to be gathered. Whether what was gathered before
    /// it has to be delivered first.
    pub fn gather(&mut self, time: MediaTime) -> bool {
        self.origin.get_or_insert(time);
        let Some(first) = self.first else {
            self.first = Some(time);
            return false;
        };
        self.slice
            .is_some_and(|slice| time.saturating_sub(first) >= slice)
    }

    /// What was gathered goes out. Its timecode is returned: the time from the first thing that
    /// was gathered at all to the first in this delivery. That of the first delivery is 0, and
    /// none is less than the one before.
    ///
    /// Specification: <https://w3c.github.io/mediacapture-record/#dom-blobevent-timecode>
    pub fn deliver(&mut self) -> MediaTime {
        if let (Some(first), Some(origin)) = (self.first.take(), self.origin) {
            self.last = first.saturating_sub(origin).max(self.last);
        }
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(n: i64) -> MediaTime {
        MediaTime::from_millis(n)
    }

    #[test]
    fn a_timeslice_of_zero_is_legal() {
        let mut slicer = Slicer::new(Some(MediaTime::ZERO));
        assert!(!slicer.gather(ms(0)));
        assert!(!slicer.gather(ms(9)));
        assert!(slicer.gather(ms(10)));
    }

    #[test]
    fn the_first_timecode_is_zero_wherever_the_media_begins() {
        for begin in [-5_i64, 0, 7_000] {
            let mut slicer = Slicer::new(Some(ms(1000)));
            assert!(!slicer.gather(ms(begin)));
            assert!(slicer.gather(ms(begin + 1000)));
            assert_eq!(slicer.deliver(), ms(0));
            slicer.gather(ms(begin + 1000));
            assert_eq!(slicer.deliver(), ms(1000));
        }
    }

    #[test]
    fn without_a_timeslice_only_the_caller_delivers() {
        let mut slicer = Slicer::new(None);
        slicer.gather(ms(0));
        assert!(!slicer.gather(MediaTime::MAX));
        assert_eq!(slicer.deliver(), ms(0));
        assert_eq!(
            slicer.deliver(),
            ms(0),
            "an empty delivery does not go back"
        );
        slicer.gather(ms(500));
        assert_eq!(slicer.deliver(), ms(500));
        assert_eq!(slicer.deliver(), ms(500));
    }
}
