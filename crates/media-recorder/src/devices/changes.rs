//! Devices that come and go.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use super::info::enumerate;
use super::{DeviceService, DeviceWatch, MediaDeviceInfo, MediaDevices};
use crate::error::RecorderError;
use crate::sync::{Condvar, Mutex, lock, wait_timeout};
use crate::threads::spawn;

/// How long a thread waits for a change before it looks whether anybody is still interested.
const PATIENCE: Duration = Duration::from_millis(500);

/// How often the lists are compared where nobody tells of changes.
const COMPARED_EACH: Duration = Duration::from_secs(2);

/// The lists of devices as they change: `devicechange` events, which carry the new list. Begins
/// with the first change after it was [made](MediaDevices::device_changes); several at about the
/// same time may be one.
///
/// As an iterator it waits for the next change, and does not end. Two threads watch for as long as
/// it lives.
///
/// Specification: <https://w3c.github.io/mediacapture-main/#dom-mediadevices-ondevicechange>
///
/// ```no_run
/// use media_recorder::MediaDevices;
/// for list in MediaDevices::new().device_changes()? {
///     println!("now there are {} devices", list.len());
/// }
/// # Ok::<(), media_recorder::RecorderError>(())
/// ```
#[derive(Debug)]
pub struct DeviceChanges {
    lists: Receiver<Vec<MediaDeviceInfo>>,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    /// What was told last.
    known: Mutex<Vec<MediaDeviceInfo>>,
    over: Mutex<bool>,
    ended: Condvar,
}

impl DeviceChanges {
    pub(super) fn new(devices: &MediaDevices) -> Result<Self, RecorderError> {
        // Listed only once they are watched, so that nothing is missed between.
        let services = [DeviceService::Cameras, DeviceService::Sound];
        let watches = services.map(|service| devices.inner.backend.watch(service).ok());
        let (sender, lists) = channel();
        let shared = Arc::new(Shared {
            known: Mutex::new(devices.enumerate_devices()?),
            over: Mutex::new(false),
            ended: Condvar::new(),
        });
        // Made first, so that a thread that runs ends where the other cannot be had.
        let changes = Self { lists, shared };
        for (service, watch) in services.into_iter().zip(watches) {
            let (devices, shared) = (devices.clone(), Arc::clone(&changes.shared));
            let sender = sender.clone();
            spawn("device changes", move || {
                shared.run(service, watch, &devices, &sender);
            })?;
        }
        Ok(changes)
    }

    /// The list after the next change; `None` if there is none within `timeout`.
    pub fn next_timeout(&mut self, timeout: Duration) -> Option<Vec<MediaDeviceInfo>> {
        self.lists.recv_timeout(timeout).ok()
    }
}

impl Iterator for DeviceChanges {
    type Item = Vec<MediaDeviceInfo>;

    fn next(&mut self) -> Option<Vec<MediaDeviceInfo>> {
        self.lists.recv().ok()
    }
}

impl Drop for DeviceChanges {
    fn drop(&mut self) {
        *lock(&self.shared.over) = true;
        self.shared.ended.notify_all();
    }
}

impl Shared {
    fn run(
        &self,
        service: DeviceService,
        mut watch: Option<Box<dyn DeviceWatch>>,
        devices: &MediaDevices,
        lists: &Sender<Vec<MediaDeviceInfo>>,
    ) {
        let backend = &*devices.inner.backend;
        while !*lock(&self.over) {
            match watch.as_mut().map(|watch| watch.wait(PATIENCE)) {
                Some(Ok(true)) => {}
                Some(Ok(false)) => continue,
                Some(Err(_)) => watch = None,
                None => {
                    self.pause();
                    watch = backend.watch(service).ok();
                }
            }
            // Held until it is told, so that lists are told in the order in which they were.
            let mut known = lock(&self.known);
            // What cannot be listed now is looked at again with the next change.
            let Ok(list) = enumerate(backend) else {
                continue;
            };
            if *known != list {
                known.clone_from(&list);
                if lists.send(list).is_err() {
                    return;
                }
            }
        }
    }

    /// Waits before devices that nobody watches are looked at again.
    fn pause(&self) {
        let over = lock(&self.over);
        if !*over {
            drop(wait_timeout(&self.ended, over, COMPARED_EACH));
        }
    }
}
