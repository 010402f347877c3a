//! What every source of media is to the one who reads it.

use media_recorder_types::{AudioFrame, ColorInfo, FrameSize, Rate, VideoFrame};

use crate::CaptureError;

/// What a [`VideoSource`] delivers; the same for all of its frames.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VideoFormat {
    /// The size of every frame, in pixels.
    pub size: FrameSize,
    /// The nominal rate; `None` where frames come as they come.
    pub rate: Option<Rate>,
    /// What the numbers of the pixels mean.
    pub color: ColorInfo,
    /// A name for people, such as a device's or a file's.
    pub label: String,
}

/// What an [`AudioSource`] delivers; the same for all of its frames.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AudioFormat {
    /// Samples per second and channel.
    pub rate: u32,
    /// Channels, at least 1.
    pub channels: u16,
    /// A name for people, such as a device's or a file's.
    pub label: String,
}

/// Pictures, one after the other.
pub trait VideoSource: Send {
    /// What it delivers.
    fn format(&self) -> &VideoFormat;

    /// The next frame; waits for it where the source is a device. Times start at zero on the
    /// source's own clock and strictly increase. `Ok(None)` is the end, and final.
    ///
    /// # Errors
    ///
    /// [`CaptureError`] where no further frame can be had. The source has then ended: the next
    /// call returns `Ok(None)`.
    fn read(&mut self) -> Result<Option<VideoFrame>, CaptureError>;
}

/// Sound, run by run.
pub trait AudioSource: Send {
    /// What it delivers.
    fn format(&self) -> &AudioFormat;

    /// The next run of samples, never empty, of any length; waits for it where the source is a
    /// device. Times start at zero on the source's own clock and strictly increase. `Ok(None)`
    /// is the end, and final.
    ///
    /// # Errors
    ///
    /// [`CaptureError`] where no further sound can be had. The source has then ended: the next
    /// call returns `Ok(None)`.
    fn read(&mut self) -> Result<Option<AudioFrame>, CaptureError>;
}
