//! Packets in, bytes out: a WebM and Matroska writer, an MP4 writer, and the interleaver in front
//! of them; and the repair of files that broke off.
//!
//! **Nothing here touches a file, a thread or a clock.** A [`Muxer`] is given [`Packet`]s and
//! gives back [`MuxOutput`]s: bytes to append, and at the end a few patches of the header. The
//! one who stores the bytes applies them: a file in place, an upload by sending its first part
//! again. Who cannot patch ignores them and has a valid live file.
//!
//! **Payloads are never copied.** The `Bytes` of a packet come out as the same allocation,
//! between small pieces of container structure.
//!
//! **A failed call changes nothing.** What was refused has no effect on what comes out later.
//!
//! ```
//! # #[cfg(feature = "webm")] {
//! use bytes::Bytes;
//! use media_recorder_mux::{MatroskaOptions, MatroskaWriter, MuxOutput, Muxer};
//! use media_recorder_types::{
//!     ColorInfo, FrameSize, MediaTime, MediaTrack, Packet, TrackId, VideoCodec, VideoTrack,
//! };
//!
//! let id = TrackId::new(1).unwrap();
//! let picture = VideoTrack {
//!     codec: VideoCodec::Vp8,
//!     size: FrameSize::new(640, 360),
//!     rate: None,
//!     color: ColorInfo::UNSPECIFIED,
//! };
//! let mut writer = MatroskaWriter::new(MatroskaOptions::webm());
//! writer.start(&[MediaTrack::video(id, picture, Bytes::new())])?;
//! let frame = Bytes::from_static(&[0x10, 0, 0, 0x9d, 0x01, 0x2a]);
//! let packet = Packet::new(id, frame, MediaTime::ZERO, MediaTime::from_millis(40));
//! writer.write(packet.with_key(true))?;
//! writer.finish()?;
//!
//! let mut file = Vec::new();
//! while let Some(output) = writer.poll_output() {
//!     match output {
//!         MuxOutput::Append(bytes) => file.extend_from_slice(&bytes),
//!         MuxOutput::Patch { offset, bytes } => {
//!             let offset = offset as usize;
//!             file[offset..offset + bytes.len()].copy_from_slice(&bytes);
//!         }
//!     }
//! }
//! assert_eq!(file[..4], [0x1a, 0x45, 0xdf, 0xa3]);
//! # }
//! # Ok::<(), media_recorder_mux::MuxError>(())
//! ```
//!
//! [`Packet`]: media_recorder_types::Packet

#![forbid(unsafe_code)]
#![no_std]

extern crate alloc;

#[cfg(any(feature = "webm", feature = "mp4"))]
mod checks;
#[cfg(any(feature = "webm", feature = "mp4"))]
#[cfg_attr(
    not(all(feature = "webm", feature = "mp4")),
    allow(dead_code, reason = "each container needs its part of it")
)]
mod codec;
mod error;
mod interleave;
#[cfg(feature = "webm")]
mod matroska;
#[cfg(feature = "mp4")]
mod mp4;
mod muxer;
#[cfg(any(feature = "webm", feature = "mp4"))]
mod output;
#[cfg(any(feature = "webm", feature = "mp4"))]
mod repair;

pub use error::{CodecPrivateError, MuxError, PayloadError};
pub use interleave::{InterleaveError, Interleaver};
#[cfg(feature = "webm")]
pub use matroska::{ClusterMode, DocType, MatroskaOptions, MatroskaWriter, Rotation};
#[cfg(feature = "mp4")]
pub use mp4::{Mp4Mode, Mp4Options, Mp4Writer};
pub use muxer::{MuxOutput, Muxer};
#[cfg(any(feature = "webm", feature = "mp4"))]
pub use repair::{Repair, RepairError, RepairReport, RepairScan, RepairStep};
