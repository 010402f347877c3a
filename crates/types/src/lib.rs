//! The vocabulary of media-recorder: time, frames, packets, tracks and MIME types.
//!
//! **Nothing here does I/O, starts a thread or reads a clock.** The capture, encode, mux and
//! state crates do not know each other; what two of them share is in this crate. It is `no_std`
//! with `alloc`.

#![forbid(unsafe_code)]
#![no_std]

extern crate alloc;

mod audio;
mod codec;
mod codecs_parameter;
mod color;
mod mime;
mod packet;
mod pixels;
mod pool;
mod rate;
mod time;
mod track;
mod video;

pub use audio::{AudioFrame, AudioFrameError, Samples};
pub use codec::{AudioCodec, Codec, PcmFormat, TrackKind, VideoCodec};
pub use codecs_parameter::{Av1Profile, AvcProfile, CodecString, Vp9Profile};
pub use color::{ColorInfo, ColorRange};
pub use mime::{Container, MimeError, MimeType};
pub use packet::Packet;
pub use pixels::{PixelFormat, PlaneLayout};
pub use pool::BufferPool;
pub use rate::{Rate, RateError};
pub use time::{MediaTime, TimeError};
pub use track::{AudioTrack, MediaTrack, TrackId, TrackMedia, VideoTrack};
pub use video::{FrameSize, FrameSizeError, Plane, VideoFrame, VideoFrameError};
