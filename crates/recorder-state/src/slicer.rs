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
    /// The recording time of the first thing gathered since the last delivery.
    first: Option<MediaTime>,
    /// That of the delivery before; what an empty delivery reports.
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
        let Some(first) = self.first else {
            self.first = Some(time);
            return false;
        };
        self.slice
            .is_some_and(|slice| time.saturating_sub(first) >= slice)
    }

    /// What was gathered goes out. Its timecode is returned: the recording time at which it
    /// begins, never less than the one before.
    pub fn deliver(&mut self) -> MediaTime {
        self.last = self.first.take().unwrap_or(self.last).max(self.last);
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
