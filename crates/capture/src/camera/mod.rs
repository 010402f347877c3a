//! Cameras: of Video4Linux on Linux, of Media Foundation on Windows, of AVFoundation on macOS.
//!
//! On Linux `v4l2` talks to the kernel, or in its place `v4l_crate`; `list` says what there is;
//! `stream` and `intake` make pictures of what a device delivers, and know nothing of the kernel.
//! Elsewhere the system calls back: `delivery` takes what it brings.

#[cfg(target_os = "linux")]
mod answers;
#[cfg(target_os = "macos")]
mod av_foundation;
mod clock;
#[cfg(target_os = "linux")]
mod color;
#[cfg(any(windows, target_os = "macos"))]
mod delivery;
#[cfg(target_os = "linux")]
mod error;
#[cfg(target_os = "linux")]
mod formats;
mod intake;
mod layout;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
mod list;
#[cfg(windows)]
mod media_foundation;
#[cfg(target_os = "linux")]
mod modes;
#[cfg(target_os = "linux")]
mod stream;
#[cfg(all(target_os = "linux", not(feature = "v4l")))]
mod v4l2;
#[cfg(all(target_os = "linux", feature = "v4l"))]
mod v4l_crate;

#[cfg(target_os = "macos")]
use av_foundation as backend;
#[cfg(target_os = "linux")]
use linux as backend;
#[cfg(windows)]
use media_foundation as backend;
#[cfg(all(target_os = "linux", feature = "v4l"))]
use v4l_crate as kernel;
#[cfg(all(target_os = "linux", not(feature = "v4l")))]
use v4l2 as kernel;

use std::fmt;
use std::time::Duration;

use media_recorder_types::VideoCodec;

use crate::{
    CameraMode, Captured, CapturedPicture, DeviceCounts, DeviceError, DeviceInfo, VideoDevice,
    VideoFormat,
};

/// A camera and what it can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CameraInfo {
    /// Its name, and what opens it.
    pub device: DeviceInfo,
    /// Its modes, in the device's own order, of the formats that are recorded.
    pub modes: Vec<CameraMode>,
}

/// The cameras of this system, in the order in which the system numbers them; none is no error.
///
/// An id names the socket that the camera is plugged into, such as `usb-0000:00:14.0-3`, and is
/// the same in every run; the second camera of one device has `#1` after it. The group is the
/// path of the hardware in sysfs, of which a webcam's microphone is a part. On Windows and macOS
/// an id is what the system calls it, and the group is empty; there this was compiled, and not yet
/// run.
///
/// # Errors
///
/// [`DeviceError::NotAllowed`] if there are video devices and none may be opened.
pub fn cameras() -> Result<Vec<CameraInfo>, DeviceError> {
    backend::cameras()
}

/// A camera that is delivering pictures.
///
/// - Capture instants are the kernel's where the driver stamps by the monotonic clock, else
///   those at which the pictures were taken from the driver.
/// - Raw pictures keep the device's strides: they are copied once, out of the driver's memory.
/// - An H.264 packet is a picture in the byte-stream format (ITU-T H.264 Annex B).
///
/// A reader that is late loses pictures: the driver has four buffers.
///
/// ```no_run
/// use std::time::Duration;
/// use media_recorder_capture::{Camera, VideoDevice, cameras};
///
/// let cameras = cameras()?;
/// let Some((info, mode)) = cameras.first().and_then(|info| Some((info, info.modes.first()?)))
/// else {
///     return Ok(());
/// };
/// let mut camera = Camera::open(&info.device.id, mode)?;
/// while let Some(picture) = camera.read(Duration::from_secs(1))? {
///     println!("{:?} after capture", picture.at.elapsed());
/// }
/// # Ok::<(), media_recorder_capture::DeviceError>(())
/// ```
pub struct Camera(backend::OpenCamera);

impl Camera {
    /// Opens a camera by its id or by the path of its node (`/dev/video0`) and starts it.
    ///
    /// [`VideoFormat::rate`] of its [`format`](VideoDevice::format) is what the device made of
    /// the mode's rate.
    ///
    /// # Errors
    ///
    /// - [`DeviceError::NotFound`] if there is no such camera,
    /// - [`DeviceError::NotAllowed`] if it may not be opened,
    /// - [`DeviceError::Busy`] if another program has it running,
    /// - [`DeviceError::Unsupported`] if it does not have the mode's format or size,
    /// - [`DeviceError::Lost`] or [`DeviceError::Failed`] if it does not start.
    pub fn open(id: &str, mode: &CameraMode) -> Result<Self, DeviceError> {
        backend::OpenCamera::open(id, mode).map(Self)
    }
}

impl VideoDevice for Camera {
    fn format(&self) -> &VideoFormat {
        self.0.format()
    }

    fn codec(&self) -> Option<VideoCodec> {
        self.0.codec()
    }

    fn read(
        &mut self,
        timeout: Duration,
    ) -> Result<Option<Captured<CapturedPicture>>, DeviceError> {
        self.0.read(timeout)
    }

    fn counts(&self) -> DeviceCounts {
        self.0.counts()
    }
}

impl fmt::Debug for Camera {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Camera")
            .field("format", self.format())
            .field("codec", &self.codec())
            .finish_non_exhaustive()
    }
}
