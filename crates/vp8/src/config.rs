//! What an encoder is asked for.

use crate::picture::check_size;
use crate::quantizer::MAX_INDEX;
use crate::{Error, Speed};

/// What decides how many bits a frame gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RateControl {
    /// So many bits per second on average, whatever the pictures are.
    Bitrate {
        /// Of one second's frames together.
        bits_per_second: u32,
    },
    /// The same quality throughout, whatever it costs: a quantizer from 0 (the best) to 127.
    Quality {
        /// The quantizer of all frames.
        quantizer: u8,
    },
}

/// What an encoder is made for. [`new`](Self::new) has what suits a live picture; all of it may
/// be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// The pictures' width in samples, 1 to 16383.
    pub width: u16,
    /// The pictures' height in samples, 1 to 16383.
    pub height: u16,
    /// How many frames there are likely to be in how many seconds; 30 in 1. What counts is the
    /// duration that comes with each frame: this is a first guess.
    pub frame_rate: (u32, u32),
    /// What decides how many bits a frame gets; 0.1 bits for each sample of luma at the frame
    /// rate.
    pub rate: RateControl,
    /// The finest quantizer that the rate control may take, 0 to 127; 4.
    pub min_quantizer: u8,
    /// The coarsest quantizer that the rate control may take, 0 to 127; 120. A frame for which
    /// the format has no room is coarser still.
    pub max_quantizer: u8,
    /// How much work goes into a frame; [`Speed::Live`].
    pub speed: Speed,
    /// How many threads of rayon's current pool work on a frame; 1. The frames are the same
    /// with any number.
    pub threads: usize,
    /// Whether frames may be left out where the bits do not suffice for all of them; `false`.
    pub drop_frames: bool,
    /// Whether decoders smooth the edges of blocks with the simple filter, which costs them less
    /// and leaves chroma alone, but is 0.1 to 0.6 dB worse at the same rate; `false`.
    pub simple_filter: bool,
    /// Whether flat parts of a picture get a finer quantizer and busy ones a coarser one, which
    /// may look better and measures worse; `false`.
    pub finer_where_flat: bool,
    /// After how many frames at most a key frame comes without being asked for; `None` for
    /// none but the first.
    pub key_frame_interval: Option<u32>,
}

impl Config {
    /// An encoder for live pictures of this size.
    pub fn new(width: u16, height: u16) -> Self {
        let samples = u64::from(width) * u64::from(height);
        Self {
            width,
            height,
            frame_rate: (30, 1),
            rate: RateControl::Bitrate {
                bits_per_second: u32::try_from(samples * 30 / 10).unwrap_or(u32::MAX).max(1),
            },
            min_quantizer: 4,
            max_quantizer: 120,
            speed: Speed::default(),
            threads: 1,
            drop_frames: false,
            simple_filter: false,
            finer_where_flat: false,
            key_frame_interval: None,
        }
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        check_size(self.width, self.height)?;
        let (min, max) = match self.rate {
            RateControl::Bitrate { .. } => (self.min_quantizer, self.max_quantizer),
            RateControl::Quality { quantizer } => (quantizer, quantizer),
        };
        if min > max || max > MAX_INDEX {
            return Err(Error::Quantizers { min, max });
        }
        let zero = match self.rate {
            RateControl::Bitrate { bits_per_second: 0 } => Some("the bitrate"),
            _ if self.frame_rate.0 == 0 || self.frame_rate.1 == 0 => Some("the frame rate"),
            _ if self.threads == 0 => Some("the number of threads"),
            _ if self.key_frame_interval == Some(0) => Some("the key frames' interval"),
            _ => None,
        };
        zero.map_or(Ok(()), |what| Err(Error::Zero { what }))
    }
}
