//! A video device's file, and what can be asked of it.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::{Mode, OFlags};

use super::sys;
use crate::camera::answers::{Capability, Fraction, Intervals, PictureFormat, Sizes};

/// `V4L2_CAP_VIDEO_CAPTURE`
const VIDEO_CAPTURE: u32 = 0x0000_0001;
/// `V4L2_CAP_STREAMING`
const STREAMING: u32 = 0x0400_0000;
/// `V4L2_CAP_DEVICE_CAPS`
const DEVICE_CAPS: u32 = 0x8000_0000;
/// `V4L2_FRMSIZE_TYPE_DISCRETE` and `V4L2_FRMIVAL_TYPE_DISCRETE`
const DISCRETE: u32 = 1;
/// No device has as many entries in any of its lists; one that never ends its list is broken.
const MAX_ENTRIES: u32 = 1024;

/// An open video device.
#[derive(Debug)]
pub(in crate::camera) struct Node {
    file: OwnedFd,
}

impl Node {
    /// Opens the device; others may have it open too.
    pub(in crate::camera) fn open(path: &Path) -> io::Result<Self> {
        let flags = OFlags::RDWR | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = rustix::fs::open(path, flags, Mode::empty())?;
        Ok(Self { file })
    }

    pub(in crate::camera) fn capability(&self) -> io::Result<Capability> {
        let capability = sys::query_capability(self.as_fd())?;
        // The node's own, where the driver tells them apart from those of the whole device.
        let can = if capability.capabilities & DEVICE_CAPS == 0 {
            capability.capabilities
        } else {
            capability.device_caps
        };
        Ok(Capability {
            card: text(&capability.card),
            driver: text(&capability.driver),
            bus_info: text(&capability.bus_info),
            captures: can & (VIDEO_CAPTURE | STREAMING) == VIDEO_CAPTURE | STREAMING,
        })
    }

    /// The four-character codes of its formats.
    pub(in crate::camera) fn formats(&self) -> io::Result<Vec<u32>> {
        entries(|index| Ok(sys::describe_format(self.as_fd(), index)?.pixel_format))
    }

    /// The sizes of a format; none where the device does not list them.
    pub(in crate::camera) fn sizes(&self, pixel_format: u32) -> io::Result<Vec<Sizes>> {
        entries(|index| {
            let entry = sys::frame_sizes(self.as_fd(), pixel_format, index)?;
            let [a, b, c, d, e, f] = entry.sizes;
            Ok(if entry.kind == DISCRETE {
                Sizes::Discrete(a, b)
            } else {
                Sizes::Stepwise {
                    width: [a, b, c],
                    height: [d, e, f],
                }
            })
        })
    }

    /// The times between pictures of a format and size; none where the device does not list
    /// them.
    pub(in crate::camera) fn intervals(
        &self,
        pixel_format: u32,
        size: (u32, u32),
    ) -> io::Result<Vec<Intervals>> {
        entries(|index| {
            let entry = sys::frame_intervals(self.as_fd(), pixel_format, size, index)?;
            let [least, most, _] = entry.intervals;
            Ok(if entry.kind == DISCRETE {
                Intervals::Discrete(least)
            } else {
                Intervals::Range { least, most }
            })
        })
    }

    /// What it is set to.
    pub(in crate::camera) fn format(&self) -> io::Result<PictureFormat> {
        sys::picture_format(self.as_fd())
    }

    /// Sets it; what the device made of it.
    pub(in crate::camera) fn set_format(&self, format: PictureFormat) -> io::Result<PictureFormat> {
        sys::set_picture_format(self.as_fd(), format)
    }

    /// The time between two pictures that it is set to; `None` if it does not say.
    pub(in crate::camera) fn interval(&self) -> io::Result<Option<Fraction>> {
        unless_unknown(sys::interval(self.as_fd()))
    }

    /// Sets the time between two pictures; what the device made of it, `None` if it cannot be
    /// told.
    pub(in crate::camera) fn set_interval(
        &self,
        interval: Fraction,
    ) -> io::Result<Option<Fraction>> {
        unless_unknown(sys::set_interval(self.as_fd(), interval))
    }
}

impl AsFd for Node {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}

/// Everything up to the end of a list, which is `EINVAL`; an empty one where the device does not
/// have the list at all.
fn entries<T>(mut entry: impl FnMut(u32) -> io::Result<T>) -> io::Result<Vec<T>> {
    let mut all = Vec::new();
    for index in 0..MAX_ENTRIES {
        match unless_unknown(entry(index))? {
            Some(entry) => all.push(entry),
            None => break,
        }
    }
    Ok(all)
}

/// `None` where the device has no such request (`ENOTTY`) or nothing to say (`EINVAL`).
fn unless_unknown<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    use rustix::io::Errno;
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) => match Errno::from_io_error(&error) {
            Some(Errno::NOTTY | Errno::INVAL) => Ok(None),
            _ => Err(error),
        },
    }
}

/// What stands before the first zero; nothing requires a driver to write UTF-8.
fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|&byte| byte == 0);
    let text = String::from_utf8_lossy(&bytes[..end.unwrap_or(bytes.len())]);
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errno(errno: rustix::io::Errno) -> io::Error {
        errno.into()
    }

    #[test]
    fn a_list_ends_where_the_device_says_so_and_nowhere_else() {
        let list = |end: rustix::io::Errno| {
            entries(|index| {
                if index < 3 {
                    Ok(index)
                } else {
                    Err(errno(end))
                }
            })
        };
        assert_eq!(list(rustix::io::Errno::INVAL).unwrap(), [0, 1, 2]);
        assert!(list(rustix::io::Errno::NODEV).is_err());
        let none: Vec<()> = entries(|_| Err(errno(rustix::io::Errno::NOTTY))).unwrap();
        assert!(none.is_empty());
        assert_eq!(entries(Ok).unwrap().len(), MAX_ENTRIES as usize);
    }

    #[test]
    fn names_end_at_zero_and_may_be_anything() {
        assert_eq!(text(b" HD Webcam \0garbage"), "HD Webcam");
        assert_eq!(text(b"full"), "full");
        assert_eq!(text(b"\xffcam\0"), "\u{fffd}cam");
    }

    #[test]
    fn a_file_that_is_no_video_device_answers_nothing() {
        let node = Node::open(Path::new("/dev/null"));
        // Where even that is not to be had, there is nothing to see.
        let Ok(node) = node else { return };
        assert!(node.capability().is_err());
        assert!(node.format().is_err());
        assert!(node.formats().unwrap().is_empty());
    }
}
