//! Sound as it happens: of microphones, line inputs, and of what outputs play.
//!
//! On Linux it comes from the sound server, PulseAudio or PipeWire, and with the feature `cpal`
//! also from ALSA; on Windows and macOS from the system. Elsewhere every call returns
//! [`DeviceError::NoService`].

#[cfg(all(target_os = "linux", feature = "cpal"))]
mod both;
#[cfg(any(windows, target_os = "macos", feature = "cpal"))]
mod hosts;
#[cfg(any(windows, target_os = "macos", target_os = "linux"))]
mod intake;
#[cfg(target_os = "linux")]
mod pulse;
#[cfg(any(windows, target_os = "macos", target_os = "linux"))]
mod timeline;
#[cfg(not(target_os = "linux"))]
mod unnoticed;
#[cfg(not(any(windows, target_os = "macos", target_os = "linux")))]
mod unsupported;
#[cfg(any(windows, target_os = "macos", target_os = "linux"))]
mod waiting;

#[cfg(all(target_os = "linux", feature = "cpal"))]
use both as backend;
#[cfg(any(windows, target_os = "macos"))]
use hosts as backend;
#[cfg(all(target_os = "linux", not(feature = "cpal")))]
use pulse as backend;
#[cfg(not(any(windows, target_os = "macos", target_os = "linux")))]
use unsupported as backend;

use std::fmt;
use std::time::Duration;

use media_recorder_types::AudioFrame;

use crate::{AudioDevice, AudioFormat, Captured, DeviceCounts, DeviceError, DeviceInfo};

/// What is asked of a microphone. What is `None` is as the device has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AudioWanted {
    /// Samples per second and channel.
    pub rate: Option<u32>,
    /// Channels.
    pub channels: Option<u16>,
}

/// What sound can be captured from: the system's default first, what outputs play last, labelled
/// `Monitor of` the output.
///
/// ```
/// # use media_recorder_capture::{DeviceError, microphones};
/// match microphones() {
///     Ok(list) => list.iter().for_each(|info| println!("{} ({})", info.label, info.id)),
///     Err(DeviceError::NoService { reason, .. }) => println!("no sound server: {reason}"),
///     Err(error) => println!("{error}"),
/// }
/// ```
///
/// # Errors
///
/// [`DeviceError::NoService`] at once where no sound server runs, [`DeviceError::NotAllowed`] if
/// it is another user's, [`DeviceError::Failed`] if it fails.
pub fn microphones() -> Result<Vec<DeviceInfo>, DeviceError> {
    backend::microphones()
}

/// What sound can be played on: the system's default first. Only so that they can be listed.
///
/// # Errors
///
/// As of [`microphones`].
pub fn outputs() -> Result<Vec<DeviceInfo>, DeviceError> {
    backend::outputs()
}

/// A microphone that is open.
///
/// **Of a sound server it has no thread**: sound waits in the server until it is read, 4 MiB of
/// it, which is ten seconds of stereo. Elsewhere the thread is that of the crate `cpal`, and about
/// as much waits here. What finds no room is lost, counted, and replaced by silence of the same
/// length.
///
/// The instants come from the latency that the server or the system tells, not from when the
/// sound arrives; they are even, and follow the device's clock. What was captured first is
/// given out after a fifth of a second, when they are sure. What an output plays counts as captured
/// when it is heard.
///
/// On Windows and macOS this was compiled, and not yet run.
pub struct Microphone(Box<dyn AudioDevice>);

impl Microphone {
    /// Opens the microphone of that id, as [`microphones`] lists it; without one, what is the
    /// system's default now. Another default later changes nothing. With the feature `cpal` on
    /// Linux also any other device of ALSA by its name there: `alsa:hw:CARD=Loopback,DEV=0`.
    ///
    /// A sound server converts to whatever is wanted. What has none is opened with what it can do
    /// that is nearest to it: [`format`](AudioDevice::format) tells.
    ///
    /// # Errors
    ///
    /// - [`DeviceError::NotFound`] if there is none of that id, or none at all,
    /// - [`DeviceError::Unsupported`] for a rate of zero or above 768 kHz, and for no channel or
    ///   more than 32,
    /// - [`DeviceError::Busy`] if another program has it for itself,
    /// - as of [`microphones`].
    pub fn open(id: Option<&str>, wanted: AudioWanted) -> Result<Self, DeviceError> {
        backend::open(id, wanted).map(Self)
    }
}

impl AudioDevice for Microphone {
    fn format(&self) -> &AudioFormat {
        self.0.format()
    }

    fn read(&mut self, timeout: Duration) -> Result<Option<Captured<AudioFrame>>, DeviceError> {
        self.0.read(timeout)
    }

    fn counts(&self) -> DeviceCounts {
        self.0.counts()
    }
}

impl fmt::Debug for Microphone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Microphone").field(self.format()).finish()
    }
}

/// Tells when microphones or outputs come or go, or the default is another.
#[derive(Debug)]
pub struct SoundChanges(backend::Changes);

impl SoundChanges {
    /// Begins to listen. What changes between two [`waits`](Self::wait) is not missed.
    ///
    /// # Errors
    ///
    /// As of [`microphones`].
    pub fn subscribe() -> Result<Self, DeviceError> {
        backend::Changes::subscribe().map(Self)
    }

    /// Waits until something changes, and returns whether it has within `timeout`. A burst of
    /// changes is one.
    ///
    /// # Errors
    ///
    /// [`DeviceError::Lost`] when the sound server ends.
    pub fn wait(&mut self, timeout: Duration) -> Result<bool, DeviceError> {
        self.0.wait(timeout)
    }
}
