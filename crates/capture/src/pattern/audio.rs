//! The test sound.

use media_recorder_types::{AudioFrame, MediaTime};

use crate::{AudioFormat, AudioSource, CaptureError};

/// Hertz of the beep.
const BEEP_FREQUENCY: u32 = 1000;
/// The beep lasts a twentieth of a second: 50 whole waves, so that it ends where it began.
const BEEPS_PER_SECOND: u32 = 20;
const BEEP_AMPLITUDE: f64 = 0.5;
/// Frames of 20 ms, as Opus has them.
const FRAMES_PER_SECOND: u32 = 50;

/// Silence with a beep at each full second: 50 ms of a 1 kHz sine at half of the full scale, the
/// same in all channels, whose phase is zero at exactly the sample of the full second (its first
/// sample other than zero is the next one). Frames of 20 ms; endless unless
/// [`with_duration`](Self::with_duration) says otherwise.
///
/// ```
/// use media_recorder_capture::{AudioSource, TestPatternAudio};
/// let mut pattern = TestPatternAudio::default();
/// let frame = pattern.read()?.unwrap();
/// assert_eq!((frame.rate(), frame.channels(), frame.len()), (48_000, 2, 960));
/// # Ok::<(), media_recorder_capture::CaptureError>(())
/// ```
#[derive(Clone, Debug)]
pub struct TestPatternAudio {
    format: AudioFormat,
    /// One beep, one channel.
    beep: Vec<f32>,
    /// Samples per channel in all; endless where `None`.
    length: Option<u64>,
    /// Samples per channel so far.
    position: u64,
}

impl TestPatternAudio {
    /// A sound of `rate` samples per second in `channels` channels.
    ///
    /// # Errors
    ///
    /// [`CaptureError::Audio`] if rate or channels are out of the range of an [`AudioFrame`].
    pub fn new(rate: u32, channels: u16) -> Result<Self, CaptureError> {
        // An empty frame has the same limits.
        AudioFrame::new(rate, channels, Vec::new(), MediaTime::ZERO)?;
        Ok(Self::with_valid_format(rate, channels))
    }

    fn with_valid_format(rate: u32, channels: u16) -> Self {
        let beep = (0..u64::from(rate / BEEPS_PER_SECOND)).map(|n| {
            // The phase as a fraction of a wave, taken from integers so that it stays exact.
            let waves = n * u64::from(BEEP_FREQUENCY) % u64::from(rate);
            let phase = waves as f64 / f64::from(rate);
            (BEEP_AMPLITUDE * (std::f64::consts::TAU * phase).sin()) as f32
        });
        Self {
            format: AudioFormat {
                rate,
                channels,
                label: "test pattern".to_owned(),
            },
            beep: beep.collect(),
            length: None,
            position: 0,
        }
    }

    /// Ends at the sample nearest to `duration`; the last frame may be shorter.
    #[must_use]
    pub fn with_duration(mut self, duration: MediaTime) -> Self {
        let samples = duration.to_ticks(self.format.rate).map(|n| n.max(0));
        self.length = samples.and_then(|n| u64::try_from(n).ok());
        self
    }
}

/// 48 kHz, two channels.
impl Default for TestPatternAudio {
    fn default() -> Self {
        Self::with_valid_format(48_000, 2)
    }
}

impl AudioSource for TestPatternAudio {
    fn format(&self) -> &AudioFormat {
        &self.format
    }

    fn read(&mut self) -> Result<Option<AudioFrame>, CaptureError> {
        let AudioFormat { rate, channels, .. } = self.format;
        let left = self
            .length
            .unwrap_or(u64::MAX)
            .saturating_sub(self.position);
        // A rate below 50 Hz still moves on.
        let len = u64::from((rate / FRAMES_PER_SECOND).max(1)).min(left);
        if len == 0 {
            return Ok(None);
        }
        let ticks = i64::try_from(self.position).ok();
        let Some(time) = ticks.and_then(|ticks| MediaTime::from_ticks(ticks, rate).ok()) else {
            return Ok(None);
        };
        let mut samples = Vec::with_capacity(len as usize * usize::from(channels));
        for n in self.position..self.position + len {
            let into_second = (n % u64::from(rate)) as usize;
            let value = self.beep.get(into_second).copied().unwrap_or(0.0);
            samples.extend(std::iter::repeat_n(value, usize::from(channels)));
        }
        self.position += len;
        Ok(Some(AudioFrame::new(rate, channels, samples, time)?))
    }
}
