//! The writer and the interleaver from outside: what goes in, what comes out.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may panic as tests may"
)]

mod chunks;
mod clusters;
#[path = "../common/mod.rs"]
mod common;
mod ebml;
mod golden;
mod index;
mod interleave;
mod operations;
mod presentation;
mod rejections;
mod round_trip;
mod sizes;
mod support;
mod symphonia;
mod tracks;
mod truncation;
