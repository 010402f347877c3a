//! Codecs by name.

use core::fmt;

/// What a track carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TrackKind {
    /// Sound.
    Audio,
    /// Pictures.
    Video,
}

/// `audio` or `video`, as `MediaStreamTrack.kind` says it.
impl fmt::Display for TrackKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Audio => "audio",
            Self::Video => "video",
        })
    }
}

/// A video codec that the writers know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VideoCodec {
    /// VP8 (RFC 6386).
    Vp8,
    /// VP9.
    Vp9,
    /// AV1.
    Av1,
    /// H.264 / AVC (ISO/IEC 14496-10).
    H264,
    /// Motion JPEG.
    Mjpeg,
}

/// How the samples of a PCM track are stored; little-endian, interleaved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PcmFormat {
    /// 16-bit signed integers.
    S16,
    /// 24-bit signed integers.
    S24,
    /// 32-bit IEEE 754 floats.
    F32,
}

impl PcmFormat {
    /// Bits per sample.
    pub const fn bits(self) -> u32 {
        match self {
            Self::S16 => 16,
            Self::S24 => 24,
            Self::F32 => 32,
        }
    }
}

/// An audio codec that the writers know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AudioCodec {
    /// Opus (RFC 6716).
    Opus,
    /// Uncompressed samples.
    Pcm(PcmFormat),
    /// FLAC (RFC 9639).
    Flac,
    /// Vorbis I.
    Vorbis,
}

/// A codec of either kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Codec {
    /// A video codec.
    Video(VideoCodec),
    /// An audio codec.
    Audio(AudioCodec),
}

impl Codec {
    /// What kind of track it makes.
    pub const fn kind(self) -> TrackKind {
        match self {
            Self::Video(_) => TrackKind::Video,
            Self::Audio(_) => TrackKind::Audio,
        }
    }

    /// The identifier that browsers use in a `codecs=` parameter, without profile parts.
    pub const fn short_name(self) -> &'static str {
        match self {
            Self::Video(VideoCodec::Vp8) => "vp8",
            Self::Video(VideoCodec::Vp9) => "vp9",
            Self::Video(VideoCodec::Av1) => "av01",
            Self::Video(VideoCodec::H264) => "avc1",
            Self::Video(VideoCodec::Mjpeg) => "mjpeg",
            Self::Audio(AudioCodec::Opus) => "opus",
            Self::Audio(AudioCodec::Pcm(_)) => "pcm",
            Self::Audio(AudioCodec::Flac) => "flac",
            Self::Audio(AudioCodec::Vorbis) => "vorbis",
        }
    }
}

/// The [`short_name`](Codec::short_name).
impl fmt::Display for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.short_name())
    }
}
