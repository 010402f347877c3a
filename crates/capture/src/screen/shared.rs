//! Memory that a display server paints pictures into.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt;

use rustix::fs::MemfdFlags;

/// A file in memory that the display server maps and we read.
///
/// **It is never mapped here:** a picture outlives the next one, so that its pixels are copied
/// out once in any case, and reading the file does just that without a pointer that another
/// process writes behind.
#[derive(Debug)]
pub(super) struct SharedPixels {
    file: File,
}

impl SharedPixels {
    pub(super) fn new(len: usize) -> io::Result<Self> {
        let file = File::from(rustix::fs::memfd_create(
            "media-recorder-screen",
            MemfdFlags::CLOEXEC,
        )?);
        // No `usize` here is longer than an `u64`.
        file.set_len(len as u64)?;
        Ok(Self { file })
    }

    /// A descriptor for the server.
    pub(super) fn descriptor(&self) -> io::Result<OwnedFd> {
        Ok(self.file.try_clone()?.into())
    }

    /// Copies bytes from `offset` on into all of `pixels`.
    pub(super) fn read(&self, offset: usize, pixels: &mut [u8]) -> io::Result<()> {
        self.file.read_exact_at(pixels, offset as u64)
    }
}

/// Fills the fourth byte of each pixel: it says nothing, or how much shows of a desktop below
/// that is not there.
pub(super) fn make_opaque(pixels: &mut [u8]) {
    for pixel in pixels.chunks_exact_mut(4) {
        pixel[3] = u8::MAX;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_writes_is_read() {
        let shared = SharedPixels::new(64).unwrap();
        let other = File::from(shared.descriptor().unwrap());
        other.write_all_at(&[7; 4], 10).unwrap();
        let mut pixels = [1; 6];
        shared.read(9, &mut pixels).unwrap();
        assert_eq!(pixels, [0, 7, 7, 7, 7, 0]);
        assert!(shared.read(60, &mut pixels).is_err());
    }
}
