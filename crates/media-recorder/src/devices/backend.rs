//! What there is to be opened, and who opens it.

use std::fmt;
use std::time::Duration;

use media_recorder_capture::{AudioDevice, CameraMode, DeviceError, DeviceInfo, VideoDevice};
use media_recorder_types::{FrameSize, Rate};

/// A camera and the ways in which it works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CameraInfo {
    /// The device.
    pub device: DeviceInfo,
    /// At least one.
    pub modes: Vec<CameraMode>,
}

/// A screen or window that can be captured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisplayInfo {
    /// What opens it.
    pub surface: DisplaySurface,
    /// A name for people: that of the monitor, or the window's title.
    pub label: String,
    /// Its size in pixels.
    pub size: FrameSize,
}

/// What of a display is captured.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum DisplaySurface {
    /// The whole of a monitor, by its id.
    Monitor(String),
    /// A window, by its id.
    Window(String),
    /// A part of the desktop, in pixels from its upper left corner.
    Region {
        /// Pixels from the left.
        x: i32,
        /// Pixels from the top.
        y: i32,
        /// What is captured.
        size: FrameSize,
    },
}

impl fmt::Display for DisplaySurface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Monitor(id) | Self::Window(id) => f.write_str(id),
            Self::Region { x, y, size } => write!(f, "{size}+{x}+{y}"),
        }
    }
}

/// Those whose devices come and go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DeviceService {
    /// Cameras.
    Cameras,
    /// Microphones and outputs.
    Sound,
}

/// Lists and opens devices: [`MediaDevices::new`](super::MediaDevices::new) has that of the system,
/// and a program may bring [its own](super::MediaDevices::with_backend): devices that the system
/// does not know, or for its tests devices that are not there.
///
/// What cannot be reached because nothing serves it ([`DeviceError::NoService`]) is taken for an
/// empty list. Every method returns within moments, or within the time that it is given.
pub trait DeviceBackend: Send + Sync {
    /// The cameras, the default one first.
    ///
    /// # Errors
    ///
    /// [`DeviceError`] where they cannot be listed.
    fn cameras(&self) -> Result<Vec<CameraInfo>, DeviceError>;

    /// The microphones, the default one first.
    ///
    /// # Errors
    ///
    /// As [`cameras`](Self::cameras).
    fn microphones(&self) -> Result<Vec<DeviceInfo>, DeviceError>;

    /// The loudspeakers, the default one first.
    ///
    /// # Errors
    ///
    /// As [`cameras`](Self::cameras).
    fn outputs(&self) -> Result<Vec<DeviceInfo>, DeviceError>;

    /// The monitors, the primary one first, and then the windows.
    ///
    /// # Errors
    ///
    /// As [`cameras`](Self::cameras).
    fn displays(&self) -> Result<Vec<DisplayInfo>, DeviceError>;

    /// Opens a camera in one of its modes.
    ///
    /// # Errors
    ///
    /// [`DeviceError`] where it cannot be had.
    fn open_camera(&self, id: &str, mode: &CameraMode)
    -> Result<Box<dyn VideoDevice>, DeviceError>;

    /// Opens a microphone, where it can be chosen with this sample rate and number of channels.
    ///
    /// # Errors
    ///
    /// [`DeviceError`] where it cannot be had.
    fn open_microphone(
        &self,
        id: &str,
        rate: Option<u32>,
        channels: Option<u16>,
    ) -> Result<Box<dyn AudioDevice>, DeviceError>;

    /// Opens a screen or window: at most `rate` pictures a second, and none while nothing changes.
    ///
    /// # Errors
    ///
    /// [`DeviceError`] where it cannot be had.
    fn open_display(
        &self,
        surface: &DisplaySurface,
        rate: Rate,
        cursor: bool,
    ) -> Result<Box<dyn VideoDevice>, DeviceError>;

    /// Begins to watch the devices of `service`.
    ///
    /// # Errors
    ///
    /// [`DeviceError`] where nobody can tell at present. The lists are then compared every two
    /// seconds.
    fn watch(&self, service: DeviceService) -> Result<Box<dyn DeviceWatch>, DeviceError>;
}

/// Tells when devices may have come or gone.
pub trait DeviceWatch: Send {
    /// Waits until something may have changed since it was made or last returned, and returns
    /// whether it has within `timeout`.
    ///
    /// # Errors
    ///
    /// [`DeviceError`] where there is no more to be learnt.
    fn wait(&mut self, timeout: Duration) -> Result<bool, DeviceError>;
}
