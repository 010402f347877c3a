//! What every device is to the one who reads it.

mod error;
#[cfg(any(
    all(target_os = "linux", feature = "cpal"),
    all(
        any(windows, target_os = "macos"),
        any(feature = "camera", feature = "microphone")
    )
))]
mod handover;

use std::time::{Duration, Instant};

use bytes::Bytes;
use media_recorder_types::{AudioFrame, FrameSize, PixelFormat, Rate, VideoCodec, VideoFrame};

pub use error::DeviceError;
#[cfg(any(
    all(target_os = "linux", feature = "cpal"),
    all(
        any(windows, target_os = "macos"),
        any(feature = "camera", feature = "microphone")
    )
))]
pub(crate) use handover::Handover;

use crate::{AudioFormat, VideoFormat};

/// What a device is for: `MediaDeviceKind` of Media Capture and Streams §9.3.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeviceKind {
    /// A microphone, a line input, or what an output plays.
    AudioInput,
    /// A camera.
    VideoInput,
    /// A loudspeaker.
    AudioOutput,
}

/// A device as a list of them shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceInfo {
    /// What it is for.
    pub kind: DeviceKind,
    /// The same in every run for the same device in the same socket: opens it.
    pub id: String,
    /// A name for people.
    pub label: String,
    /// Devices of one piece of hardware have the same; empty where nothing is known of it.
    pub group: String,
}

/// How a camera stores its pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CameraFormat {
    /// As pixels.
    Raw(PixelFormat),
    /// Encoded, each picture in a packet: [`VideoCodec::Mjpeg`] or [`VideoCodec::H264`].
    Encoded(VideoCodec),
}

/// One of the ways in which a camera works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CameraMode {
    /// How it stores pictures.
    pub format: CameraFormat,
    /// Their size in pixels.
    pub size: FrameSize,
    /// How many there are in a second.
    pub rate: Rate,
}

/// A picture as a device delivers it. Its `time` has no meaning: [`Captured::at`] has.
#[derive(Clone, Debug)]
pub enum CapturedPicture {
    /// Pixels.
    Raw(VideoFrame),
    /// A packet of the mode's codec: one whole picture.
    Encoded(Bytes),
}

/// Something captured, and when.
#[derive(Clone, Debug)]
pub struct Captured<T> {
    /// What.
    pub data: T,
    /// When light or sound reached the device; of sound, its first sample. On the system's
    /// monotonic clock.
    pub at: Instant,
}

/// What went wrong at a device without ending it, since it was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeviceCounts {
    /// Pictures, or runs of sound, that the device or its driver says it has lost: gaps in their
    /// numbering, overruns.
    pub lost: u64,
    /// Pictures that came damaged, or shorter than they are, and were not delivered.
    pub damaged: u64,
}

/// A device that delivers pictures: a camera, a screen. It is closed when it is dropped.
pub trait VideoDevice: Send {
    /// What it delivers: of encoded pictures, what their packets say.
    fn format(&self) -> &VideoFormat;

    /// The codec of its packets; `None` where it delivers pixels.
    fn codec(&self) -> Option<VideoCodec> {
        None
    }

    /// The next picture; `None` if there is none within `timeout`, which a screen on which
    /// nothing changes may make last for ever.
    ///
    /// # Errors
    ///
    /// [`DeviceError`] once the device is gone or fails. There is no more to be had of it then.
    fn read(&mut self, timeout: Duration)
    -> Result<Option<Captured<CapturedPicture>>, DeviceError>;

    /// What was lost so far.
    fn counts(&self) -> DeviceCounts;
}

/// A device that delivers sound. It is closed when it is dropped.
pub trait AudioDevice: Send {
    /// What it delivers.
    fn format(&self) -> &AudioFormat;

    /// The next run of samples, never empty; `None` if there is none within `timeout`. What was
    /// lost before it is in it as silence of the right length, and counted.
    ///
    /// # Errors
    ///
    /// [`DeviceError`] once the device is gone or fails. There is no more to be had of it then.
    fn read(&mut self, timeout: Duration) -> Result<Option<Captured<AudioFrame>>, DeviceError>;

    /// What was lost so far.
    fn counts(&self) -> DeviceCounts;
}
