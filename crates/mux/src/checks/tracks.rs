//! Whether a file can have the tracks that it is to have.

use alloc::vec::Vec;

use media_recorder_types::{
    AudioCodec, AudioTrack, Codec, FrameSize, MediaTime, MediaTrack, TrackMedia, VideoCodec,
    VideoTrack,
};

use crate::codec::{
    FrameCheck, av1::SequenceHeader, flac, h264, opus, vorbis, vp9_features::Vp9Features,
};
use crate::{CodecPrivateError, MuxError};

/// The most tracks: their numbers then take one octet in each block of Matroska (127 is all
/// ones); MP4 takes as many, so that whoever records does not have to tell them apart.
const MAX_TRACKS: usize = 126;

/// VP8 says a picture's sides in 14 bits (RFC 6386 §9.1).
const MAX_VP8_SIDE: u32 = 16_383;

/// The most channels whose meaning a reader can know without a mapping table.
const MAX_UNMAPPED_CHANNELS: u16 = 8;

/// The most channels that an `OpusHead` says.
const MAX_OPUS_CHANNELS: u16 = 255;

/// Checks the tracks of a file in `container`, which `carries` some codecs; gives what tells the
/// key frames of each.
pub(crate) fn check_tracks(
    tracks: &[MediaTrack],
    container: &'static str,
    carries: impl Fn(Codec) -> bool,
) -> Result<Vec<FrameCheck>, MuxError> {
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
    let check = |track: &MediaTrack| {
        let codec = track.codec();
        if carries(codec) {
            check_track(track)
        } else {
            Err(MuxError::UnsupportedCodec {
                track: track.id,
                codec,
                container,
            })
        }
    };
    tracks.iter().map(check).collect()
}

fn check_track(track: &MediaTrack) -> Result<FrameCheck, MuxError> {
    let private = match &track.media {
        TrackMedia::Video(video) => {
            check_picture(track, video)?;
            check_video_private(track, video.codec)
        }
        TrackMedia::Audio(audio) => {
            check_sound(track, audio)?;
            check_audio_private(track, audio)
        }
    };
    private.map_err(|reason| MuxError::CodecPrivate {
        track: track.id,
        codec: track.codec(),
        reason,
    })
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
    let private = &track.codec_private;
    match codec {
        VideoCodec::Vp8 => Ok(FrameCheck::Vp8),
        VideoCodec::Vp9 => Vp9Features::parse(private).map(|_| FrameCheck::Vp9),
        VideoCodec::Av1 => SequenceHeader::from_av1c(private).map(FrameCheck::Av1),
        VideoCodec::H264 => {
            let length_octets = h264::length_octets(private)?;
            h264::ParameterSets::from_avcc(private)?;
            Ok(FrameCheck::H264 { length_octets })
        }
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
        AudioCodec::Opus => opus::check_head(private, audio).map(|()| FrameCheck::AlwaysKey),
        // The stream's start, up to its first frame (RFC 9639 §10.2).
        AudioCodec::Flac => flac::check_stream_info(private, audio).map(|()| FrameCheck::Flac),
        AudioCodec::Vorbis => vorbis::check_headers(private, audio).map(|()| FrameCheck::Vorbis),
        _ => Ok(FrameCheck::AlwaysKey),
    }
}
