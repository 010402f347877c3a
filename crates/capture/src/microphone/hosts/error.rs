//! What the errors of `cpal` mean at a microphone.

use std::io;

use cpal::ErrorKind;

use crate::DeviceError;

/// What a user does about a refused microphone.
const REMEDY: &str = if cfg!(target_os = "linux") {
    "join the group `audio` and log in again"
} else {
    "allow this program the microphone in the system's privacy settings"
};

/// Why a device ends that is open.
pub(super) fn device_error(device: &str, error: cpal::Error) -> DeviceError {
    let device = device.to_owned();
    match error.kind() {
        ErrorKind::DeviceBusy => DeviceError::Busy { device },
        ErrorKind::PermissionDenied => DeviceError::NotAllowed {
            device,
            remedy: REMEDY.to_owned(),
        },
        // A stream is invalid when its device changes under it.
        ErrorKind::DeviceNotAvailable | ErrorKind::StreamInvalidated => {
            DeviceError::Lost { device }
        }
        ErrorKind::HostUnavailable => DeviceError::NoService {
            service: "sound system",
            reason: error.to_string(),
        },
        ErrorKind::UnsupportedConfig
        | ErrorKind::UnsupportedOperation
        | ErrorKind::InvalidInput => DeviceError::Unsupported {
            device,
            what: format!("capture: {error}"),
        },
        _ => DeviceError::Failed {
            device,
            source: io::Error::other(error),
        },
    }
}

/// Why a device cannot be opened.
pub(super) fn opening_error(device: &str, error: cpal::Error) -> DeviceError {
    match device_error(device, error) {
        DeviceError::Lost { device } => DeviceError::NotFound { device },
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_error_is_what_one_can_do_about_it() {
        let of = |kind: ErrorKind| device_error("mic", kind.into());
        assert!(matches!(
            of(ErrorKind::DeviceBusy),
            DeviceError::Busy { .. }
        ));
        assert!(matches!(
            of(ErrorKind::PermissionDenied),
            DeviceError::NotAllowed { .. }
        ));
        for gone in [ErrorKind::DeviceNotAvailable, ErrorKind::StreamInvalidated] {
            assert!(matches!(of(gone), DeviceError::Lost { .. }));
            let opening = opening_error("mic", gone.into());
            assert!(matches!(opening, DeviceError::NotFound { .. }));
        }
        assert!(matches!(
            of(ErrorKind::HostUnavailable),
            DeviceError::NoService { .. }
        ));
        assert!(matches!(
            of(ErrorKind::UnsupportedConfig),
            DeviceError::Unsupported { .. }
        ));
        assert!(matches!(
            of(ErrorKind::BackendError),
            DeviceError::Failed { .. }
        ));
    }
}
