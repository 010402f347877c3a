//! Repairing files from outside: what breaks off or is damaged, and what an independent reader
//! finds afterwards.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may panic as tests may"
)]

mod cuts;
mod damage;
#[path = "../it/ebml.rs"]
mod ebml;
mod index;
mod mp4;
#[path = "../mp4/reader.rs"]
mod mp4_reader;
mod steps;
mod support;
