//! What all video encoders share.

#[cfg(any(feature = "av1", feature = "h264", feature = "vp8", feature = "vp9"))]
mod color;
#[cfg(any(feature = "av1", feature = "h264", feature = "vp8", feature = "vp9"))]
mod intake;
#[cfg(any(feature = "vp8", feature = "vp9"))]
mod one_by_one;
#[cfg(any(feature = "av1", feature = "h264", feature = "vp8", feature = "vp9"))]
mod times;

use std::time::Duration;

use media_recorder_types::{Codec, FrameSize, MediaTrack, Packet, VideoCodec, VideoFrame};

#[cfg(any(feature = "vp8", feature = "vp9"))]
pub(crate) use one_by_one::{Encoded, OneByOne, PictureCodec};
#[cfg(any(feature = "av1", feature = "h264", feature = "vp8", feature = "vp9"))]
pub(crate) use {
    color::StreamColor,
    intake::{Intake, check_size},
};

use crate::{EncodeError, Preset, UnsupportedReason, VideoConfig};

/// Pictures in, packets out.
///
/// One packet comes out per frame, in the same order and with exactly the frame's time; how many
/// frames later is the codec's affair.
pub trait VideoEncoder: Send {
    /// Takes the next picture. Times must strictly increase. `key` asks for a key frame here;
    /// but for the first frame, the encoder makes none of its own, unless it encodes
    /// [groups](crate::Parallelism::Groups) of pictures side by side. Then it also waits while as
    /// many frames are under way as may be.
    ///
    /// # Errors
    ///
    /// [`EncodeError::Finished`], [`FrameSize`](EncodeError::FrameSize),
    /// [`OutOfOrder`](EncodeError::OutOfOrder), [`Color`](EncodeError::Color) for a frame that
    /// cannot be taken, [`Codec`](EncodeError::Codec) if the codec fails.
    fn encode(&mut self, frame: &VideoFrame, key: bool) -> Result<(), EncodeError>;

    /// Asks for another speed, from the next frame on which the codec can change it: for VP8 and
    /// VP9 the next one, for H.264 the next key frame; AV1 keeps what its first frame had.
    fn set_preset(&mut self, preset: Preset);

    /// What is in force.
    fn preset(&self) -> Preset;

    /// Goes over to frames of another size from the next one on, which is made a key frame; the
    /// [track](Self::track) keeps the first size. For VP8 and VP9. False, and nothing happens, where the
    /// codec cannot change its size within a stream, or not to this one.
    fn set_size(&mut self, size: FrameSize) -> bool {
        let _ = size;
        false
    }

    /// Says that no frame follows, and waits for nothing: who wants each packet as soon as it is
    /// ready takes what there is, and [waits](Self::wait_for_frame) for more, until the
    /// [backlog](Self::backlog) is empty, and then calls [`finish`](Self::finish), which must follow
    /// in any case. Does nothing where frames are encoded one after the other.
    fn begin_finish(&mut self) {}

    /// Waits until one of the frames of the [backlog](Self::backlog) is encoded, if there is any.
    fn wait_for_frame(&mut self) {}

    /// Encodes every queued frame. Further calls do nothing.
    ///
    /// # Errors
    ///
    /// [`EncodeError::Codec`] if the codec fails.
    fn finish(&mut self) -> Result<(), EncodeError>;

    /// The next packet that is ready. Its duration is the distance to the next frame if that is
    /// known, else the nominal period.
    fn next_packet(&mut self) -> Option<Packet>;

    /// The description for the container's header: there at the latest when the first packet is.
    fn track(&self) -> Option<&MediaTrack>;

    /// The most frames that may be under way because groups of pictures are encoded
    /// [side by side](crate::Parallelism): so many go in before `encode` waits for the oldest to
    /// come out. Fewer are, unless the encoder is slower than its source. Zero where frames are
    /// encoded one after the other; the few that AV1 looks ahead are not counted.
    fn latency(&self) -> usize {
        0
    }

    /// How many frames wait in the encoder or are being encoded, and how many may while it keeps up
    /// with its source. One that nears the second is slower than its source, which the time that
    /// `encode` takes does not tell.
    fn backlog(&self) -> (usize, usize) {
        (0, 0)
    }

    /// How many frames are encoded at once. 1 where [`encode`](Self::encode) does all the work
    /// itself, by whatever threads.
    fn workers(&self) -> usize {
        1
    }

    /// How long all [`workers`](Self::workers) together have been at work; `None` where the time
    /// that [`encode`](Self::encode) takes tells it.
    fn busy(&self) -> Option<Duration> {
        None
    }
}

/// The video codecs of this build, best first.
pub fn video_codecs() -> &'static [VideoCodec] {
    &[
        #[cfg(feature = "av1")]
        VideoCodec::Av1,
        #[cfg(feature = "vp9")]
        VideoCodec::Vp9,
        #[cfg(feature = "vp8")]
        VideoCodec::Vp8,
        #[cfg(feature = "h264")]
        VideoCodec::H264,
    ]
}

/// An encoder for `codec`.
///
/// # Errors
///
/// [`EncodeError::Unsupported`] if this build cannot encode it, or not at this size.
#[cfg_attr(
    not(any(feature = "av1", feature = "h264", feature = "vp8", feature = "vp9")),
    expect(unused_variables, reason = "there is no encoder to configure")
)]
pub fn video_encoder(
    codec: VideoCodec,
    config: VideoConfig,
) -> Result<Box<dyn VideoEncoder>, EncodeError> {
    match codec {
        #[cfg(feature = "av1")]
        VideoCodec::Av1 => Ok(Box::new(crate::av1::Av1Encoder::new(config)?)),
        #[cfg(feature = "vp9")]
        VideoCodec::Vp9 => crate::groups::encoder(codec, config, |config| {
            Ok(Box::new(crate::vp9::encoder(config)?))
        }),
        #[cfg(feature = "vp8")]
        VideoCodec::Vp8 => crate::groups::encoder(codec, config, |config| {
            Ok(Box::new(crate::vp8::encoder(config)?))
        }),
        #[cfg(feature = "h264")]
        VideoCodec::H264 => crate::groups::encoder(codec, config, |config| {
            Ok(Box::new(crate::h264::H264Encoder::new(config)?))
        }),
        _ => Err(EncodeError::Unsupported {
            codec: Codec::Video(codec),
            reason: UnsupportedReason::NotBuilt,
        }),
    }
}
