//! A track, and what its fragments have said so far.

use alloc::vec::Vec;

use super::edits::Edit;
use super::fragment::Sample;
use super::groups::Groups;
use crate::mp4::index::SampleIndex;

/// The latest time that counts, in ticks: sums of it and a duration do not overflow.
const MAX_TICKS: u64 = i64::MAX as u64;

/// What is so for each sample unless its fragment says otherwise: `trex` (ISO/IEC 14496-12
/// §8.8.3).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Defaults {
    pub(super) description: u32,
    pub(super) duration: u32,
    pub(super) size: u32,
    pub(super) flags: u32,
}

/// A track of a fragmented file.
#[derive(Debug)]
pub(super) struct Track {
    pub(super) id: u32,
    /// Ticks per second.
    pub(super) timescale: u32,
    pub(super) is_video: bool,
    pub(super) defaults: Defaults,
    pub(super) edits: Vec<Edit>,
    pub(super) groups: Groups,
    pub(super) index: SampleIndex,
    pub(super) samples: u32,
    pub(super) keys: u32,
    /// When the first sample starts, in ticks.
    pub(super) first: Option<u64>,
    /// When the latest one does.
    latest: u64,
    /// When the latest one ends.
    pub(super) end: u64,
    /// When the one that is shown last ends.
    pub(super) shown_until: u64,
}

impl Track {
    pub(super) fn new(id: u32, timescale: u32, is_video: bool) -> Self {
        Self {
            id,
            timescale,
            is_video,
            defaults: Defaults::default(),
            edits: Vec::new(),
            groups: Groups::default(),
            index: SampleIndex::default(),
            samples: 0,
            keys: 0,
            first: None,
            latest: 0,
            end: 0,
            shown_until: 0,
        }
    }

    /// The samples that follow start at `time`, in ticks, or where those before them end. The one
    /// before lasts until then, also over a hole; times that cannot be do not count.
    pub(super) fn go_to(&mut self, time: Option<u64>) {
        let Some(time) = time.filter(|time| *time <= MAX_TICKS) else {
            return;
        };
        let possible = match self.first {
            None => true,
            Some(_) => time > self.latest && time - self.latest <= u32::MAX.into(),
        };
        if possible {
            self.end = time;
        }
    }

    /// Adds a sample.
    pub(super) fn add(&mut self, sample: &Sample) {
        let start = self.end;
        let end = start.saturating_add(sample.duration.into());
        let shown_until = end.saturating_add_signed(sample.composition.into());
        self.index
            .add_composed(start, sample.size, sample.is_key(), sample.composition);
        self.first.get_or_insert(start);
        self.latest = start;
        self.end = end;
        self.shown_until = self.shown_until.max(shown_until);
        self.samples += 1;
        self.keys += u32::from(sample.is_key());
    }
}
