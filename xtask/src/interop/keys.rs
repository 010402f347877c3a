//! Seeking to every key frame: the index lists it, and what is decoded there is that frame.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::inputs;
use super::probe::{self, TOLERANCE};
use super::record::Recording;
use super::report::Report;
use crate::process;

pub(super) fn check(report: &mut Report, recording: &Recording) {
    let Recording { name, path, .. } = recording;
    let Some(ffprobe) = report.by("ffprobe") else {
        return;
    };
    let Some(packets) = ffprobe.attempt(name, "packets", || probe::packets(path, "v:0")) else {
        return;
    };
    let keys: Vec<_> = packets
        .iter()
        .enumerate()
        .filter(|(_, packet)| packet.is_key)
        .map(|(frame, packet)| (frame, packet.time))
        .collect();
    if !recording.is_mp4() {
        // In an MP4 it is the index itself that ffprobe has the flags from.
        check_cues(report, recording, &keys);
    }
    let Some(ffmpeg) = report.by("ffmpeg") else {
        return;
    };
    let Some(frames) = ffmpeg.attempt(name, "decodes all", || checksums(path, None)) else {
        return;
    };
    let wrong: Vec<_> = keys
        .iter()
        .filter_map(|&(frame, time)| {
            let wanted = frames.get(frame);
            let found = checksums(path, Some(time));
            match found {
                Ok(found) if wanted.is_some() && found.first() == wanted => None,
                Ok(_) => Some(format!("another frame at {time} s")),
                Err(error) => Some(format!("at {time} s: {error:#}")),
            }
        })
        .collect();
    let count = keys.len();
    let is_right = count > 1 && wrong.is_empty();
    let measured = format!("{} of {count} {}", count - wrong.len(), wrong.join(", "));
    ffmpeg.check(name, "seeks to keys", is_right, measured, "all, 2 at least");
}

/// The Cues have an entry for each key frame (RFC 9559 §22.1) and no other.
fn check_cues(report: &mut Report, recording: &Recording, keys: &[(usize, f64)]) {
    let Some(report) = report.by("mkvextract") else {
        return;
    };
    let name = recording.name;
    let Some(cues) = report.attempt(name, "cues", || cues(&recording.path)) else {
        return;
    };
    let are_alike = |(cue, key): (&f64, &(usize, f64))| (cue - key.1).abs() <= TOLERANCE;
    let is_right = cues.len() == keys.len() && cues.iter().zip(keys).all(are_alike);
    let times: Vec<_> = keys.iter().map(|(_, time)| time).collect();
    let [measured, wanted] = [format!("{cues:?}"), format!("{times:?}")];
    report.check(name, "cues", is_right, measured, wanted);
}

/// The times in the Cues of the first track, in seconds.
fn cues(file: &Path) -> Result<Vec<f64>> {
    let directory = tempfile::tempdir()?;
    let list = directory.path().join("cues");
    let mut mkvextract = Command::new("mkvextract");
    mkvextract.arg(file).arg("cues");
    process::stdout(mkvextract.arg(format!("0:{}", list.display())))?;
    let lines = std::fs::read_to_string(list)?;
    let times = lines.lines().map(cue_time);
    times
        .collect::<Option<_>>()
        .context("mkvextract printed an unknown line")
}

/// The seconds in a line such as `timestamp=00:00:02.033000000 duration=- cluster_position=384`.
fn cue_time(line: &str) -> Option<f64> {
    let time = line.split(' ').next()?.strip_prefix("timestamp=")?;
    time.split(':').try_fold(0.0, |sum, part| {
        let part: f64 = part.parse().ok()?;
        Some(sum * 60.0 + part)
    })
}

/// Checksums of the decoded pictures: of all, or of the first one from a time on, in seconds.
fn checksums(file: &Path, from: Option<f64>) -> Result<Vec<String>> {
    let mut ffmpeg = inputs::ffmpeg();
    if let Some(time) = from {
        ffmpeg.args(["-ss", &time.to_string()]);
    }
    ffmpeg.arg("-i").arg(file).args(["-map", "0:v:0"]);
    if from.is_some() {
        ffmpeg.args(["-frames:v", "1"]);
    }
    ffmpeg.args(["-fps_mode", "passthrough", "-f", "framemd5", "-"]);
    let output = process::output(&mut ffmpeg)?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success() && said.is_empty(),
        "{}",
        said.trim()
    );
    let lines = String::from_utf8(output.stdout)?;
    let frames = lines.lines().filter(|line| !line.starts_with('#'));
    let checksums = frames.map(|line| line.rsplit(", ").next().map(str::to_owned));
    checksums
        .collect::<Option<_>>()
        .context("ffmpeg printed an unknown line")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_cue_is_read_from_a_line() {
        let line = "timestamp=01:02:03.500000000 duration=- cluster_position=384";
        assert_eq!(cue_time(line), Some(3723.5));
        assert_eq!(cue_time("duration=-"), None);
    }
}
