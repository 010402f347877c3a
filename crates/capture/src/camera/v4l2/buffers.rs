//! Streaming through buffers that the kernel maps into this process.

use std::io;
use std::os::fd::AsFd;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::io::Errno;

use super::Node;
use super::sys::{self, Mapping};
use crate::camera::answers::timestamp;
use crate::camera::stream::{BUFFERS, Buffers, Delivery, Readiness};

/// `V4L2_BUF_FLAG_ERROR`
const ERROR: u32 = 0x0000_0040;
/// `V4L2_BUF_FLAG_TIMESTAMP_MASK`
const TIMESTAMP_MASK: u32 = 0x0000_e000;
/// `V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC`
const TIMESTAMP_MONOTONIC: u32 = 0x0000_2000;

/// A device that streams.
pub(in crate::camera) struct MappedBuffers {
    node: Node,
    mappings: Vec<Mapping>,
}

impl MappedBuffers {
    /// Maps buffers and starts the device, which must be set to a format.
    pub(in crate::camera) fn start(node: Node) -> io::Result<Self> {
        let count = sys::request_buffers(node.as_fd(), BUFFERS)?;
        let mappings = (0..count)
            .map(|index| Mapping::new(node.as_fd(), index))
            .collect::<io::Result<_>>()?;
        let buffers = Self { node, mappings };
        for index in 0..count {
            sys::queue_buffer(buffers.node.as_fd(), index)?;
        }
        sys::set_streaming(buffers.node.as_fd(), true)?;
        Ok(buffers)
    }
}

impl Buffers for MappedBuffers {
    fn wait(&mut self, timeout: Option<Duration>) -> io::Result<Readiness> {
        // A time too long to be told is as good as none.
        let timeout = timeout.and_then(|timeout| Timespec::try_from(timeout).ok());
        let mut polled = [PollFd::new(&self.node, PollFlags::IN)];
        rustix::event::poll(&mut polled, timeout.as_ref())?;
        let events = polled[0].revents();
        Ok(
            if events.intersects(PollFlags::ERR | PollFlags::HUP | PollFlags::NVAL) {
                Readiness::Gone
            } else if events.contains(PollFlags::IN) {
                Readiness::Ready
            } else {
                Readiness::TimedOut
            },
        )
    }

    fn dequeue(&mut self) -> io::Result<Option<Delivery>> {
        let buffer = match sys::dequeue_buffer(self.node.as_fd()) {
            Ok(buffer) => buffer,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
            Err(error) => return Err(error),
        };
        let monotonic = buffer.flags & TIMESTAMP_MASK == TIMESTAMP_MONOTONIC;
        Ok(Some(Delivery {
            index: buffer.index,
            len: buffer.bytes_used as usize,
            sequence: buffer.sequence,
            is_flagged: buffer.flags & ERROR != 0,
            timestamp: timestamp(buffer.seconds, buffer.microseconds).filter(|_| monotonic),
        }))
    }

    fn copy(&self, index: u32, target: &mut [u8]) -> bool {
        let mapping = self.mappings.get(index as usize);
        let Some(mapping) = mapping.filter(|mapping| mapping.len() >= target.len()) else {
            return false;
        };
        mapping.copy_to(target);
        true
    }

    fn requeue(&mut self, index: u32) -> io::Result<()> {
        sys::queue_buffer(self.node.as_fd(), index)
    }

    fn is_loss(error: &io::Error) -> bool {
        matches!(
            Errno::from_io_error(error),
            Some(Errno::NODEV | Errno::NXIO)
        )
    }
}

impl Drop for MappedBuffers {
    fn drop(&mut self) {
        // Whatever is wrong, closing the file stops the device too.
        _ = sys::set_streaming(self.node.as_fd(), false);
    }
}
