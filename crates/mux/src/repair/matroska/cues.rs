//! The index, in a form that takes little room until it is written.

use alloc::vec::Vec;
use core::mem;
use core::ops::Range;

use bytes::Bytes;

use crate::matroska::ebml::{header_octets, put_header};
use crate::matroska::elements::Elements;
use crate::matroska::ids;

/// Where a block is that can be sought to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cue {
    /// The block's time.
    pub(super) tick: u64,
    /// Its track's number.
    pub(super) track: u64,
    /// Its cluster, from the start of the damaged file.
    pub(super) cluster: u64,
    /// The block, from the start of the cluster's data; zero if it is the first.
    pub(super) relative: u64,
}

/// The entries of an index: each as the difference from the one before, some eight octets.
#[derive(Debug, Default)]
pub(super) struct CueList {
    packed: Vec<u8>,
    len: u64,
    last: Cue,
}

impl CueList {
    /// Adds an entry. Entries are in the order of time, and clusters in that of the file; one that
    /// is not finds no place.
    pub(super) fn push(&mut self, cue: Cue) {
        let (Some(ticks), Some(octets)) = (
            cue.tick.checked_sub(self.last.tick),
            cue.cluster.checked_sub(self.last.cluster),
        ) else {
            return;
        };
        for number in [ticks, cue.track, octets, cue.relative] {
            pack(&mut self.packed, number);
        }
        self.len += 1;
        self.last = cue;
    }

    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// The time of the latest entry, in ticks.
    pub(super) fn latest(&self) -> Option<u64> {
        (self.len > 0).then_some(self.last.tick)
    }
}

/// Seven bits an octet, the low ones first, and a bit that says that more follow.
fn pack(buf: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        buf.push(number as u8 | 0x80);
        number >>= 7;
    }
    buf.push(number as u8);
}

fn unpack(packed: &[u8], at: &mut usize) -> Option<u64> {
    let mut number = 0;
    for shift in (0..u64::BITS).step_by(7) {
        let octet = *packed.get(*at)?;
        *at += 1;
        number |= u64::from(octet & 0x7F) << shift;
        if octet & 0x80 == 0 {
            break;
        }
    }
    Some(number)
}

/// Where the bytes of the damaged file are in the repaired one, from the start of the Segment's
/// data.
#[derive(Clone, Debug)]
pub(super) struct Positions {
    /// The start of the Segment's data in the damaged file.
    from: u64,
    /// Where that is in the repaired one's.
    to: u64,
    /// The ends of the stretches that are left out, and octets left out up to there.
    left_out: Vec<(u64, u64)>,
}

impl Positions {
    /// The Segment's data that began at `from` are now `to` octets into it, without the
    /// stretches `left_out`, which are in order.
    pub(super) fn new(from: u64, to: u64, left_out: &[Range<u64>]) -> Self {
        let mut octets = 0;
        let ends = left_out.iter().map(|range| {
            octets += range.end - range.start;
            (range.end, octets)
        });
        Self {
            from,
            to,
            left_out: ends.collect(),
        }
    }

    /// The place of what was at `position` in the file, which is not in a stretch left out.
    pub(super) fn of(&self, position: u64) -> u64 {
        let before = self.left_out.partition_point(|(end, _)| *end <= position);
        let octets = before.checked_sub(1).map_or(0, |n| self.left_out[n].1);
        position - self.from + self.to - octets
    }
}

/// Octets of the index to give out at once.
const CHUNK_OCTETS: usize = 64 * 1024;

/// A `Cues` element (RFC 9559 §5.1.5), written piece by piece.
#[derive(Debug)]
pub(in crate::repair) struct Cues {
    list: CueList,
    positions: Positions,
    /// Whether blocks' places in their clusters may be told: `CueRelativePosition` came with
    /// version 4 (RFC 9559 §5.1.5.1.2.3).
    relative: bool,
    /// Octets of the element's data.
    data_octets: u64,
    at: usize,
    previous: Cue,
    header_written: bool,
}

impl Cues {
    /// `None` if there is nothing to seek to.
    pub(super) fn new(list: CueList, positions: Positions, relative: bool) -> Option<Self> {
        if list.len == 0 {
            return None;
        }
        let mut cues = Self {
            list,
            positions,
            relative,
            data_octets: 0,
            at: 0,
            previous: Cue::default(),
            header_written: false,
        };
        // Their size comes before them, and they are written twice to know it: that takes less
        // room than to keep them.
        loop {
            let mut point = Elements::new();
            if !cues.put_point(&mut point) {
                break;
            }
            cues.data_octets += point.len() as u64;
        }
        (cues.at, cues.previous) = (0, Cue::default());
        Some(cues)
    }

    /// The entries, to make it anew.
    pub(super) fn into_list(self) -> CueList {
        self.list
    }

    /// Octets of the whole element.
    pub(super) fn octets(&self) -> u64 {
        header_octets(ids::CUES, self.data_octets) + self.data_octets
    }

    /// The next piece of it.
    pub(in crate::repair) fn next_bytes(&mut self) -> Option<Bytes> {
        if !mem::replace(&mut self.header_written, true) {
            let mut header = Vec::new();
            put_header(&mut header, ids::CUES, self.data_octets);
            return Some(header.into());
        }
        let mut points = Elements::new();
        while points.len() < CHUNK_OCTETS && self.put_point(&mut points) {}
        (points.len() > 0).then(|| points.into_bytes())
    }

    fn peek(&self) -> Option<(Cue, usize)> {
        let mut at = self.at;
        let mut number = || unpack(&self.list.packed, &mut at);
        let cue = Cue {
            tick: self.previous.tick + number()?,
            track: number()?,
            cluster: self.previous.cluster + number()?,
            relative: number()?,
        };
        Some((cue, at))
    }

    /// Writes the entries of the next time; false if there are none.
    fn put_point(&mut self, elements: &mut Elements) -> bool {
        let Some((first, _)) = self.peek() else {
            return false;
        };
        elements.master(ids::CUE_POINT, |point| {
            point.uint(ids::CUE_TIME, first.tick);
            while let Some((cue, next)) = self.peek().filter(|(cue, _)| cue.tick == first.tick) {
                self.put_positions(point, cue);
                (self.previous, self.at) = (cue, next);
            }
        });
        true
    }

    fn put_positions(&self, elements: &mut Elements, cue: Cue) {
        elements.master(ids::CUE_TRACK_POSITIONS, |positions| {
            positions.uint(ids::CUE_TRACK, cue.track);
            positions.uint(ids::CUE_CLUSTER_POSITION, self.positions.of(cue.cluster));
            if self.relative && cue.relative > 0 {
                positions.uint(ids::CUE_RELATIVE_POSITION, cue.relative);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cue(n: u64) -> Cue {
        Cue {
            tick: n * 2000,
            track: 1 + n % 2,
            cluster: 300 + n * 1_000_000,
            relative: n % 3 * 70,
        }
    }

    #[test]
    fn ten_hours_of_key_frames_take_little_room_and_come_out_in_pieces() {
        let mut list = CueList::default();
        let entries = 10 * 3600 / 2;
        for n in 0..entries {
            list.push(cue(n));
        }
        assert_eq!(list.len(), entries);
        assert!(list.packed.len() as u64 <= 12 * entries);
        let mut cues = Cues::new(list, Positions::new(100, 0, &[]), true).unwrap();
        let octets = cues.octets();
        let mut written = 0;
        while let Some(bytes) = cues.next_bytes() {
            assert!(bytes.len() < CHUNK_OCTETS + 100);
            written += bytes.len() as u64;
        }
        assert_eq!(written, octets);
    }

    #[test]
    fn what_was_packed_comes_out() {
        let mut list = CueList::default();
        let far = Cue {
            tick: u64::MAX,
            track: 1 << 40,
            cluster: u64::MAX / 2,
            relative: u64::MAX,
        };
        // Two that go back find no place.
        for cue in [cue(1), cue(2), cue(1), far, Cue::default()] {
            list.push(cue);
        }
        let mut cues = Cues::new(list, Positions::new(0, 0, &[]), true).unwrap();
        let mut found = Vec::new();
        while let Some((cue, next)) = cues.peek() {
            (cues.previous, cues.at) = (cue, next);
            found.push(cue);
        }
        assert_eq!(found, [cue(1), cue(2), far]);
    }

    #[test]
    fn positions_count_what_is_left_out() {
        let positions = Positions::new(50, 100, &[60..70, 80..85]);
        for (from, to) in [
            (50, 100),
            (59, 109),
            (70, 110),
            (79, 119),
            (85, 120),
            (90, 125),
        ] {
            assert_eq!(positions.of(from), to, "{from}");
        }
    }
}
