//! What a scan has found so far.

use alloc::vec;
use alloc::vec::Vec;
use core::ops::Range;

use super::block::{Block, Kind, Latest, Track};
use super::cues::{Cue, CueList};
use super::head::Info;
use super::ids::{self, Id};
use crate::matroska::ebml::put_size_in;

/// The least distance of two index entries where there is no picture (RFC 9559 §22.1), in
/// nanoseconds.
const AUDIO_CUE_NANOS: u64 = 500_000_000;

/// The most corrections of the file that are remembered: what comes after so much damage is
/// given up.
const MAX_EDITS: usize = 1 << 16;

/// The most elements outside the clusters that are remembered; a file has ten.
const MAX_ELEMENTS: usize = 1 << 12;

/// The Segment (RFC 9559 §5.1).
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment {
    pub(super) size: Option<u64>,
    pub(super) size_octets: u8,
    /// Its data, from the start of the file.
    pub(super) data: u64,
}

impl Segment {
    /// Where its size says that it ends.
    pub(super) fn end(self) -> Option<u64> {
        Some(self.data.saturating_add(self.size?))
    }
}

/// An element of the Segment that is no cluster.
#[derive(Clone, Debug)]
pub(super) struct Element {
    pub(super) id: Id,
    /// From the start of the file.
    pub(super) range: Range<u64>,
}

/// A cluster whose end has not been reached.
#[derive(Debug)]
pub(super) struct Cluster {
    /// Its ID, from the start of the file.
    pub(super) start: u64,
    pub(super) size: Option<u64>,
    pub(super) size_octets: u8,
    /// Its data, from the start of the file.
    pub(super) data: u64,
    /// Its time in ticks.
    pub(super) tick: Option<u64>,
    /// Its checksum, from the start of the file.
    pub(super) crc: Option<u64>,
    /// The size of the cluster before it, from the start of the file.
    pub(super) prev_size: Option<u64>,
    pub(super) packets: u64,
}

impl Cluster {
    /// Where its size says that it ends.
    pub(super) fn end(&self) -> Option<u64> {
        Some(self.data.saturating_add(self.size?))
    }
}

/// Some octets of the file to replace.
#[derive(Clone, Debug)]
pub(super) struct Edit {
    /// From the start of the file.
    pub(super) offset: u64,
    pub(super) bytes: Vec<u8>,
}

/// What a scan has found so far. Positions are from the start of the file.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) ebml: Range<u64>,
    pub(super) doc_type_version: u64,
    pub(super) segment: Segment,
    /// In the order of the file.
    pub(super) elements: Vec<Element>,
    pub(super) info: Option<Info>,
    pub(super) tracks: Vec<Track>,
    /// What each `SeekHead` lists, from the start of the Segment's data.
    pub(super) seeks: Vec<(Id, u64)>,
    pub(super) cues: CueList,
    pub(super) edits: Vec<Edit>,
    /// Damaged stretches, in the order of the file.
    pub(super) damaged: Vec<Range<u64>>,
    /// The first cluster that has a block.
    pub(super) first_cluster: Option<u64>,
    /// There are clusters of unknown size.
    pub(super) unknown_sizes: bool,
    pub(super) packets: u64,
    /// When the last block to end ends, in nanoseconds.
    pub(super) end_nanos: u64,
    /// Where what is good ends.
    pub(super) end: u64,
    /// What ends there was not cut off.
    pub(super) clean_end: bool,
    /// There is an index that cannot be read.
    pub(super) index_damaged: bool,
    /// What was cut off is an index, which is made anew.
    pub(super) index_cut_off: bool,
}

impl Found {
    pub(super) fn new(ebml: Range<u64>, doc_type_version: u64, segment: Segment) -> Self {
        Self {
            ebml,
            doc_type_version,
            segment,
            elements: Vec::new(),
            info: None,
            tracks: Vec::new(),
            seeks: Vec::new(),
            cues: CueList::default(),
            edits: Vec::new(),
            damaged: Vec::new(),
            first_cluster: None,
            unknown_sizes: false,
            packets: 0,
            end_nanos: 0,
            end: segment.data,
            clean_end: false,
            index_damaged: false,
            index_cut_off: false,
        }
    }

    pub(super) fn add_element(&mut self, id: Id, range: Range<u64>) {
        if self.elements.len() < MAX_ELEMENTS {
            self.elements.push(Element { id, range });
        }
    }

    /// Adds what a `SeekHead` lists.
    pub(super) fn add_seeks(&mut self, seeks: Vec<(Id, u64)>) {
        if self.seeks.len() < MAX_ELEMENTS {
            self.seeks.extend(seeks);
        }
    }

    /// Whether a further correction would be one too many.
    pub(super) fn is_full(&self) -> bool {
        self.edits.len() + self.damaged.len() >= MAX_EDITS
    }

    pub(super) fn scale(&self) -> u64 {
        self.info
            .as_ref()
            .map_or(Info::missing().scale, |info| info.scale)
    }

    /// Counts a block of `cluster` that has proved to be whole.
    pub(super) fn add_block(&mut self, cluster: &mut Cluster, block: &Block) {
        let first = cluster.packets == 0;
        cluster.packets += 1;
        self.packets += 1;
        self.first_cluster.get_or_insert(cluster.start);
        let scale = self.scale();
        let has_video = self.tracks.iter().any(|track| track.kind == Kind::Video);
        let sought = self.tracks.iter().find(|track| track.kind == Kind::Audio);
        let sought = sought.map(|track| track.number);
        let Some(track) = self
            .tracks
            .iter_mut()
            .find(|track| track.number == block.head.track)
        else {
            return;
        };
        let tick = cluster
            .tick
            .unwrap_or_default()
            .saturating_add_signed(block.head.relative.into());
        self.end_nanos = self.end_nanos.max(track.end_of(block, tick, scale));
        let frames = block.head.frames;
        track.latest = Some(Latest { tick, frames });

        let wants_cue = match track.kind {
            Kind::Video => block.key,
            // Of several sounds, the first is the one to seek in.
            Kind::Audio => {
                !has_video
                    && sought == Some(track.number)
                    && self.cues.latest().is_none_or(|latest| {
                        tick.saturating_sub(latest).saturating_mul(scale) >= AUDIO_CUE_NANOS
                    })
            }
            Kind::Other => false,
        };
        if wants_cue {
            self.cues.push(Cue {
                tick,
                track: track.number,
                cluster: cluster.start,
                relative: if first {
                    0
                } else {
                    block.range.start - cluster.data
                },
            });
        }
    }

    /// Notes that `cluster` ends at `end`, whatever its size says.
    pub(super) fn close_cluster(&mut self, cluster: &Cluster, end: u64) {
        let Some(said) = cluster.end() else {
            self.unknown_sizes = true;
            return;
        };
        if said != end {
            let mut bytes = Vec::new();
            // It becomes smaller only, so that it has room.
            put_size_in(&mut bytes, end - cluster.data, cluster.size_octets.into());
            let octets = u64::from(cluster.size_octets);
            self.edit(cluster.data - octets, bytes);
            if let Some(crc) = cluster.crc {
                self.void(crc);
            }
        }
    }

    /// Makes a `Void` of the element at `offset`, whose ID has one octet, as a `Void`'s.
    pub(super) fn void(&mut self, offset: u64) {
        // One octet: it fits.
        self.edit(offset, vec![ids::VOID as u8]);
    }

    fn edit(&mut self, offset: u64, bytes: Vec<u8>) {
        self.edits.push(Edit { offset, bytes });
    }
}
