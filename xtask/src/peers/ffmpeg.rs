//! ffmpeg's muxers alone.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::mux::remove;
use crate::process;

/// Its name for a format, further options, and what to say of it.
const FORMATS: [(&str, &[&str], &str); 3] = [
    ("webm", &[], "WebM"),
    ("mp4", &[], "MP4"),
    (
        "mp4",
        &["-movflags", "+frag_keyframe+empty_moov+default_base_moof"],
        "MP4 fragmented",
    ),
];

/// The program that is installed.
pub(super) struct Ffmpeg {
    version: String,
}

impl Ffmpeg {
    pub(super) fn find() -> Result<Option<Self>> {
        if process::find("ffmpeg").is_none() {
            return Ok(None);
        }
        let text = process::stdout(Command::new("ffmpeg").arg("-version"))?;
        let text = String::from_utf8_lossy(&text);
        let version = text.split_whitespace().nth(2).unwrap_or("of some version");
        Ok(Some(Self {
            version: version.to_owned(),
        }))
    }

    /// What is measured.
    pub(super) fn formats(&self) -> impl Iterator<Item = String> {
        FORMATS
            .map(|(.., name)| format!("{name}, ffmpeg {}", self.version))
            .into_iter()
    }

    /// The processor's time for each format, in seconds: that of copying `input` into it, less
    /// that of copying it to nowhere. What reads the file is in both.
    pub(super) fn measure(&self, input: &Path, output: &Path) -> Result<Vec<f64>> {
        let reading = copy(input, "null", &[], Path::new("-"))?;
        let formats = FORMATS.iter();
        let times = formats.map(|(format, options, _)| {
            let time = copy(input, format, options, output)?;
            Ok((time - reading).max(0.0))
        });
        times.collect()
    }
}

fn copy(input: &Path, format: &str, options: &[&str], output: &Path) -> Result<f64> {
    remove(output)?;
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args([
        "-hide_banner",
        "-nostdin",
        "-nostats",
        "-benchmark",
        "-y",
        "-i",
    ]);
    ffmpeg
        .arg(input)
        .args(["-map", "0", "-c", "copy", "-f", format]);
    ffmpeg.args(options).arg(output);
    let done = process::output(&mut ffmpeg)?;
    let said = String::from_utf8_lossy(&done.stderr);
    used(&said).with_context(|| format!("ffmpeg says no time for {format}: {said}"))
}

/// The time of the processor in what `-benchmark` prints, in seconds.
fn used(said: &str) -> Option<f64> {
    let line = said
        .lines()
        .rev()
        .find(|line| line.starts_with("bench: utime="))?;
    let seconds = |name: &str| -> Option<f64> {
        let (_, rest) = line.split_once(name)?;
        rest.split_once('s')?.0.parse().ok()
    };
    Some(seconds("utime=")? + seconds("stime=")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_that_of_the_program_and_of_the_system() {
        let said = "video:1kB\nbench: utime=0.250s stime=0.5s rtime=2.000s\nbench: maxrss=1kB\n";
        assert_eq!(used(said), Some(0.75));
        assert_eq!(used("Invalid data found when processing input"), None);
    }
}
