//! Starting threads.

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
