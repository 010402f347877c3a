//! What can go wrong between a frame and its packet.

use media_recorder_types::{Codec, ColorInfo, FrameSize, MediaTime, TimeError};

/// Why a codec cannot be used at all; said by the constructors, before anything is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnsupportedReason {
    /// This build has no encoder for it.
    #[error("this build has no encoder for it")]
    NotBuilt,
    /// Pictures of this size cannot be coded.
    #[error("pictures of {size}: sides must be {min} to {max} pixels")]
    Size {
        /// The size asked for.
        size: FrameSize,
        /// The smallest side that works, in pixels.
        min: u32,
        /// The largest side that works, in pixels.
        max: u32,
    },
}

/// An encoder refused or failed.
///
/// After every variant but [`Codec`](Self::Codec) the encoder is as it was before the call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The codec cannot be used with this build or configuration.
    #[error("{codec} is not supported: {reason}")]
    Unsupported {
        /// The codec asked for.
        codec: Codec,
        /// Why not.
        reason: UnsupportedReason,
    },
    /// The frame has another size than the encoder was made for.
    #[error("a frame of {found} in a recording of {expected}")]
    FrameSize {
        /// The size of the recording.
        expected: FrameSize,
        /// The size of the frame.
        found: FrameSize,
    },
    /// The frame's matrix or range differs from that of the recording.
    #[error("a frame in colour {found:?} in a recording in {expected:?}")]
    Color {
        /// The colour of the recording, which the first frame decides.
        expected: ColorInfo,
        /// The colour of the frame.
        found: ColorInfo,
    },
    /// The frame is not later than the one before it.
    #[error("a frame at {given} after one at {last}")]
    OutOfOrder {
        /// The time of the frame before.
        last: MediaTime,
        /// The time of the frame.
        given: MediaTime,
    },
    /// The sound changed its rate or channels in mid-recording.
    #[error("sound of {found:?} (rate, channels) in a recording of {expected:?}")]
    AudioFormat {
        /// Sample rate in Hz and channels of the recording.
        expected: (u32, u16),
        /// Sample rate in Hz and channels of the frame.
        found: (u32, u16),
    },
    /// The sound's sample rate lies outside of what can be resampled.
    #[error("a sample rate of {rate} Hz: {min} to {max} Hz can be resampled")]
    SampleRate {
        /// The rate of the frame, in Hz.
        rate: u32,
        /// The lowest rate, in Hz.
        min: u32,
        /// The highest rate, in Hz.
        max: u32,
    },
    /// The sound jumps further ahead than silence is filled in for.
    #[error("sound at {given} where {expected} was due: the gap is too long to fill")]
    Gap {
        /// When the next sample was due.
        expected: MediaTime,
        /// When it came.
        given: MediaTime,
    },
    /// The data is not a JPEG picture that can be recorded.
    #[error("not a good JPEG picture: {message}")]
    Jpeg {
        /// What is wrong with it.
        message: String,
    },
    /// A time left the range of [`MediaTime`].
    #[error(transparent)]
    Time(#[from] TimeError),
    /// The encoder was finished before.
    #[error("the encoder is finished")]
    Finished,
    /// The codec itself failed, or made a stream that containers cannot carry. The encoder is of
    /// no further use; the packets that are out are good.
    #[error("the {codec} encoder failed: {message}")]
    Codec {
        /// The codec.
        codec: Codec,
        /// What it said.
        message: String,
    },
}
