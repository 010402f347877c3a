//! The devices that are open.

use std::sync::Arc;
use std::thread::JoinHandle;

use crate::error::RecorderError;
use crate::source::Driven;
use crate::stream::{Feed, MediaStreamTrack};
use crate::sync::{Mutex, lock};

/// Remembers what is open, so that **a device whose tracks have been stopped can be opened again at
/// once**: its thread may need a moment to close it.
#[derive(Debug, Default)]
pub(super) struct OpenDevices(Mutex<Vec<Open>>);

#[derive(Debug)]
struct Open {
    id: String,
    feed: Arc<Feed>,
    thread: JoinHandle<()>,
}

impl OpenDevices {
    /// Opens a device and keeps its thread in mind.
    pub(super) fn open(
        &self,
        id: &str,
        open: impl FnOnce() -> Result<Driven, RecorderError>,
    ) -> Result<MediaStreamTrack, RecorderError> {
        // Held to the end: who comes second finds the first.
        let mut devices = lock(&self.0);
        devices.retain(|device| !device.thread.is_finished());
        let closing = devices.extract_if(.., |device| device.id == id && device.feed.is_closed());
        for device in closing {
            // One that panicked has closed its device, too.
            let _ = device.thread.join();
        }
        let driven = open()?;
        devices.push(Open {
            id: id.to_owned(),
            feed: driven.feed,
            thread: driven.thread,
        });
        Ok(driven.track)
    }
}
