//! Walking through the elements of a file.

use core::mem;
use core::ops::Range;

use super::block::Block;
use super::clusters::Group;
use super::found::{Found, Segment};
use super::head::{self, Info};
use super::ids::{self, Id};
use super::plan;
use super::read::{self, Header};
use super::resync::{Damage, Place};
use crate::repair::{Repair, RepairError};

/// Octets to look at where an element begins: its ID and size, and the head of a block.
pub(super) const WINDOW: u64 = 64;

/// The largest element that is looked at as a whole: those of the header have some hundred
/// octets, and more if there is a font or a picture in them.
const MAX_WHOLE: u64 = 4 << 20;

/// A scan of a file; see the module's head for what it does.
#[derive(Debug)]
pub(in crate::repair) struct Scan {
    pub(super) len: u64,
    /// What to look at next.
    pub(super) position: u64,
    pub(super) window: u64,
    pub(super) level: Level,
    /// From the Segment on.
    pub(super) found: Option<Found>,
    pub(super) ebml: (Range<u64>, u64),
    pub(super) place: Place,
    pub(super) damage: Option<Damage>,
    pub(super) failure: Option<RepairError>,
}

/// Where in the tree of elements the next one is expected.
#[derive(Debug)]
pub(super) enum Level {
    /// The EBML header, the first of all.
    Ebml,
    /// The Segment.
    Document,
    /// A child of the Segment.
    Segment,
    /// A child of a cluster.
    Cluster,
    /// A child of a `BlockGroup`.
    Group(Group),
    /// Nothing is known: what follows damage is searched.
    Search,
    Done,
}

/// An element that is not what it should be, or that is cut off.
pub(super) struct Broken;

impl Scan {
    pub(in crate::repair) fn new(len: u64) -> Self {
        Self {
            len,
            position: 0,
            window: WINDOW,
            level: Level::Ebml,
            found: None,
            ebml: (0..0, 0),
            place: Place::default(),
            damage: None,
            failure: None,
        }
    }

    pub(in crate::repair) fn wants(&self) -> Option<Range<u64>> {
        if matches!(self.level, Level::Done) {
            return None;
        }
        let end = self.position.saturating_add(self.window).min(self.len);
        Some(self.position.min(end)..end)
    }

    pub(in crate::repair) fn provide(&mut self, bytes: &[u8]) {
        let Some(range) = self.wants() else {
            return;
        };
        if (bytes.len() as u64) < range.end - range.start {
            self.len = range.start + bytes.len() as u64;
        }
        let bytes = &bytes[..bytes.len().min((range.end - range.start) as usize)];
        let asked = mem::replace(&mut self.window, WINDOW);
        let result = match self.level {
            Level::Ebml => self.ebml_header(bytes),
            Level::Document => self.document(bytes),
            Level::Segment => self.segment(bytes),
            Level::Cluster => self.cluster(bytes),
            Level::Group(_) => self.group(bytes),
            Level::Search => {
                self.search(bytes, asked);
                Ok(())
            }
            Level::Done => Ok(()),
        };
        if let Err(Broken) = result {
            self.broken(bytes);
        }
    }

    pub(in crate::repair) fn finish(self) -> Result<Repair, RepairError> {
        if !matches!(self.level, Level::Done) {
            return Err(RepairError::Unfinished);
        }
        if let Some(error) = self.failure {
            return Err(error);
        }
        match self.found {
            Some(found) if !found.tracks.is_empty() => plan::plan(found, self.len),
            _ => Err(RepairError::NoTracks),
        }
    }

    fn ebml_header(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        let header = read::header(bytes).ok_or(Broken)?;
        let Some(data) = self.whole(header, bytes)? else {
            return Ok(());
        };
        let Some(version) = head::doc_type_version(data) else {
            self.fail(RepairError::UnknownContainer);
            return Ok(());
        };
        self.position = header.octets() + data.len() as u64;
        self.ebml = (0..self.position, version);
        self.level = Level::Document;
        Ok(())
    }

    fn document(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        let header = read::header(bytes).ok_or(Broken)?;
        let data = self.position + header.octets();
        match header.id {
            ids::SEGMENT => {
                let segment = Segment {
                    size: header.size,
                    size_octets: header.size_octets,
                    data,
                };
                let (range, version) = self.ebml.clone();
                self.found = Some(Found::new(range, version, segment));
                self.place.last = self.position..data;
                self.position = data;
                self.level = Level::Segment;
            }
            ids::VOID | ids::CRC_32 => self.position = self.end_of(header, self.len)?,
            _ => return Err(Broken),
        }
        Ok(())
    }

    /// A child of the Segment.
    fn segment(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        let position = self.position;
        let said_end = self.found().segment.end();
        let limit = self.limit();
        if position >= limit {
            self.found().clean_end = said_end.is_none_or(|end| end == position);
            self.end(position);
            return Ok(());
        }
        let header = read::header(bytes).ok_or(Broken)?;
        let data = position + header.octets();
        match header.id {
            ids::CLUSTER => {
                if data > limit {
                    return Err(Broken);
                }
                self.open_cluster(header, data);
                return Ok(());
            }
            // Another file follows, in a Segment that does not say where it ends.
            ids::EBML | ids::SEGMENT if said_end.is_none() => {
                self.found().clean_end = true;
                self.end(position);
                return Ok(());
            }
            _ => {}
        }
        let end = self.end_of(header, limit)?;
        match header.id {
            ids::SEEK_HEAD | ids::INFO | ids::TRACKS | ids::CUES => {
                if end - data <= MAX_WHOLE {
                    let Some(data_bytes) = self.whole(header, bytes)? else {
                        return Ok(());
                    };
                    self.header_element(header.id, data, data_bytes)?;
                }
            }
            ids::TAGS | ids::CHAPTERS | ids::ATTACHMENTS | ids::VOID | ids::CRC_32 => {}
            // An element that is not known here: those of the Segment have IDs of this length.
            _ if header.id_octets == 4 => {
                self.position = end;
                return Ok(());
            }
            _ => return Err(Broken),
        }
        if self.damage.is_some() {
            self.recovered();
        }
        self.found().add_element(header.id, position..end);
        self.passed(position..end, None);
        self.position = end;
        Ok(())
    }

    fn header_element(&mut self, id: Id, data_at: u64, data: &[u8]) -> Result<(), Broken> {
        let found = self.found();
        match id {
            ids::INFO if found.info.is_none() => {
                found.info = Some(Info::parse(data_at, data).ok_or(Broken)?);
            }
            ids::TRACKS if found.tracks.is_empty() => {
                found.tracks = head::tracks(data).ok_or(Broken)?;
            }
            ids::SEEK_HEAD => found.add_seeks(head::seeks(data)),
            ids::CUES if !head::is_index(data) => found.index_damaged = true,
            _ => {}
        }
        Ok(())
    }

    /// An element is as it should be, so that a block before it was it too.
    pub(super) fn passed(&mut self, range: Range<u64>, block: Option<Block>) {
        self.count_block();
        self.place.last = range;
        self.place.block = block;
    }

    pub(super) fn count_block(&mut self) {
        if let Some(found) = &mut self.found {
            self.place.count_block(found);
        }
    }

    /// All that is good comes before `end`.
    pub(super) fn end(&mut self, end: u64) {
        if let Some(found) = &mut self.found {
            found.end = end;
        }
        self.level = Level::Done;
    }

    pub(super) fn fail(&mut self, error: RepairError) {
        self.failure = Some(error);
        self.level = Level::Done;
    }

    /// The data of an element, if all of it is there; asks for more of it if not.
    fn whole<'a>(&mut self, header: Header, bytes: &'a [u8]) -> Result<Option<&'a [u8]>, Broken> {
        let end = self.end_of(header, self.len)?;
        let octets = end - self.position;
        if octets > MAX_WHOLE {
            return Err(Broken);
        }
        let whole = bytes.get(header.octets() as usize..octets as usize);
        if whole.is_none() {
            self.window = octets;
        }
        Ok(whole)
    }

    /// Where the element that begins here ends, if it says so, and that is not past `limit`.
    pub(super) fn end_of(&self, header: Header, limit: u64) -> Result<u64, Broken> {
        let end = (self.position + header.octets()).checked_add(header.size.ok_or(Broken)?);
        end.filter(|&end| end <= limit).ok_or(Broken)
    }

    /// Where the Segment or the file ends.
    pub(super) fn limit(&self) -> u64 {
        let said_end = self.found.as_ref().and_then(|found| found.segment.end());
        said_end.unwrap_or(u64::MAX).min(self.len)
    }

    pub(super) fn found(&mut self) -> &mut Found {
        self.found.as_mut().expect("there is a Segment by now")
    }
}
