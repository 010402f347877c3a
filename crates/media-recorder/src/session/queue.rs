//! The bounded queue between a source and an encoder.

use crate::sync::{Condvar, Mutex, lock, wait, wait_timeout};
use std::collections::VecDeque;
use std::time::Duration;

/// Frames on their way to an encoder thread. **Never more than `capacity` of them**: whoever
/// pushes either waits or is told that there is no room.
#[derive(Debug)]
pub(crate) struct FrameQueue<T> {
    capacity: usize,
    state: Mutex<QueueState<T>>,
    changed: Condvar,
}

#[derive(Debug)]
struct QueueState<T> {
    items: VecDeque<T>,
    /// One who waits for room goes on waiting, room or not.
    held: bool,
    /// Nothing more comes in; what is in comes out.
    closed: bool,
}

/// The queue had no room, or is closed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    Full,
    Closed,
}

/// What was waited for did not come in time.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TimedOut;

impl<T> FrameQueue<T> {
    pub(crate) fn new(capacity: usize) -> Self {
        let state = QueueState {
            items: VecDeque::new(),
            held: false,
            closed: false,
        };
        Self {
            capacity,
            state: Mutex::new(state),
            changed: Condvar::new(),
        }
    }

    /// Puts `item` in if there is room.
    pub(crate) fn try_push(&self, item: T) -> Result<(), Refused> {
        let mut state = lock(&self.state);
        if state.closed {
            return Err(Refused::Closed);
        }
        if state.items.len() >= self.capacity {
            return Err(Refused::Full);
        }
        state.items.push_back(item);
        self.changed.notify_all();
        Ok(())
    }

    /// Puts `item` in as soon as there is room and the queue is not held.
    pub(crate) fn push_waiting(&self, item: T) -> Result<(), Refused> {
        let mut state = lock(&self.state);
        while !state.closed && (state.held || state.items.len() >= self.capacity) {
            state = wait(&self.changed, state);
        }
        if state.closed {
            return Err(Refused::Closed);
        }
        state.items.push_back(item);
        self.changed.notify_all();
        Ok(())
    }

    /// Keeps those who wait for room waiting, or lets them go on.
    pub(crate) fn hold(&self, held: bool) {
        lock(&self.state).held = held;
        self.changed.notify_all();
    }

    /// How many items are in, and how many may be.
    pub(crate) fn depth(&self) -> (usize, usize) {
        (lock(&self.state).items.len(), self.capacity)
    }

    /// Takes nothing more in. What is in still comes out.
    pub(crate) fn close(&self) {
        lock(&self.state).closed = true;
        self.changed.notify_all();
    }

    /// The next item if it is there already.
    pub(crate) fn try_pop(&self) -> Option<T> {
        let item = lock(&self.state).items.pop_front()?;
        self.changed.notify_all();
        Some(item)
    }

    /// The next item; waits for it. `None` once the queue is closed and empty.
    pub(crate) fn pop(&self) -> Option<T> {
        let mut state = lock(&self.state);
        loop {
            if let Some(item) = state.items.pop_front() {
                self.changed.notify_all();
                return Some(item);
            }
            if state.closed {
                return None;
            }
            state = wait(&self.changed, state);
        }
    }

    /// The same, but waits no longer than about `timeout`.
    pub(crate) fn pop_within(&self, timeout: Duration) -> Result<Option<T>, TimedOut> {
        {
            let state = lock(&self.state);
            if state.items.is_empty() && !state.closed {
                let state = wait_timeout(&self.changed, state, timeout);
                if state.items.is_empty() && !state.closed {
                    return Err(TimedOut);
                }
            }
        }
        Ok(self.pop())
    }
}
