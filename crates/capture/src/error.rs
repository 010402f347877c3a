//! What can go wrong at a source.

use std::io;
use std::path::{Path, PathBuf};

use media_recorder_types::{AudioFrameError, FrameSize, MediaTime, PixelFormat, VideoFrameError};

/// Why a source cannot be had, or can deliver no further.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CaptureError {
    /// There is no such file.
    #[error("{} does not exist", path.display())]
    NotFound {
        /// The file asked for.
        path: PathBuf,
    },
    /// The file is there and cannot be opened or read: permissions, a directory, a bad disk.
    #[error("{} cannot be read", path.display())]
    NotReadable {
        /// The file asked for.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// Reading failed midway.
    #[error("reading failed")]
    Read(#[source] io::Error),
    /// The content is of no known format.
    #[error("neither Y4M video nor a known audio file")]
    UnknownFormat,
    /// The format is known and this flavour of it is not supported.
    #[error("{what} is not supported; supported: {supported}")]
    Unsupported {
        /// What was found.
        what: String,
        /// What would have been fine.
        supported: &'static str,
    },
    /// The content breaks the rules of its format.
    #[error("malformed input, {after} from its start: {what}")]
    Malformed {
        /// What is wrong.
        what: String,
        /// How much media came before.
        after: MediaTime,
    },
    /// The input ends in the middle of a frame. Everything before it was delivered.
    #[error("the input ends in the middle of a frame, {after} from its start")]
    Truncated {
        /// How much media came before.
        after: MediaTime,
    },
    /// The file has no audio track, or nothing is in it.
    #[error("the file has no sound")]
    NoAudio,
    /// The sound's rate or channels change midway, which one track cannot follow.
    #[error(
        "the sound changes from {} Hz, {} channels to {} Hz, {} channels",
        expected.0, expected.1, found.0, found.1
    )]
    FormatChanged {
        /// Rate in hertz and channels up to here.
        expected: (u32, u16),
        /// Rate in hertz and channels from here.
        found: (u32, u16),
    },
    /// A picture cannot have this size.
    #[error(
        "a picture of {size} pixels: sides are {min} to 65535, \
         and a picture has at most {max_pixels} pixels"
    )]
    Size {
        /// The size asked for.
        size: FrameSize,
        /// The least width and height.
        min: u32,
        /// The most pixels in all.
        max_pixels: u64,
    },
    /// A picture does not have the canvas' size.
    #[error("a picture of {found} pixels for a canvas of {expected}")]
    WrongSize {
        /// The canvas' size.
        expected: FrameSize,
        /// The picture's size.
        found: FrameSize,
    },
    /// A buffer does not hold exactly one picture.
    #[error("{found} bytes where a {format:?} picture of the canvas' size has {expected}")]
    WrongLength {
        /// How the pixels are stored.
        format: PixelFormat,
        /// The bytes of a picture.
        expected: usize,
        /// The bytes given.
        found: usize,
    },
    /// The frame rate is negative, not a number, or outside what a clock can keep
    /// (a `NotSupportedError` in Media Capture from DOM Elements §4.1).
    #[error("a frame rate of {0} per second: rates are 0 (on request only) or 0.0005 to 4294967")]
    FrameRate(f64),
    /// The time has run out of the range of a [`MediaTime`], about 292 years.
    #[error("the time is out of range")]
    TimeOutOfRange,
    /// The source's pictures do not fit their description.
    #[error(transparent)]
    Video(#[from] VideoFrameError),
    /// The source's sound does not fit its description.
    #[error(transparent)]
    Audio(#[from] AudioFrameError),
}

impl CaptureError {
    /// The error of a file that the system would not open.
    pub(crate) fn from_open(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::NotFound => Self::NotFound { path },
            _ => Self::NotReadable { path, source },
        }
    }
}

/// The most pixels of a picture, 16384x16384: a gigabyte as RGBA.
pub(crate) const MAX_PIXELS: u64 = 1 << 28;

/// Refuses sizes that no picture has, or that a hostile header claims in order to exhaust the
/// memory.
pub(crate) fn check_size(size: FrameSize, min: u32) -> Result<(), CaptureError> {
    let fits =
        size.is_valid() && size.width >= min && size.height >= min && size.pixels() <= MAX_PIXELS;
    if fits {
        Ok(())
    } else {
        Err(CaptureError::Size {
            size,
            min,
            max_pixels: MAX_PIXELS,
        })
    }
}
