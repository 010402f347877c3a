//! Whether a file can have the tracks that it is to have.

use alloc::vec::Vec;

use media_recorder_types::{
    AudioCodec, AudioTrack, Codec, FrameSize, MediaTime, MediaTrack, PcmFormat, TrackMedia,
    VideoCodec, VideoTrack,
};

use super::options::DocType;
use crate::codec::{FrameCheck, av1::SequenceHeader, flac, h264, opus, vorbis};
use crate::{CodecPrivateError, MuxError};

/// The most tracks: their numbers then take one octet in each block (127 is all ones).
pub(super) const MAX_TRACKS: usize = 126;

/// VP8 says a picture's sides in 14 bits (RFC 6386 §9.1).
const MAX_VP8_SIDE: u32 = 16_383;

/// The most channels whose meaning a reader can know without a mapping table.
const MAX_UNMAPPED_CHANNELS: u16 = 8;

/// The most channels that an `OpusHead` says.
const MAX_OPUS_CHANNELS: u16 = 255;

/// A track that the file can have.
#[derive(Debug)]
pub(super) struct CheckedTrack<'a> {
    pub(super) track: &'a MediaTrack,
    /// From 1, in the order of the tracks.
    pub(super) number: u8,
    pub(super) codec_id: &'static str,
    pub(super) frame_check: FrameCheck,
}

/// Checks the tracks of a file.
pub(super) fn check_tracks(
    tracks: &[MediaTrack],
    doc_type: DocType,
) -> Result<Vec<CheckedTrack<'_>>, MuxError> {
    if tracks.is_empty() {
        return Err(MuxError::NoTracks);
    }
    if tracks.len() > MAX_TRACKS {
        return Err(MuxError::TooManyTracks {
            tracks: tracks.len(),
            limit: MAX_TRACKS,
        });
    }
    for (n, track) in tracks.iter().enumerate() {
        if tracks[..n].iter().any(|other| other.id == track.id) {
            return Err(MuxError::DuplicateTrack { track: track.id });
        }
    }
    let check = |(number, track)| check_track(number, track, doc_type);
    (1..).zip(tracks).map(check).collect()
}

fn check_track(
    number: u8,
    track: &MediaTrack,
    doc_type: DocType,
) -> Result<CheckedTrack<'_>, MuxError> {
    let codec = track.codec();
    let codec_id = codec_id(codec, doc_type).ok_or(MuxError::UnsupportedCodec {
        track: track.id,
        codec,
        container: doc_type.name(),
    })?;
    let frame_check = match &track.media {
        TrackMedia::Video(video) => {
            check_picture(track, video)?;
            check_video_private(track, video.codec)
        }
        TrackMedia::Audio(audio) => {
            check_sound(track, audio)?;
            check_audio_private(track, audio)
        }
    }
    .map_err(|reason| MuxError::CodecPrivate {
        track: track.id,
        codec,
        reason,
    })?;
    Ok(CheckedTrack {
        track,
        number,
        codec_id,
        frame_check,
    })
}

/// The codec's name in <https://www.matroska.org/technical/codec_specs.html>; `None` if the
/// format does not carry it. WebM is a short list
/// (<https://www.webmproject.org/docs/container/>).
fn codec_id(codec: Codec, doc_type: DocType) -> Option<&'static str> {
    let in_webm = match codec {
        Codec::Video(VideoCodec::Vp8) => Some("V_VP8"),
        Codec::Video(VideoCodec::Vp9) => Some("V_VP9"),
        Codec::Video(VideoCodec::Av1) => Some("V_AV1"),
        Codec::Audio(AudioCodec::Opus) => Some("A_OPUS"),
        Codec::Audio(AudioCodec::Vorbis) => Some("A_VORBIS"),
        _ => None,
    };
    let in_matroska = match codec {
        Codec::Video(VideoCodec::H264) => Some("V_MPEG4/ISO/AVC"),
        Codec::Video(VideoCodec::Mjpeg) => Some("V_MJPEG"),
        Codec::Audio(AudioCodec::Pcm(PcmFormat::S16 | PcmFormat::S24)) => Some("A_PCM/INT/LIT"),
        Codec::Audio(AudioCodec::Pcm(PcmFormat::F32)) => Some("A_PCM/FLOAT/IEEE"),
        Codec::Audio(AudioCodec::Flac) => Some("A_FLAC"),
        _ => in_webm,
    };
    match doc_type {
        DocType::WebM => in_webm,
        DocType::Matroska => in_matroska,
    }
}

fn check_picture(track: &MediaTrack, video: &VideoTrack) -> Result<(), MuxError> {
    let limit = match video.codec {
        VideoCodec::Vp8 => MAX_VP8_SIDE,
        _ => FrameSize::MAX,
    };
    let FrameSize { width, height } = video.size;
    if (1..=limit).contains(&width) && (1..=limit).contains(&height) {
        Ok(())
    } else {
        Err(MuxError::PictureSize {
            track: track.id,
            size: video.size,
            limit,
        })
    }
}

fn check_sound(track: &MediaTrack, audio: &AudioTrack) -> Result<(), MuxError> {
    if audio.sample_rate == 0 {
        return Err(MuxError::SampleRate { track: track.id });
    }
    let limit = match audio.codec {
        AudioCodec::Opus => MAX_OPUS_CHANNELS,
        _ => MAX_UNMAPPED_CHANNELS,
    };
    if !(1..=limit).contains(&audio.channels) {
        return Err(MuxError::Channels {
            track: track.id,
            channels: audio.channels,
            limit,
        });
    }
    // Encoders look ahead by milliseconds: a second is a wrong unit somewhere.
    let delays = MediaTime::ZERO..MediaTime::SECOND;
    if !delays.contains(&audio.codec_delay) || audio.seek_pre_roll < MediaTime::ZERO {
        return Err(MuxError::CodecDelay {
            track: track.id,
            delay: audio.codec_delay,
            pre_roll: audio.seek_pre_roll,
        });
    }
    Ok(())
}

fn check_video_private(
    track: &MediaTrack,
    codec: VideoCodec,
) -> Result<FrameCheck, CodecPrivateError> {
    match codec {
        VideoCodec::Vp8 => Ok(FrameCheck::Vp8),
        VideoCodec::Vp9 => Ok(FrameCheck::Vp9),
        VideoCodec::Av1 => SequenceHeader::from_av1c(&track.codec_private).map(FrameCheck::Av1),
        VideoCodec::H264 => h264::length_octets(&track.codec_private)
            .map(|length_octets| FrameCheck::H264 { length_octets }),
        VideoCodec::Mjpeg => Ok(FrameCheck::Jpeg),
        _ => Ok(FrameCheck::AlwaysKey),
    }
}

fn check_audio_private(
    track: &MediaTrack,
    audio: &AudioTrack,
) -> Result<FrameCheck, CodecPrivateError> {
    let private = &track.codec_private;
    match audio.codec {
        AudioCodec::Opus => opus::check_head(private, audio).map(|()| FrameCheck::Opus),
        // The stream's start, up to its first frame (RFC 9639 §10.2).
        AudioCodec::Flac => flac::check_stream_info(private, audio).map(|()| FrameCheck::Flac),
        AudioCodec::Vorbis => vorbis::check_headers(private, audio).map(|()| FrameCheck::Vorbis),
        _ => Ok(FrameCheck::AlwaysKey),
    }
}
