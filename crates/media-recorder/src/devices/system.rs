//! The devices of this machine.

use media_recorder_capture::{AudioDevice, CameraMode, DeviceError, DeviceInfo, VideoDevice};
use media_recorder_types::Rate;

use super::{CameraInfo, DeviceBackend, DeviceService, DeviceWatch, DisplayInfo, DisplaySurface};

/// What this build can reach.
#[derive(Clone, Copy, Debug)]
pub(super) struct SystemDevices;

fn none<T>(service: &'static str) -> Result<T, DeviceError> {
    Err(DeviceError::NoService {
        service,
        reason: "this build has none".to_owned(),
    })
}

impl DeviceBackend for SystemDevices {
    fn cameras(&self) -> Result<Vec<CameraInfo>, DeviceError> {
        none("cameras")
    }

    fn microphones(&self) -> Result<Vec<DeviceInfo>, DeviceError> {
        none("sound server")
    }

    fn outputs(&self) -> Result<Vec<DeviceInfo>, DeviceError> {
        none("sound server")
    }

    fn displays(&self) -> Result<Vec<DisplayInfo>, DeviceError> {
        none("display")
    }

    fn open_camera(&self, _: &str, _: &CameraMode) -> Result<Box<dyn VideoDevice>, DeviceError> {
        none("cameras")
    }

    fn open_microphone(
        &self,
        _: &str,
        _: Option<u32>,
        _: Option<u16>,
    ) -> Result<Box<dyn AudioDevice>, DeviceError> {
        none("sound server")
    }

    fn open_display(
        &self,
        _: &DisplaySurface,
        _: Rate,
        _: bool,
    ) -> Result<Box<dyn VideoDevice>, DeviceError> {
        none("display")
    }

    fn watch(&self, _: DeviceService) -> Result<Box<dyn DeviceWatch>, DeviceError> {
        none("devices")
    }
}
