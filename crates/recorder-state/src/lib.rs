//! The W3C MediaStream Recording API as a pure machine.
//!
//! **No thread, no clock, no I/O, no media: time and track facts enter as arguments, and what
//! is to be done comes back as values.** The facade runs what this crate decides:
//!
//! - [`Machine`] holds the recorder's state, flips it synchronously in each method, and expands
//!   queued [`Task`]s into [`Action`]s in the specified order of events.
//! - [`Timeline`] takes the pauses out of capture times, and what the machine slept through, which
//!   [`SleepDetector`] notices.
//! - [`Slicer`] says when a timeslice is full, [`KeyFramePolicy`] where a key frame is wanted.
//! - [`LoadController`] says how much work a live source leaves time for.
//! - [`plan`](fn@plan) chooses container and codecs for the tracks that are there;
//!   [`is_type_supported`] answers before.
//!
//! Specification: <https://w3c.github.io/mediacapture-record/>

#![forbid(unsafe_code)]
#![no_std]

extern crate alloc;

mod bitrates;
mod key_frames;
mod load;
mod machine;
mod plan;
mod sleep;
mod slicer;
mod support;
mod timeline;

pub use bitrates::{BitrateRequest, Bitrates};
pub use key_frames::{KeyFrameInterval, KeyFramePolicy};
pub use load::{LoadController, LoadReason};
pub use machine::{Action, Fault, InvalidState, Machine, RecordingState, Session, Signal, Task};
pub use plan::{Plan, PlanError, TrackNeed, plan};
pub use sleep::SleepDetector;
pub use slicer::Slicer;
pub use support::{Capabilities, is_type_supported};
pub use timeline::{Span, Timeline};
