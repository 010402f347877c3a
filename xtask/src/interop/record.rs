//! Recording with the `media-recorder` command, and with programs of our own.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::process;
use crate::workspace::Workspace;

/// Frames per second as a fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FrameRate {
    pub(super) numerator: u32,
    pub(super) denominator: u32,
}

impl FrameRate {
    /// When frame `n` begins, in seconds.
    pub(super) fn time_of(self, n: usize) -> f64 {
        n as f64 * f64::from(self.denominator) / f64::from(self.numerator)
    }
}

/// A recording to be made.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) name: &'static str,
    pub(super) source: Source,
    pub(super) mime_type: &'static str,
    /// To standard output, where nothing can be changed afterwards.
    pub(super) live: bool,
    pub(super) rate: FrameRate,
    pub(super) frames: usize,
    /// The end of what is recorded, in seconds.
    pub(super) duration: f64,
    pub(super) arguments: Vec<String>,
}

/// What a recording shows.
#[derive(Debug, PartialEq)]
pub(super) enum Source {
    /// The test pattern, for so many whole seconds.
    Pattern { seconds: usize },
    /// The test pattern in parts, of which the pauses are left out.
    Paused {
        /// Where each part ended by the recording program's stopwatch, in seconds of recording.
        ends: Vec<f64>,
    },
    /// The clip.
    Clip,
    /// The test pattern until its program was killed: the frames and the duration are those that
    /// ffprobe counts.
    Killed,
}

/// A recording that was made.
#[derive(Debug)]
pub(super) struct Recording {
    /// The file's name.
    pub(super) name: &'static str,
    pub(super) path: PathBuf,
    pub(super) source: Source,
    pub(super) mime_type: &'static str,
    pub(super) live: bool,
    pub(super) rate: FrameRate,
    /// How many frames went in.
    pub(super) frames: usize,
    /// The end of the last frame, in seconds.
    pub(super) duration: f64,
    /// It ends as a sequence of fragments, not as an ordinary MP4.
    pub(super) fragmented: bool,
}

/// A packet of Opus is 20 ms, and its decoder throws 6.5 ms away at the beginning.
const OPUS_PACKET: usize = 960;
const OPUS_TAIL: f64 = 0.0265;
/// Of the last fragment or cluster of a file that broke off, up to a second is missing.
const KILLED_TAIL: f64 = 1.0;

impl Recording {
    /// The type without codecs.
    pub(super) fn container(&self) -> &'static str {
        self.mime_type.split(';').next().unwrap_or_default()
    }

    /// Of each track, as the recorder calls them.
    pub(super) fn codecs(&self) -> impl Iterator<Item = &'static str> {
        let codecs = self.mime_type.split_once("codecs=");
        codecs.map_or("", |(_, codecs)| codecs).split(',')
    }

    pub(super) fn is_webm(&self) -> bool {
        self.container().ends_with("/webm")
    }

    pub(super) fn is_mp4(&self) -> bool {
        self.container().ends_with("/mp4")
    }

    /// It broke off, and is as it was left.
    pub(super) fn is_broken(&self) -> bool {
        self.live && self.source == Source::Killed
    }

    pub(super) fn has_picture(&self) -> bool {
        self.container().starts_with("video/")
    }

    /// Debian 12's ffmpeg knows no PCM as ISO/IEC 23003-5 has it.
    pub(super) fn is_sound_decoded(&self) -> bool {
        !self.is_mp4() || self.codecs().all(|codec| codec != "pcm")
    }

    /// The tracks that ffmpeg decodes: what it calls them, and the name of their first frame.
    pub(super) fn decoded_tracks(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let tracks = [
            ("v:0", "first picture", self.has_picture()),
            ("a:0", "first sound", self.is_sound_decoded()),
        ];
        let decoded = tracks.into_iter().filter(|(_, _, is_decoded)| *is_decoded);
        decoded.map(|(track, name, _)| (track, name))
    }

    /// How many samples more than there are a decoder may give: ffmpeg does not cut the end of
    /// the last packet of an MP4, not of its own either.
    pub(super) fn sound_slack(&self) -> usize {
        if self.is_mp4() { OPUS_PACKET } else { 0 }
    }

    /// How much longer than it is a file may be said to be, in seconds: while the edit list of a
    /// fragmented file has no end, readers count whole packets; and the beginning of a fragment
    /// that broke off tells of samples that are missing.
    pub(super) fn end_slack(&self) -> f64 {
        if self.is_broken() {
            KILLED_TAIL
        } else if self.fragmented {
            OPUS_TAIL
        } else {
            0.0
        }
    }
}

/// The programs that record, built from this workspace.
#[derive(Debug)]
pub(super) struct Recorder<'a> {
    /// Where recordings go.
    pub(super) directory: &'a Path,
    target: PathBuf,
}

impl<'a> Recorder<'a> {
    /// Builds them; recordings go to `directory`.
    pub(super) fn build(directory: &'a Path) -> Result<Self> {
        // All of it, so that what `cargo test --workspace` compiled is used again: cargo compiles
        // a dependency anew for another selection of packages.
        let build = ["build", "--workspace", "--bins", "--examples"];
        process::run(&mut process::cargo(&build))?;
        Ok(Self {
            directory,
            target: Workspace::load()?.target.join("debug"),
        })
    }

    /// A program among the examples.
    pub(super) fn example(&self, name: &str) -> Command {
        Command::new(self.target.join("examples").join(name))
    }

    /// The command.
    pub(super) fn command(&self) -> Command {
        Command::new(self.target.join("media-recorder"))
    }

    pub(super) fn record(&self, plan: Plan) -> Result<Recording> {
        let path = self.directory.join(plan.name);
        let mut command = self.command();
        command.arg("record");
        if plan.live {
            let file = File::create(&path)?;
            command.arg("-").stdout(Stdio::from(file));
        } else {
            command.arg(&path);
        }
        command.args(&plan.arguments);
        command.args(["--mime-type", plan.mime_type, "--as-fast-as-possible"]);
        let output = command
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .and_then(std::process::Child::wait_with_output)
            .context("cannot run media-recorder")?;
        let message = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            bail!("{}: {}", output.status, message.trim());
        }
        println!("      {:20} {}", plan.name, message.trim());
        let Plan {
            name,
            source,
            mime_type,
            live,
            rate,
            frames,
            duration,
            ..
        } = plan;
        Ok(Recording {
            name,
            path,
            source,
            mime_type,
            live,
            rate,
            frames,
            duration,
            fragmented: live && mime_type.contains("/mp4"),
        })
    }
}
