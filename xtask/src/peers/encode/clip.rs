//! The pictures that everybody encodes, as a Y4M file.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::{ffmpeg, text_of};
use crate::process;

/// Ten seconds: long enough for a rate control to settle.
const SECONDS: u32 = 10;
/// A zoom into the Mandelbrot set with the noise of a camera: detail at all scales that moves.
const GENERATED: &str = "mandelbrot=size=1280x720:rate=30:end_scale=0.02,noise=alls=4:allf=t";

#[derive(Debug)]
pub(super) struct Clip {
    pub(super) name: String,
    pub(super) path: PathBuf,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) frames: u32,
    /// Frames per second.
    pub(super) rate: f64,
}

impl Clip {
    /// From a clip that ffmpeg makes.
    pub(super) fn generate(size: Option<&str>, directory: &Path) -> Result<Self> {
        let mut command = ffmpeg();
        command.args(["-f", "lavfi", "-i", GENERATED, "-t", &SECONDS.to_string()]);
        Self::make("generated", command, size, directory)
    }

    /// From any file that ffmpeg reads; a short one is repeated.
    pub(super) fn convert(file: &Path, size: Option<&str>, directory: &Path) -> Result<Self> {
        let name = file.file_stem().unwrap_or(file.as_os_str());
        let mut command = ffmpeg();
        command.args(["-stream_loop", "-1", "-t", &SECONDS.to_string(), "-i"]);
        command.arg(file);
        Self::make(&name.to_string_lossy(), command, size, directory)
    }

    fn make(
        name: &str,
        mut command: Command,
        size: Option<&str>,
        directory: &Path,
    ) -> Result<Self> {
        let name = match size {
            Some(size) => format!("{name}-at-{size}"),
            None => name.to_owned(),
        };
        let path = directory.join(format!("{name}.y4m"));
        if let Some(size) = size {
            let scale = format!("scale={}:flags=bicubic", size.replace('x', ":"));
            command.args(["-vf", &scale]);
        }
        command.args(["-an", "-pix_fmt", "yuv420p"]).arg(&path);
        process::stdout(&mut command)?;
        Self::probe(name, path)
    }

    fn probe(name: String, path: PathBuf) -> Result<Self> {
        let mut probe = Command::new("ffprobe");
        probe.args(["-v", "error", "-count_packets", "-of", "csv=p=0"]);
        probe.args([
            "-show_entries",
            "stream=width,height,r_frame_rate,nb_read_packets",
        ]);
        let line = text_of(probe.arg(&path))?;
        parse(line.trim())
            .map(|(width, height, rate, frames)| Self {
                name,
                path,
                width,
                height,
                frames,
                rate,
            })
            .with_context(|| format!("ffprobe says {line:?} of the clip"))
    }
}

/// `640,360,30/1,300`
fn parse(line: &str) -> Option<(u32, u32, f64, u32)> {
    let mut fields = line.split(',');
    let width = fields.next()?.parse().ok()?;
    let height = fields.next()?.parse().ok()?;
    let (numerator, denominator) = fields.next()?.split_once('/')?;
    let rate = numerator.parse::<f64>().ok()? / denominator.parse::<f64>().ok()?;
    let frames = fields.next()?.parse().ok()?;
    Some((width, height, rate, frames))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn what_ffprobe_says_is_understood() {
        assert_eq!(parse("640,360,30/1,300"), Some((640, 360, 30.0, 300)));
        for other in ["", "640", "640,360,30,300", "640,360,30/1,N/A"] {
            assert_eq!(parse(other), None, "{other}");
        }
    }
}
