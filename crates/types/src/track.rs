//! What a muxer must know of a track before its first packet.

use core::fmt;
use core::num::NonZeroU32;

use alloc::string::String;
use bytes::Bytes;

use crate::{AudioCodec, Codec, ColorInfo, FrameSize, MediaTime, Rate, TrackKind, VideoCodec};

/// Tells the tracks of one recording apart; never zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TrackId(NonZeroU32);

impl TrackId {
    /// Track 1.
    pub const FIRST: Self = Self(NonZeroU32::MIN);

    /// The track number `n`; `None` for zero.
    pub const fn new(n: u32) -> Option<Self> {
        match NonZeroU32::new(n) {
            Some(n) => Some(Self(n)),
            None => None,
        }
    }

    /// The number, from 1.
    pub const fn get(self) -> u32 {
        self.0.get()
    }
}

impl fmt::Display for TrackId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// A video track.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VideoTrack {
    /// The codec.
    pub codec: VideoCodec,
    /// The coded picture's size in pixels.
    pub size: FrameSize,
    /// The nominal rate, where there is one.
    pub rate: Option<Rate>,
    /// What the picture's numbers mean.
    pub color: ColorInfo,
}

/// An audio track.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AudioTrack {
    /// The codec.
    pub codec: AudioCodec,
    /// Samples per second and channel. For Opus, the rate of the original input.
    pub sample_rate: u32,
    /// Channels, at least 1.
    pub channels: u16,
    /// What the decoder puts out before the first sound and a player drops (Matroska's
    /// `CodecDelay`, Opus' pre-skip). Zero for PCM.
    pub codec_delay: MediaTime,
    /// How much a decoder must be given ahead of a point for that point to sound right
    /// (Matroska's `SeekPreRoll`): 80 ms for Opus, else zero.
    pub seek_pre_roll: MediaTime,
}

/// The part of a description that depends on the kind of track.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TrackMedia {
    /// Pictures.
    Video(VideoTrack),
    /// Sound.
    Audio(AudioTrack),
}

/// All that a container's header says of a track.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaTrack {
    /// The track's number in the recording.
    pub id: TrackId,
    /// Video or audio, and its parameters.
    pub media: TrackMedia,
    /// The codec's configuration in the form that Matroska stores as `CodecPrivate`: `av1C`
    /// for AV1, `OpusHead` for Opus, `avcC` for H.264; empty where the codec has none.
    pub codec_private: Bytes,
    /// A human-readable name; empty for none.
    pub name: String,
}

impl MediaTrack {
    /// A nameless video track.
    pub fn video(id: TrackId, video: VideoTrack, codec_private: Bytes) -> Self {
        Self {
            id,
            media: TrackMedia::Video(video),
            codec_private,
            name: String::new(),
        }
    }

    /// A nameless audio track.
    pub fn audio(id: TrackId, audio: AudioTrack, codec_private: Bytes) -> Self {
        Self {
            id,
            media: TrackMedia::Audio(audio),
            codec_private,
            name: String::new(),
        }
    }

    /// Audio or video.
    pub fn kind(&self) -> TrackKind {
        self.codec().kind()
    }

    /// The codec.
    pub fn codec(&self) -> Codec {
        match &self.media {
            TrackMedia::Video(video) => Codec::Video(video.codec),
            TrackMedia::Audio(audio) => Codec::Audio(audio.codec),
        }
    }

    /// What a player subtracts from every time of this track; zero for video.
    pub fn codec_delay(&self) -> MediaTime {
        match &self.media {
            TrackMedia::Video(_) => MediaTime::ZERO,
            TrackMedia::Audio(audio) => audio.codec_delay,
        }
    }
}
