//! Streaming through buffers that the crate maps.

use std::io;
use std::mem;
use std::time::Duration;

use rustix::io::Errno;
use v4l::buffer::{Flags, Type};
use v4l::io::mmap::Stream;
use v4l::io::traits::{CaptureStream, Stream as _};

use super::{Node, contained};
use crate::camera::answers::timestamp;
use crate::camera::stream::{BUFFERS, Buffers, Delivery, Readiness};

/// `POLLIN`
const READABLE: i16 = 1;

/// A device that streams.
pub(in crate::camera) struct MappedBuffers {
    /// Not there once it was dropped.
    stream: Option<Stream<'static>>,
    /// The buffer that was taken last: its memory can only be seen while it is taken.
    taken: Vec<u8>,
}

impl MappedBuffers {
    /// Maps buffers and starts the device, which must be set to a format.
    pub(in crate::camera) fn start(node: Node) -> io::Result<Self> {
        let stream =
            contained(|| Stream::with_buffers(node.device(), Type::VideoCapture, BUFFERS))?;
        let mut buffers = Self {
            stream: Some(stream),
            taken: Vec::new(),
        };
        let stream = buffers.stream()?;
        // `next` begins with giving back the buffer 0.
        for index in 1.. {
            match CaptureStream::queue(stream, index) {
                Ok(()) => {}
                Err(_) if index > 1 => break,
                Err(error) => return Err(error),
            }
        }
        stream.start()?;
        Ok(buffers)
    }

    fn stream(&mut self) -> io::Result<&mut Stream<'static>> {
        self.stream.as_mut().ok_or_else(|| Errno::NODEV.into())
    }
}

impl Buffers for MappedBuffers {
    fn wait(&mut self, timeout: Option<Duration>) -> io::Result<Readiness> {
        // Rounded up, so that nobody waits in a circle.
        let timeout = timeout.map_or(-1, |timeout| {
            i32::try_from(timeout.as_nanos().div_ceil(1_000_000)).unwrap_or(i32::MAX)
        });
        let handle = self.stream()?.handle();
        // It does not say which event it was. If it is the end, `next` says that.
        Ok(match contained(|| handle.poll(READABLE, timeout))? {
            0 => Readiness::TimedOut,
            _ => Readiness::Ready,
        })
    }

    fn dequeue(&mut self) -> io::Result<Option<Delivery>> {
        let Some(stream) = &mut self.stream else {
            return Err(Errno::NODEV.into());
        };
        let (memory, said) = stream.next()?;
        // It hands out the whole of the memory.
        let filled = memory.len().min(said.bytesused as usize);
        self.taken.clear();
        self.taken.extend_from_slice(&memory[..filled]);
        let monotonic = said.flags & Flags::TIMESTAMP_MASK == Flags::TIMESTAMP_MONOTONIC;
        Ok(Some(Delivery {
            index: 0,
            len: filled,
            sequence: said.sequence,
            is_flagged: said.flags.contains(Flags::ERROR),
            timestamp: timestamp(said.timestamp.sec, said.timestamp.usec).filter(|_| monotonic),
        }))
    }

    fn copy(&self, _index: u32, target: &mut [u8]) -> bool {
        let Some(filled) = self.taken.get(..target.len()) else {
            return false;
        };
        target.copy_from_slice(filled);
        true
    }

    /// The next `next` does it.
    fn requeue(&mut self, _index: u32) -> io::Result<()> {
        Ok(())
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
        let Some(mut stream) = self.stream.take() else {
            return;
        };
        // It panics when it is dropped and cannot be stopped. Its memory stays then, and its file.
        match stream.stop() {
            Err(error) if !Self::is_loss(&error) => mem::forget(stream),
            _ => drop(stream),
        }
    }
}
