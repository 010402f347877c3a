//! `cargo xtask devices`: virtual devices, and the tests that need them.

mod sound;

use anyhow::Result;
use clap::{Args, ValueEnum};

#[derive(Args, Debug)]
pub(crate) struct Options {
    /// What to test; everything if left out.
    part: Option<Part>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Microphones of PulseAudio and PipeWire.
    Sound,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    match options.part {
        Some(Part::Sound) | None => sound::run(),
    }
}
