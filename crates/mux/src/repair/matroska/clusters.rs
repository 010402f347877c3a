//! Walking through clusters and their blocks (RFC 9559 §5.1.3).

use core::ops::Range;

use super::block::{Block, BlockHead};
use super::found::Cluster;
use super::ids::{self, Id};
use super::read::{self, Header};
use super::scan::{Broken, Level, Scan};

/// The most elements before the first block of a cluster, after damage. Without a limit, searching
/// a file made for it would take time that grows with the square of its length.
const MAX_BEFORE_BLOCK: u32 = 16;

/// A `BlockGroup` as far as it has been read.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) range: Range<u64>,
    pub(super) head: Option<BlockHead>,
    /// There is a `ReferenceBlock`: it is no key frame (RFC 9559 §5.1.3.5.5).
    pub(super) references: bool,
    pub(super) duration: Option<u64>,
    pub(super) discard_padding: i64,
}

impl Scan {
    pub(super) fn open_cluster(&mut self, header: Header, data: u64) {
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
    pub(super) fn cluster(&mut self, bytes: &[u8]) -> Result<(), Broken> {
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
    pub(super) fn group(&mut self, bytes: &[u8]) -> Result<(), Broken> {
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

    pub(super) fn block_head(&mut self, content: &[u8], size: u64) -> Result<BlockHead, Broken> {
        let after_damage = self.damage.is_some();
        let tracks = &self.found().tracks;
        let head = BlockHead::parse(content, size, tracks).ok_or(Broken)?;
        if after_damage && !tracks.iter().any(|track| track.number == head.track) {
            return Err(Broken);
        }
        Ok(head)
    }

    /// An element in a cluster is as it should be.
    pub(super) fn pass_in_cluster(
        &mut self,
        range: Range<u64>,
        block: Option<Block>,
    ) -> Result<(), Broken> {
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

    pub(super) fn close_cluster(&mut self, end: u64) -> Result<(), Broken> {
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
