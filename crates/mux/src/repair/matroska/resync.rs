//! Finding the way back after damage.

use core::mem;
use core::ops::Range;

use super::block::Block;
use super::found::{Cluster, Found};
use super::ids::{self, Id};
use super::read;
use super::scan::{Level, Scan, WINDOW};
use crate::repair::RepairError;

/// Octets to search at once.
const SEARCH_WINDOW: u64 = 64 * 1024;

/// Octets of the IDs that are searched for.
const ID_OCTETS: usize = 4;

/// What is known of the place that the scan has reached.
#[derive(Debug, Default)]
pub(super) struct Place {
    pub(super) cluster: Option<Cluster>,
    /// The last element that was as expected.
    pub(super) last: Range<u64>,
    /// It is this block, which counts once what follows it is an element as well: where a block's
    /// size is damaged, nothing else shows it.
    pub(super) block: Option<Block>,
    /// Elements since it began.
    pub(super) elements: u32,
}

/// What the scan has met, and where it thinks that the file goes on.
#[derive(Debug)]
pub(super) struct Damage {
    /// The place before it.
    pub(super) before: Place,
    /// Where what follows it was last thought to be.
    pub(super) candidate: u64,
    /// It is in an index.
    pub(super) in_index: bool,
}

impl Scan {
    /// What was expected is not here: searches for what follows.
    pub(super) fn broken(&mut self, bytes: &[u8]) {
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

    pub(super) fn search(&mut self, bytes: &[u8], asked: u64) {
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
    pub(super) fn recovered(&mut self) {
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
    pub(super) fn lost_the_rest(&mut self) {
        let end = match (self.damage.take(), &mut self.found) {
            (Some(damage), Some(found)) => {
                found.index_cut_off = damage.in_index;
                damage.before.end(found, self.len)
            }
            _ => self.position,
        };
        self.end(end);
    }
}

impl Place {
    pub(super) fn count_block(&mut self, found: &mut Found) {
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
