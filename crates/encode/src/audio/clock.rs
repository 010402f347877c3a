//! Sound at its times, whatever its source's clock and its delivery are like.

use media_recorder_types::{AudioFrame, MediaTime, TimeError};

use super::AudioStats;
use super::drift::DriftLoop;
use super::held::{Held, Run};
use super::stretch::Stretcher;
use crate::EncodeError;

/// How far a frame's time may be off the count of samples before it is asked whether silence is
/// missing or sound is doubled: 20 ms, more than the jitter of callback clocks and less than
/// anyone sees on lips.
pub const ALIGNMENT_TOLERANCE: MediaTime = MediaTime::from_millis(20);

/// How much sound waits, at most, for the answer: 500 ms. A source that delivers in bursts and
/// stamps what it delivers with the time of arrival is back at the count within that.
pub const LONGEST_BURST: MediaTime = MediaTime::from_millis(500);

/// The longest gap that is filled with silence: 10 minutes. Beyond that the time is taken for
/// a mistake, and an endless run of silence is not encoded for it.
pub const LONGEST_GAP: MediaTime = MediaTime::from_secs(600);

/// Counts samples and compares the count with the frames' times.
///
/// **Within [`ALIGNMENT_TOLERANCE`] the count is right**, and what the deviations tell of the
/// source's clock is corrected by resampling. **Beyond it, frames are held** until a later one
/// tells what it was. If that is back at the count, or on the other side of it, delivery was
/// uneven and nothing is to be done; if [`LONGEST_BURST`] of sound has not come back, it was real,
/// and silence is inserted or sound is cut before the first of them, as much as the one says
/// that deviates least.
pub(crate) struct Timekeeper {
    rate: u32,
    channels: u16,
    start: MediaTime,
    held: Held,
    drift: DriftLoop,
    stretcher: Stretcher,
    stats: AudioStats,
}

impl Timekeeper {
    /// The timeline begins with this frame. To push it then cannot fail.
    pub(crate) fn starting_with(frame: &AudioFrame) -> Result<Self, TimeError> {
        let timekeeper = Self {
            rate: frame.rate(),
            channels: frame.channels(),
            start: frame.time,
            held: Held::default(),
            drift: DriftLoop::new(frame.rate()),
            stretcher: Stretcher::new(frame.rate(), frame.channels().into()),
            stats: AudioStats::default(),
        };
        let len = i64::try_from(frame.len()).unwrap_or(i64::MAX);
        timekeeper.time_of(len)?;
        Ok(timekeeper)
    }

    /// The time of the first sample.
    pub(crate) fn start(&self) -> MediaTime {
        self.start
    }

    pub(crate) fn stats(&self) -> AudioStats {
        AudioStats {
            clock_ppm: self.drift.ppm(),
            offset: self.drift.offset(),
            ..self.stats
        }
    }

    /// Takes a frame, and appends the sound whose place is certain to `output`, interleaved.
    pub(crate) fn push(
        &mut self,
        frame: &AudioFrame,
        output: &mut Vec<f32>,
    ) -> Result<(), EncodeError> {
        let expected = (self.rate, self.channels);
        let found = (frame.rate(), frame.channels());
        if expected != found {
            return Err(EncodeError::AudioFormat { expected, found });
        }
        let expected = self.time_of(self.end())?;
        let given = frame.time;
        let deviation = given.saturating_sub(expected);
        if deviation > LONGEST_GAP {
            return Err(EncodeError::Gap { expected, given });
        }
        // The end must be countable, too.
        let silence = self.samples_in(deviation.max(MediaTime::ZERO));
        let end = self
            .end()
            .saturating_add_unsigned((silence + frame.len()) as u64);
        self.time_of(end)?;
        self.offer(Run::new(frame.clone()), output);
        Ok(())
    }

    /// Appends all that is left to `output`: what is still held has not come back.
    pub(crate) fn finish(&mut self, output: &mut Vec<f32>) {
        while !self.held.is_empty() {
            self.settle(output);
        }
        self.stretcher.flush(output);
    }

    fn offer(&mut self, run: Run, output: &mut Vec<f32>) {
        loop {
            let deviation = self.deviation(&run);
            let on_time = deviation.saturating_abs() <= ALIGNMENT_TOLERANCE;
            let (_, of_held) = self.held.nearest();
            let crossed = (deviation < MediaTime::ZERO) != (of_held < MediaTime::ZERO);
            if !self.held.is_empty() && (on_time || crossed) {
                self.release(output);
                continue;
            }
            if on_time {
                return self.place(&run, output);
            }
            let samples = self.held.samples().saturating_add(run.len());
            let too_much = samples > self.samples_in(LONGEST_BURST);
            if !self.held.is_empty() && (too_much || deviation > LONGEST_BURST) {
                self.settle(output);
                continue;
            }
            self.held.push(run, deviation);
            if too_much || deviation > LONGEST_BURST {
                self.settle(output);
            }
            return;
        }
    }

    /// The deviation of what is held was jitter.
    fn release(&mut self, output: &mut Vec<f32>) {
        self.stats.jitter += self.held.count() as u64;
        for run in self.held.take() {
            self.place(&run, output);
        }
    }

    /// The deviation of what is held was real, as far as all of it deviates. At least one run
    /// is placed by this.
    fn settle(&mut self, output: &mut Vec<f32>) {
        let (nearest, deviation) = self.held.nearest();
        let samples = self.samples_in(deviation);
        if deviation > MediaTime::ZERO {
            self.stretcher.push_silence(samples, output);
            self.stats.gaps += 1;
            self.stats.silence = self.stats.silence.saturating_add(self.duration(samples));
        } else {
            let cut = self.held.cut(samples);
            self.stats.overlaps += 1;
            self.stats.cut = self.stats.cut.saturating_add(self.duration(cut));
        }
        self.drift.stepped();
        self.stats.jitter += nearest as u64;
        for (index, run) in self.held.take().into_iter().enumerate() {
            if index <= nearest {
                self.place(&run, output);
            } else if run.len() > 0 {
                self.offer(run, output);
            }
        }
    }

    fn place(&mut self, run: &Run, output: &mut Vec<f32>) {
        if run.len() == 0 {
            return;
        }
        self.drift.observe(self.deviation(run), run.len());
        if let Some(stretch) = self.drift.stretch() {
            self.stretcher.set_stretch(stretch);
        }
        self.stretcher.push(run.samples(), output);
    }

    /// How much later a run's time is than where it would come to lie now.
    fn deviation(&self, run: &Run) -> MediaTime {
        let expected = self.time_of(self.end()).unwrap_or(MediaTime::MAX);
        run.time().saturating_sub(expected)
    }

    /// Samples per channel since the start, with all that is held.
    fn end(&self) -> i64 {
        let held = self.held.samples() as u64;
        self.stretcher.position().saturating_add_unsigned(held)
    }

    fn time_of(&self, samples: i64) -> Result<MediaTime, TimeError> {
        let since_start = MediaTime::from_ticks(samples, self.rate)?;
        self.start.checked_add(since_start).ok_or(TimeError {
            ticks: samples,
            timescale: self.rate,
        })
    }

    fn duration(&self, samples: usize) -> MediaTime {
        let ticks = i64::try_from(samples).unwrap_or(i64::MAX);
        MediaTime::from_ticks(ticks, self.rate).unwrap_or(MediaTime::MAX)
    }

    /// The samples per channel that last as long as `time` is from zero.
    fn samples_in(&self, time: MediaTime) -> usize {
        let samples = time.saturating_abs().to_ticks(self.rate);
        samples
            .and_then(|n| usize::try_from(n).ok())
            .unwrap_or(usize::MAX)
    }
}
