//! Starting threads and guarding what they share.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};

use crate::error::RecorderError;

/// Starts a thread.
pub(crate) fn spawn(
    name: &str,
    run: impl FnOnce() + Send + 'static,
) -> Result<JoinHandle<()>, RecorderError> {
    let builder = Builder::new().name(name.into());
    builder
        .spawn(run)
        .map_err(|error| RecorderError::io("cannot start a thread", error))
}

/// Locks, also where a thread panicked while it held the lock: all that we guard stays
/// consistent between statements.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
