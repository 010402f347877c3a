//! Microphones and outputs.

use std::time::Duration;

use media_recorder_capture::{AudioDevice, AudioWanted, DeviceError, Microphone, SoundChanges};
pub(super) use media_recorder_capture::{microphones, outputs};

use super::DeviceWatch;

pub(super) fn open(
    id: &str,
    rate: Option<u32>,
    channels: Option<u16>,
) -> Result<Box<dyn AudioDevice>, DeviceError> {
    let wanted = AudioWanted { rate, channels };
    Ok(Box::new(Microphone::open(Some(id), wanted)?))
}

pub(super) fn watch() -> Result<Box<dyn DeviceWatch>, DeviceError> {
    Ok(Box::new(SoundWatch(SoundChanges::subscribe()?)))
}

/// By the sound server's own word.
struct SoundWatch(SoundChanges);

impl DeviceWatch for SoundWatch {
    fn wait(&mut self, timeout: Duration) -> Result<bool, DeviceError> {
        self.0.wait(timeout)
    }
}
