//! The index (RFC 9559 §5.1.5).

use alloc::vec::Vec;

use bytes::Bytes;

use super::ebml::{put_master, put_uint};
use super::ids;

/// The least distance of two index entries where there is no picture, in ticks
/// (RFC 9559 §22.1).
const AUDIO_CUE_TICKS: u64 = 500;

/// Where a block is that can be sought to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cue {
    /// The block's time.
    pub(super) tick: u64,
    /// Its track's number.
    pub(super) track: u8,
    /// Its cluster, from the start of the Segment's data.
    pub(super) cluster: u64,
    /// The block, from the start of the cluster's data; `None` if it is the first.
    pub(super) relative: Option<u64>,
}

/// The index as far as it is known. Grows by 40 bytes per entry.
#[derive(Debug, Default)]
pub(super) struct Cues {
    entries: Vec<Cue>,
}

impl Cues {
    /// Adds an entry; entries come in the order of time.
    pub(super) fn add(&mut self, cue: Cue) {
        self.entries.push(cue);
    }

    /// Whether sound at `tick` is far enough from the last entry to have one of its own.
    pub(super) fn wants_audio(&self, tick: u64) -> bool {
        self.entries
            .last()
            .is_none_or(|last| tick - last.tick >= AUDIO_CUE_TICKS)
    }

    /// The `Cues` element; `None` if there is nothing to seek to.
    pub(super) fn element(&self) -> Option<Bytes> {
        if self.entries.is_empty() {
            return None;
        }
        let mut buf = Vec::new();
        put_master(&mut buf, ids::CUES, |buf| {
            for same_time in self.entries.chunk_by(|a, b| a.tick == b.tick) {
                put_master(buf, ids::CUE_POINT, |buf| put_cue_point(buf, same_time));
            }
        });
        Some(buf.into())
    }
}

fn put_cue_point(buf: &mut Vec<u8>, same_time: &[Cue]) {
    for (n, cue) in same_time.iter().enumerate() {
        if n == 0 {
            put_uint(buf, ids::CUE_TIME, cue.tick);
        }
        put_master(buf, ids::CUE_TRACK_POSITIONS, |buf| {
            put_uint(buf, ids::CUE_TRACK, cue.track.into());
            put_uint(buf, ids::CUE_CLUSTER_POSITION, cue.cluster);
            if let Some(relative) = cue.relative {
                put_uint(buf, ids::CUE_RELATIVE_POSITION, relative);
            }
        });
    }
}
