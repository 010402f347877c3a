//! The `Tracks` element (RFC 9559 §5.1.4).

use alloc::vec::Vec;

use media_recorder_types::{
    AudioCodec, AudioTrack, ColorInfo, ColorRange, MediaTime, TrackMedia, VideoTrack,
};

use super::ebml::{put_binary, put_float, put_master, put_uint};
use super::ids;
use super::track_checks::CheckedTrack;

/// `TrackType` values (RFC 9559 §5.1.4.1.3).
const TRACK_TYPE_VIDEO: u64 = 1;
const TRACK_TYPE_AUDIO: u64 = 2;

/// H.273's "unspecified", in all three of its tables.
const UNSPECIFIED: u8 = 2;

/// The `Tracks` element.
pub(super) fn tracks_element(tracks: &[CheckedTrack<'_>], uid_seed: u64) -> Vec<u8> {
    let mut buf = Vec::new();
    put_master(&mut buf, ids::TRACKS, |buf| {
        for checked in tracks {
            put_track(buf, checked, uid_seed);
        }
    });
    buf
}

/// A number that looks random, differs between the tracks of a file, and is not zero
/// (RFC 9559 §5.1.4.1.2): the output function of SplitMix64, which is a bijection.
fn track_uid(seed: u64, number: u64) -> u64 {
    let mut z = seed.wrapping_add(number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^= z >> 31;
    if z == 0 { number } else { z }
}

fn put_track(buf: &mut Vec<u8>, checked: &CheckedTrack<'_>, uid_seed: u64) {
    let track = checked.track;
    let number = u64::from(checked.number);
    put_master(buf, ids::TRACK_ENTRY, |buf| {
        put_uint(buf, ids::TRACK_NUMBER, number);
        put_uint(buf, ids::TRACK_UID, track_uid(uid_seed, number));
        put_uint(
            buf,
            ids::TRACK_TYPE,
            match &track.media {
                TrackMedia::Video(_) => TRACK_TYPE_VIDEO,
                TrackMedia::Audio(_) => TRACK_TYPE_AUDIO,
            },
        );
        put_uint(buf, ids::FLAG_LACING, 0);
        // Without it a reader assumes English (RFC 9559 §5.1.4.1.19).
        put_binary(buf, ids::LANGUAGE, b"und");
        if !track.name.is_empty() {
            put_binary(buf, ids::NAME, track.name.as_bytes());
        }
        put_binary(buf, ids::CODEC_ID, checked.codec_id.as_bytes());
        if !track.codec_private.is_empty() {
            put_binary(buf, ids::CODEC_PRIVATE, &track.codec_private);
        }
        match &track.media {
            TrackMedia::Video(video) => put_video(buf, video),
            TrackMedia::Audio(audio) => put_audio(buf, audio),
        }
    });
}

fn put_video(buf: &mut Vec<u8>, video: &VideoTrack) {
    if let Some(rate) = video.rate {
        put_positive_time(buf, ids::DEFAULT_DURATION, rate.period());
    }
    put_master(buf, ids::VIDEO, |buf| {
        put_uint(buf, ids::PIXEL_WIDTH, video.size.width.into());
        put_uint(buf, ids::PIXEL_HEIGHT, video.size.height.into());
        if !video.color.is_unspecified() {
            put_color(buf, video.color);
        }
    });
}

/// `Colour` (RFC 9559 §5.1.4.1.28.16) with what is known of it; its numbers are H.273's but for
/// the range.
fn put_color(buf: &mut Vec<u8>, color: ColorInfo) {
    put_master(buf, ids::COLOUR, |buf| {
        for (id, value) in [
            (ids::MATRIX_COEFFICIENTS, color.matrix),
            (ids::TRANSFER_CHARACTERISTICS, color.transfer),
            (ids::PRIMARIES, color.primaries),
        ] {
            if value != UNSPECIFIED {
                put_uint(buf, id, value.into());
            }
        }
        match color.range {
            Some(ColorRange::Limited) => put_uint(buf, ids::RANGE, 1),
            Some(ColorRange::Full) => put_uint(buf, ids::RANGE, 2),
            None => {}
        }
    });
}

fn put_audio(buf: &mut Vec<u8>, audio: &AudioTrack) {
    put_positive_time(buf, ids::CODEC_DELAY, audio.codec_delay);
    put_positive_time(buf, ids::SEEK_PRE_ROLL, audio.seek_pre_roll);
    put_master(buf, ids::AUDIO, |buf| {
        put_float(buf, ids::SAMPLING_FREQUENCY, audio.sample_rate.into());
        put_uint(buf, ids::CHANNELS, audio.channels.into());
        if let AudioCodec::Pcm(format) = audio.codec {
            put_uint(buf, ids::BIT_DEPTH, format.bits().into());
        }
    });
}

/// A time in nanoseconds, unless it is zero: what its absence means.
fn put_positive_time(buf: &mut Vec<u8>, id: ids::Id, time: MediaTime) {
    if let Ok(nanos @ 1..) = u64::try_from(time.as_nanos()) {
        put_uint(buf, id, nanos);
    }
}
