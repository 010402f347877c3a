//! Boxes to seek by in a fragmented file: `mfra` and `sidx` (ISO/IEC 14496-12 §8.8.9, §8.16.3).

use alloc::vec::Vec;

use bytes::BufMut;

use super::boxes::{put_box, put_full_box, set_u32};
use super::track::Track;

/// `tfra`'s flags of lengths: the three numbers of an entry have four octets each.
const FOUR_OCTETS_EACH: u32 = 0b11_11_11;

/// Decoding can start at its beginning, and all is shown from there (§I.2).
const STARTS_WITH_SAP_1: u32 = 1 << 31 | 1 << 28;

/// The first key frame of each fragment of each track; `None` if there is none.
pub(super) fn random_access(tracks: &[Track]) -> Option<Vec<u8>> {
    let listing = || {
        tracks
            .iter()
            .filter(|track| !track.random_access.is_empty())
    };
    listing().next()?;
    let mut buf = Vec::new();
    let mut size_at = 0;
    put_box(&mut buf, b"mfra", |buf| {
        for track in listing() {
            put_track_random_access(buf, track);
        }
        put_full_box(buf, b"mfro", 0, 0, |buf| {
            size_at = buf.len();
            buf.put_u32(0);
        });
    });
    // From the end of the file, this leads to the beginning of the box (§8.8.11).
    let size = buf.len() as u32;
    set_u32(&mut buf, size_at, size);
    Some(buf)
}

/// `tfra` (§8.8.10).
fn put_track_random_access(buf: &mut Vec<u8>, track: &Track) {
    put_full_box(buf, b"tfra", 1, 0, |buf| {
        buf.put_u32(track.header.number);
        buf.put_u32(FOUR_OCTETS_EACH);
        buf.put_u32(track.random_access.len() as u32);
        for entry in &track.random_access {
            buf.put_u64(entry.start);
            buf.put_u64(entry.moof);
            buf.put_u32(entry.traf);
            buf.put_u32(1); // trun_number
            buf.put_u32(entry.sample);
        }
    });
}

/// What makes of the fragment of `octets` octets that follows an indexed media segment: a `styp`
/// that says so, and a `sidx` whose times are those of `track`.
pub(super) fn segment_index(track: &Track, octets: u32) -> Vec<u8> {
    let run = &track.run;
    let duration: u64 = run.samples.iter().map(|s| u64::from(s.duration)).sum();
    let starts_with_key = run.samples.first().is_some_and(|sample| sample.key);
    let mut buf = Vec::new();
    // §8.16.2; ISO/IEC 23009-1 §6.3.4.2 and §6.3.4.3.
    put_box(&mut buf, b"styp", |buf| {
        buf.put_slice(b"msdh\0\0\0\0msdhmsix");
    });
    put_full_box(&mut buf, b"sidx", 1, 0, |buf| {
        buf.put_u32(track.header.number);
        buf.put_u32(track.header.timescale);
        buf.put_u64(run.start.saturating_sub(track.header.delay));
        buf.put_u64(0); // it follows at once
        buf.put_u16(0);
        buf.put_u16(1);
        buf.put_u32(octets); // the highest bit says that it is media, and is zero
        buf.put_u32(u32::try_from(duration).unwrap_or(u32::MAX));
        buf.put_u32(if starts_with_key {
            STARTS_WITH_SAP_1
        } else {
            0
        });
    });
    buf
}
