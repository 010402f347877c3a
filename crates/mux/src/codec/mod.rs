//! What a writer must understand of the codecs: whether a configuration is one, and whether
//! decoding can start with a picture.

pub(crate) mod av1;
pub(crate) mod flac;
pub(crate) mod h264;
pub(crate) mod jpeg;
pub(crate) mod opus;
pub(crate) mod vorbis;
pub(crate) mod vp9_features;
pub(crate) mod vpx;

use bytes::Bytes;

use crate::PayloadError;
use av1::SequenceHeader;

/// What it takes to tell the key frames of a track.
#[derive(Clone, Debug)]
pub(crate) enum FrameCheck {
    /// Every packet is one: sound, and pictures that stand alone.
    AlwaysKey,
    Flac,
    Vorbis,
    Jpeg,
    Vp8,
    Vp9,
    Av1(SequenceHeader),
    H264 {
        /// Octets of the length before each NAL unit.
        length_octets: usize,
    },
}

impl FrameCheck {
    /// Whether decoding can start with `data`.
    pub(crate) fn is_key(&self, data: &Bytes) -> Result<bool, PayloadError> {
        match self {
            Self::AlwaysKey => Ok(true),
            Self::Flac => flac::check_frame(data).map(|()| true),
            Self::Vorbis => vorbis::check_packet(data).map(|()| true),
            Self::Jpeg => jpeg::check_picture(data).map(|()| true),
            Self::Vp8 => vpx::is_vp8_key(data),
            Self::Vp9 => vpx::is_vp9_key(data),
            Self::Av1(header) => header.is_key(data),
            Self::H264 { length_octets } => h264::is_key(data, *length_octets),
        }
    }
}
