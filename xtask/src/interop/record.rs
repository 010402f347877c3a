//! Recording with the `media-recorder` command, and with programs of our own.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::inputs::Clip;
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
    source: Source,
    mime_type: &'static str,
    /// To standard output, where nothing can be changed afterwards.
    live: bool,
    rate: FrameRate,
    frames: usize,
    arguments: Vec<String>,
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

impl Recording {
    pub(super) fn is_webm(&self) -> bool {
        self.mime_type.starts_with("video/webm")
    }

    pub(super) fn is_mp4(&self) -> bool {
        self.mime_type.starts_with("video/mp4")
    }

    /// How many samples more than there are a decoder may give: ffmpeg does not cut the end of
    /// the last packet of an MP4, not of its own either.
    pub(super) fn sound_slack(&self) -> usize {
        if self.is_mp4() { OPUS_PACKET } else { 0 }
    }

    /// How much longer than it is a file may be said to be, in seconds: while the edit list of a
    /// fragmented file has no end, readers count whole packets.
    pub(super) fn end_slack(&self) -> f64 {
        if self.fragmented { OPUS_TAIL } else { 0.0 }
    }
}

/// A recording that was made in slices.
#[derive(Debug)]
pub(super) struct Slices {
    /// What Media Source Extensions call it.
    pub(super) source_type: &'static str,
    /// In order.
    pub(super) parts: Vec<PathBuf>,
    /// After the first part, the others play in any order.
    pub(super) self_contained: bool,
    /// The parts one after the other.
    pub(super) joined: Recording,
    /// The same with the changes that make it seek.
    pub(super) patched: Recording,
}

/// Slices to be made.
#[derive(Clone, Copy, Debug)]
pub(super) struct SlicesPlan {
    mime_type: &'static str,
    source_type: &'static str,
    self_contained: bool,
    joined: &'static str,
    patched: &'static str,
}

/// Every recording that is made in slices.
pub(super) const SLICES: [SlicesPlan; 4] = [
    SlicesPlan {
        mime_type: VP9_OPUS,
        source_type: VP9_OPUS,
        self_contained: false,
        joined: "slices-joined.webm",
        patched: "slices-patched.webm",
    },
    SlicesPlan {
        mime_type: VP9_OPUS,
        source_type: VP9_OPUS,
        self_contained: true,
        joined: "chunks-joined.webm",
        patched: "chunks-patched.webm",
    },
    SlicesPlan {
        mime_type: MP4_VP9_OPUS,
        source_type: "",
        self_contained: false,
        joined: "slices-joined.mp4",
        patched: "slices-patched.mp4",
    },
    SlicesPlan {
        mime_type: MP4_VP9_OPUS,
        source_type: "video/mp4;codecs=\"vp09.00.11.08, opus\"",
        self_contained: true,
        joined: "chunks-joined.mp4",
        patched: "chunks-patched.mp4",
    },
];

pub(super) const THIRTY: FrameRate = FrameRate {
    numerator: 30,
    denominator: 1,
};
pub(super) const VP9_OPUS: &str = "video/webm;codecs=vp9,opus";
const AV1_OPUS: &str = "video/webm;codecs=av01,opus";
const MP4_VP9_OPUS: &str = "video/mp4;codecs=vp9,opus";
const MP4_AV1_OPUS: &str = "video/mp4;codecs=av01,opus";
const PATTERN_SECONDS: usize = 5;
/// What the picture of the clip gets.
const BITS_PER_SECOND: &str = "800k";

/// Every recording that is made.
pub(super) fn plans(clip: &Clip) -> Vec<Plan> {
    let ntsc = FrameRate {
        numerator: 30_000,
        denominator: 1001,
    };
    vec![
        pattern("vp9.webm", VP9_OPUS, "320x180", THIRTY),
        pattern("av1.webm", AV1_OPUS, "320x180", THIRTY),
        pattern("ntsc-odd-size.webm", VP9_OPUS, "321x183", ntsc),
        Plan {
            live: true,
            ..pattern("live.webm", VP9_OPUS, "320x180", THIRTY)
        },
        pattern("vp9.mp4", MP4_VP9_OPUS, "320x180", THIRTY),
        pattern("av1-ntsc-odd-size.mp4", MP4_AV1_OPUS, "321x183", ntsc),
        Plan {
            live: true,
            ..pattern("live.mp4", MP4_VP9_OPUS, "320x180", THIRTY)
        },
        recorded_clip("clip-vp9.webm", VP9_OPUS, clip),
        recorded_clip("clip-vp9.mp4", MP4_VP9_OPUS, clip),
        recorded_clip("clip-av1.webm", AV1_OPUS, clip),
        recorded_clip("clip-pcm.mkv", "video/x-matroska;codecs=vp9,pcm", clip),
    ]
}

fn pattern(name: &'static str, mime_type: &'static str, size: &str, rate: FrameRate) -> Plan {
    let FrameRate {
        numerator,
        denominator,
    } = rate;
    let arguments = [
        "--size",
        size,
        "--frame-rate",
        &format!("{numerator}/{denominator}"),
        "--duration",
        &format!("{PATTERN_SECONDS}s"),
    ];
    Plan {
        name,
        source: Source::Pattern {
            seconds: PATTERN_SECONDS,
        },
        mime_type,
        live: false,
        rate,
        // The frames that begin before the end.
        frames: (0..)
            .take_while(|&n| rate.time_of(n) < PATTERN_SECONDS as f64)
            .count(),
        arguments: arguments.map(str::to_owned).to_vec(),
    }
}

fn recorded_clip(name: &'static str, mime_type: &'static str, clip: &Clip) -> Plan {
    let arguments = [
        "--video".into(),
        clip.picture.to_string_lossy(),
        "--audio".into(),
        clip.sound.to_string_lossy(),
        "--video-bits-per-second".into(),
        BITS_PER_SECOND.into(),
    ];
    Plan {
        name,
        source: Source::Clip,
        mime_type,
        live: false,
        rate: clip.rate,
        frames: clip.frames,
        arguments: arguments.map(String::from).to_vec(),
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

    pub(super) fn record(&self, plan: Plan) -> Result<Recording> {
        let path = self.directory.join(plan.name);
        let mut command = Command::new(self.target.join("media-recorder"));
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
            duration: rate.time_of(frames),
            fragmented: live && mime_type.starts_with("video/mp4"),
        })
    }

    /// Records the test pattern in slices.
    pub(super) fn record_slices(&self, plan: SlicesPlan) -> Result<Slices> {
        let directory = self.directory.join(format!("{}.parts", plan.joined));
        fs::create_dir_all(&directory)?;
        let mut command = self.example("slices");
        command.arg(&directory).arg(PATTERN_SECONDS.to_string());
        command.arg(plan.mime_type);
        command.arg(if plan.self_contained {
            "self-contained"
        } else {
            "any"
        });
        process::stdout(&mut command)?;

        let mut parts: Vec<PathBuf> = fs::read_dir(&directory)?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<_, _>>()?;
        let name = |path: &PathBuf| path.file_name().unwrap_or_default().to_owned();
        parts.retain(|path| name(path).to_string_lossy().starts_with("part-"));
        // The numbers in the names have leading zeros.
        parts.sort();
        let joined = self.directory.join(plan.joined);
        let mut all = Vec::new();
        for part in &parts {
            all.extend(fs::read(part)?);
        }
        fs::write(&joined, all)?;
        let patched = self.directory.join(plan.patched);
        fs::rename(directory.join("patched"), &patched)?;
        let recording = |name, path, live| Recording {
            name,
            path,
            source: Source::Pattern {
                seconds: PATTERN_SECONDS,
            },
            mime_type: plan.mime_type,
            live,
            rate: THIRTY,
            frames: PATTERN_SECONDS * THIRTY.numerator as usize,
            duration: PATTERN_SECONDS as f64,
            fragmented: plan.mime_type.starts_with("video/mp4") && (live || plan.self_contained),
        };
        Ok(Slices {
            source_type: plan.source_type,
            self_contained: plan.self_contained,
            parts,
            joined: recording(plan.joined, joined, true),
            patched: recording(plan.patched, patched, false),
        })
    }
}
