//! What the system's errors mean at a camera.

use std::io;

use rustix::io::Errno;

use crate::DeviceError;

/// An error of the system at `device`.
pub(super) fn device_error(device: &str, error: io::Error) -> DeviceError {
    let device = device.to_owned();
    match Errno::from_io_error(&error) {
        Some(Errno::BUSY) => DeviceError::Busy { device },
        Some(Errno::ACCESS | Errno::PERM) => DeviceError::NotAllowed {
            device,
            remedy: "join the group `video` and log in again".to_owned(),
        },
        Some(Errno::NODEV | Errno::NXIO) => DeviceError::Lost { device },
        Some(Errno::NOENT) => DeviceError::NotFound { device },
        _ => DeviceError::Failed {
            device,
            source: error,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_error_is_what_one_can_do_about_it() {
        let of = |errno: Errno| device_error("cam", errno.into());
        assert!(matches!(of(Errno::BUSY), DeviceError::Busy { .. }));
        assert!(matches!(of(Errno::NODEV), DeviceError::Lost { .. }));
        assert!(matches!(of(Errno::NOENT), DeviceError::NotFound { .. }));
        assert!(matches!(of(Errno::IO), DeviceError::Failed { .. }));
        let refused = of(Errno::ACCESS);
        assert!(matches!(refused, DeviceError::NotAllowed { .. }));
        assert_eq!(
            refused.to_string(),
            "no permission to use cam: join the group `video` and log in again"
        );
    }
}
