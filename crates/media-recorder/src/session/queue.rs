//! The bounded queue between a source and an encoder.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, PoisonError};

use crate::threads::lock;

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
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
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

    /// Takes nothing more in. What is in still comes out.
    pub(crate) fn close(&self) {
        lock(&self.state).closed = true;
        self.changed.notify_all();
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
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::thread;

    #[test]
    fn it_is_bounded_and_says_so() {
        let queue = FrameQueue::new(2);
        assert_eq!(queue.try_push(1), Ok(()));
        assert_eq!(queue.try_push(2), Ok(()));
        assert_eq!(queue.try_push(3), Err(Refused::Full));
        queue.close();
        assert_eq!(queue.try_push(3), Err(Refused::Closed));
        assert_eq!(
            (queue.pop(), queue.pop(), queue.pop()),
            (Some(1), Some(2), None)
        );
    }

    #[test]
    fn one_who_waits_loses_nothing() {
        let queue = Arc::new(FrameQueue::new(3));
        let pusher = {
            let queue = Arc::clone(&queue);
            thread::spawn(move || {
                (0..1000).for_each(|n| queue.push_waiting(n).unwrap());
                queue.close();
            })
        };
        let taken: Vec<_> = std::iter::from_fn(|| queue.pop()).collect();
        pusher.join().unwrap();
        assert_eq!(taken, (0..1000).collect::<Vec<_>>());
    }

    #[test]
    fn closing_frees_one_who_is_held() {
        let queue = Arc::new(FrameQueue::new(1));
        queue.hold(true);
        let pusher = {
            let queue = Arc::clone(&queue);
            thread::spawn(move || queue.push_waiting(1))
        };
        queue.close();
        assert_eq!(pusher.join().unwrap(), Err(Refused::Closed));
    }
}
