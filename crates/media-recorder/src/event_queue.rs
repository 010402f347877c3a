//! The queue from a recorder to the one who receives its events.

use std::collections::VecDeque;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use crate::sync::{Condvar, Mutex, lock, wait, wait_timeout};

/// Items on their way to one receiver, who waits for them as a thread or as a task. **Pushing
/// never waits.** Each item has a weight; how much waits is known, so that the one who pushes can
/// stop in time.
#[derive(Debug)]
pub(crate) struct EventQueue<T> {
    state: Mutex<QueueState<T>>,
    changed: Condvar,
}

#[derive(Debug)]
struct QueueState<T> {
    items: VecDeque<(T, u64)>,
    /// The sum of the items' weights.
    weight: u64,
    /// The task that waits for the next item.
    waker: Option<Waker>,
    /// Nothing more is pushed.
    closed: bool,
    /// Nobody receives any more.
    abandoned: bool,
}

impl<T> EventQueue<T> {
    pub(crate) fn new() -> Self {
        let state = QueueState {
            items: VecDeque::new(),
            weight: 0,
            waker: None,
            closed: false,
            abandoned: false,
        };
        Self {
            state: Mutex::new(state),
            changed: Condvar::new(),
        }
    }

    /// Puts an item in; drops it if nobody receives any more.
    pub(crate) fn push(&self, item: T, weight: u64) {
        let waker = {
            let mut state = lock(&self.state);
            if state.abandoned {
                return;
            }
            state.items.push_back((item, weight));
            state.weight = state.weight.saturating_add(weight);
            state.waker.take()
        };
        self.changed.notify_all();
        wake(waker);
    }

    /// What the items weigh that wait.
    pub(crate) fn weight(&self) -> u64 {
        lock(&self.state).weight
    }

    /// The next item; waits for it. `None` once the queue is closed and empty.
    pub(crate) fn pop(&self) -> Option<T> {
        let mut state = lock(&self.state);
        loop {
            if let Some(item) = state.take() {
                return Some(item);
            }
            if state.closed {
                return None;
            }
            state = wait(&self.changed, state);
        }
    }

    /// The next item if it comes within `timeout`.
    pub(crate) fn pop_timeout(&self, timeout: Duration) -> Option<T> {
        // A time that cannot be said is never reached.
        let deadline = Instant::now().checked_add(timeout);
        let mut state = lock(&self.state);
        loop {
            if let Some(item) = state.take() {
                return Some(item);
            }
            if state.closed {
                return None;
            }
            state = match deadline {
                None => wait(&self.changed, state),
                Some(deadline) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return None;
                    }
                    wait_timeout(&self.changed, state, left)
                }
            };
        }
    }

    /// The next item if it is there; else the task is woken when it comes.
    #[cfg_attr(not(feature = "futures"), allow(dead_code))]
    pub(crate) fn poll_pop(&self, context: &mut Context<'_>) -> Poll<Option<T>> {
        let mut state = lock(&self.state);
        if let Some(item) = state.take() {
            return Poll::Ready(Some(item));
        }
        if state.closed {
            return Poll::Ready(None);
        }
        state.waker = Some(context.waker().clone());
        Poll::Pending
    }

    /// Nothing more is pushed. What waits can still be received.
    pub(crate) fn close(&self) {
        let waker = {
            let mut state = lock(&self.state);
            state.closed = true;
            state.waker.take()
        };
        self.changed.notify_all();
        wake(waker);
    }

    /// Whether nobody receives any more.
    pub(crate) fn is_abandoned(&self) -> bool {
        lock(&self.state).abandoned
    }

    /// Nobody receives any more: what waits is dropped.
    pub(crate) fn abandon(&self) {
        let items = {
            let mut state = lock(&self.state);
            state.abandoned = true;
            state.weight = 0;
            std::mem::take(&mut state.items)
        };
        // With the queue unlocked: an item may have a long way to go.
        drop(items);
    }
}

impl<T> QueueState<T> {
    fn take(&mut self) -> Option<T> {
        let (item, weight) = self.items.pop_front()?;
        self.weight -= weight;
        Some(item)
    }
}

/// With the queue unlocked: a waker may run the task at once.
fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        waker.wake();
    }
}
