//! Frames in, packets out: AV1, VP8, VP9, Opus and PCM encoders in pure Rust.
//!
//! **An encoder is a plain object: it starts no timer, reads no clock and touches no file.** The
//! caller decides on which thread it runs, when a key frame is due and what happens when it is
//! too slow. What goes on in threads of its own (tiles, groups of pictures) is for
//! [`Parallelism`] to say; it changes nothing in what comes out.
//!
//! **A refused call changes nothing.** A frame of the wrong size, out of order or after the end
//! is an error, and the encoder goes on as if it had not been offered.
//!
//! ```
//! use media_recorder_encode::{VideoConfig, video_encoder};
//! use media_recorder_types::*;
//!
//! # if media_recorder_encode::video_codecs().contains(&VideoCodec::Vp9) {
//! let size = FrameSize::new(64, 48);
//! let track = TrackId::new(1).expect("not zero");
//! let config = VideoConfig::new(track, size).with_bits_per_second(200_000);
//! let mut encoder = video_encoder(VideoCodec::Vp9, config)?;
//! for n in 0..3 {
//!     let pixels = vec![n * 40; PixelFormat::Rgba.packed_len(size)];
//!     let time = MediaTime::from_millis(40 * i64::from(n));
//!     let frame = VideoFrame::packed(PixelFormat::Rgba, size, pixels.into(), time)?;
//!     encoder.encode(&frame, false)?;
//! }
//! encoder.finish()?;
//! let first = encoder.next_packet().expect("three frames give three packets");
//! assert!(first.key && encoder.track().is_some());
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]

mod audio;
#[cfg(feature = "av1")]
mod av1;
mod codec_string;
mod config;
pub mod convert;
mod error;
#[cfg(any(feature = "h264", feature = "vp8", feature = "vp9"))]
mod groups;
#[cfg(feature = "h264")]
mod h264;
#[cfg(feature = "opus")]
mod opus;
mod parallelism;
mod pcm;
mod preset;
#[cfg(any(feature = "h264", feature = "vp9"))]
mod rate;
#[cfg(any(feature = "h264", feature = "vp8", feature = "vp9"))]
mod sync;
mod video;
#[cfg(feature = "vp8")]
mod vp8;
#[cfg(feature = "vp9")]
mod vp9;

pub use audio::{
    ALIGNMENT_TOLERANCE, AudioEncoder, AudioStats, LONGEST_BURST, LONGEST_GAP, audio_codecs,
    audio_encoder,
};
#[cfg(feature = "av1")]
pub use av1::Av1Packet;
pub use codec_string::codec_string;
pub use config::{AudioConfig, Mode, VideoConfig};
pub use error::{EncodeError, UnsupportedReason};
pub use parallelism::Parallelism;
pub use preset::{Preset, UnknownPreset};
pub use video::{VideoEncoder, video_codecs, video_encoder};
