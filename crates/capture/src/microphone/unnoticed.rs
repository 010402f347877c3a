//! Devices that come and go where nobody tells of it.

use std::time::Duration;

use crate::DeviceError;

/// There is none of it.
#[derive(Debug)]
pub(super) enum Changes {}

impl Changes {
    pub(super) fn subscribe() -> Result<Self, DeviceError> {
        Err(DeviceError::NoService {
            service: "notice of changes",
            reason: "the sound system gives none".to_owned(),
        })
    }

    pub(super) fn wait(&mut self, _timeout: Duration) -> Result<bool, DeviceError> {
        match *self {}
    }
}
