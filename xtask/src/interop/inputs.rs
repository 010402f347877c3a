//! What is recorded: a clip as Y4M and WAV, made here or given by the user.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::probe;
use super::record::FrameRate;
use crate::process;

/// Long enough for several key frames and clusters, short enough for a slow AV1 encoder.
const SECONDS: &str = "5";

/// A picture and a sound, uncompressed.
#[derive(Debug)]
pub(super) struct Clip {
    pub(super) picture: PathBuf,
    pub(super) sound: PathBuf,
    pub(super) rate: FrameRate,
    pub(super) frames: usize,
}

impl Clip {
    /// The first seconds of `file`, or else a moving picture and a sound whose every part is
    /// unlike the others (a sweep over noise), so that its delay can be measured.
    pub(super) fn make(file: Option<&Path>, directory: &Path) -> Result<Self> {
        let picture = directory.join("clip.y4m");
        let sound = directory.join("clip.wav");

        let mut ffmpeg = ffmpeg();
        match file {
            Some(file) => ffmpeg.arg("-i").arg(file).args(["-t", SECONDS]),
            None => ffmpeg
                .args(["-f", "lavfi", "-i"])
                .arg(format!("testsrc2=size=320x180:rate=30:duration={SECONDS}")),
        };
        process::stdout(ffmpeg.args(["-pix_fmt", "yuv420p"]).arg(&picture))?;

        let mut ffmpeg = self::ffmpeg();
        let own = file.is_none_or(|file| !probe::has_sound(file));
        match file.filter(|_| !own) {
            Some(file) => ffmpeg.arg("-i").arg(file).args(["-t", SECONDS]),
            None => ffmpeg.args(["-f", "lavfi", "-i"]).arg(sweep()),
        };
        process::stdout(ffmpeg.args(["-ar", "48000", "-ac", "2"]).arg(&sound))?;

        let stream = probe::video_stream(&picture)?;
        Ok(Self {
            rate: stream.rate,
            frames: stream.frames,
            picture,
            sound,
        })
    }
}

/// From 200 Hz up by 1 kHz each second, over pink noise that is the same on each run.
fn sweep() -> String {
    format!(
        "aevalsrc=0.4*sin(2*PI*(200+500*t)*t):sample_rate=48000:duration={SECONDS}[tone];\
         anoisesrc=color=pink:amplitude=0.2:seed=1:sample_rate=48000:duration={SECONDS}[noise];\
         [tone][noise]amix=normalize=0"
    )
}

/// ffmpeg, quiet but for errors.
pub(crate) fn ffmpeg() -> Command {
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-hide_banner", "-v", "error", "-nostdin", "-y"]);
    ffmpeg
}

/// The samples of a sound file's first channel at 48 kHz, as ffmpeg decodes them.
pub(crate) fn samples(file: &Path) -> Result<Vec<f32>> {
    let mut ffmpeg = ffmpeg();
    // `pan` takes the first channel as it is; a mix of both could cancel out.
    ffmpeg
        .arg("-i")
        .arg(file)
        .args(["-map", "0:a:0", "-af", "pan=mono|c0=c0"]);
    let bytes = process::stdout(ffmpeg.args(["-ar", "48000", "-f", "f32le", "-"]))?;
    let samples = bytes.chunks_exact(4).map(<[u8; 4]>::try_from);
    let samples = samples.map(|sample| sample.map(f32::from_le_bytes));
    samples
        .collect::<Result<_, _>>()
        .context("chunks of four have four bytes")
}
