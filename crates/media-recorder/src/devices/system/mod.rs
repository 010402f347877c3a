//! The devices of this machine: those for which this build has a feature, and this system something
//! behind it.

#[cfg(all(feature = "screen", target_os = "linux"))]
mod display;
#[cfg(all(feature = "camera", target_os = "linux"))]
mod nodes;
#[cfg(feature = "microphone")]
mod sound;

use media_recorder_capture::{AudioDevice, CameraMode, DeviceError, DeviceInfo, VideoDevice};
use media_recorder_types::Rate;

use super::{CameraInfo, DeviceBackend, DeviceService, DeviceWatch, DisplayInfo, DisplaySurface};

/// What this build can reach.
#[derive(Clone, Copy, Debug)]
pub(super) struct SystemDevices;

/// What there is of that of which this build has nothing.
#[allow(dead_code, reason = "a build with everything has nothing of this kind")]
fn none<T>(service: &'static str) -> Result<T, DeviceError> {
    Err(DeviceError::NoService {
        service,
        reason: "this build does not support it on this system".to_owned(),
    })
}

#[cfg(all(
    feature = "camera",
    any(windows, target_os = "linux", target_os = "macos")
))]
mod camera {
    use media_recorder_capture::Camera;

    use super::*;

    pub(super) fn list() -> Result<Vec<CameraInfo>, DeviceError> {
        let cameras = media_recorder_capture::cameras()?.into_iter();
        Ok(cameras
            .map(|camera| CameraInfo {
                device: camera.device,
                modes: camera.modes,
            })
            .collect())
    }

    pub(super) fn open(id: &str, mode: &CameraMode) -> Result<Box<dyn VideoDevice>, DeviceError> {
        Ok(Box::new(Camera::open(id, mode)?))
    }

    #[cfg(target_os = "linux")]
    pub(super) fn watch() -> Result<Box<dyn DeviceWatch>, DeviceError> {
        Ok(Box::new(nodes::NodeWatch::new()?))
    }

    /// Their lists are compared from time to time.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn watch() -> Result<Box<dyn DeviceWatch>, DeviceError> {
        none("notice of cameras")
    }
}

#[cfg(not(all(
    feature = "camera",
    any(windows, target_os = "linux", target_os = "macos")
)))]
mod camera {
    use super::*;

    const SERVICE: &str = "camera driver";

    pub(super) fn list() -> Result<Vec<CameraInfo>, DeviceError> {
        none(SERVICE)
    }

    pub(super) fn open(_: &str, _: &CameraMode) -> Result<Box<dyn VideoDevice>, DeviceError> {
        none(SERVICE)
    }

    pub(super) fn watch() -> Result<Box<dyn DeviceWatch>, DeviceError> {
        none(SERVICE)
    }
}

#[cfg(not(feature = "microphone"))]
mod sound {
    use super::*;

    const SERVICE: &str = "sound server";

    pub(super) fn microphones() -> Result<Vec<DeviceInfo>, DeviceError> {
        none(SERVICE)
    }

    pub(super) fn outputs() -> Result<Vec<DeviceInfo>, DeviceError> {
        none(SERVICE)
    }

    pub(super) fn open(
        _: &str,
        _: Option<u32>,
        _: Option<u16>,
    ) -> Result<Box<dyn AudioDevice>, DeviceError> {
        none(SERVICE)
    }

    pub(super) fn watch() -> Result<Box<dyn DeviceWatch>, DeviceError> {
        none(SERVICE)
    }
}

#[cfg(not(all(feature = "screen", target_os = "linux")))]
mod display {
    use super::*;

    const SERVICE: &str = "display";

    pub(super) fn list() -> Result<Vec<DisplayInfo>, DeviceError> {
        none(SERVICE)
    }

    pub(super) fn open(
        _: &DisplaySurface,
        _: Rate,
        _: bool,
    ) -> Result<Box<dyn VideoDevice>, DeviceError> {
        none(SERVICE)
    }
}

impl DeviceBackend for SystemDevices {
    fn cameras(&self) -> Result<Vec<CameraInfo>, DeviceError> {
        camera::list()
    }

    fn microphones(&self) -> Result<Vec<DeviceInfo>, DeviceError> {
        sound::microphones()
    }

    fn outputs(&self) -> Result<Vec<DeviceInfo>, DeviceError> {
        sound::outputs()
    }

    fn displays(&self) -> Result<Vec<DisplayInfo>, DeviceError> {
        display::list()
    }

    fn open_camera(
        &self,
        id: &str,
        mode: &CameraMode,
    ) -> Result<Box<dyn VideoDevice>, DeviceError> {
        camera::open(id, mode)
    }

    fn open_microphone(
        &self,
        id: &str,
        rate: Option<u32>,
        channels: Option<u16>,
    ) -> Result<Box<dyn AudioDevice>, DeviceError> {
        sound::open(id, rate, channels)
    }

    fn open_display(
        &self,
        surface: &DisplaySurface,
        rate: Rate,
        cursor: bool,
    ) -> Result<Box<dyn VideoDevice>, DeviceError> {
        display::open(surface, rate, cursor)
    }

    fn watch(&self, service: DeviceService) -> Result<Box<dyn DeviceWatch>, DeviceError> {
        match service {
            DeviceService::Cameras => camera::watch(),
            DeviceService::Sound => sound::watch(),
        }
    }
}
