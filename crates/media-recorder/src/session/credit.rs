//! How far one track's encoder may run ahead of the others.

use std::collections::VecDeque;

use crate::sync::{Condvar, Mutex, lock, wait};

/// What may wait of each track to be put in order with the packets of the others. **This bounds
/// the memory** where one track is encoded much faster than another.
///
/// Who writes all tracks from one thread brings a picture only once the sound before it has been
/// taken in. While that picture is what an encoder waits for, nothing that waits can move: so
/// **while any encoder has nothing to encode, the others go on**, up to a bound in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Packets that may wait while all encoders have something to encode.
    pub(crate) packets: usize,
    /// Bytes that may wait while one of them has not, or as many packets as above if those are
    /// more.
    pub(crate) bytes: usize,
}

/// What a packet takes beside its data, roughly: packets of silence are shorter than that.
const OVERHEAD: usize = 128;

/// Shared by the encoders of a recording and the one who puts their packets in order.
#[derive(Debug)]
pub(crate) struct Credit {
    limits: Limits,
    state: Mutex<CreditState>,
    changed: Condvar,
}

#[derive(Debug)]
struct CreditState {
    tracks: Vec<Waiting>,
    /// Encoders that have nothing to encode.
    idle: usize,
    /// Nobody waits any more.
    open: bool,
}

/// The packets of a track that wait.
#[derive(Clone, Debug, Default)]
struct Waiting {
    sizes: VecDeque<usize>,
    bytes: usize,
}

/// An encoder that has nothing to encode, until this is dropped.
#[derive(Debug)]
pub(crate) struct Idle<'a>(&'a Credit);

impl Credit {
    pub(crate) fn new(tracks: usize, limits: Limits) -> Self {
        let state = CreditState {
            tracks: vec![Waiting::default(); tracks],
            idle: 0,
            open: false,
        };
        Self {
            limits,
            state: Mutex::new(state),
            changed: Condvar::new(),
        }
    }

    /// A packet with so many bytes of data is to wait: returns as soon as it may.
    pub(crate) fn take(&self, track: usize, bytes: usize) {
        let mut state = lock(&self.state);
        while !state.may_take(track, self.limits) {
            state = wait(&self.changed, state);
        }
        if let Some(waiting) = state.tracks.get_mut(track) {
            let size = bytes.saturating_add(OVERHEAD);
            waiting.sizes.push_back(size);
            waiting.bytes = waiting.bytes.saturating_add(size);
        }
    }

    /// The first `packets` of those that wait do so no longer.
    pub(crate) fn give(&self, track: usize, packets: usize) {
        if let Some(waiting) = lock(&self.state).tracks.get_mut(track) {
            for size in waiting.sizes.drain(..packets.min(waiting.sizes.len())) {
                waiting.bytes = waiting.bytes.saturating_sub(size);
            }
        }
        self.changed.notify_all();
    }

    /// An encoder waits for something to encode.
    pub(crate) fn idle(&self) -> Idle<'_> {
        lock(&self.state).idle += 1;
        self.changed.notify_all();
        Idle(self)
    }

    /// Lets everyone pass from now on: the recording is ending, and its end waits for all.
    pub(crate) fn open(&self) {
        lock(&self.state).open = true;
        self.changed.notify_all();
    }
}

impl CreditState {
    fn may_take(&self, track: usize, limits: Limits) -> bool {
        self.open
            || self.tracks.get(track).is_none_or(|waiting| {
                waiting.sizes.len() < limits.packets
                    || self.idle > 0 && waiting.bytes < limits.bytes
            })
    }
}

impl Drop for Idle<'_> {
    fn drop(&mut self) {
        lock(&self.0.state).idle -= 1;
    }
}
