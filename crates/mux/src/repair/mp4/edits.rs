//! What of a track is shown when: `elst` (ISO/IEC 14496-12 §8.6.6).

use alloc::vec::Vec;

use bytes::{Buf, BufMut};

use super::read;
use crate::mp4::boxes::{put_box, put_full_box};

/// At its own speed.
const NORMAL_RATE: u32 = 0x0001_0000;

/// A part of what is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    /// In the movie's ticks; zero in a fragmented file means "as long as there are samples".
    pub(super) duration: u64,
    /// Where it begins in the track, in the track's ticks; −1 if nothing is shown.
    pub(super) media_time: i64,
    rate: u32,
}

impl Edit {
    const fn new(duration: u64, media_time: i64) -> Self {
        Self {
            duration,
            media_time,
            rate: NORMAL_RATE,
        }
    }

    fn is_empty(&self) -> bool {
        self.media_time < 0
    }
}

/// Reads the data of an `elst`.
pub(super) fn parse(mut data: &[u8]) -> Option<Vec<Edit>> {
    let (version, _) = read::version_and_flags(&mut data)?;
    let count = data.try_get_u32().ok()?;
    let mut edits = Vec::new();
    for _ in 0..count {
        let duration = read::long(&mut data, version)?;
        let media_time = match version {
            0 => data.try_get_i32().ok()?.into(),
            _ => data.try_get_i64().ok()?,
        };
        let rate = data.try_get_u32().ok()?;
        edits.push(Edit {
            duration,
            media_time,
            rate,
        });
    }
    Some(edits)
}

/// The edits of a track all of whose samples are known. `gap`, in the movie's ticks, is how long
/// after the movie's beginning its first sample starts, and `rest` says, in the movie's ticks, how
/// long its samples are from a place on.
pub(super) fn complete(edits: &[Edit], gap: u64, rest: impl Fn(u64) -> u64) -> Vec<Edit> {
    if edits.is_empty() && gap == 0 {
        return Vec::new();
    }
    let empty = edits.iter().take_while(|edit| edit.is_empty());
    let shown = &edits[empty.clone().count()..];
    let gap = empty.fold(gap, |gap, edit| gap.saturating_add(edit.duration));
    let mut complete = Vec::with_capacity(shown.len() + 2);
    if gap > 0 {
        complete.push(Edit::new(gap, -1));
    }
    complete.extend_from_slice(shown);
    if shown.is_empty() {
        complete.push(Edit::new(0, 0));
    }
    // A single one goes on to the end, whatever was known of that when it was written.
    let single = shown.len() <= 1;
    if let Some(last) = complete.last_mut()
        && (single || last.duration == 0)
        && let Ok(from) = u64::try_from(last.media_time)
    {
        last.duration = rest(from);
    }
    complete
}

/// An `edts` with these edits, if there are any.
pub(super) fn put(buf: &mut Vec<u8>, edits: &[Edit]) {
    if edits.is_empty() {
        return;
    }
    put_box(buf, b"edts", |buf| {
        put_full_box(buf, b"elst", 1, 0, |buf| {
            // They come from a box, with one or two more.
            buf.put_u32(edits.len() as u32);
            for edit in edits {
                buf.put_u64(edit.duration);
                buf.put_i64(edit.media_time);
                buf.put_u32(edit.rate);
            }
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rest(from: u64) -> u64 {
        1000 - from
    }

    #[test]
    fn an_open_edit_gets_its_end() {
        for duration in [0, 7] {
            let open = [Edit::new(duration, 312)];
            assert_eq!(complete(&open, 0, rest), [Edit::new(688, 312)]);
        }
    }

    #[test]
    fn a_late_track_gets_an_empty_edit() {
        assert_eq!(complete(&[], 0, rest), []);
        let late = [Edit::new(50, -1), Edit::new(1000, 0)];
        assert_eq!(complete(&[], 50, rest), late);
        assert_eq!(complete(&[Edit::new(0, 0)], 50, rest), late);
        // One that is late already.
        assert_eq!(complete(&[Edit::new(20, -1)], 30, rest), late);
    }

    #[test]
    fn what_somebody_has_cut_stays_cut() {
        let cuts = [Edit::new(10, 5), Edit::new(20, 100), Edit::new(0, 400)];
        let complete = complete(&cuts, 0, rest);
        assert_eq!(complete, [cuts[0], cuts[1], Edit::new(600, 400)]);
    }

    #[test]
    fn lists_of_both_versions_are_read() {
        let short = b"\0\0\0\0\0\0\0\x01\0\0\0\x05\xFF\xFF\xFF\xFF\0\x01\0\0";
        assert_eq!(parse(short), Some(alloc::vec![Edit::new(5, -1)]));
        let mut buf = Vec::new();
        let edits = [Edit::new(1 << 40, -1), Edit::new(0, 1 << 40)];
        put(&mut buf, &edits);
        assert_eq!(parse(&buf[16..]).as_deref(), Some(&edits[..]));
        // More are announced than there are.
        assert_eq!(parse(&buf[16..buf.len() - 1]), None);
    }
}
