//! `cargo xtask devices`: virtual devices, and the tests that need them.

mod screen;

use anyhow::Result;
use clap::{Args, ValueEnum};

#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Which devices; all if none is named.
    #[arg(value_enum)]
    parts: Vec<Part>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Displays: Xvfb and a headless sway.
    Screen,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let is_asked = |part| options.parts.is_empty() || options.parts.contains(&part);
    if is_asked(Part::Screen) {
        screen::run()?;
    }
    Ok(())
}
