//! `cargo xtask peers`: what others need for the same work, in the same run.
//!
//! Their libraries never come into our dependency tree: a project of its own, with its own lock,
//! is made under the target directory.

mod ffmpeg;
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
    /// Packets into WebM and MP4.
    Mux(mux::Options),
}

pub(crate) fn run(options: &Options) -> Result<()> {
    match &options.work {
        Work::Mux(options) => mux::run(options),
    }
}
