//! What the packets of a track must not change: it has one sample entry, at the front.

use media_recorder_types::{Codec, MediaTrack, Packet, VideoCodec};

use crate::PayloadError;
use crate::codec::h264::{ParameterSets, length_octets};
use crate::codec::vp9_features::Vp9Features;
use crate::codec::vpx;

/// What there is to compare with. AV1's sequence headers are compared in every container.
#[derive(Clone, Debug)]
pub(super) enum Configuration {
    Unchecked,
    Vp9 {
        profile: u8,
    },
    H264 {
        sets: ParameterSets,
        /// Octets of the length before each NAL unit.
        length_octets: usize,
    },
}

impl Configuration {
    /// Of a track that has been checked.
    pub(super) fn of(track: &MediaTrack) -> Self {
        const CHECKED: &str = "it has been checked";
        let private = &track.codec_private;
        match track.codec() {
            Codec::Video(VideoCodec::Vp9) => Self::Vp9 {
                profile: Vp9Features::parse(private).expect(CHECKED).profile,
            },
            Codec::Video(VideoCodec::H264) => Self::H264 {
                sets: ParameterSets::from_avcc(private).expect(CHECKED),
                length_octets: length_octets(private).expect(CHECKED),
            },
            _ => Self::Unchecked,
        }
    }

    /// Whether `packet`, whose key flag is right, leaves it as it is.
    pub(super) fn check(&self, packet: &Packet) -> Result<(), PayloadError> {
        match self {
            Self::Vp9 { profile }
                if packet.key && vpx::vp9_profile(&packet.data) != Some(*profile) =>
            {
                Err(PayloadError::ConfigurationChanged)
            }
            Self::H264 {
                sets,
                length_octets,
            } => sets.check(&packet.data, *length_octets),
            Self::Unchecked | Self::Vp9 { .. } => Ok(()),
        }
    }
}
