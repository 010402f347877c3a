//! Groups of samples, such as how much earlier to begin with sound: `sgpd` and `sbgp`
//! (ISO/IEC 14496-12 §8.9).

use alloc::vec::Vec;

use bytes::{Buf, BufMut, Bytes};

use super::read::{self, Kind};
use crate::mp4::boxes::put_full_box;

/// Descriptions with higher numbers are those of the fragment itself (§8.9.4).
const OWN: u32 = 0x1_0000;

/// The most descriptions that are kept of a kind. A file has a few; samples of others are in no
/// group.
const MAX_DESCRIPTIONS: usize = 256;

/// The most kinds of groups that a track has.
const MAX_KINDS: usize = 16;

/// Which samples of a fragment's track are in which groups of a kind.
#[derive(Debug)]
pub(super) struct Assignment {
    kind: Kind,
    /// The fragment's own descriptions.
    descriptions: Vec<Bytes>,
    /// How many samples in a row are in the group with which description.
    runs: Vec<(u32, u32)>,
}

/// Reads the assignments in a `traf`. Boxes of versions that say more than is known here are
/// passed over.
pub(super) fn assignments(fragment: &Bytes) -> Option<Vec<Assignment>> {
    let mut assignments = Vec::new();
    for child in read::children(fragment) {
        let child = child?;
        if child.kind != *b"sbgp" || assignments.len() == MAX_KINDS {
            continue;
        }
        let Some((kind, runs)) = parse_runs(child.data) else {
            continue;
        };
        assignments.push(Assignment {
            kind,
            descriptions: descriptions(fragment, kind),
            runs,
        });
    }
    Some(assignments)
}

/// An `sbgp` (§8.9.2).
fn parse_runs(mut data: &[u8]) -> Option<(Kind, Vec<(u32, u32)>)> {
    let (0, _) = read::version_and_flags(&mut data)? else {
        return None;
    };
    let kind = data.try_get_u32().ok()?.to_be_bytes();
    let count = data.try_get_u32().ok()?;
    let runs = (0..count).map_while(|_| Some((data.try_get_u32().ok()?, data.try_get_u32().ok()?)));
    Some((kind, runs.collect()))
}

/// The descriptions of the groups of `kind` in a `traf` or an `stbl`.
fn descriptions(parent: &Bytes, kind: Kind) -> Vec<Bytes> {
    let children = read::children(parent).map_while(|child| child);
    let lists = children.filter(|child| child.kind == *b"sgpd");
    let mut lists = lists.filter_map(|child| parse_descriptions(parent, child.data));
    let found = lists.find(|(other, _)| *other == kind);
    found.map(|(_, list)| list).unwrap_or_default()
}

/// An `sgpd` (§8.9.3).
fn parse_descriptions(parent: &Bytes, mut data: &[u8]) -> Option<(Kind, Vec<Bytes>)> {
    let (1, _) = read::version_and_flags(&mut data)? else {
        return None;
    };
    let kind = data.try_get_u32().ok()?.to_be_bytes();
    let length = data.try_get_u32().ok()?;
    let count = data.try_get_u32().ok()?;
    let mut list = Vec::new();
    while list.len() < MAX_DESCRIPTIONS.min(count as usize) {
        let length = match length {
            0 => data.try_get_u32().ok()?,
            length => length,
        };
        let (description, rest) = data.split_at_checked(length as usize)?;
        list.push(parent.slice_ref(description));
        data = rest;
    }
    Some((kind, list))
}

/// All groups of a track.
#[derive(Debug, Default)]
pub(super) struct Groups {
    kinds: Vec<Group>,
}

/// Groups of a kind.
#[derive(Debug)]
struct Group {
    kind: Kind,
    descriptions: Vec<Bytes>,
    runs: Vec<(u32, u32)>,
    /// Samples in all runs.
    samples: u32,
}

impl Groups {
    /// Those that the `stbl` of the old `moov` describes.
    pub(super) fn described(table: &Bytes) -> Self {
        let children = read::children(table).map_while(|child| child);
        let lists = children.filter(|child| child.kind == *b"sgpd");
        let lists = lists.filter_map(|child| parse_descriptions(table, child.data));
        let kinds = lists.map(|(kind, descriptions)| Group::new(kind, descriptions));
        Self {
            kinds: kinds.take(MAX_KINDS).collect(),
        }
    }

    /// Adds what is said of the `kept` samples after the first `before` ones.
    pub(super) fn add(&mut self, assignments: &[Assignment], before: u32, kept: u32) {
        for assignment in assignments {
            let group = self.kinds.iter().position(|g| g.kind == assignment.kind);
            let group = match group {
                Some(group) => group,
                None if self.kinds.len() < MAX_KINDS => {
                    self.kinds.push(Group::new(assignment.kind, Vec::new()));
                    self.kinds.len() - 1
                }
                None => continue,
            };
            self.kinds[group].add(assignment, before, kept);
        }
    }

    /// The most octets that [`put`](Self::put) writes, but for the boxes' beginnings.
    pub(super) fn octets(&self) -> u64 {
        let of_group = |group: &Group| {
            let descriptions = group
                .descriptions
                .iter()
                .map(|bytes| bytes.len() as u64 + 4);
            descriptions.sum::<u64>() + (group.runs.len() as u64 + 1) * 8
        };
        self.kinds.iter().map(of_group).sum()
    }

    /// Puts out the descriptions, and which of `samples` samples they are of.
    pub(super) fn put(&mut self, buf: &mut Vec<u8>, samples: u32) {
        for group in &mut self.kinds {
            group.pad(samples);
            put_descriptions(buf, group);
            put_full_box(buf, b"sbgp", 0, 0, |buf| {
                buf.put_slice(&group.kind);
                buf.put_u32(group.runs.len() as u32);
                for &(samples, description) in &group.runs {
                    buf.put_u32(samples);
                    buf.put_u32(description);
                }
            });
        }
    }
}

impl Group {
    fn new(kind: Kind, descriptions: Vec<Bytes>) -> Self {
        Self {
            kind,
            descriptions,
            runs: Vec::new(),
            samples: 0,
        }
    }

    fn add(&mut self, assignment: &Assignment, before: u32, kept: u32) {
        self.pad(before);
        let own = assignment.descriptions.iter();
        let own: Vec<u32> = own.map(|description| self.number(description)).collect();
        let mut left = kept;
        for &(samples, number) in &assignment.runs {
            let samples = samples.min(left);
            let number = match number.checked_sub(OWN + 1) {
                Some(place) => own.get(place as usize).copied().unwrap_or(0),
                None if number as usize <= self.descriptions.len() => number,
                None => 0,
            };
            self.push(samples, number);
            left -= samples;
        }
        self.push(left, 0);
    }

    /// The number of a description; zero, which is that of no group, if there are too many.
    fn number(&mut self, description: &Bytes) -> u32 {
        let known = self
            .descriptions
            .iter()
            .position(|other| other == description);
        let place = match known {
            Some(place) => place,
            None if self.descriptions.len() < MAX_DESCRIPTIONS => {
                // Its own octets, not all of the fragment.
                self.descriptions.push(Bytes::copy_from_slice(description));
                self.descriptions.len() - 1
            }
            None => return 0,
        };
        place as u32 + 1
    }

    /// Samples up to here of which nothing was said are in no group.
    fn pad(&mut self, samples: u32) {
        self.push(samples.saturating_sub(self.samples), 0);
    }

    fn push(&mut self, samples: u32, number: u32) {
        if samples == 0 {
            return;
        }
        self.samples += samples;
        match self.runs.last_mut() {
            Some((run, last)) if *last == number => *run += samples,
            _ => self.runs.push((samples, number)),
        }
    }
}

fn put_descriptions(buf: &mut Vec<u8>, group: &Group) {
    let mut lengths = group.descriptions.iter().map(Bytes::len);
    let first = lengths.next().unwrap_or(0);
    let length = if lengths.all(|length| length == first) {
        first
    } else {
        0
    };
    put_full_box(buf, b"sgpd", 1, 0, |buf| {
        buf.put_slice(&group.kind);
        buf.put_u32(length as u32);
        buf.put_u32(group.descriptions.len() as u32);
        for description in &group.descriptions {
            if length == 0 {
                buf.put_u32(description.len() as u32);
            }
            buf.put_slice(description);
        }
    });
}
