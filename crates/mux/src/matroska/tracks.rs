//! The `Tracks` element (RFC 9559 §5.1.4).

use media_recorder_types::{
    AudioCodec, AudioTrack, ColorInfo, ColorRange, MediaTime, MediaTrack, TrackMedia, VideoTrack,
};

use super::codec_id::codec_id;
use super::element::{Element, Uint};
use super::elements::Elements;
use super::ids;
use super::options::{MatroskaOptions, Rotation};

/// `TrackType` values (RFC 9559 §5.1.4.1.3).
const TRACK_TYPE_VIDEO: u64 = 1;
const TRACK_TYPE_AUDIO: u64 = 2;

/// H.273's "unspecified", in all three of its tables.
const UNSPECIFIED: u8 = 2;

/// The `Tracks` element: tracks that have been checked, numbered from 1.
pub(super) fn put_tracks(buf: &mut Elements, tracks: &[MediaTrack], options: &MatroskaOptions) {
    buf.master(ids::TRACKS, |buf| {
        for (number, track) in (1..).zip(tracks) {
            put_track(buf, number, track, options);
        }
    });
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

fn put_track(buf: &mut Elements, number: u64, track: &MediaTrack, options: &MatroskaOptions) {
    let codec_id = codec_id(track.codec(), options.doc_type).expect("it has been checked");
    buf.master(ids::TRACK_ENTRY, |buf| {
        buf.uint(ids::TRACK_NUMBER, number);
        buf.uint(ids::TRACK_UID, track_uid(options.track_uid_seed, number));
        buf.uint(
            ids::TRACK_TYPE,
            match &track.media {
                TrackMedia::Video(_) => TRACK_TYPE_VIDEO,
                TrackMedia::Audio(_) => TRACK_TYPE_AUDIO,
            },
        );
        buf.uint(ids::FLAG_LACING, 0);
        // Without it a reader assumes English (RFC 9559 §5.1.4.1.19).
        buf.text(ids::LANGUAGE, "und");
        if !track.name.is_empty() {
            buf.text(ids::NAME, &track.name);
        }
        buf.text(ids::CODEC_ID, codec_id);
        if !track.codec_private.is_empty() {
            buf.binary(ids::CODEC_PRIVATE, &track.codec_private);
        }
        match &track.media {
            TrackMedia::Video(video) => put_video(buf, video, options.rotation_of(track.id)),
            TrackMedia::Audio(audio) => put_audio(buf, audio),
        }
    });
}

fn put_video(buf: &mut Elements, video: &VideoTrack, rotation: Option<Rotation>) {
    if let Some(rate) = video.rate {
        put_positive_time(buf, ids::DEFAULT_DURATION, rate.period());
    }
    buf.master(ids::VIDEO, |buf| {
        buf.uint(ids::PIXEL_WIDTH, video.size.width.into());
        buf.uint(ids::PIXEL_HEIGHT, video.size.height.into());
        if !video.color.is_unspecified() {
            put_color(buf, video.color);
        }
        if let Some(rotation) = rotation {
            // The projection is rectangular where nothing is said (RFC 9559 §5.1.4.1.28.42).
            buf.master(ids::PROJECTION, |buf| {
                buf.float(ids::PROJECTION_POSE_ROLL, rotation.roll());
            });
        }
    });
}

/// `Colour` (RFC 9559 §5.1.4.1.28.16) with what is known of it; its numbers are H.273's but for
/// the range.
fn put_color(buf: &mut Elements, color: ColorInfo) {
    buf.master(ids::COLOUR, |buf| {
        for (id, value) in [
            (ids::MATRIX_COEFFICIENTS, color.matrix),
            (ids::TRANSFER_CHARACTERISTICS, color.transfer),
            (ids::PRIMARIES, color.primaries),
        ] {
            if value != UNSPECIFIED {
                buf.uint(id, value.into());
            }
        }
        match color.range {
            Some(ColorRange::Limited) => buf.uint(ids::RANGE, 1),
            Some(ColorRange::Full) => buf.uint(ids::RANGE, 2),
            None => {}
        }
    });
}

fn put_audio(buf: &mut Elements, audio: &AudioTrack) {
    put_positive_time(buf, ids::CODEC_DELAY, audio.codec_delay);
    put_positive_time(buf, ids::SEEK_PRE_ROLL, audio.seek_pre_roll);
    buf.master(ids::AUDIO, |buf| {
        buf.float(ids::SAMPLING_FREQUENCY, audio.sample_rate.into());
        buf.uint(ids::CHANNELS, audio.channels.into());
        if let AudioCodec::Pcm(format) = audio.codec {
            buf.uint(ids::BIT_DEPTH, format.bits().into());
        }
    });
}

/// A time in nanoseconds, unless it is zero: what its absence means.
fn put_positive_time(buf: &mut Elements, element: Element<Uint>, time: MediaTime) {
    if let Ok(nanos @ 1..) = u64::try_from(time.as_nanos()) {
        buf.uint(element, nanos);
    }
}
