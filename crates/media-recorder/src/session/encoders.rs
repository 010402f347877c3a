//! Making the encoder of a track.

use media_recorder_capture::{AudioFormat, VideoFormat};
use media_recorder_encode::{
    AudioConfig, AudioEncoder, EncodeError, Mode, Parallelism, Preset, UnsupportedReason,
    VideoConfig, VideoEncoder, audio_encoder, video_encoder,
};
use media_recorder_state::{KeyFrameInterval, KeyFramePolicy};
use media_recorder_types::{Codec, FrameSize, MediaTrack, Packet, TrackId};

use super::pass_through::PassThrough;
use super::sizes::SizePolicy;
use crate::options::SizeChange;
use crate::stream::TrackSettings;

/// How a track is encoded; enough to make its encoder again for the next file.
#[derive(Clone, Debug)]
pub(crate) struct EncoderRecipe {
    pub(crate) codec: Codec,
    pub(crate) id: TrackId,
    pub(crate) settings: TrackSettings,
    pub(crate) bits_per_second: u32,
    pub(crate) constant_bitrate: bool,
    pub(crate) key_frames: KeyFrameInterval,
    pub(crate) size_change: SizeChange,
    pub(crate) mode: Mode,
    /// Of pictures; none for the mode's own.
    pub(crate) preset: Option<Preset>,
    pub(crate) parallelism: Parallelism,
    /// The source goes on by itself to its end: pictures may wait in the encoder for others.
    pub(crate) hold_back: bool,
}

impl EncoderRecipe {
    /// The encoder, before its first frame.
    pub(crate) fn make(&self) -> Result<TrackEncoder, EncodeError> {
        match (self.codec, &self.settings) {
            (Codec::Video(codec), TrackSettings::Video(VideoFormat { size, rate, .. })) => {
                let config = VideoConfig::new(self.id, *size)
                    .with_rate(*rate)
                    .with_bits_per_second(self.bits_per_second)
                    .with_mode(self.mode)
                    .with_parallelism(self.parallelism)
                    .with_hold_back(self.hold_back)
                    .with_preset(self.preset);
                Ok(TrackEncoder::Video {
                    encoder: video_encoder(codec, config)?,
                    keys: KeyFramePolicy::new(self.key_frames),
                    sizes: SizePolicy::new(*size, self.size_change),
                })
            }
            (Codec::Audio(codec), TrackSettings::Audio(AudioFormat { .. })) => {
                let config = AudioConfig::new(self.id)
                    .with_bits_per_second(self.bits_per_second)
                    .with_constant_bitrate(self.constant_bitrate);
                Ok(TrackEncoder::Audio(audio_encoder(codec, config)?))
            }
            (_, TrackSettings::Encoded(_)) => {
                let pass = PassThrough::new(self.id, self.key_frames, self.size_change);
                Ok(TrackEncoder::Pass(pass))
            }
            // The plan gives a track of one kind no codec of the other.
            (codec, _) => Err(EncodeError::Unsupported {
                codec,
                reason: UnsupportedReason::NotBuilt,
            }),
        }
    }

    /// Encodes pictures of this size from the next encoder on.
    pub(crate) fn set_size(&mut self, size: FrameSize) {
        if let TrackSettings::Video(format) = &mut self.settings {
            format.size = size;
        }
    }
}

/// An encoder of either kind, with what belongs to it; or what passes packets through.
pub(crate) enum TrackEncoder {
    Video {
        encoder: Box<dyn VideoEncoder>,
        keys: KeyFramePolicy,
        sizes: SizePolicy,
    },
    Audio(Box<dyn AudioEncoder>),
    Pass(PassThrough),
}

impl TrackEncoder {
    /// Says that nothing follows.
    pub(crate) fn begin_finish(&mut self) {
        if let Self::Video { encoder, .. } = self {
            encoder.begin_finish();
        }
    }

    /// Waits until threads of the encoder's own have made another packet. False if none is to
    /// come.
    pub(crate) fn wait_for_packet(&mut self) -> bool {
        match self {
            Self::Video { encoder, .. } if encoder.backlog().0 > 0 => {
                encoder.wait_for_frame();
                true
            }
            _ => false,
        }
    }

    pub(crate) fn finish(&mut self) -> Result<(), EncodeError> {
        match self {
            Self::Video { encoder, .. } => encoder.finish(),
            Self::Audio(encoder) => encoder.finish(),
            Self::Pass(_) => Ok(()),
        }
    }

    pub(crate) fn next_packet(&mut self) -> Option<Packet> {
        match self {
            Self::Video { encoder, .. } => encoder.next_packet(),
            Self::Audio(encoder) => encoder.next_packet(),
            Self::Pass(pass) => pass.next_packet(),
        }
    }

    pub(crate) fn track(&self) -> Option<&MediaTrack> {
        match self {
            Self::Video { encoder, .. } => encoder.track(),
            Self::Audio(encoder) => encoder.track(),
            Self::Pass(pass) => pass.track(),
        }
    }
}
