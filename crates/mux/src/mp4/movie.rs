//! What a file begins with, and the `moov` of a complete one (ISO/IEC 14496-12 §4.3, §8.2).

use alloc::vec::Vec;

use bytes::BufMut;
use media_recorder_types::{Codec, TrackKind, VideoCodec};

use super::boxes::{self, put_box, put_free, put_full_box};
use super::options::Mp4Mode;
use super::track::Track;
use super::track_box::{put_complete_track, put_empty_track};

/// Pictures are shown as they are (§8.2.2): 1, 0, 0, 0, 1, 0, 0, 0, 1 as fixed-point numbers.
pub(super) const MATRIX: [u8; 36] = [
    0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, //
    0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, //
    0, 0, 0, 0, 0, 0, 0, 0, 0x40, 0, 0, 0,
];

/// Octets of an `mehd` with a 64-bit duration.
const MEHD_OCTETS: usize = boxes::HEADER_OCTETS + 4 + 8;

/// A sample's flags (§8.8.3.1): nothing depends on it / it depends on others and is no sync
/// sample.
pub(super) const SYNC_SAMPLE: u32 = 0x0200_0000;
pub(super) const OTHER_SAMPLE: u32 = 0x0101_0000;

/// The movie's timescale.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MovieTime {
    /// Ticks per second.
    pub(crate) timescale: u32,
}

impl MovieTime {
    /// That of the sound, if there is any: its end is exact to the sample.
    fn new(tracks: &[Track]) -> Self {
        let sound = tracks.iter().find(|track| track.kind() == TrackKind::Audio);
        let timescale = sound
            .or(tracks.first())
            .map_or(1, |track| track.header.timescale);
        Self { timescale }
    }

    /// `ticks` of a track, in the movie's ticks, to nearest.
    pub(crate) fn of(self, ticks: u64, timescale: u32) -> u64 {
        let (own, movie) = (u128::from(timescale), u128::from(self.timescale));
        let exact = u128::from(ticks) * movie;
        u64::try_from((exact + own / 2) / own).unwrap_or(u64::MAX)
    }

    /// When the last track ends for the audience, in the movie's ticks.
    fn end(self, tracks: &[Track]) -> u64 {
        tracks
            .iter()
            .map(|track| self.of(track.end(), track.header.timescale))
            .max()
            .unwrap_or(0)
    }
}

/// Where in the header the end of the file changes something, from the start of the file.
#[derive(Clone, Copy, Debug)]
pub(super) enum Slot {
    /// The place of an `mehd`.
    Duration(usize),
    /// The place of an `mdat`'s header.
    MediaData(usize),
}

/// Everything before the first fragment.
pub(super) fn header(mode: Mp4Mode, tracks: &[Track]) -> (Vec<u8>, Slot) {
    let mut buf = file_type(tracks);
    let mut slot = Slot::MediaData(buf.len());
    if mode == Mp4Mode::Hybrid {
        put_free(&mut buf, boxes::LARGE_HEADER_OCTETS);
    }
    put_box(&mut buf, b"moov", |buf| {
        put_movie_header(buf, MovieTime::new(tracks), 0, tracks.len());
        for track in tracks {
            put_empty_track(buf, &track.header);
        }
        put_box(buf, b"mvex", |buf| {
            if mode == Mp4Mode::Fragmented {
                slot = Slot::Duration(buf.len());
                put_free(buf, MEHD_OCTETS);
            }
            for track in tracks {
                put_track_extends(buf, track);
            }
        });
    });
    (buf, slot)
}

/// The `moov` of a file that is complete.
pub(super) fn complete_movie(tracks: &[Track]) -> Vec<u8> {
    let time = MovieTime::new(tracks);
    let mut buf = Vec::new();
    put_box(&mut buf, b"moov", |buf| {
        put_movie_header(buf, time, time.end(tracks), tracks.len());
        for track in tracks {
            put_complete_track(buf, track, time);
        }
    });
    buf
}

/// The duration of all fragments: `mehd` (§8.8.2).
pub(super) fn movie_extends_header(tracks: &[Track]) -> Vec<u8> {
    let mut buf = Vec::with_capacity(MEHD_OCTETS);
    put_full_box(&mut buf, b"mehd", 1, 0, |buf| {
        buf.put_u64(MovieTime::new(tracks).end(tracks));
    });
    buf
}

/// `ftyp` (§4.3). What is used of the format came with `iso6` at the latest; it contains what
/// `mp41` asks for.
pub(super) fn file_type(tracks: &[Track]) -> Vec<u8> {
    let has = |codec| {
        let mut codecs = tracks.iter().map(|track| track.header.description.codec());
        codecs.any(|other| other == Codec::Video(codec))
    };
    let mut buf = Vec::new();
    put_box(&mut buf, b"ftyp", |buf| {
        buf.put_slice(b"iso6");
        buf.put_u32(0);
        buf.put_slice(b"iso6mp41");
        if has(VideoCodec::Av1) {
            buf.put_slice(b"av01"); // AV1-ISOBMFF §2.1
        }
        if has(VideoCodec::H264) {
            buf.put_slice(b"avc1"); // ISO/IEC 14496-12 §E.3
        }
    });
    buf
}

/// `mvhd` (§8.2.2).
fn put_movie_header(buf: &mut Vec<u8>, time: MovieTime, duration: u64, tracks: usize) {
    put_full_box(buf, b"mvhd", 1, 0, |buf| {
        buf.put_u64(0);
        buf.put_u64(0);
        buf.put_u32(time.timescale);
        buf.put_u64(duration);
        buf.put_u32(0x0001_0000); // at its own speed
        buf.put_u16(0x0100); // at full volume
        buf.put_bytes(0, 10);
        buf.put_slice(&MATRIX);
        buf.put_bytes(0, 24);
        // There are few tracks.
        buf.put_u32(tracks as u32 + 1);
    });
}

/// `trex` (§8.8.3): what is so for each sample unless its fragment says otherwise.
fn put_track_extends(buf: &mut Vec<u8>, track: &Track) {
    put_full_box(buf, b"trex", 0, 0, |buf| {
        buf.put_u32(track.header.number);
        buf.put_u32(1); // the one sample description
        buf.put_u32(0);
        buf.put_u32(0);
        buf.put_u32(match track.kind() {
            TrackKind::Video => OTHER_SAMPLE,
            TrackKind::Audio => SYNC_SAMPLE,
        });
    });
}
