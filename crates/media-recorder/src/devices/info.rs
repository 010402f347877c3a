//! What a list of devices shows.

use media_recorder_capture::{CameraMode, DeviceError, DeviceInfo, DeviceKind};

use super::{CameraInfo, DeviceBackend, served};

/// `MediaDeviceInfo`: one device.
///
/// Specification: <https://w3c.github.io/mediacapture-main/#mediadeviceinfo>
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MediaDeviceInfo {
    /// What it is for.
    pub kind: DeviceKind,
    /// The same in every run for the same device.
    pub device_id: String,
    /// A name for people.
    pub label: String,
    /// Devices of one piece of hardware have the same; empty where nothing is known of it.
    pub group_id: String,
    /// The ways in which a camera works; empty for the others.
    pub modes: Vec<CameraMode>,
}

impl MediaDeviceInfo {
    fn new(device: DeviceInfo, modes: Vec<CameraMode>) -> Self {
        Self {
            kind: device.kind,
            device_id: device.id,
            label: device.label,
            group_id: device.group,
            modes,
        }
    }
}

/// Microphones, then cameras, then outputs. One kind that cannot be listed does not hide the others.
///
/// # Errors
///
/// Why nothing can be listed.
pub(super) fn enumerate(backend: &dyn DeviceBackend) -> Result<Vec<MediaDeviceInfo>, DeviceError> {
    let plain = |device| MediaDeviceInfo::new(device, Vec::new());
    let with_modes = |camera: CameraInfo| MediaDeviceInfo::new(camera.device, camera.modes);
    let (mut devices, mut failure) = (Vec::new(), None);
    match served(backend.microphones()) {
        Ok(list) => devices.extend(list.into_iter().map(plain)),
        Err(error) => failure = failure.or(Some(error)),
    }
    match served(backend.cameras()) {
        Ok(list) => devices.extend(list.into_iter().map(with_modes)),
        Err(error) => failure = failure.or(Some(error)),
    }
    match served(backend.outputs()) {
        Ok(list) => devices.extend(list.into_iter().map(plain)),
        Err(error) => failure = failure.or(Some(error)),
    }
    match failure {
        Some(error) if devices.is_empty() => Err(error),
        _ => Ok(devices),
    }
}
