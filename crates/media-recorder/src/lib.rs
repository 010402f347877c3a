//! The W3C MediaStream Recording API for native Rust, with nothing to install.
//!
//! A Rust program takes a camera, a microphone, a screen, a canvas of its own frames, a media file
//! or a test source, and gets WebM, Matroska or MP4, chunk by chunk as it is made. The default build compiles no C and links no
//! C library.
//!
//! ```
//! use media_recorder::{Canvas, MediaRecorder, RecorderOptions};
//!
//! # let directory = tempfile::tempdir().unwrap();
//! # let path = directory.path().join("test.webm");
//! let canvas = Canvas::new(64, 48)?.with_back_pressure();
//! let stream = canvas.capture_stream(25)?;
//! let options = RecorderOptions::new().mime_type("video/webm;codecs=vp9");
//! let (recorder, events) = MediaRecorder::new(&stream, options)?;
//! let saved = events.save_to(&path)?; // or: for event in events { … }
//! recorder.start()?;
//! for n in 0..25 {
//!     canvas.draw(|pixels| pixels.fill(n * 10))?;
//! }
//! recorder.stop()?;
//! println!("{}", saved.join()?); // what was recorded and dropped
//! # Ok::<(), media_recorder::RecorderError>(())
//! ```
//!
//! # The parts
//!
//! - Streams: [`Canvas`], [`MediaFile`], [`TestPattern`], and frames of the program's own with
//!   [`VideoTrackGenerator`] and [`AudioTrackGenerator`], or packets that are encoded already with
//!   [`EncodedTrackGenerator`]; [`MediaStream`], [`MediaStreamTrack`].
//! - Devices: [`MediaDevices`] with [`Constraints`], and displays with [`DisplayOptions`].
//! - The recorder: [`MediaRecorder`] with [`RecorderOptions`], [`Events`] of [`Event`]s with
//!   [`Blob`]s, [`Statistics`] at any time.
//! - What this machine can record: [`MediaRecorder::is_type_supported`], and whether in real time:
//!   [`MediaCapabilities`].
//! - Where the data goes: [`Events::save_to`] a file, [`Events::write_to`] any writer, or a loop
//!   over the events.
//! - What broke off: [`repair`] makes a finished file of one that a killed process left.
//!
//! # Features
//!
//! | feature | default | what |
//! |---|---|---|
//! | `vp8` | yes | VP8 by `media-recorder-vp8`, of this project |
//! | `vp9` | yes | VP9 by `rusty_vp9` |
//! | `av1` | yes | AV1 by `rav1e` |
//! | `opus` | yes | Opus by `opus-rs` |
//! | `webm` | yes | the WebM and Matroska writer |
//! | `mp4` | yes | the MP4 writer |
//! | `camera` | yes | cameras, on Linux |
//! | `microphone` | yes | microphones, of PulseAudio and PipeWire servers on Linux |
//! | `screen` | yes | screens and windows, of X11 and Wayland on Linux |
//! | `futures` | no | [`Events`] as a `futures_core::Stream` |
//! | `asm` | no | `rav1e`'s assembly: about twice as fast, needs `nasm` on x86-64 |
//!
//! # Names
//!
//! Names and behaviour are those of the [specification], in Rust's spelling.
//!
//! [specification]: https://w3c.github.io/mediacapture-record/

#![forbid(unsafe_code)]

mod black;
mod blob;
mod calibration;
mod clock;
mod devices;
mod error;
mod event;
mod event_queue;
mod events;
mod media_capabilities;
mod options;
mod recorder;
#[cfg(any(feature = "webm", feature = "mp4"))]
mod repair;
mod session;
mod source;
mod statistics;
mod stream;
mod support;
mod sync;
mod threads;

pub use blob::{Blob, Patch};
pub use bytes::Bytes;
pub use clock::capture_time;
pub use devices::{
    CameraInfo, ConstrainChoice, ConstrainNumber, ConstraintSet, Constraints, DeviceBackend,
    DeviceChanges, DeviceService, DeviceWatch, DisplayInfo, DisplayOptions, DisplaySurface,
    FacingMode, MediaDeviceInfo, MediaDevices, MediaTrackCapabilities, ResizeMode,
    TrackConstraints,
};
pub use error::{ErrorKind, RecorderError};
pub use event::{BlobEvent, Event, Summary};
pub use events::{Events, Saved};
pub use media_capabilities::{
    AudioConfiguration, MediaCapabilities, MediaCapabilitiesInfo, VideoConfiguration,
};
pub use media_recorder_capture::{
    AudioDevice, AudioFormat, CameraFormat, CameraMode, Captured, CapturedPicture, DeviceCounts,
    DeviceError, DeviceInfo, DeviceKind, VideoDevice, VideoFormat,
};
pub use media_recorder_encode::{Parallelism, Preset, UnknownPreset};
pub use media_recorder_state::RecordingState;
pub use media_recorder_types::{
    AudioCodec, AudioFrame, AudioFrameError, AudioTrack, Codec, CodecString, ColorInfo, ColorRange,
    Container, FrameSize, MediaTime, MediaTrack, MimeError, MimeType, Packet, PcmFormat,
    PixelFormat, Plane, Rate, RateError, Samples, TrackId, TrackKind, TrackMedia, VideoCodec,
    VideoFrame, VideoFrameError, VideoTrack,
};
pub use options::{AudioBitrateMode, DegradationPreference, RecorderOptions, SizeChange};
pub use recorder::MediaRecorder;
#[cfg(any(feature = "webm", feature = "mp4"))]
pub use repair::{RepairReport, repair, repair_to};
pub use source::{
    AudioLevel, AudioTrackGenerator, Canvas, CaptureRate, EncodedTrackGenerator, MediaFile,
    TestPattern, VideoTrackGenerator,
};
pub use statistics::{Corrections, Pace, PaceReason, Statistics, TrackStatistics};
pub use stream::{MediaStream, MediaStreamTrack, MediaTrackSettings, ReadyState};
