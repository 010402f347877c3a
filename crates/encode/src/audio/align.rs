//! Where a run of sound belongs on the timeline.

use media_recorder_types::{AudioFrame, MediaTime, TimeError};

use super::AudioStats;
use crate::EncodeError;

/// How far a frame's time may be off the count of samples before silence is filled in or sound
/// is cut: 20 ms, more than the jitter of callback clocks and less than anyone sees on lips.
pub const ALIGNMENT_TOLERANCE: MediaTime = MediaTime::from_millis(20);

/// The longest gap that is filled with silence: 10 minutes. Beyond that the time is taken for
/// a mistake, and an endless run of silence is not encoded for it.
pub const LONGEST_GAP: MediaTime = MediaTime::from_secs(600);

/// How a frame is to be used; in samples per channel at the frame's rate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// Silence to put before it.
    pub(crate) silence: usize,
    /// Samples to leave out at its start.
    pub(crate) cut: usize,
}

/// Counts samples and compares the count with the frames' times.
#[derive(Debug)]
pub(crate) struct Aligner {
    rate: u32,
    channels: u16,
    start: MediaTime,
    /// Samples per channel since `start`, silence included.
    samples: i64,
    stats: AudioStats,
}

impl Aligner {
    /// The timeline begins with this frame.
    pub(crate) fn starting_with(frame: &AudioFrame) -> Self {
        Self {
            rate: frame.rate(),
            channels: frame.channels(),
            start: frame.time,
            samples: 0,
            stats: AudioStats::default(),
        }
    }

    /// The time of the first sample.
    pub(crate) fn start(&self) -> MediaTime {
        self.start
    }

    pub(crate) fn stats(&self) -> AudioStats {
        self.stats
    }

    /// Decides what to do with a frame; [`accept`](Self::accept) then does it.
    pub(crate) fn place(&self, frame: &AudioFrame) -> Result<Place, EncodeError> {
        let (expected, found) = ((self.rate, self.channels), (frame.rate(), frame.channels()));
        if expected != found {
            return Err(EncodeError::AudioFormat { expected, found });
        }
        let expected = self.time_of(self.samples)?;
        let given = frame.time;
        let off = given.saturating_sub(expected);
        if off.saturating_abs() <= ALIGNMENT_TOLERANCE {
            return Ok(Place::default());
        }
        if off > LONGEST_GAP {
            return Err(EncodeError::Gap { expected, given });
        }
        // Fits: a sample lasts longer than a nanosecond.
        let samples = off.to_ticks(self.rate).unwrap_or_default();
        let count = usize::try_from(samples.unsigned_abs()).unwrap_or(usize::MAX);
        if samples < 0 {
            let cut = count.min(frame.len());
            return Ok(Place { silence: 0, cut });
        }
        // The end must be countable too.
        let len = i64::try_from(frame.len()).unwrap_or(i64::MAX);
        self.time_of(self.samples.saturating_add(samples).saturating_add(len))?;
        Ok(Place {
            silence: count,
            cut: 0,
        })
    }

    /// Counts a frame of `len` samples at its place.
    pub(crate) fn accept(&mut self, place: Place, len: usize) {
        let time = |samples: usize| {
            let ticks = i64::try_from(samples).unwrap_or(i64::MAX);
            MediaTime::from_ticks(ticks, self.rate).unwrap_or(MediaTime::MAX)
        };
        if place.silence > 0 {
            self.stats.gaps += 1;
            self.stats.silence = self.stats.silence.saturating_add(time(place.silence));
        }
        if place.cut > 0 {
            self.stats.overlaps += 1;
            self.stats.cut = self.stats.cut.saturating_add(time(place.cut));
        }
        let added = place.silence + (len - place.cut);
        self.samples = self.samples.saturating_add_unsigned(added as u64);
    }

    fn time_of(&self, samples: i64) -> Result<MediaTime, TimeError> {
        let since_start = MediaTime::from_ticks(samples, self.rate)?;
        self.start.checked_add(since_start).ok_or(TimeError {
            ticks: samples,
            timescale: self.rate,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(len: usize, time: MediaTime) -> AudioFrame {
        AudioFrame::new(48_000, 2, vec![0.5; len * 2], time).unwrap()
    }

    fn ms(n: i64) -> MediaTime {
        MediaTime::from_millis(n)
    }

    fn started() -> Aligner {
        let first = frame(480, ms(1000));
        let mut aligner = Aligner::starting_with(&first);
        let place = aligner.place(&first).unwrap();
        assert_eq!(place, Place::default());
        aligner.accept(place, first.len());
        aligner
    }

    #[test]
    fn jitter_is_left_to_the_count() {
        let mut aligner = started();
        // Ten seconds of frames that all come up to 20 ms early or late.
        for n in 1..1000 {
            let jitter = if n % 2 == 0 { 20 } else { -20 };
            let next = frame(480, ms(1000 + 10 * n + jitter));
            let place = aligner.place(&next).unwrap();
            assert_eq!(place, Place::default());
            aligner.accept(place, next.len());
        }
        assert_eq!(aligner.stats(), AudioStats::default());
    }

    #[test]
    fn gaps_are_filled_and_overlaps_cut_and_both_counted() {
        let mut aligner = started();
        let late = frame(480, ms(1031));
        let place = aligner.place(&late).unwrap();
        let silence = 21 * 48;
        assert_eq!(place, Place { silence, cut: 0 });
        aligner.accept(place, 480);
        // Now 1041 ms are there.
        let early = frame(1920, ms(1020));
        let place = aligner.place(&early).unwrap();
        let cut = 21 * 48;
        assert_eq!(place, Place { silence: 0, cut });
        aligner.accept(place, 1920);
        assert_eq!(
            aligner.stats(),
            AudioStats {
                gaps: 1,
                silence: ms(21),
                overlaps: 1,
                cut: ms(21)
            }
        );
        // Exactly on time: 1060 ms.
        assert_eq!(aligner.place(&frame(1, ms(1060))), Ok(Place::default()));
        // A frame that lies wholly in the past is dropped, and no more than it.
        let place = aligner.place(&frame(10, ms(-9000))).unwrap();
        assert_eq!(place.cut, 10);
    }

    #[test]
    fn impossible_times_are_refused() {
        let aligner = started();
        for given in [ms(1010 + 600_001), MediaTime::MAX] {
            let refused = aligner.place(&frame(1, given));
            let expected = ms(1010);
            assert_eq!(refused, Err(EncodeError::Gap { expected, given }));
        }
        assert!(
            aligner
                .place(&frame(1, MediaTime::MIN))
                .is_ok_and(|p| p.cut == 1)
        );
        let mono = AudioFrame::new(48_000, 1, vec![0.0; 4], ms(1010)).unwrap();
        assert!(matches!(
            aligner.place(&mono),
            Err(EncodeError::AudioFormat { .. })
        ));
    }
}
