//! A live VP8 encoder in pure Rust: I420 pictures in, VP8 frames (RFC 6386) out.
//!
//! **It is made for recording live.** No frame waits for a later one, each call gives the frame
//! of its picture, and a picture that stands still costs next to nothing. The bitrate is kept
//! from frame to frame by the durations that come with the pictures; there is no clock.
//!
//! **What it shows is known.** [`Encoder::reconstruction`] is what every decoder shows, sample
//! for sample.
//!
//! **Threads change nothing.** [`Config::threads`] threads of rayon's current pool work on the
//! rows of one frame; what comes out is the same with any number of them. So it is on every
//! processor: inner loops are picked at run time, and all versions agree bit for bit.
//!
//! **A bitrate holds.** Where even the coarsest quantizer costs too much for a while, the last
//! picture is shown again until there are bits for another ([`Config::drop_frames`] leaves such
//! frames out instead).
//!
//! **A refused call changes nothing.** The encoder goes on as if it had not been made.
//!
//! ```
//! use std::time::Duration;
//!
//! use media_recorder_vp8::{Config, Encoder, Picture, RateControl};
//!
//! let mut config = Config::new(320, 180);
//! config.rate = RateControl::Bitrate { bits_per_second: 300_000 };
//! let mut encoder = Encoder::new(config)?;
//! let frame_time = Duration::from_secs(1) / 30;
//! for n in 0..3 {
//!     let samples = vec![n * 50; 320 * 180 * 3 / 2];
//!     let picture = Picture::i420(320, 180, &samples)?;
//!     let frame = encoder.encode(&picture, frame_time, false)?;
//!     assert_eq!(frame.key, n == 0);
//!     // To be put into WebM, IVF or RTP.
//!     let data = frame.data.expect("no frames are dropped unless it is asked for");
//!     assert!(!data.is_empty());
//! }
//! # Ok::<(), media_recorder_vp8::Error>(())
//! ```

#![deny(unsafe_code)]

mod bitstream;
mod bool_coder;
#[cfg(test)]
#[path = "../tests/decoder/bits.rs"]
mod bool_decoder;
mod config;
mod decide_blocks;
mod decide_inter;
mod decide_intra;
mod decide_split;
mod edge;
mod encoder;
mod error;
mod filter_level;
mod frame;
mod frame_context;
mod header;
mod kernels;
mod loop_filter;
mod macroblock;
mod mode_coding;
mod picture;
mod predict;
mod probabilities;
mod quantizer;
mod rate;
mod reconstruction;
mod residue;
mod samples;
mod scroll;
mod search;
mod segments;
mod speed;
mod tables;
mod threads;
mod tokens;
mod vector;
mod vector_coding;
mod worker;

pub use config::{Config, RateControl};
pub use encoder::{EncodedFrame, Encoder};
pub use error::Error;
pub use picture::Picture;
pub use reconstruction::Reconstruction;
pub use speed::Speed;
