//! `cargo xtask interop`: records, and has programs that we did not write judge the files.
//!
//! Nothing here reads a container or decodes a codec with our code.

mod browser;
mod containers;
mod decode;
pub(crate) mod inputs;
mod keys;
mod killed;
mod mediabunny;
mod mkvalidator;
mod mp4box;
mod node;
mod pauses;
mod plans;
pub(crate) mod probe;
mod record;
mod report;
pub(crate) mod signals;
mod slices;
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
use tools::Tools;
pub(crate) use tools::missing_packages;

#[derive(Args, Debug, Default)]
pub(crate) struct Options {
    /// Install the packages that are missing (Debian, as root).
    #[arg(long)]
    pub(crate) install: bool,
    /// Fail if a program is missing, instead of leaving its checks out. mkvalidator, which
    /// nothing installs, may be missing.
    #[arg(long)]
    pub(crate) require_tools: bool,
    /// A media file to record from, instead of one that is made here.
    #[arg(long, value_name = "FILE")]
    pub(crate) clip: Option<PathBuf>,
    /// Keep the recordings in this directory.
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) keep: Option<PathBuf>,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let mut report = Report::default();
    let tools = Tools::find(options, &mut report)?;
    let temporary = tempfile::tempdir()?;
    let directory = options.keep.as_deref().unwrap_or(temporary.path());
    std::fs::create_dir_all(directory)
        .with_context(|| format!("cannot create {}", directory.display()))?;

    let clip = Clip::make(options.clip.as_deref(), directory)?;
    let recorder = Recorder::build(directory)?;
    let mut session = Session {
        report,
        tools,
        clip,
        recordings: Vec::new(),
    };
    for plan in plans::all(&session.clip) {
        session.record(plan.name, || recorder.record(plan));
    }
    session.record("pauses", || pauses::record(&recorder));
    for plan in killed::ALL {
        session.record_killed(&recorder, plan);
    }
    let mut slices = Vec::new();
    for plan in slices::ALL {
        let name = plan.joined;
        slices.extend(session.recorded(name, || slices::record(&recorder, plan)));
    }
    for slices in &slices {
        session.judge(&slices.joined);
        session.judge(&slices.patched);
        if slices.patched.has_picture() && !slices.self_contained {
            keys::check(&mut session.report, &slices.patched);
        }
    }
    browser::check(&mut session.report, directory, &session.recordings, &slices);
    session.report.finish()
}

/// One run.
struct Session {
    report: Report,
    tools: Tools,
    clip: Clip,
    /// What was made and judged, but for slices.
    recordings: Vec<Recording>,
}

impl Session {
    /// What `action` makes with our own programs. `None` if it fails, which fails the run.
    fn recorded<T>(&mut self, name: &str, action: impl FnOnce() -> Result<T>) -> Option<T> {
        let report = self.report.by("media-recorder")?;
        report.attempt(name, "recorded", action)
    }

    fn record(&mut self, name: &str, action: impl FnOnce() -> Result<Recording>) {
        if let Some(recording) = self.recorded(name, action) {
            self.judge(&recording);
            self.recordings.push(recording);
        }
    }

    /// A recording whose program is killed, and what it is repaired to.
    fn record_killed(&mut self, recorder: &Recorder<'_>, plan: killed::Plan) {
        let Some(killed) = self.recorded(plan.killed, || killed::record(recorder, plan)) else {
            return;
        };
        self.record(plan.repaired, || {
            killed::repair(recorder, &killed, plan.repaired)
        });
        probe::check(&mut self.report, &killed);
        self.recordings.push(killed);
    }

    /// All checks of one file.
    fn judge(&mut self, recording: &Recording) {
        let Self {
            report,
            tools,
            clip,
            ..
        } = self;
        containers::check(report, recording);
        if let Some(program) = tools.mkvalidator.as_deref().filter(|_| !recording.is_mp4()) {
            mkvalidator::check(report, recording, program);
        }
        if let Some(node) = &tools.node {
            mediabunny::check(report, recording, node);
            mp4box::check(report, recording, node);
        }
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
            Source::Killed => probe::check(report, recording),
        }
    }
}
