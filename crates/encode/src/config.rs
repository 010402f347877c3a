//! What an encoder must know before its first frame.

use std::num::NonZeroUsize;

use media_recorder_types::{FrameSize, Rate, TrackId};

use crate::{Parallelism, Preset};

/// Whether somebody is waiting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Frames come from a live source: the codec's fastest useful settings.
    #[default]
    RealTime,
    /// The source waits for the encoder: more work per frame for a better picture at the same
    /// bitrate.
    Offline,
}

/// The settings of a video encoder.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct VideoConfig {
    /// The track that its packets carry.
    pub track: TrackId,
    /// The size of every frame.
    pub size: FrameSize,
    /// The nominal frame rate, if there is one. It sets the level that the stream declares, the
    /// duration of the last frame and, for AV1, the bits per frame. Default: none, which counts
    /// as 30 per second where a number is needed.
    pub rate: Option<Rate>,
    /// The target, in bits per second. Default: 2 500 000, as browsers have it.
    pub bits_per_second: u32,
    /// Default: [`Mode::RealTime`].
    pub mode: Mode,
    /// How much work goes into a frame at first;
    /// [`set_preset`](crate::VideoEncoder::set_preset) changes it later. Default: none, which is
    /// that of the mode: [`Preset::Live`] in real time, [`Preset::Quality`] offline.
    pub preset: Option<Preset>,
    /// How many threads the codec may keep busy. Default: as many as the machine runs at once.
    pub threads: Option<NonZeroUsize>,
    /// What they do side by side. Default: [`Parallelism::Auto`].
    pub parallelism: Parallelism,
    /// Whether the newest frames, up to some seconds of them, may be kept back until others come
    /// or the stream ends. Then the last groups of pictures of [`Mode::Offline`] are shared out so
    /// that all threads are done together. For sources that do not pause, such as files. Default:
    /// no.
    pub hold_back: bool,
}

impl VideoConfig {
    /// The defaults for frames of `size`.
    pub fn new(track: TrackId, size: FrameSize) -> Self {
        Self {
            track,
            size,
            rate: None,
            bits_per_second: 2_500_000,
            mode: Mode::RealTime,
            preset: None,
            threads: None,
            parallelism: Parallelism::Auto,
            hold_back: false,
        }
    }

    /// Sets [`rate`](Self::rate).
    #[must_use]
    pub fn with_rate(mut self, rate: Option<Rate>) -> Self {
        self.rate = rate;
        self
    }

    /// Sets [`bits_per_second`](Self::bits_per_second).
    #[must_use]
    pub fn with_bits_per_second(mut self, bits_per_second: u32) -> Self {
        self.bits_per_second = bits_per_second;
        self
    }

    /// Sets [`mode`](Self::mode).
    #[must_use]
    pub fn with_mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// Sets [`preset`](Self::preset).
    #[must_use]
    pub fn with_preset(mut self, preset: Option<Preset>) -> Self {
        self.preset = preset;
        self
    }

    /// Sets [`threads`](Self::threads).
    #[must_use]
    pub fn with_threads(mut self, threads: Option<NonZeroUsize>) -> Self {
        self.threads = threads;
        self
    }

    /// Sets [`parallelism`](Self::parallelism).
    #[must_use]
    pub fn with_parallelism(mut self, parallelism: Parallelism) -> Self {
        self.parallelism = parallelism;
        self
    }

    /// Sets [`hold_back`](Self::hold_back).
    #[must_use]
    pub fn with_hold_back(mut self, hold_back: bool) -> Self {
        self.hold_back = hold_back;
        self
    }

    /// The preset to start with.
    #[cfg(any(feature = "av1", feature = "h264", feature = "vp8", feature = "vp9"))]
    pub(crate) fn first_preset(&self) -> Preset {
        self.preset.unwrap_or(Preset::of(self.mode))
    }
}

/// The settings of an audio encoder. Rate and channels of the input are those of its first
/// frame.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AudioConfig {
    /// The track that its packets carry.
    pub track: TrackId,
    /// The target, in bits per second; PCM ignores it. Default: 128 000. Opus takes 500 to
    /// 256 000 per channel; what lies outside is clamped.
    pub bits_per_second: u32,
    /// Whether all packets are of one size, as the bit rate has it; PCM ignores it. Default: no,
    /// packets are as large as their sound needs, and the bit rate is kept on average.
    pub constant_bitrate: bool,
}

impl AudioConfig {
    /// The defaults.
    pub fn new(track: TrackId) -> Self {
        Self {
            track,
            bits_per_second: 128_000,
            constant_bitrate: false,
        }
    }

    /// Sets [`bits_per_second`](Self::bits_per_second).
    #[must_use]
    pub fn with_bits_per_second(mut self, bits_per_second: u32) -> Self {
        self.bits_per_second = bits_per_second;
        self
    }

    /// Sets [`constant_bitrate`](Self::constant_bitrate).
    #[must_use]
    pub fn with_constant_bitrate(mut self, constant: bool) -> Self {
        self.constant_bitrate = constant;
        self
    }
}
