//! Sound on its way to an encoder.

use core::fmt;

use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::{MediaTime, TimeError};

/// Interleaved 32-bit float samples, nominally −1 to 1, shared and immutable.
#[derive(Clone, PartialEq)]
pub struct Samples(Arc<[f32]>);

impl core::ops::Deref for Samples {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.0
    }
}

impl From<Vec<f32>> for Samples {
    fn from(samples: Vec<f32>) -> Self {
        Self(samples.into())
    }
}

impl From<&[f32]> for Samples {
    fn from(samples: &[f32]) -> Self {
        Self(samples.into())
    }
}

impl fmt::Debug for Samples {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Samples({})", self.0.len())
    }
}

/// Sound that does not fit its own description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AudioFrameError {
    /// The rate is zero or above 768 kHz.
    #[error("a sample rate of {0} Hz: rates are 1 to 768000 Hz")]
    Rate(u32),
    /// There is no channel, or there are more than 255.
    #[error("{0} channels: there are 1 to 255")]
    Channels(u16),
    /// The samples do not divide into whole frames of all channels.
    #[error("{samples} samples do not divide into {channels} channels")]
    Ragged {
        /// Samples given.
        samples: usize,
        /// Channels.
        channels: u16,
    },
}

/// A run of sound: rate, channels, samples, time of the first sample.
///
/// Cloning is cheap: the samples are shared.
#[derive(Clone, Debug, PartialEq)]
pub struct AudioFrame {
    rate: u32,
    channels: u16,
    samples: Samples,
    /// When the first sample was captured, on its source's clock.
    pub time: MediaTime,
}

impl AudioFrame {
    /// `samples` are interleaved: all channels of the first instant, then of the next.
    ///
    /// # Errors
    ///
    /// [`AudioFrameError`] where rate or channels are out of range, or the samples do not
    /// divide.
    pub fn new(
        rate: u32,
        channels: u16,
        samples: impl Into<Samples>,
        time: MediaTime,
    ) -> Result<Self, AudioFrameError> {
        if rate == 0 || rate > 768_000 {
            return Err(AudioFrameError::Rate(rate));
        }
        if channels == 0 || channels > 255 {
            return Err(AudioFrameError::Channels(channels));
        }
        let samples = samples.into();
        if !samples.len().is_multiple_of(usize::from(channels)) {
            return Err(AudioFrameError::Ragged {
                samples: samples.len(),
                channels,
            });
        }
        Ok(Self {
            rate,
            channels,
            samples,
            time,
        })
    }

    /// Samples per second and channel.
    pub fn rate(&self) -> u32 {
        self.rate
    }

    /// Channels.
    pub fn channels(&self) -> u16 {
        self.channels
    }

    /// The interleaved samples.
    pub fn samples(&self) -> &Samples {
        &self.samples
    }

    /// Samples per channel.
    pub fn len(&self) -> usize {
        self.samples.len() / usize::from(self.channels)
    }

    /// Whether there is no sample.
    pub fn is_empty(&self) -> bool {
        self.samples.is_empty()
    }

    /// The same sound at another time.
    #[must_use]
    pub fn with_time(mut self, time: MediaTime) -> Self {
        self.time = time;
        self
    }

    /// How long it lasts.
    ///
    /// # Errors
    ///
    /// [`TimeError`] if that does not fit into a [`MediaTime`].
    pub fn duration(&self) -> Result<MediaTime, TimeError> {
        let len = i64::try_from(self.len()).unwrap_or(i64::MAX);
        MediaTime::from_ticks(len, self.rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn samples_must_fit_their_description() {
        let frame = |rate, channels, n| {
            AudioFrame::new(rate, channels, vec![0.0; n], MediaTime::ZERO).map(|f| f.len())
        };
        assert_eq!(frame(48_000, 2, 960), Ok(480));
        assert_eq!(
            frame(48_000, 2, 961),
            Err(AudioFrameError::Ragged {
                samples: 961,
                channels: 2
            })
        );
        assert_eq!(frame(0, 2, 0), Err(AudioFrameError::Rate(0)));
        assert_eq!(frame(48_000, 0, 0), Err(AudioFrameError::Channels(0)));
        assert_eq!(frame(48_000, 256, 0), Err(AudioFrameError::Channels(256)));
    }
}
