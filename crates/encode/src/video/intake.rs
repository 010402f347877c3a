//! Which frames an encoder takes.

use media_recorder_types::{Codec, FrameSize, MediaTime, Rate, VideoCodec, VideoFrame};

use super::color::StreamColor;
use super::times::PictureTimes;
use crate::{EncodeError, UnsupportedReason};

/// The gate before a video codec, the same for all of them: it refuses what would break the
/// stream, and remembers what it let in.
#[derive(Debug)]
pub(crate) struct Intake {
    size: FrameSize,
    times: PictureTimes,
    color: Option<StreamColor>,
    finished: bool,
}

impl Intake {
    pub(crate) fn new(size: FrameSize, rate: Option<Rate>) -> Self {
        Self {
            size,
            times: PictureTimes::new(rate),
            color: None,
            finished: false,
        }
    }

    /// Whether the frame may be coded, and the colour of the stream then.
    pub(crate) fn check(&self, frame: &VideoFrame) -> Result<StreamColor, EncodeError> {
        if self.finished {
            return Err(EncodeError::Finished);
        }
        if frame.size() != self.size {
            return Err(EncodeError::FrameSize {
                expected: self.size,
                found: frame.size(),
            });
        }
        self.times.check(frame.time)?;
        let color = self.color.unwrap_or_else(|| StreamColor::of_first(frame));
        color.check(frame)?;
        Ok(color)
    }

    /// Notes that a checked frame went into the codec.
    pub(crate) fn accept(&mut self, frame: &VideoFrame, color: StreamColor) {
        self.color = Some(color);
        self.times.push(frame.time);
    }

    /// The colour of the stream, once there was a frame.
    #[cfg(feature = "av1")]
    pub(crate) fn color(&self) -> Option<StreamColor> {
        self.color
    }

    /// Time and duration of the packet that came out; `None` if no frame is waiting for one.
    pub(crate) fn next_time(&mut self) -> Option<(MediaTime, MediaTime)> {
        self.times.pop()
    }

    /// Frames that went in and did not come out yet.
    pub(crate) fn waiting(&self) -> usize {
        self.times.waiting()
    }

    /// The size that frames must have now.
    #[cfg(any(feature = "h264", feature = "vp8", feature = "vp9"))]
    pub(crate) fn size(&self) -> FrameSize {
        self.size
    }

    /// From now on frames must have this size.
    #[cfg(any(feature = "h264", feature = "vp8", feature = "vp9"))]
    pub(crate) fn set_size(&mut self, size: FrameSize) {
        self.size = size;
    }

    /// Lets nothing in any more; says whether that is new.
    pub(crate) fn finish(&mut self) -> bool {
        !std::mem::replace(&mut self.finished, true)
    }
}

/// Refuses a size with a side outside of `min` to [`FrameSize::MAX`].
pub(crate) fn check_size(codec: VideoCodec, size: FrameSize, min: u32) -> Result<(), EncodeError> {
    if size.is_valid() && size.width >= min && size.height >= min {
        return Ok(());
    }
    Err(EncodeError::Unsupported {
        codec: Codec::Video(codec),
        reason: UnsupportedReason::Size {
            size,
            min,
            max: FrameSize::MAX,
        },
    })
}
