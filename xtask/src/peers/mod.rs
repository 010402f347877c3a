//! `cargo xtask peers`: ours beside others that do the same, in the same run.

mod encode;

use anyhow::Result;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum Task {
    /// Encoders: CPU time, quality and bits of the same pictures.
    Encode(encode::Options),
}

pub(crate) fn run(task: &Task) -> Result<()> {
    match task {
        Task::Encode(options) => encode::run(options),
    }
}
