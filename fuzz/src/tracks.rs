//! Tracks that a writer must take, and tracks of whatever kind.

use arbitrary::Arbitrary;
use bytes::{BufMut, Bytes};
use media_recorder_types::{
    AudioCodec, AudioTrack, Codec, ColorInfo, ColorRange, FrameSize, MediaTime, MediaTrack,
    PcmFormat, Rate, TrackId, VideoCodec, VideoTrack,
};

/// All codecs there are.
pub const CODECS: [Codec; 11] = [
    Codec::Video(VideoCodec::Vp8),
    Codec::Video(VideoCodec::Vp9),
    Codec::Video(VideoCodec::Av1),
    Codec::Video(VideoCodec::H264),
    Codec::Video(VideoCodec::Mjpeg),
    Codec::Audio(AudioCodec::Opus),
    Codec::Audio(AudioCodec::Pcm(PcmFormat::S16)),
    Codec::Audio(AudioCodec::Pcm(PcmFormat::S24)),
    Codec::Audio(AudioCodec::Pcm(PcmFormat::F32)),
    Codec::Audio(AudioCodec::Flac),
    Codec::Audio(AudioCodec::Vorbis),
];

/// The most tracks of a file.
const MAX_TRACKS: usize = 126;

/// The tracks of a recording.
#[derive(Arbitrary, Debug)]
pub enum Tracks {
    /// With configurations that are right.
    Good(Vec<GoodTrack>),
    /// Of whatever kind.
    Any(Vec<AnyTrack>),
}

impl Tracks {
    /// For a container that carries `codecs`.
    pub fn describe(&self, codecs: &[Codec]) -> Vec<MediaTrack> {
        match self {
            Self::Good(tracks) => {
                // Their ids are not in the order of the file.
                let ids = (1..=MAX_TRACKS as u32).rev().filter_map(TrackId::new);
                let tracks = tracks.iter().zip(ids);
                tracks
                    .map(|(track, id)| track.describe(id, codecs))
                    .collect()
            }
            Self::Any(tracks) => tracks.iter().filter_map(AnyTrack::describe).collect(),
        }
    }
}

/// A track that a writer must take.
#[derive(Arbitrary, Debug)]
pub struct GoodTrack {
    codec: u8,
    name: String,
    /// Of the picture, and of what else there are several kinds of.
    numbers: (u16, u16),
    rate: u32,
    denominator: u32,
    color: (u8, u8, u8, Option<bool>),
    channels: u8,
    delay: u16,
    pre_roll: u32,
}

impl GoodTrack {
    fn describe(&self, id: TrackId, codecs: &[Codec]) -> MediaTrack {
        let mut track = match codecs[usize::from(self.codec) % codecs.len()] {
            Codec::Video(codec) => self.video(id, codec),
            Codec::Audio(codec) => self.audio(id, codec),
        };
        track.name.clone_from(&self.name);
        track
    }

    fn video(&self, id: TrackId, codec: VideoCodec) -> MediaTrack {
        let most = match codec {
            VideoCodec::Vp8 => 16_383,
            _ => FrameSize::MAX,
        };
        let side = |n: u16| u32::from(n) % most + 1;
        let (primaries, transfer, matrix, full) = self.color;
        let range = full.map(|full| match full {
            true => ColorRange::Full,
            false => ColorRange::Limited,
        });
        let video = VideoTrack {
            codec,
            size: FrameSize::new(side(self.numbers.0), side(self.numbers.1)),
            rate: Rate::new(self.rate, self.denominator),
            color: ColorInfo {
                primaries,
                transfer,
                matrix,
                range,
            },
        };
        let profile = (self.numbers.0 % 4) as u8;
        let private = match codec {
            VideoCodec::Vp9 if profile == 0 => Bytes::new(),
            VideoCodec::Vp9 => vp9_features(profile, self.numbers.1),
            VideoCodec::Av1 => av1c(profile % 3),
            VideoCodec::H264 => avcc([1, 2, 4, 4][usize::from(profile)]),
            _ => Bytes::new(),
        };
        MediaTrack::video(id, video, private)
    }

    fn audio(&self, id: TrackId, codec: AudioCodec) -> MediaTrack {
        let (most_channels, most_rate) = match codec {
            AudioCodec::Opus => (255, u32::MAX),
            AudioCodec::Flac => (8, (1 << 20) - 1),
            _ => (8, u32::MAX),
        };
        let channels = u16::from(self.channels) % most_channels + 1;
        let sample_rate = self.rate % most_rate + 1;
        let pre_skip = self.delay % 48_000;
        let delay = MediaTime::from_ticks(pre_skip.into(), 48_000);
        let audio = AudioTrack {
            codec,
            sample_rate,
            channels,
            codec_delay: delay.expect("it is less than a second"),
            seek_pre_roll: MediaTime::from_millis(self.pre_roll.into()),
        };
        let private = match codec {
            AudioCodec::Opus => opus_head(channels as u8, pre_skip, sample_rate),
            AudioCodec::Flac => flac_start(channels as u8, sample_rate),
            AudioCodec::Vorbis => vorbis_headers(channels as u8, sample_rate),
            _ => Bytes::new(),
        };
        MediaTrack::audio(id, audio, private)
    }
}

/// A track of whatever kind.
#[derive(Arbitrary, Debug)]
pub struct AnyTrack {
    id: u8,
    name: String,
    codec: u8,
    codec_private: Vec<u8>,
    media: AnyMedia,
}

#[derive(Arbitrary, Debug)]
struct AnyMedia {
    size: (u32, u32),
    rate: (u32, u32),
    color: (u8, u8, u8),
    channels: u16,
    delay: i64,
    pre_roll: i64,
}

impl AnyTrack {
    fn describe(&self) -> Option<MediaTrack> {
        let id = TrackId::new(self.id.into())?;
        let private = Bytes::from(self.codec_private.clone());
        let media = &self.media;
        let mut track = match CODECS[usize::from(self.codec) % CODECS.len()] {
            Codec::Video(codec) => {
                let video = VideoTrack {
                    codec,
                    size: FrameSize::new(media.size.0, media.size.1),
                    rate: Rate::new(media.rate.0, media.rate.1),
                    color: ColorInfo {
                        primaries: media.color.0,
                        transfer: media.color.1,
                        matrix: media.color.2,
                        range: None,
                    },
                };
                MediaTrack::video(id, video, private)
            }
            Codec::Audio(codec) => {
                let audio = AudioTrack {
                    codec,
                    sample_rate: media.rate.0,
                    channels: media.channels,
                    codec_delay: MediaTime::from_nanos(media.delay),
                    seek_pre_roll: MediaTime::from_nanos(media.pre_roll),
                };
                MediaTrack::audio(id, audio, private)
            }
        };
        track.name.clone_from(&self.name);
        Some(track)
    }
}

/// The list of a VP9 track's features, level and chroma left to `variant`.
fn vp9_features(profile: u8, variant: u16) -> Bytes {
    let depth = match profile {
        0 | 1 => 8,
        _ => 10 + (variant % 2) as u8 * 2,
    };
    let chroma = (variant % 4) as u8;
    Bytes::from(vec![1, 1, profile, 2, 1, 31, 3, 1, depth, 4, 1, chroma])
}

/// An `av1C` with a sequence header of one octet (AV1-ISOBMFF §2.3.3).
fn av1c(profile: u8) -> Bytes {
    Bytes::from(vec![0x81, profile << 5, 0x0C, 0, 0x0A, 0x01, profile << 5])
}

/// An `avcC` with a parameter set of each kind (ISO/IEC 14496-15 §5.3.3.1).
fn avcc(length_octets: u8) -> Bytes {
    let mut avcc = vec![1, 0x42, 0xC0, 0x1E, 0xFC | (length_octets - 1), 0xE1, 0];
    avcc.extend([4, 0x67, 0x42, 0xC0, 0x1E, 1, 0, 2, 0x68, 0xCE]);
    avcc.into()
}

/// An `OpusHead` (RFC 7845 §5.1).
fn opus_head(channels: u8, pre_skip: u16, rate: u32) -> Bytes {
    let family = match channels {
        1 | 2 => 0,
        3..=8 => 1,
        _ => 255,
    };
    let mut head = b"OpusHead\x01".to_vec();
    head.put_u8(channels);
    head.put_u16_le(pre_skip);
    head.put_u32_le(rate);
    head.put_i16_le(0);
    head.put_u8(family);
    if family != 0 {
        head.put_slice(&[channels, 0]);
        head.extend(0..channels);
    }
    head.into()
}

/// A FLAC stream up to its first frame (RFC 9639 §8.2).
fn flac_start(channels: u8, rate: u32) -> Bytes {
    let mut start = b"fLaC\x80\x00\x00\x22".to_vec();
    start.extend([0x10, 0, 0x10, 0, 0, 0, 0, 0, 0, 0]);
    // Rate (20 bits), channels - 1 (3), bits of a sample - 1 (5), count of samples (36).
    start.put_u32(rate << 12 | u32::from(channels - 1) << 9 | 15 << 4);
    start.resize(8 + 34, 0);
    start.into()
}

/// The three headers of a Vorbis stream, the lengths of the first two before them.
fn vorbis_headers(channels: u8, rate: u32) -> Bytes {
    let mut headers = vec![2, 30, 7];
    headers.put_slice(b"\x01vorbis\0\0\0\0");
    headers.put_u8(channels);
    headers.put_u32_le(rate);
    headers.resize(3 + 30, 0);
    headers.put_slice(b"\x03vorbis\x05vorbis");
    headers.into()
}
