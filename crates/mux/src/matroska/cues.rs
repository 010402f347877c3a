//! The index (RFC 9559 §5.1.5).

use alloc::vec::Vec;

use super::cue_list::{Cue, CueList};
use super::ebml::put_header;
use super::elements::Elements;
use super::ids;
use crate::output::Output;

/// The least distance of two index entries where there is no picture, in ticks
/// (RFC 9559 §22.1).
const AUDIO_CUE_TICKS: u64 = 500;

/// The first version that has all elements of an index.
pub(super) const VERSION: u8 = ids::CUE_RELATIVE_POSITION.min_version;

/// The index as far as it is known.
#[derive(Debug, Default)]
pub(super) struct Cues {
    entries: CueList,
}

impl Cues {
    /// Adds an entry; entries come in the order of time.
    pub(super) fn add(&mut self, cue: Cue) {
        self.entries.push(cue);
    }

    /// Whether sound at `tick` is far enough from the last entry to have one of its own.
    pub(super) fn wants_audio(&self, tick: u64) -> bool {
        let last = self.entries.last_tick();
        last.is_none_or(|last| tick - last >= AUDIO_CUE_TICKS)
    }

    /// Puts out the `Cues` element. Whether there is one: not if there is nothing to seek to.
    pub(super) fn put_out(&self, output: &mut Output) -> bool {
        let mut points = Elements::new();
        let mut entries = self.entries.iter().peekable();
        while let Some(first) = entries.next() {
            points.master(ids::CUE_POINT, |point| {
                point.uint(ids::CUE_TIME, first.tick);
                put_positions(point, &first);
                while let Some(next) = entries.next_if(|next| next.tick == first.tick) {
                    put_positions(point, &next);
                }
            });
        }
        if points.len() == 0 {
            return false;
        }
        // Apart from its content, which can be large, so that it need not be copied.
        let mut header = Vec::new();
        put_header(&mut header, ids::CUES, points.len() as u64);
        output.append(header.into());
        output.append(points.into_bytes());
        true
    }
}

fn put_positions(point: &mut Elements, cue: &Cue) {
    point.master(ids::CUE_TRACK_POSITIONS, |positions| {
        positions.uint(ids::CUE_TRACK, cue.track.into());
        positions.uint(ids::CUE_CLUSTER_POSITION, cue.cluster);
        if let Some(relative) = cue.relative {
            positions.uint(ids::CUE_RELATIVE_POSITION, relative);
        }
    });
}
