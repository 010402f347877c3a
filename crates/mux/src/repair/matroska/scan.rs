//! Walking through the elements of a file, and finding the way back to them after damage.

use core::mem;
use core::ops::Range;

use super::block::{Block, BlockHead};
use super::found::{Cluster, Found, Segment};
use super::head::{self, Info};
use super::ids::{self, Id};
use super::plan;
use super::read::{self, Header};
use crate::repair::{Repair, RepairError};

/// Octets to look at where an element begins: its ID and size, and the head of a block.
const WINDOW: u64 = 64;

/// Octets to search at once.
const SEARCH_WINDOW: u64 = 64 * 1024;

/// The largest element that is looked at as a whole: those of the header have some hundred
/// octets, and more if there is a font or a picture in them.
const MAX_WHOLE: u64 = 4 << 20;

/// The most elements before the first block of a cluster, after damage. Without a limit, searching
/// a file made for it would take time that grows with the square of its length.
const MAX_BEFORE_BLOCK: u32 = 16;

/// Octets of the IDs that are searched for.
const ID_OCTETS: usize = 4;

/// A scan of a file; see the module's head for what it does.
#[derive(Debug)]
pub(in crate::repair) struct Scan {
    len: u64,
    /// What to look at next.
    position: u64,
    window: u64,
    level: Level,
    /// From the Segment on.
    found: Option<Found>,
    ebml: (Range<u64>, u64),
    place: Place,
    damage: Option<Damage>,
    failure: Option<RepairError>,
}

/// Where in the tree of elements the next one is expected.
#[derive(Debug)]
enum Level {
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

#[derive(Clone, Debug)]
struct Group {
    range: Range<u64>,
    head: Option<BlockHead>,
    /// There is a `ReferenceBlock`: it is no key frame (RFC 9559 §5.1.3.5.5).
    references: bool,
    duration: Option<u64>,
    discard_padding: i64,
}

/// What is known of the place that the scan has reached.
#[derive(Debug, Default)]
struct Place {
    cluster: Option<Cluster>,
    /// The last element that was as expected.
    last: Range<u64>,
    /// It is this block, which counts once what follows it is an element as well: where a block's
    /// size is damaged, nothing else shows it.
    block: Option<Block>,
    /// Elements since it began.
    elements: u32,
}

#[derive(Debug)]
struct Damage {
    /// The place before it.
    before: Place,
    /// Where what follows it was last thought to be.
    candidate: u64,
    /// It is in an index.
    in_index: bool,
}

/// An element that is not what it should be, or that is cut off.
struct Broken;

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
            ids::SEEK_HEAD => found.seeks.extend(head::seeks(data)),
            ids::CUES if !head::is_index(data) => found.index_damaged = true,
            _ => {}
        }
        Ok(())
    }

    fn open_cluster(&mut self, header: Header, data: u64) {
        self.passed(self.position..data, None);
        self.place.cluster = Some(Cluster {
            start: self.position,
            size: header.size,
            size_octets: header.size_octets,
            data,
            tick: None,
            crc: None,
            prev_size: None,
            packets: 0,
        });
        self.position = data;
        self.level = Level::Cluster;
    }

    /// A child of a cluster, or its end.
    fn cluster(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        let position = self.position;
        let segment_end = self.limit();
        let Some(cluster) = &mut self.place.cluster else {
            return Err(Broken);
        };
        let said_end = cluster.end();
        let limit = said_end.unwrap_or(u64::MAX).min(segment_end);
        if position >= limit {
            return self.close_cluster(position);
        }
        let header = read::header(bytes).ok_or(Broken)?;
        // Elements that are not known here and have an ID of this length are the Segment's.
        let ends_unknown = said_end.is_none() && header.id_octets == 4;
        if is_top_level(header.id) || ends_unknown {
            return self.close_cluster(position);
        }
        let size = header.size.ok_or(Broken)?;
        let data = position + header.octets();
        let end = data
            .checked_add(size)
            .filter(|&end| end <= limit)
            .ok_or(Broken)?;
        let content = &bytes[header.octets() as usize..];
        let content = &content[..content
            .len()
            .min(usize::try_from(size).unwrap_or(usize::MAX))];
        let mut block = None;
        match header.id {
            ids::TIMESTAMP => {
                let whole = content.len() as u64 == size;
                cluster.tick = Some(read::uint(content).filter(|_| whole).ok_or(Broken)?);
            }
            ids::SIMPLE_BLOCK => {
                let head = self.block_head(content, size)?;
                block = Some(Block {
                    range: position..end,
                    head,
                    key: head.key,
                    duration: None,
                    discard_padding: 0,
                });
            }
            ids::BLOCK_GROUP => {
                self.level = Level::Group(Group {
                    range: position..end,
                    head: None,
                    references: false,
                    duration: None,
                    discard_padding: 0,
                });
                self.position = data;
                return Ok(());
            }
            ids::CRC_32 => cluster.crc = Some(position),
            ids::PREV_SIZE => cluster.prev_size = Some(position),
            ids::POSITION | ids::SILENT_TRACKS | ids::ENCRYPTED_BLOCK | ids::VOID => {}
            // Not known here. Where the cluster does not say its size, it could be anything.
            _ if said_end.is_some() => {
                self.position = end;
                return Ok(());
            }
            _ => return Err(Broken),
        }
        self.pass_in_cluster(position..end, block)
    }

    /// A child of a `BlockGroup`, or its end.
    fn group(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        let Level::Group(group) = &self.level else {
            return Err(Broken);
        };
        let mut group = group.clone();
        if self.position >= group.range.end {
            self.level = Level::Cluster;
            let block = group.head.map(|head| Block {
                range: group.range.clone(),
                head,
                key: !group.references,
                duration: group.duration,
                discard_padding: group.discard_padding,
            });
            return self.pass_in_cluster(group.range, block);
        }
        let header = read::header(bytes).ok_or(Broken)?;
        let end = self.end_of(header, group.range.end)?;
        let size = header.size.ok_or(Broken)?;
        let content = &bytes[header.octets() as usize..];
        let content = &content[..content
            .len()
            .min(usize::try_from(size).unwrap_or(usize::MAX))];
        match header.id {
            ids::BLOCK => group.head = Some(self.block_head(content, size)?),
            ids::REFERENCE_BLOCK => group.references = true,
            ids::BLOCK_DURATION => group.duration = Some(read::uint(content).ok_or(Broken)?),
            ids::DISCARD_PADDING => group.discard_padding = read::int(content).ok_or(Broken)?,
            _ => {}
        }
        self.position = end;
        self.level = Level::Group(group);
        Ok(())
    }

    fn block_head(&mut self, content: &[u8], size: u64) -> Result<BlockHead, Broken> {
        let after_damage = self.damage.is_some();
        let tracks = &self.found().tracks;
        let head = BlockHead::parse(content, size, tracks).ok_or(Broken)?;
        if after_damage && !tracks.iter().any(|track| track.number == head.track) {
            return Err(Broken);
        }
        Ok(head)
    }

    /// An element in a cluster is as it should be.
    fn pass_in_cluster(&mut self, range: Range<u64>, block: Option<Block>) -> Result<(), Broken> {
        self.position = range.end;
        if self.damage.is_some() {
            self.place.elements += 1;
            let begun = self
                .place
                .cluster
                .as_ref()
                .is_some_and(|c| c.tick.is_some());
            match &block {
                Some(_) if begun => self.recovered(),
                Some(_) => return Err(Broken),
                None if self.place.elements > MAX_BEFORE_BLOCK => return Err(Broken),
                None => {}
            }
        }
        self.passed(range, block);
        Ok(())
    }

    /// An element is as it should be, so that a block before it was it too.
    fn passed(&mut self, range: Range<u64>, block: Option<Block>) {
        self.count_block();
        self.place.last = range;
        self.place.block = block;
    }

    fn count_block(&mut self) {
        if let Some(found) = &mut self.found {
            self.place.count_block(found);
        }
    }

    fn close_cluster(&mut self, end: u64) -> Result<(), Broken> {
        // The cluster found after damage has no block.
        if self.damage.is_some() {
            return Err(Broken);
        }
        self.passed(end..end, None);
        self.level = Level::Segment;
        let at_end = end == self.limit();
        if let (Some(cluster), Some(found)) = (self.place.cluster.take(), &mut self.found) {
            // It is as if it had not begun yet.
            if at_end && cluster.packets == 0 && cluster.end() != Some(end) {
                self.position = end;
                self.end(cluster.start);
                return Ok(());
            }
            found.close_cluster(&cluster, end);
        }
        Ok(())
    }

    /// What was expected is not here: searches for what follows.
    fn broken(&mut self, bytes: &[u8]) {
        if self.found.is_none() {
            self.fail(RepairError::NoTracks);
            return;
        }
        let in_segment = matches!(self.level, Level::Segment);
        self.level = Level::Search;
        self.window = SEARCH_WINDOW;
        let place = mem::take(&mut self.place);
        match &mut self.damage {
            // It is not here that the file goes on.
            Some(damage) => self.position = damage.candidate + 1,
            None => {
                // If it is the size of the last block that is damaged, the file goes on inside it.
                self.position = match place.block {
                    Some(_) => place.last.start + 1,
                    None => place.last.end,
                };
                self.damage = Some(Damage {
                    before: place,
                    candidate: 0,
                    in_index: in_segment
                        && read::header(bytes).is_some_and(|header| header.id == ids::CUES),
                });
            }
        }
    }

    fn search(&mut self, bytes: &[u8], asked: u64) {
        self.window = SEARCH_WINDOW;
        let limit = self.limit();
        let found = self.found();
        let (found_info, found_tracks) = (found.info.is_some(), !found.tracks.is_empty());
        let wanted = |octets: &[u8]| {
            let id = octets
                .iter()
                .fold(0, |id, &octet| id << 8 | Id::from(octet));
            match id {
                ids::CLUSTER => found_tracks,
                // If the header is damaged, they may still be there.
                ids::INFO => !found_info,
                ids::TRACKS => !found_tracks,
                _ => false,
            }
        };
        let candidate = bytes.windows(ID_OCTETS).position(wanted);
        match (candidate, &mut self.damage) {
            (Some(at), Some(damage)) if self.position + (at as u64) < limit => {
                self.position += at as u64;
                damage.candidate = self.position;
                self.level = Level::Segment;
                self.window = WINDOW;
            }
            _ if (bytes.len() as u64) < asked => self.lost_the_rest(),
            _ => self.position += (bytes.len() - (ID_OCTETS - 1)) as u64,
        }
    }

    /// The file goes on at the candidate.
    fn recovered(&mut self) {
        let Some(damage) = self.damage.take() else {
            return;
        };
        let Some(found) = &mut self.found else {
            return;
        };
        let start = damage.before.end(found, damage.candidate);
        if found.is_full() {
            self.end(start);
            return;
        }
        if start < damage.candidate {
            found.damaged.push(start..damage.candidate);
            // It is not what the cluster says it is any more.
            let cluster = self.place.cluster.as_ref();
            if let Some(offset) = cluster.and_then(|cluster| cluster.prev_size) {
                found.void(offset);
            }
        }
    }

    /// The file does not go on.
    fn lost_the_rest(&mut self) {
        let end = match (self.damage.take(), &mut self.found) {
            (Some(damage), Some(found)) => {
                found.index_cut_off = damage.in_index;
                damage.before.end(found, self.len)
            }
            _ => self.position,
        };
        self.end(end);
    }

    /// All that is good comes before `end`.
    fn end(&mut self, end: u64) {
        if let Some(found) = &mut self.found {
            found.end = end;
        }
        self.level = Level::Done;
    }

    fn fail(&mut self, error: RepairError) {
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
    fn end_of(&self, header: Header, limit: u64) -> Result<u64, Broken> {
        let end = (self.position + header.octets()).checked_add(header.size.ok_or(Broken)?);
        end.filter(|&end| end <= limit).ok_or(Broken)
    }

    /// Where the Segment or the file ends.
    fn limit(&self) -> u64 {
        let said_end = self.found.as_ref().and_then(|found| found.segment.end());
        said_end.unwrap_or(u64::MAX).min(self.len)
    }

    fn found(&mut self) -> &mut Found {
        self.found.as_mut().expect("there is a Segment by now")
    }
}

impl Place {
    fn count_block(&mut self, found: &mut Found) {
        if let (Some(block), Some(cluster)) = (self.block.take(), &mut self.cluster) {
            found.add_block(cluster, &block);
        }
    }

    /// Ends what was before damage, after which the file goes on at `next`; says where.
    fn end(mut self, found: &mut Found, next: u64) -> u64 {
        let end = if next < self.last.end {
            self.block = None;
            self.last.start
        } else {
            self.count_block(found);
            self.last.end
        };
        match self.cluster {
            // Nothing of it is left but its time.
            Some(cluster) if cluster.packets == 0 => cluster.start,
            Some(cluster) => {
                found.close_cluster(&cluster, end);
                end
            }
            None => end,
        }
    }
}

/// Whether the element ends a cluster of unknown size (RFC 8794 §6.2); in one of known size it
/// shows that the size is wrong.
fn is_top_level(id: Id) -> bool {
    matches!(
        id,
        ids::EBML
            | ids::SEGMENT
            | ids::SEEK_HEAD
            | ids::INFO
            | ids::TRACKS
            | ids::CLUSTER
            | ids::CUES
            | ids::TAGS
            | ids::CHAPTERS
            | ids::ATTACHMENTS
    )
}
