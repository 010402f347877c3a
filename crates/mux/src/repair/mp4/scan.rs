//! Walking through the boxes of a file.

use alloc::vec::Vec;
use core::mem;
use core::ops::Range;

use super::fragment::Fragment;
use super::media_data::{Correction, MediaData};
use super::movie::{Movie, Unusable};
use super::outline::Outline;
use super::plan::{self, Found};
use super::read::{self, Header};
use crate::repair::{Repair, RepairError};

/// Octets to look at where a box begins: its header, and what is wanted of an `mvhd`.
pub(super) const WINDOW: u64 = 64;

/// The largest `moof` or fragmented file's `moov` that is looked at: with twelve octets for a
/// sample, some million samples.
const MAX_WHOLE: u64 = 16 << 20;

/// Octets of the header of an `mdat` that swallows others.
const SLOT_OCTETS: u64 = 16;

/// A scan of a file; see the module's head for what it does.
#[derive(Debug)]
pub(in crate::repair) struct Scan {
    /// Octets of the file.
    len: u64,
    /// Where the walk ends: with the file, or with the `mdat` in which it goes on.
    pub(super) limit: u64,
    /// What to look at next.
    pub(super) position: u64,
    pub(super) window: u64,
    pub(super) level: Level,
    /// What the file has instead of fragments.
    pub(super) outline: Option<Outline>,
    pub(super) movie: Option<Movie>,
    /// The first `mdat` before any `moov`.
    first_media_data: Option<Range<u64>>,
    /// The walk goes on in the first `mdat`.
    inside: bool,
    /// The latest empty box before the `moov`.
    free: Range<u64>,
    slot: u64,
    pub(super) fragment: Option<Fragment>,
    /// Where the last fragment ends of which something was kept; before the first one, the `moov`.
    pub(super) kept_until: u64,
    /// What makes its `mdat` end there.
    correction: Option<Correction>,
    /// Where an index begins behind that, and nothing else.
    index_from: Option<u64>,
    indexed: bool,
    pub(super) clean_end: bool,
    pub(super) damaged: Vec<Range<u64>>,
    /// Something unreadable was met behind [`kept_until`](Self::kept_until).
    pub(super) in_damage: bool,
    /// Where a fragment was last thought to be after damage.
    pub(super) candidate: u64,
    /// Octets of candidates that may still be looked at.
    pub(super) patience: u64,
    packets_lost: u64,
    failure: Option<RepairError>,
}

/// What is expected next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// A box of the file.
    File,
    /// A box in a `moov`, at whatever depth, which begins and ends there.
    Outline {
        start: u64,
        end: u64,
    },
    /// All of a `moov`.
    Movie,
    /// All of a `moof`.
    Fragment,
    /// Nothing is known: what follows damage is searched.
    Search,
    Done,
}

/// A box that is not what it should be, or that is cut off.
pub(super) struct Broken;

impl Scan {
    pub(in crate::repair) fn new(len: u64) -> Self {
        Self {
            len,
            limit: len,
            position: 0,
            window: WINDOW,
            level: Level::File,
            outline: None,
            movie: None,
            first_media_data: None,
            inside: false,
            free: 0..0,
            slot: 0,
            fragment: None,
            kept_until: 0,
            correction: None,
            index_from: None,
            indexed: false,
            clean_end: false,
            damaged: Vec::new(),
            in_damage: false,
            candidate: 0,
            patience: len.saturating_mul(4),
            packets_lost: 0,
            failure: None,
        }
    }

    pub(in crate::repair) fn wants(&self) -> Option<Range<u64>> {
        if self.level == Level::Done {
            return None;
        }
        let end = self.position.saturating_add(self.window).min(self.limit);
        Some(self.position.min(end)..end)
    }

    pub(in crate::repair) fn provide(&mut self, bytes: &[u8]) {
        let Some(range) = self.wants() else {
            return;
        };
        if (bytes.len() as u64) < range.end - range.start {
            self.len = range.start + bytes.len() as u64;
            self.limit = self.limit.min(self.len);
        }
        let bytes = &bytes[..bytes.len().min((range.end - range.start) as usize)];
        let asked = mem::replace(&mut self.window, WINDOW);
        let result = match self.level {
            Level::File => self.file_box(bytes),
            Level::Outline { start, end } => self.outline_box(bytes, start, end),
            Level::Movie => self.whole_movie(bytes),
            Level::Fragment => self.whole_fragment(bytes),
            Level::Search => {
                self.search(bytes, asked);
                Ok(())
            }
            Level::Done => Ok(()),
        };
        if let Err(Broken) = result {
            self.broken();
        }
    }

    pub(in crate::repair) fn finish(self) -> Result<Repair, RepairError> {
        if self.level != Level::Done {
            return Err(RepairError::Unfinished);
        }
        if let Some(error) = self.failure {
            return Err(error);
        }
        let tail = self.index_from.unwrap_or(self.limit);
        let lost_at_end = tail.saturating_sub(self.accounted_until());
        if let Some(movie) = self.movie {
            let found = Found {
                movie,
                slot: self.slot,
                end: self.kept_until,
                correction: self.correction,
                lost_at_end,
                damaged: self.damaged,
                packets_lost: self.packets_lost,
                indexed: self.indexed,
                clean_end: self.clean_end && !self.inside,
            };
            return plan::plan(found, self.len);
        }
        match self.outline {
            Some(outline) if self.clean_end && self.first_media_data.is_some() => {
                if outline.samples == 0 {
                    return Err(RepairError::NoPackets);
                }
                let duration = plan::time(outline.duration, outline.timescale);
                Ok(plan::leave(duration, outline.samples, self.len))
            }
            Some(_) => Err(RepairError::NotFragmented),
            None if self.first_media_data.is_some() => Err(RepairError::NoIndex),
            None => Err(RepairError::NoTracks),
        }
    }

    /// A box of the file.
    fn file_box(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        let start = self.position;
        if start >= self.limit {
            self.clean_end = !self.in_damage;
            self.end();
            return Ok(());
        }
        let header = read::header(bytes).ok_or(Broken)?;
        let end = header.end(start, self.limit).ok_or(Broken)?;
        if header.kind == *b"mdat" {
            return self.media_data(header, start, end);
        }
        if !header.is_sized() {
            // None that matters here is written without a size, and zeros are common in damage.
            return Err(Broken);
        }
        let is_index = matches!(&header.kind, b"moov" | b"mfra") && self.movie.is_some();
        if is_index {
            self.close_fragment();
            self.index_from.get_or_insert(start);
        }
        if end > self.limit {
            return Err(Broken);
        }
        self.indexed = header.kind == *b"mfra";
        match &header.kind {
            b"moov" if self.movie.is_none() && self.outline.is_none() => {
                self.position += header.octets;
                self.level = Level::Outline { start, end };
                self.outline = Some(Outline::default());
                return Ok(());
            }
            b"moof" if self.movie.is_some() => {
                self.close_fragment();
                if self.level == Level::Done {
                    return Ok(());
                }
                self.index_from = None;
                return self.want_whole(end, Level::Fragment);
            }
            b"free" | b"skip" if self.movie.is_none() => self.free = start..end,
            _ => {}
        }
        self.position = end;
        Ok(())
    }

    fn media_data(&mut self, header: Header, start: u64, end: u64) -> Result<(), Broken> {
        let media_data = MediaData::new(start, header, self.limit).ok_or(Broken)?;
        if self.movie.is_none() {
            let range = start..media_data.data.end;
            self.first_media_data.get_or_insert(range);
        }
        if let Some(fragment) = &mut self.fragment {
            fragment.add_media_data(media_data);
            if !header.is_sized() && fragment.listed_end() < self.limit {
                // It does not have to be the last one.
                return Err(Broken);
            }
        }
        if end <= self.limit {
            self.position = end;
        } else if self.outline.is_some() {
            self.level = Level::Done;
        } else {
            return Err(Broken);
        }
        Ok(())
    }

    /// A box in a `moov`, those that contain others being entered.
    fn outline_box(&mut self, bytes: &[u8], start: u64, end: u64) -> Result<(), Broken> {
        if self.position >= end {
            let is_complete = |outline: &Outline| outline.timescale > 0;
            if end > self.limit || !self.outline.as_ref().is_some_and(is_complete) {
                return Err(Broken);
            }
            self.level = Level::File;
            return Ok(());
        }
        let header = read::header(bytes).ok_or(Broken)?;
        // Only the file's last box may be without a size.
        let child_end = header.end(self.position, u64::MAX).ok_or(Broken)?;
        if child_end > end {
            return Err(Broken);
        }
        let data = bytes.get(header.octets as usize..).ok_or(Broken)?;
        match &header.kind {
            b"mvex" => {
                self.outline = None;
                self.position = start;
                return self.want_whole(end, Level::Movie);
            }
            b"trak" | b"mdia" | b"minf" | b"stbl" => self.position += header.octets,
            kind => {
                if let Some(outline) = &mut self.outline {
                    outline.add(kind, data).ok_or(Broken)?;
                }
                self.position = child_end;
            }
        }
        Ok(())
    }

    fn want_whole(&mut self, end: u64, level: Level) -> Result<(), Broken> {
        let octets = end - self.position;
        if octets > MAX_WHOLE {
            return Err(Broken);
        }
        self.window = octets;
        self.level = level;
        Ok(())
    }

    fn whole_movie(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        self.level = Level::File;
        let start = self.position;
        let header = read::header(bytes).ok_or(Broken)?;
        let end = header.end(start, self.limit).ok_or(Broken)?;
        let data = bytes.get(header.octets as usize..(end - start) as usize);
        match Movie::parse(data.ok_or(Broken)?, self.limit) {
            Ok(movie) => {
                self.packets_lost = movie.listed.lost;
                self.kept_until = end.max(movie.listed.end);
                self.movie = Some(movie);
            }
            Err(Unusable::Damaged) => return Err(Broken),
            Err(Unusable::Encrypted) => return self.fail(RepairError::Encrypted),
        }
        if !self.inside {
            let room = self.free.end - self.free.start;
            let is_before = self.free.end == start && room >= SLOT_OCTETS;
            self.slot = if is_before { self.free.start } else { start };
        }
        self.position = end;
        Ok(())
    }

    fn whole_fragment(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        self.level = Level::File;
        let start = self.position;
        let header = read::header(bytes).ok_or(Broken)?;
        let end = header.end(start, self.limit).ok_or(Broken)?;
        let data = bytes.get(header.octets as usize..(end - start) as usize);
        let movie = self.movie.as_ref().ok_or(Broken)?;
        let fragment = Fragment::parse(start, data.ok_or(Broken)?, movie).ok_or(Broken)?;
        if self.recovered(start) {
            self.fragment = Some(fragment);
            self.position = end;
        }
        Ok(())
    }

    /// All that belongs to the open fragment has been seen.
    pub(super) fn close_fragment(&mut self) {
        let (Some(fragment), Some(movie)) = (self.fragment.take(), &mut self.movie) else {
            return;
        };
        let added = movie.add(&fragment);
        self.packets_lost += added.lost;
        let end = match fragment.data_end() {
            // What it does not list ends with it, unless that is where the damage is.
            Some(end) if added.lost == 0 => end.min(self.position.max(added.end)),
            _ => added.end,
        };
        if end > self.kept_until {
            self.kept_until = end;
            let mut all = fragment.media_data.iter();
            self.correction = all.find_map(|media_data| media_data.ending_at(end));
        }
        if movie.is_full() {
            self.level = Level::Done;
        }
    }

    /// Goes on in the first `mdat`: a hybrid file's fragments are there, once it is finished.
    /// False if there is none, or nothing to find in it.
    pub(super) fn go_inside(&mut self) -> bool {
        let Some(around) = self.first_media_data.clone().filter(|_| !self.inside) else {
            return false;
        };
        self.inside = true;
        self.slot = around.start;
        self.limit = around.end.min(self.len);
        self.position = around.start.saturating_add(SLOT_OCTETS).min(self.limit);
        self.level = Level::File;
        true
    }

    fn fail(&mut self, error: RepairError) -> Result<(), Broken> {
        self.failure = Some(error);
        self.level = Level::Done;
        Ok(())
    }

    /// There is no more to see.
    pub(super) fn end(&mut self) {
        self.level = Level::Done;
        self.close_fragment();
        if self.movie.is_none() && self.outline.is_none() {
            self.go_inside();
        }
    }
}
