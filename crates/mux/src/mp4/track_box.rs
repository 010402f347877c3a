//! `trak` (ISO/IEC 14496-12 §8.3).

use alloc::vec::Vec;

use bytes::BufMut;
use media_recorder_types::{FrameSize, TrackKind, TrackMedia};

use super::boxes::{put_box, put_full_box};
use super::movie::{MATRIX, MovieTime};
use super::sample_tables::{put_empty_tables, put_tables};
use super::track::{Roll, Track, TrackHeader};

/// `tkhd`'s flags: enabled, in the movie (§8.3.2).
const ENABLED_IN_MOVIE: u32 = 0x00_0003;

/// Players choose one of the sound tracks.
const ALTERNATES_OF_SOUND: u16 = 1;

/// "und", in five bits a letter (§8.4.2).
const UNDETERMINED_LANGUAGE: u16 = 0x55C4;

/// The longest track name that is written, in octets.
const MAX_NAME_OCTETS: usize = 255;

/// What is said of a track's samples.
#[derive(Clone, Copy, Debug)]
struct Extent {
    /// Ticks of the samples.
    media: u64,
    /// Ticks before the first sample.
    gap: u64,
    /// In the movie's ticks, both of them: how long nothing is shown, and then the samples.
    empty: u64,
    shown: u64,
}

/// A track without samples: they are all in fragments.
pub(super) fn put_empty_track(buf: &mut Vec<u8>, track: &TrackHeader) {
    let extent = Extent {
        media: 0,
        gap: 0,
        empty: 0,
        shown: 0,
    };
    put_track(buf, track, extent, put_empty_tables);
}

/// A track with all its samples.
pub(super) fn put_complete_track(buf: &mut Vec<u8>, track: &Track, time: MovieTime) {
    let header = &track.header;
    let gap = track.timeline.first.unwrap_or(0);
    let media = track.timeline.end().saturating_sub(gap);
    let extent = Extent {
        media,
        gap,
        empty: time.of(gap, header.timescale),
        shown: time.of(media.saturating_sub(header.delay), header.timescale),
    };
    put_track(buf, header, extent, |buf| {
        put_tables(buf, &track.index);
        if let Some(roll) = track.roll {
            put_roll_description(buf, roll);
            put_roll_assignment(buf, roll.distance.into(), track.index.len(), 1);
        }
    });
}

fn put_track(
    buf: &mut Vec<u8>,
    track: &TrackHeader,
    extent: Extent,
    tables: impl FnOnce(&mut Vec<u8>),
) {
    put_box(buf, b"trak", |buf| {
        put_track_header(buf, track, extent.empty + extent.shown);
        if extent.gap > 0 || track.delay > 0 {
            put_box(buf, b"edts", |buf| put_edits(buf, track.delay, extent));
        }
        put_box(buf, b"mdia", |buf| {
            put_media_header(buf, track.timescale, extent.media);
            put_handler(buf, track);
            put_box(buf, b"minf", |buf| {
                match track.description.kind() {
                    TrackKind::Video => {
                        put_full_box(buf, b"vmhd", 0, 1, |buf| buf.put_bytes(0, 8));
                    }
                    TrackKind::Audio => {
                        put_full_box(buf, b"smhd", 0, 0, |buf| buf.put_bytes(0, 4));
                    }
                }
                put_box(buf, b"dinf", put_data_references);
                put_box(buf, b"stbl", |buf| {
                    buf.put_slice(&track.sample_description);
                    tables(buf);
                });
            });
        });
    });
}

/// `tkhd` (§8.3.2).
fn put_track_header(buf: &mut Vec<u8>, track: &TrackHeader, duration: u64) {
    let (size, group, volume) = match &track.description.media {
        TrackMedia::Video(video) => (video.size, 0, 0),
        TrackMedia::Audio(_) => (FrameSize::new(0, 0), ALTERNATES_OF_SOUND, 0x0100),
    };
    put_full_box(buf, b"tkhd", 1, ENABLED_IN_MOVIE, |buf| {
        buf.put_u64(0); // creation_time: nobody knows
        buf.put_u64(0); // modification_time
        buf.put_u32(track.number);
        buf.put_u32(0);
        buf.put_u64(duration);
        buf.put_u64(0);
        buf.put_u16(0); // layer
        buf.put_u16(group);
        buf.put_u16(volume);
        buf.put_u16(0);
        buf.put_slice(&MATRIX);
        // 16 bits before the point and 16 after it.
        buf.put_u32(size.width << 16);
        buf.put_u32(size.height << 16);
    });
}

/// `elst` (§8.6.6). While all samples are in fragments, a duration of zero means that the edit
/// goes on as long as they do.
fn put_edits(buf: &mut Vec<u8>, delay: u64, extent: Extent) {
    const NOTHING: i64 = -1;
    put_full_box(buf, b"elst", 1, 0, |buf| {
        buf.put_u32(if extent.gap > 0 { 2 } else { 1 });
        let mut put_edit = |duration: u64, media_time: i64| {
            buf.put_u64(duration);
            buf.put_i64(media_time);
            buf.put_u32(0x0001_0000); // at its own speed
        };
        // A delay is less than a second.
        let media_time = delay.cast_signed();
        if extent.gap > 0 {
            put_edit(extent.empty, NOTHING);
        }
        put_edit(extent.shown, media_time);
    });
}

/// `mdhd` (§8.4.2).
fn put_media_header(buf: &mut Vec<u8>, timescale: u32, duration: u64) {
    put_full_box(buf, b"mdhd", 1, 0, |buf| {
        buf.put_u64(0);
        buf.put_u64(0);
        buf.put_u32(timescale);
        buf.put_u64(duration);
        buf.put_u16(UNDETERMINED_LANGUAGE);
        buf.put_u16(0);
    });
}

/// `hdlr` (§8.4.3) with the track's name, up to where a C string ends.
fn put_handler(buf: &mut Vec<u8>, track: &TrackHeader) {
    let name = track.description.name.split('\0').next().unwrap_or("");
    let name = first_octets(name, MAX_NAME_OCTETS);
    put_full_box(buf, b"hdlr", 0, 0, |buf| {
        buf.put_u32(0);
        buf.put_slice(match track.description.kind() {
            TrackKind::Video => b"vide",
            TrackKind::Audio => b"soun",
        });
        buf.put_bytes(0, 12);
        buf.put_slice(name.as_bytes());
        buf.put_u8(0);
    });
}

/// As much of `text` as fits into `max` octets.
fn first_octets(text: &str, max: usize) -> &str {
    let end = (0..=max.min(text.len())).rfind(|&end| text.is_char_boundary(end));
    &text[..end.unwrap_or(0)]
}

/// `dref` (§8.7.2): the data are in this file.
fn put_data_references(buf: &mut Vec<u8>) {
    const SAME_FILE: u32 = 1;
    put_full_box(buf, b"dref", 0, 0, |buf| {
        buf.put_u32(1);
        put_full_box(buf, b"url ", 0, SAME_FILE, |_| {});
    });
}

/// `sgpd` (§8.9.3) with the one way to begin in the middle ("Encapsulation of Opus in ISO Base
/// Media File Format" §4.3.6.2).
pub(super) fn put_roll_description(buf: &mut Vec<u8>, roll: Roll) {
    put_full_box(buf, b"sgpd", 1, 0, |buf| {
        buf.put_slice(b"roll");
        buf.put_u32(2); // octets of a description
        buf.put_u32(1);
        // At most i16::MAX.
        buf.put_i16(-roll.distance.cast_signed());
    });
}

/// `sbgp` (§8.9.2): after the first `ungrouped` ones, all of `samples` samples are in the group
/// that `description` describes.
pub(super) fn put_roll_assignment(
    buf: &mut Vec<u8>,
    ungrouped: u32,
    samples: u32,
    description: u32,
) {
    let ungrouped = ungrouped.min(samples);
    put_full_box(buf, b"sbgp", 0, 0, |buf| {
        buf.put_slice(b"roll");
        let runs = [(ungrouped, 0), (samples - ungrouped, description)];
        let runs = runs.into_iter().filter(|(samples, _)| *samples > 0);
        buf.put_u32(runs.clone().count() as u32);
        for (samples, description) in runs {
            buf.put_u32(samples);
            buf.put_u32(description);
        }
    });
}
