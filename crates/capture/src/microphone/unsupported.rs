//! Systems whose microphones are not known here.

use std::time::Duration;

use super::AudioWanted;
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

/// There is none of it.
#[derive(Debug)]
pub(super) enum Changes {}

impl Changes {
    pub(super) fn subscribe() -> Result<Self, DeviceError> {
        Err(no_service())
    }

    pub(super) fn wait(&mut self, _timeout: Duration) -> Result<bool, DeviceError> {
        match *self {}
    }
}

fn no_service() -> DeviceError {
    DeviceError::NoService {
        service: "sound system",
        reason: "microphones of this system are not supported".to_owned(),
    }
}
