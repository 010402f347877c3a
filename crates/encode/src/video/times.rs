//! The times of the pictures that a codec has not given back yet.

use std::collections::VecDeque;

use media_recorder_types::{MediaTime, Rate};

use crate::EncodeError;

/// What a frame lasts when neither a rate nor another frame tells.
const UNKNOWN_PERIOD: MediaTime = MediaTime::from_nanos(33_333_333);

/// Hands the times of the frames that went in to the packets that come out. Both are in
/// presentation order.
#[derive(Debug)]
pub(crate) struct PictureTimes {
    waiting: VecDeque<MediaTime>,
    last: Option<MediaTime>,
    /// The rate's period, or else the last distance between two frames.
    period: MediaTime,
    nominal: bool,
}

impl PictureTimes {
    pub(crate) fn new(rate: Option<Rate>) -> Self {
        Self {
            waiting: VecDeque::new(),
            last: None,
            period: rate.map_or(UNKNOWN_PERIOD, Rate::period),
            nominal: rate.is_some(),
        }
    }

    /// Refuses a time that is not later than the last.
    pub(crate) fn check(&self, given: MediaTime) -> Result<(), EncodeError> {
        match self.last {
            Some(last) if given <= last => Err(EncodeError::OutOfOrder { last, given }),
            _ => Ok(()),
        }
    }

    /// Notes a frame that goes in, and that [`check`](Self::check) has let pass.
    pub(crate) fn push(&mut self, time: MediaTime) {
        if let (Some(last), false) = (self.last, self.nominal) {
            self.period = time.saturating_sub(last);
        }
        self.last = Some(time);
        self.waiting.push_back(time);
    }

    /// Time and duration of the packet that comes out; `None` if no frame is waiting.
    pub(crate) fn pop(&mut self) -> Option<(MediaTime, MediaTime)> {
        let time = self.waiting.pop_front()?;
        let next = self.waiting.front();
        let duration = next.map_or(self.period, |next| next.saturating_sub(time));
        Some((time, duration))
    }

    /// How many frames are waiting.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(n: i64) -> MediaTime {
        MediaTime::from_millis(n)
    }

    #[test]
    fn durations_are_distances_and_the_last_one_a_period() {
        let mut times = PictureTimes::new(Rate::new(25, 1));
        for t in [0, 40, 130] {
            times.check(ms(t)).unwrap();
            times.push(ms(t));
        }
        assert_eq!(times.pop(), Some((ms(0), ms(40))));
        assert_eq!(times.pop(), Some((ms(40), ms(90))));
        assert_eq!(times.pop(), Some((ms(130), ms(40))));
        assert_eq!(times.pop(), None);
    }

    #[test]
    fn without_a_rate_the_last_distance_stands_in() {
        let mut times = PictureTimes::new(None);
        times.push(ms(0));
        assert_eq!(times.pop(), Some((ms(0), UNKNOWN_PERIOD)));
        times.push(ms(500));
        assert_eq!(times.pop(), Some((ms(500), ms(500))));
    }

    #[test]
    fn a_refused_time_changes_nothing() {
        let mut times = PictureTimes::new(None);
        times.push(ms(10));
        for t in [10, 9, -5] {
            let refused = EncodeError::OutOfOrder {
                last: ms(10),
                given: ms(t),
            };
            assert_eq!(times.check(ms(t)), Err(refused));
        }
        assert_eq!(times.waiting(), 1);
        assert_eq!(times.check(ms(11)), Ok(()));
    }
}
