//! Where media comes from: a canvas, a test pattern, files, devices.
//!
//! **Nothing here starts a thread, and nothing but a device reads a clock.** A [`VideoSource`] or
//! [`AudioSource`] is pulled; whoever pulls it paces it, in real time or as fast as an encoder goes.
//! A canvas is a plain model ([`CanvasSurface`]) whose captures are decided by a [`CaptureSchedule`] that is
//! told the time.
//!
//! Devices ([`VideoDevice`], [`AudioDevice`]) keep time themselves: what they deliver carries the
//! instant of its capture.
//!
//! | source | video | audio |
//! |---|---|---|
//! | [`TestPatternVideo`], [`TestPatternAudio`] | yes | yes |
//! | [`open_media`]: [`Y4mReader`], [`AudioFile`] | Y4M | what `symphonia` reads |
//! | [`CanvasSurface`] | yes | |
//! | `Camera` (feature `camera`) | yes | |
//! | `Microphone` (feature `microphone`) | | yes |
//! | `Screen` (feature `screen`, Linux): screens, windows, regions | yes | |

mod audio_file;
#[cfg(all(
    feature = "camera",
    any(windows, target_os = "linux", target_os = "macos")
))]
mod camera;
mod canvas;
mod device;
mod error;
mod media_file;
#[cfg(feature = "microphone")]
mod microphone;
mod pattern;
#[cfg(all(feature = "screen", target_os = "linux"))]
mod screen;
mod source;
mod y4m_file;

pub use audio_file::AudioFile;
#[cfg(all(
    feature = "camera",
    any(windows, target_os = "linux", target_os = "macos")
))]
pub use camera::{Camera, CameraInfo, cameras};
pub use canvas::{CanvasSurface, CaptureSchedule, SteppedCapture};
pub use device::{
    AudioDevice, CameraFormat, CameraMode, Captured, CapturedPicture, DeviceCounts, DeviceError,
    DeviceInfo, DeviceKind, VideoDevice,
};
pub use error::CaptureError;
pub use media_file::{MediaFile, open_media};
#[cfg(feature = "microphone")]
pub use microphone::{AudioWanted, Microphone, SoundChanges, microphones, outputs};
pub use pattern::{TestPatternAudio, TestPatternVideo, read_frame_number, shows_flash};
#[cfg(all(feature = "screen", target_os = "linux"))]
pub use screen::{Screen, ScreenInfo, Surface, screens};
pub use source::{AudioFormat, AudioSource, VideoFormat, VideoSource};
pub use y4m_file::Y4mReader;
