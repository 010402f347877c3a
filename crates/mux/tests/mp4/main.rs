//! The MP4 writer from outside: what goes in, what comes out.
#![cfg(feature = "mp4")]
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may panic as tests may"
)]

mod chunks;
#[path = "../common/mod.rs"]
mod common;
mod entries;
mod fast_start;
mod fragments;
mod golden;
mod operations;
mod reader;
mod rejections;
mod round_trip;
mod sizes;
mod support;
mod times;
mod truncation;
