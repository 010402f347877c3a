//! `cargo xtask interop`: records, and has programs that we did not write judge the files.
//!
//! Nothing here reads a container or decodes a codec with our code.

mod browser;
mod containers;
mod decode;
mod inputs;
mod pauses;
mod probe;
mod record;
mod report;
mod signals;
mod sound;
mod sync;
mod tools;
mod verdict;

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;

use inputs::Clip;
use record::{Recorder, Recording, Source};
use report::Report;
pub(crate) use tools::missing_packages;

#[derive(Args, Debug, Default)]
pub(crate) struct Options {
    /// Install the packages that are missing (Debian, as root).
    #[arg(long)]
    install: bool,
    /// A media file to record from, instead of one that is made here.
    #[arg(long, value_name = "FILE")]
    clip: Option<PathBuf>,
    /// Keep the recordings in this directory.
    #[arg(long, value_name = "DIRECTORY")]
    keep: Option<PathBuf>,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    tools::require(options.install)?;
    let temporary = tempfile::tempdir()?;
    let directory = options.keep.as_deref().unwrap_or(temporary.path());
    std::fs::create_dir_all(directory)
        .with_context(|| format!("cannot create {}", directory.display()))?;

    let clip = Clip::make(options.clip.as_deref(), directory)?;
    let recorder = Recorder::build(directory)?;
    let mut report = Report::default();
    let mut recordings = Vec::new();
    for plan in record::plans(&clip) {
        let name = plan.name;
        if let Some(recording) = report.attempt(name, "recorded", || recorder.record(plan)) {
            judge(&mut report, &recording, &clip);
            recordings.push(recording);
        }
    }
    if let Some(recording) = report.attempt("pauses", "recorded", || pauses::record(&recorder)) {
        judge(&mut report, &recording, &clip);
        recordings.push(recording);
    }
    let mut slices = Vec::new();
    for plan in record::SLICES {
        slices.extend(report.attempt("slices", "recorded", || recorder.record_slices(plan)));
    }
    for slices in &slices {
        for recording in [&slices.joined, &slices.patched] {
            judge(&mut report, recording, &clip);
        }
    }
    browser::check(&mut report, directory, &recordings, &slices);
    report.finish()
}

/// All checks of one file.
fn judge(report: &mut Report, recording: &Recording, clip: &Clip) {
    containers::check(report, recording);
    decode::check_clean(report, recording);
    match &recording.source {
        Source::Pattern { .. } => {
            probe::check(report, recording);
            sync::check(report, recording);
        }
        Source::Paused { ends } => pauses::check(report, recording, ends),
        Source::Clip => {
            probe::check(report, recording);
            decode::check_picture(report, recording, clip);
            sound::check(report, recording, clip);
        }
    }
}
