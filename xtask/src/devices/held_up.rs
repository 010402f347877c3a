//! Whether other programs kept this one from running.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How often it is looked.
const EACH: Duration = Duration::from_millis(10);

/// A machine on which a program that wants to run waits so long has no time to play devices.
const LONG: Duration = Duration::from_millis(100);

/// A thread that wants to run all the time.
pub(super) struct Watch {
    over: Sender<()>,
    thread: JoinHandle<Duration>,
}

impl Watch {
    pub(super) fn start() -> Self {
        let (over, told) = channel();
        let thread = std::thread::spawn(move || {
            let mut longest = Duration::ZERO;
            loop {
                let start = Instant::now();
                if told.recv_timeout(EACH) != Err(RecvTimeoutError::Timeout) {
                    return longest;
                }
                longest = longest.max(start.elapsed().saturating_sub(EACH));
            }
        });
        Self { over, thread }
    }

    /// How long it was kept from running at most, if that was long.
    pub(super) fn end(self) -> Option<Duration> {
        drop(self.over);
        let longest = self.thread.join().unwrap_or_default();
        Some(longest).filter(|longest| *longest >= LONG)
    }
}
