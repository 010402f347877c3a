//! How far one track's encoder may run ahead of the others.

use crate::sync::{Condvar, Mutex, lock, wait};

/// So many packets of one track may wait to be put in order with those of the other tracks.
/// **This bounds the memory** where one track is encoded much faster than another.
#[derive(Debug)]
pub(crate) struct Credit {
    state: Mutex<CreditState>,
    changed: Condvar,
}

#[derive(Debug)]
struct CreditState {
    left: usize,
    /// Nobody waits any more.
    open: bool,
}

impl Credit {
    pub(crate) fn new(packets: usize) -> Self {
        let state = CreditState {
            left: packets,
            open: false,
        };
        Self {
            state: Mutex::new(state),
            changed: Condvar::new(),
        }
    }

    /// Takes one, waiting until there is one.
    pub(crate) fn take(&self) {
        let mut state = lock(&self.state);
        while state.left == 0 && !state.open {
            state = wait(&self.changed, state);
        }
        state.left = state.left.saturating_sub(1);
    }

    /// Gives `packets` back.
    pub(crate) fn give(&self, packets: usize) {
        lock(&self.state).left += packets;
        self.changed.notify_all();
    }

    /// Lets everyone pass from now on: the recording is ending, and its end waits for all.
    pub(crate) fn open(&self) {
        lock(&self.state).open = true;
        self.changed.notify_all();
    }
}
