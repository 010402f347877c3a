//! `cargo xtask peers`: what others need for the same work, in the same run.
//!
//! Their libraries never come into our dependency tree: a project of its own, with its own lock,
//! is made under the target directory.

mod encode;
mod ffmpeg;
mod median;
mod mux;
mod project;
mod table;

use anyhow::Result;
use clap::{Args, Subcommand};

#[derive(Args, Debug)]
pub(crate) struct Options {
    #[command(subcommand)]
    work: Work,
}

#[derive(Debug, Subcommand)]
enum Work {
    /// Pictures into VP9, H.264 and AV1: CPU time, quality and bits.
    Encode(encode::Options),
    /// Packets into WebM and MP4.
    Mux(mux::Options),
}

pub(crate) fn run(options: &Options) -> Result<()> {
    match &options.work {
        Work::Encode(options) => encode::run(options),
        Work::Mux(options) => mux::run(options),
    }
}
