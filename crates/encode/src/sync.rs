//! Locks and conditions, also where a thread panicked while it held the lock: **all that we guard
//! stays consistent between statements**, so that a poisoned lock is as good as any.

use std::sync::PoisonError;

pub(crate) use std::sync::{Condvar, Mutex, MutexGuard};

/// Locks.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits until the condition is notified.
pub(crate) fn wait<'a, T>(condition: &Condvar, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
    condition
        .wait(guard)
        .unwrap_or_else(PoisonError::into_inner)
}
