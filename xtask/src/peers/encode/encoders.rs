//! Who encodes, and how each is told to.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::clip::Clip;
use super::ffmpeg;
use crate::process;
use crate::workspace::Workspace;

/// A key frame comes after so many seconds, from everybody.
const KEY_FRAME_SECONDS: f64 = 2.0;

/// Our codecs and presets, as `encode_y4m` knows them; those that are not built are left out.
const OURS: [(&str, &[&str]); 4] = [
    ("vp8", &["live", "fast", "balanced"]),
    ("vp9", &["live", "fast", "balanced"]),
    ("avc1", &["live", "fast", "balanced"]),
    ("av01", &["live", "fast"]),
];

/// Name, file type and the options of ffmpeg.
///
/// A positive `-cpu-used` lets libvpx choose its effort by the clock, a negative one says it.
const PEERS: [(&str, &str, &[&str]); 10] = [
    (
        "libvpx vp8",
        "webm",
        &["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8"],
    ),
    (
        "libvpx vp8 fixed 8",
        "webm",
        &["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "-8"],
    ),
    (
        "libvpx vp8 fixed 4",
        "webm",
        &["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "-4"],
    ),
    (
        "libvpx vp9",
        "webm",
        &[
            "-c:v",
            "libvpx-vp9",
            "-deadline",
            "realtime",
            "-cpu-used",
            "8",
            "-row-mt",
            "1",
            "-tile-columns",
            "1",
            "-lag-in-frames",
            "0",
        ],
    ),
    (
        "svt-av1 12",
        "mkv",
        &[
            "-c:v",
            "libsvtav1",
            "-preset",
            "12",
            "-svtav1-params",
            "lp=2",
        ],
    ),
    (
        "svt-av1 10",
        "mkv",
        &[
            "-c:v",
            "libsvtav1",
            "-preset",
            "10",
            "-svtav1-params",
            "lp=2",
        ],
    ),
    (
        "libaom av1 realtime 8",
        "mkv",
        &[
            "-c:v",
            "libaom-av1",
            "-usage",
            "realtime",
            "-cpu-used",
            "8",
            "-row-mt",
            "1",
            "-tiles",
            "2x1",
            "-lag-in-frames",
            "0",
        ],
    ),
    (
        "x264 ultrafast",
        "mkv",
        &[
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
            "-tune",
            "zerolatency",
        ],
    ),
    (
        "x264 veryfast",
        "mkv",
        &[
            "-c:v",
            "libx264",
            "-preset",
            "veryfast",
            "-tune",
            "zerolatency",
        ],
    ),
    (
        "librav1e 10",
        "mkv",
        &[
            "-c:v",
            "librav1e",
            "-speed",
            "10",
            "-tiles",
            "2",
            "-rav1e-params",
            "low_latency=true",
        ],
    ),
];

/// One way to encode.
#[derive(Debug)]
pub(super) struct Encoder {
    pub(super) name: String,
    pub(super) is_ours: bool,
    pub(super) extension: &'static str,
    program: Program,
}

#[derive(Debug)]
enum Program {
    Ours {
        path: PathBuf,
        codec: &'static str,
        preset: &'static str,
    },
    Ffmpeg(&'static [&'static str]),
}

/// What is to be encoded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Job<'a> {
    pub(super) clip: &'a Clip,
    pub(super) bits_per_second: u32,
    pub(super) threads: usize,
    pub(super) output: &'a Path,
}

impl Encoder {
    pub(super) fn command(&self, job: &Job<'_>) -> Command {
        let key_frames = (job.clip.rate * KEY_FRAME_SECONDS).round().to_string();
        let bitrate = job.bits_per_second.to_string();
        let threads = job.threads.to_string();
        match &self.program {
            Program::Ours {
                path,
                codec,
                preset,
            } => {
                let mut command = Command::new(path);
                command.arg(&job.clip.path).arg(job.output);
                command.args(["--codec", codec, "--preset", preset]);
                command.args(["--bitrate", &bitrate, "--threads", &threads]);
                command.args(["--key-frames", &key_frames]);
                command
            }
            Program::Ffmpeg(options) => {
                let mut command = ffmpeg();
                command.arg("-i").arg(&job.clip.path);
                command.args(*options);
                command.args(["-b:v", &bitrate, "-threads", &threads, "-g", &key_frames]);
                command.arg(job.output);
                command
            }
        }
    }
}

/// Builds our example that encodes a Y4M file; where it lies.
pub(super) fn build_ours(features: &str) -> Result<PathBuf> {
    let mut cargo = process::cargo(&["build", "--release", "-p", "media-recorder-encode"]);
    cargo.args(["--example", "encode_y4m", "--features", features]);
    process::run(&mut cargo)?;
    let target = Workspace::load()?.target;
    Ok(target.join("release/examples/encode_y4m"))
}

/// Ours and all peers.
pub(super) fn all(ours: &Path) -> Result<Vec<Encoder>> {
    let listed = super::text_of(Command::new(ours).arg("--list"))
        .context("our own encoder does not say what it can")?;
    let built: Vec<&str> = listed.split_whitespace().collect();
    let mut encoders = Vec::new();
    for (codec, presets) in OURS {
        for preset in presets.iter().filter(|_| built.contains(&codec)) {
            encoders.push(Encoder {
                name: format!("ours {codec} {preset}"),
                is_ours: true,
                extension: "mkv",
                program: Program::Ours {
                    path: ours.to_owned(),
                    codec,
                    preset,
                },
            });
        }
    }
    encoders.extend(PEERS.map(|(name, extension, options)| Encoder {
        name: name.to_owned(),
        is_ours: false,
        extension,
        program: Program::Ffmpeg(options),
    }));
    Ok(encoders)
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;

    #[test]
    fn everybody_gets_the_same_task() {
        let clip = Clip {
            name: "clip".into(),
            path: "clip.y4m".into(),
            width: 64,
            height: 48,
            frames: 50,
            rate: 25.0,
        };
        let job = Job {
            clip: &clip,
            bits_per_second: 700_000,
            threads: 3,
            output: Path::new("out"),
        };
        let ours = Program::Ours {
            path: "encode_y4m".into(),
            codec: "vp9",
            preset: "live",
        };
        for program in [ours, Program::Ffmpeg(PEERS[0].2)] {
            let encoder = Encoder {
                name: String::new(),
                is_ours: false,
                extension: "mkv",
                program,
            };
            let command = encoder.command(&job);
            let arguments: Vec<_> = command.get_args().map(OsString::from).collect();
            for expected in ["clip.y4m", "out", "700000", "3", "50"] {
                let expected = OsString::from(expected);
                assert!(arguments.contains(&expected), "{expected:?}: {arguments:?}");
            }
        }
    }
}
