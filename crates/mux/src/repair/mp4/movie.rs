//! The `moov` of a fragmented file (ISO/IEC 14496-12 §8.2, §8.3, §8.8.1).

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use bytes::{Buf, Bytes};

use super::edits;
use super::fragment::Fragment;
use super::groups::{self, Groups};
use super::listed;
use super::read;
use super::track::{Defaults, Track};

/// The most samples of a file: the tables of as many fit into a box whose size has 32 bits.
const MAX_SAMPLES: u32 = 90_000_000;

/// The movie as the file's beginning describes it, and the samples that were found.
#[derive(Debug)]
pub(super) struct Movie {
    /// What is in the `moov`.
    pub(super) data: Bytes,
    /// Ticks per second.
    pub(super) timescale: u32,
    /// How long it is as a whole, if that is known (§8.8.2), in ticks.
    pub(super) announced: u64,
    /// What became of the samples that it lists itself.
    pub(super) listed: Listed,
    /// In the order of the file.
    pub(super) tracks: Vec<Track>,
    by_id: BTreeMap<u32, usize>,
}

/// Why a `moov` is none that can be completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unusable {
    /// It cannot be read.
    Damaged,
    Encrypted,
}

/// Samples that are in no fragment.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Listed {
    /// Those that are not there.
    pub(super) lost: u64,
    /// Where the last one that is there ends, from the start of the file.
    pub(super) end: u64,
}

/// What became of a fragment.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Added {
    pub(super) kept: u64,
    /// Samples that it lists and that are not there.
    pub(super) lost: u64,
    /// Where the last one that was kept ends, from the start of the file.
    pub(super) end: u64,
}

impl Movie {
    /// Reads what is in a `moov` with an `mvex`, of a file that ends at `limit`.
    pub(super) fn parse(data: &[u8], limit: u64) -> Result<Self, Unusable> {
        let data = Bytes::copy_from_slice(data);
        let mut movie = Self {
            timescale: timescale(&data, b"mvhd").ok_or(Unusable::Damaged)?,
            announced: 0,
            listed: Listed::default(),
            tracks: Vec::new(),
            by_id: BTreeMap::new(),
            data: data.clone(),
        };
        // No octet is of two samples: a file does not list more than it has.
        let mut octets = limit;
        for child in read::children(&data) {
            let child = child.ok_or(Unusable::Damaged)?;
            if child.kind == *b"trak" {
                let (mut track, table) = parse_track(&data.slice_ref(child.data))?;
                let (lost, end) =
                    listed::add(&mut track, &table, limit, &mut octets).ok_or(Unusable::Damaged)?;
                let assignments = groups::assignments(&table).ok_or(Unusable::Damaged)?;
                track.groups.add(&assignments, 0, track.samples);
                movie.listed.lost += lost;
                movie.listed.end = movie.listed.end.max(end);
                movie.by_id.insert(track.id, movie.tracks.len());
                movie.tracks.push(track);
            }
        }
        if movie.tracks.is_empty() || movie.by_id.len() < movie.tracks.len() {
            return Err(Unusable::Damaged);
        }
        movie.read_extends().ok_or(Unusable::Damaged)?;
        Ok(movie)
    }

    /// Reads `mvex`.
    fn read_extends(&mut self) -> Option<()> {
        let data = self.data.clone();
        for child in read::children(read::find(&data, b"mvex")?) {
            let child = child?;
            let mut fields = child.data;
            match &child.kind {
                b"mehd" => {
                    let (version, _) = read::version_and_flags(&mut fields)?;
                    self.announced = read::long(&mut fields, version)?;
                }
                b"trex" => {
                    read::version_and_flags(&mut fields)?;
                    let mut next = || fields.try_get_u32().ok();
                    let track = self.position(next()?)?;
                    self.tracks[track].defaults = Defaults {
                        description: next()?,
                        duration: next()?,
                        size: next()?,
                        flags: next()?,
                    };
                }
                _ => {}
            }
        }
        Some(())
    }

    /// Which of the tracks has this `track_ID`.
    pub(super) fn position(&self, id: u32) -> Option<usize> {
        self.by_id.get(&id).copied()
    }

    /// Samples so far.
    pub(super) fn samples(&self) -> u64 {
        self.tracks
            .iter()
            .map(|track| u64::from(track.samples))
            .sum()
    }

    /// Whether nothing more can be kept.
    pub(super) fn is_full(&self) -> bool {
        self.samples() >= MAX_SAMPLES.into()
    }

    /// Adds the samples of a fragment that are in its `mdat`s.
    pub(super) fn add(&mut self, fragment: &Fragment) -> Added {
        let mut added = Added::default();
        let mut room = u64::from(MAX_SAMPLES) - self.samples().min(MAX_SAMPLES.into());
        // No octet is of two samples: a file does not list more samples than it has octets.
        let mut octets = fragment.octets();
        for part in &fragment.tracks {
            let track = &mut self.tracks[part.track];
            let before = track.samples;
            track.go_to(part.time);
            let mut whole = true;
            for run in &part.runs {
                let kept_before = track.samples;
                let mut at = run.offset;
                for sample in run.samples() {
                    let end = at + u64::from(sample.size);
                    let fits = octets.checked_sub(sample.size.into());
                    whole = whole && room > 0 && fits.is_some() && fragment.has(&(at..end));
                    if !whole {
                        break;
                    }
                    (octets, room) = (fits.unwrap_or(0), room - 1);
                    track.add(&sample);
                    at = end;
                }
                let kept = track.samples - kept_before;
                if kept > 0 {
                    track
                        .index
                        .add_described_chunk(run.offset, kept, part.description);
                    added.end = added.end.max(at);
                }
                added.lost += u64::from(run.samples - kept);
            }
            let kept = track.samples - before;
            track.groups.add(&part.groups, before, kept);
            added.kept += u64::from(kept);
        }
        added
    }
}

/// A `trak`; gives also what is in its `stbl`.
fn parse_track(data: &Bytes) -> Result<(Track, Bytes), Unusable> {
    let damaged = Unusable::Damaged;
    let media = read::find(data, b"mdia").ok_or(damaged)?;
    let table = read::find(media, b"minf").and_then(|information| read::find(information, b"stbl"));
    let table = data.slice_ref(table.ok_or(damaged)?);
    if is_encrypted(&table).ok_or(damaged)? {
        return Err(Unusable::Encrypted);
    }
    let id = track_id(data).ok_or(damaged)?;
    let timescale = timescale(media, b"mdhd").ok_or(damaged)?;
    // A version, flags and four octets come before the type of the media (§8.4.3).
    let handler = read::find(media, b"hdlr").and_then(|handler| handler.get(8..12));
    let mut track = Track::new(id, timescale, handler == Some(b"vide"));
    if let Some(list) = read::find(data, b"edts").and_then(|edits| read::find(edits, b"elst")) {
        track.edits = edits::parse(list).ok_or(damaged)?;
    }
    track.groups = Groups::described(&table);
    Ok((track, table))
}

/// Of a `tkhd` (§8.3.2).
fn track_id(track: &[u8]) -> Option<u32> {
    let mut header = read::find(track, b"tkhd")?;
    let (version, _) = read::version_and_flags(&mut header)?;
    read::long(&mut header, version)?;
    read::long(&mut header, version)?;
    header.try_get_u32().ok()
}

/// Of an `mvhd` or `mdhd` (§8.2.2, §8.4.2), which is not zero.
fn timescale(parent: &[u8], kind: &read::Kind) -> Option<u32> {
    let mut header = read::find(parent, kind)?;
    let (version, _) = read::version_and_flags(&mut header)?;
    read::long(&mut header, version)?;
    read::long(&mut header, version)?;
    header.try_get_u32().ok().filter(|timescale| *timescale > 0)
}

/// Whether a sample entry is one of encrypted samples (ISO/IEC 23001-7 §4.2): what it takes to
/// decrypt them is in the fragments and would be lost.
fn is_encrypted(table: &[u8]) -> Option<bool> {
    let mut descriptions = read::find(table, b"stsd")?;
    read::version_and_flags(&mut descriptions)?;
    descriptions.try_get_u32().ok()?;
    let entries = read::children(descriptions).map_while(|entry| entry);
    let mut kinds = entries.map(|entry| entry.kind);
    Some(kinds.any(|kind| matches!(&kind, b"encv" | b"enca" | b"enct" | b"encs" | b"encm")))
}
