//! The sound systems of Windows, macOS, ALSA and JACK, which the crate `cpal` calls hosts.
//!
//! `cpal` runs the thread that captures; it copies sound into a [`Handover`] and never waits.
//! `listener` is what runs there, `stream` what reads.
//!
//! [`Handover`]: crate::device::Handover

mod choice;
mod error;
mod list;
mod listener;
mod stream;

use super::AudioWanted;
use crate::{AudioDevice, DeviceError};

#[cfg(not(target_os = "linux"))]
pub(super) use super::unnoticed::Changes;
pub(super) use list::{microphones, outputs};

/// Opens the microphone of that id, or the default one.
pub(super) fn open(
    id: Option<&str>,
    wanted: AudioWanted,
) -> Result<Box<dyn AudioDevice>, DeviceError> {
    let (device, label) = list::find(id)?;
    Ok(Box::new(stream::HostMicrophone::open(
        &device, &label, wanted,
    )?))
}
