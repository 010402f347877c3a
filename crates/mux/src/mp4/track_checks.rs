//! Whether a file can have the tracks that it is to have.

use alloc::vec::Vec;

use media_recorder_types::{
    AudioCodec, AudioTrack, Codec, FrameSize, MediaTime, MediaTrack, TrackMedia, VideoCodec,
    VideoTrack,
};

use crate::codec::{FrameCheck, av1::SequenceHeader, flac, h264, opus, vp9_features::Vp9Features};
use crate::{CodecPrivateError, MuxError};

/// The most tracks: as many as our other containers take.
const MAX_TRACKS: usize = 126;

/// The most channels whose meaning a reader can know without a mapping table.
const MAX_UNMAPPED_CHANNELS: u16 = 8;

/// The longest codec configuration: real ones have a few hundred octets, and boxes must not
/// grow beyond 32 bits.
const MAX_PRIVATE_OCTETS: usize = 64 << 10;

/// The most channels that a `dOps` says.
const MAX_OPUS_CHANNELS: u16 = 255;

/// Checks the tracks of a file; gives each with what tells its key frames.
pub(super) fn check_tracks(
    tracks: &[MediaTrack],
) -> Result<Vec<(&MediaTrack, FrameCheck)>, MuxError> {
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
    let check = |track| Ok((track, check_track(track)?));
    tracks.iter().map(check).collect()
}

fn check_track(track: &MediaTrack) -> Result<FrameCheck, MuxError> {
    let codec = track.codec();
    if !is_carried(codec) {
        return Err(MuxError::UnsupportedCodec {
            track: track.id,
            codec,
            container: "mp4",
        });
    }
    match &track.media {
        TrackMedia::Video(video) => check_picture(track, video)?,
        TrackMedia::Audio(audio) => check_sound(track, audio)?,
    }
    check_private(track).map_err(|reason| MuxError::CodecPrivate {
        track: track.id,
        codec,
        reason,
    })
}

/// Whether there is a sample entry for the codec that players know.
fn is_carried(codec: Codec) -> bool {
    matches!(
        codec,
        Codec::Video(VideoCodec::Av1 | VideoCodec::Vp9 | VideoCodec::H264)
            | Codec::Audio(AudioCodec::Opus | AudioCodec::Pcm(_) | AudioCodec::Flac)
    )
}

fn check_picture(track: &MediaTrack, video: &VideoTrack) -> Result<(), MuxError> {
    if video.size.is_valid() {
        Ok(())
    } else {
        Err(MuxError::PictureSize {
            track: track.id,
            size: video.size,
            limit: FrameSize::MAX,
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

fn check_private(track: &MediaTrack) -> Result<FrameCheck, CodecPrivateError> {
    let private = &track.codec_private;
    if private.len() > MAX_PRIVATE_OCTETS {
        return Err(CodecPrivateError::Malformed {
            what: "it is longer than 64 KiB",
        });
    }
    match &track.media {
        TrackMedia::Video(video) => match video.codec {
            VideoCodec::Av1 => SequenceHeader::from_av1c(private).map(FrameCheck::Av1),
            VideoCodec::H264 => {
                let length_octets = h264::length_octets(private)?;
                h264::ParameterSets::from_avcc(private)?;
                Ok(FrameCheck::H264 { length_octets })
            }
            _ => Vp9Features::parse(private).map(|_| FrameCheck::Vp9),
        },
        TrackMedia::Audio(audio) => match audio.codec {
            AudioCodec::Opus => opus::check_head(private, audio).map(|()| FrameCheck::Opus),
            AudioCodec::Flac => flac::check_stream_info(private, audio).map(|()| FrameCheck::Flac),
            _ => Ok(FrameCheck::AlwaysKey),
        },
    }
}
