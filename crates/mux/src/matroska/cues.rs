//! The index (RFC 9559 §5.1.5).

use alloc::vec::Vec;

use bytes::Bytes;

use super::elements::Elements;
use super::ids;

/// The least distance of two index entries where there is no picture, in ticks
/// (RFC 9559 §22.1).
const AUDIO_CUE_TICKS: u64 = 500;

/// The first version that has all elements of an index.
pub(super) const VERSION: u8 = ids::CUE_RELATIVE_POSITION.min_version;

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
        let mut buf = Elements::new();
        buf.master(ids::CUES, |buf| {
            for same_time in self.entries.chunk_by(|a, b| a.tick == b.tick) {
                buf.master(ids::CUE_POINT, |buf| put_cue_point(buf, same_time));
            }
        });
        Some(buf.into_bytes())
    }
}

fn put_cue_point(buf: &mut Elements, same_time: &[Cue]) {
    for (n, cue) in same_time.iter().enumerate() {
        if n == 0 {
            buf.uint(ids::CUE_TIME, cue.tick);
        }
        buf.master(ids::CUE_TRACK_POSITIONS, |buf| {
            buf.uint(ids::CUE_TRACK, cue.track.into());
            buf.uint(ids::CUE_CLUSTER_POSITION, cue.cluster);
            if let Some(relative) = cue.relative {
                buf.uint(ids::CUE_RELATIVE_POSITION, relative);
            }
        });
    }
}
