//! Cameras that come and go are files in `/dev` that do.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::time::Duration;

use media_recorder_capture::DeviceError;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::inotify::{self, CreateFlags, Reader, WatchFlags};
use rustix::io::Errno;

use super::DeviceWatch;

/// Where Linux has its devices.
const DEVICES: &str = "/dev";

/// What the nodes of cameras are called.
const CAMERAS: &[u8] = b"video";

/// Sees the nodes of cameras come, go, and become readable: the last is when a camera that was
/// plugged in can be opened.
pub(super) struct NodeWatch(OwnedFd);

impl NodeWatch {
    pub(super) fn new() -> Result<Self, DeviceError> {
        let flags = CreateFlags::NONBLOCK | CreateFlags::CLOEXEC;
        let queue = inotify::init(flags).map_err(failed)?;
        let changes = WatchFlags::CREATE | WatchFlags::DELETE | WatchFlags::ATTRIB;
        inotify::add_watch(&queue, DEVICES, changes).map_err(failed)?;
        Ok(Self(queue))
    }
}

impl DeviceWatch for NodeWatch {
    fn wait(&mut self, timeout: Duration) -> Result<bool, DeviceError> {
        let mut queues = [PollFd::new(&self.0, PollFlags::IN)];
        let timeout = Timespec::try_from(timeout).ok();
        match poll(&mut queues, timeout.as_ref()) {
            Ok(0) | Err(Errno::INTR) => return Ok(false),
            Ok(_) => {}
            Err(error) => return Err(failed(error)),
        }
        let mut buffer = [MaybeUninit::uninit(); 4096];
        let mut reader = Reader::new(&self.0, &mut buffer);
        let mut changed = false;
        loop {
            match reader.next() {
                // What found no room in the queue has no name, and may be anything.
                Ok(event) => {
                    changed |= event
                        .file_name()
                        .is_none_or(|name| name.to_bytes().starts_with(CAMERAS));
                }
                Err(Errno::AGAIN | Errno::INTR) => return Ok(changed),
                Err(error) => return Err(failed(error)),
            }
        }
    }
}

fn failed(error: Errno) -> DeviceError {
    DeviceError::Failed {
        device: DEVICES.to_owned(),
        source: io::Error::from(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_nothing_happens_there_is_no_change() {
        let mut watch = NodeWatch::new().unwrap();
        // Nobody plugs cameras into the machines of tests.
        assert!(!watch.wait(Duration::from_millis(1)).unwrap());
    }
}
