//! Systems whose microphones are not known here.

use super::AudioWanted;
pub(super) use super::unnoticed::Changes;
use crate::{AudioDevice, DeviceError, DeviceInfo};

pub(super) fn microphones() -> Result<Vec<DeviceInfo>, DeviceError> {
    Err(no_service())
}

pub(super) fn outputs() -> Result<Vec<DeviceInfo>, DeviceError> {
    Err(no_service())
}

pub(super) fn open(
    _id: Option<&str>,
    _wanted: AudioWanted,
) -> Result<Box<dyn AudioDevice>, DeviceError> {
    Err(no_service())
}

fn no_service() -> DeviceError {
    DeviceError::NoService {
        service: "sound system",
        reason: "microphones of this system are not supported".to_owned(),
    }
}
