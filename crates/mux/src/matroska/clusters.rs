//! Which block goes into which cluster, and which into the index.

use alloc::vec::Vec;
use core::mem;

use media_recorder_types::TrackKind;

use super::cluster::{Block, Cluster};
use super::cue_list::Cue;
use super::cues::Cues;
use super::options::{ClusterMode, MatroskaOptions};
use super::rope::Rope;
use crate::output::Output;

/// Puts blocks, which come in the order of their ticks, into clusters, and notes where.
#[derive(Debug)]
pub(super) struct Clusters {
    mode: ClusterMode,
    max_ticks: u64,
    max_bytes: u64,
    /// What positions in the index count from.
    segment_data: u64,
    /// Whether there are pictures: clusters then begin with their key frames, and they are what
    /// the index lists.
    has_video: bool,
    /// Sound of one tick. A key frame of the same tick may follow, and then this sound belongs
    /// into the cluster that the key frame begins.
    held: Vec<Block>,
    open: Option<Cluster>,
    /// What the open cluster has that is not put out.
    rope: Rope,
    cues: Cues,
}

impl Clusters {
    pub(super) fn new(options: &MatroskaOptions, segment_data: u64, has_video: bool) -> Self {
        Self {
            mode: options.cluster_mode,
            max_ticks: options.max_cluster_ticks,
            max_bytes: options.max_cluster_bytes,
            segment_data,
            has_video,
            held: Vec::new(),
            open: None,
            rope: Rope::new(options.cluster_mode == ClusterMode::Unknown),
            cues: Cues::default(),
        }
    }

    /// Adds a block.
    pub(super) fn write(&mut self, block: Block, output: &mut Output) {
        self.place_held_before(block.tick, output);
        match block.kind {
            TrackKind::Audio if self.has_video => self.held.push(block),
            TrackKind::Video => {
                if block.key {
                    // If all blocks so far have the key frame's tick, their cluster is the key's.
                    self.cut_before(block.tick, output);
                }
                self.place_held(output);
                self.place(block, output);
            }
            TrackKind::Audio => self.place(block, output),
        }
    }

    /// Ends the open cluster, so that the next one begins at `tick`: what is held of that tick
    /// goes there. Whether it did; it does not if a cluster has begun at that tick already.
    pub(super) fn cut_before(&mut self, tick: u64, output: &mut Output) -> bool {
        self.place_held_before(tick, output);
        let ended = self.open.as_ref().is_none_or(|open| open.tick < tick);
        if ended {
            self.close(output);
        }
        ended
    }

    /// Puts out everything so far; in [`ClusterMode::Known`] this ends the open cluster.
    pub(super) fn flush(&mut self, output: &mut Output) {
        self.place_held(output);
        if self.mode == ClusterMode::Known {
            self.close(output);
        }
    }

    /// Puts out the rest and the index; gives the index's position from the start of the
    /// Segment's data, if there is one.
    pub(super) fn finish(&mut self, output: &mut Output) -> Option<u64> {
        self.place_held(output);
        self.close(output);
        let position = output.len() - self.segment_data;
        self.cues.put_out(output).then_some(position)
    }

    fn place_held_before(&mut self, tick: u64, output: &mut Output) {
        if self.held.first().is_some_and(|held| held.tick < tick) {
            self.place_held(output);
        }
    }

    fn place_held(&mut self, output: &mut Output) {
        // Taken and given back, so that the allocation serves the next tick too.
        let mut held = mem::take(&mut self.held);
        for block in held.drain(..) {
            self.place(block, output);
        }
        self.held = held;
    }

    fn place(&mut self, block: Block, output: &mut Output) {
        let (max_ticks, max_bytes) = (self.max_ticks, self.max_bytes);
        if self
            .open
            .as_ref()
            .is_some_and(|open| open.is_full_for(&block, max_ticks, max_bytes))
        {
            self.close(output);
        }
        let open = self
            .open
            .get_or_insert_with(|| Cluster::new(self.mode, block.tick, &mut self.rope, output));
        let wants_cue = match block.kind {
            TrackKind::Video => block.key,
            // Of several sounds, the first is the one to seek in.
            TrackKind::Audio => {
                !self.has_video && block.track == 1 && self.cues.wants_audio(block.tick)
            }
        };
        if wants_cue {
            self.cues.add(Cue {
                tick: block.tick,
                track: block.track,
                cluster: open.position - self.segment_data,
                relative: open.next_block(),
            });
        }
        open.push(block, &mut self.rope, output);
    }

    fn close(&mut self, output: &mut Output) {
        if let Some(open) = self.open.take() {
            open.close(&mut self.rope, output);
        }
    }
}
