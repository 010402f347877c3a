//! What can go wrong at a device.

use std::io;

/// Why a device cannot be had, or delivers no further.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeviceError {
    /// There is no such device.
    #[error("there is no device {device}")]
    NotFound {
        /// The device asked for.
        device: String,
    },
    /// Another program has it.
    #[error("{device} is in use by another program")]
    Busy {
        /// The device.
        device: String,
    },
    /// The user who runs this program may not use it.
    #[error("no permission to use {device}: {remedy}")]
    NotAllowed {
        /// The device.
        device: String,
        /// What to do about it, such as which group to join.
        remedy: String,
    },
    /// It was unplugged, or what served it has ended.
    #[error("{device} is gone")]
    Lost {
        /// The device.
        device: String,
    },
    /// It does not do what is asked of it.
    #[error("{device} does not offer {what}")]
    Unsupported {
        /// The device.
        device: String,
        /// What was asked for.
        what: String,
    },
    /// There is nothing that serves devices of this kind: no sound server, no display.
    #[error("no {service} can be reached: {reason}")]
    NoService {
        /// Such as `sound server`.
        service: &'static str,
        /// What was tried.
        reason: String,
    },
    /// The system or the device fails in another way.
    #[error("{device} failed")]
    Failed {
        /// The device.
        device: String,
        /// What the system says.
        #[source]
        source: io::Error,
    },
}
