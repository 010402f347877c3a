//! What ffmpeg decodes: everything, and a picture like the one that went in.

use anyhow::{Context, Result};

use super::inputs::{self, Clip};
use super::record::Recording;
use super::report::Report;
use crate::process;

/// The least quality of the clip's luma, in decibel, at the bit rate that it is recorded with.
const PICTURE_FLOOR: f64 = 36.0;
/// The least of any single frame: lower than the mean's, but a wrong frame has far less.
const FRAME_FLOOR: f64 = 28.0;

/// ffmpeg decodes the whole file without a word.
pub(super) fn check_clean(report: &mut Report, recording: &Recording) {
    let Some(report) = report.by("ffmpeg") else {
        return;
    };
    let mut ffmpeg = inputs::ffmpeg();
    ffmpeg.arg("-xerror").arg("-i").arg(&recording.path);
    for (track, _) in recording.decoded_tracks() {
        ffmpeg.args(["-map", &format!("0:{track}")]);
    }
    ffmpeg.args(["-f", "null", "-"]);
    let name = recording.name;
    let Some(output) = report.attempt(name, "decodes", || process::output(&mut ffmpeg)) else {
        return;
    };
    let said = String::from_utf8_lossy(&output.stderr);
    let is_clean = output.status.success() && said.is_empty();
    let measured = if said.is_empty() {
        output.status.to_string()
    } else {
        said.trim().to_owned()
    };
    let wanted = "success without a word";
    report.check(name, "decodes", is_clean, measured, wanted);
}

/// Every frame is the one of the clip with the same number.
pub(super) fn check_picture(report: &mut Report, recording: &Recording, clip: &Clip) {
    let Some(report) = report.by("ffmpeg") else {
        return;
    };
    let name = recording.name;
    let Some(quality) = report.attempt(name, "PSNR", || psnr(recording, clip)) else {
        return;
    };
    let mean = decibel(quality.iter().sum::<f64>() / quality.len() as f64);
    let worst = decibel(quality.iter().copied().fold(0.0, f64::max));
    let text = |decibel: f64| format!("{decibel:.2} dB");
    report.check(
        name,
        "PSNR",
        mean >= PICTURE_FLOOR,
        text(mean),
        text(PICTURE_FLOOR),
    );
    report.check(
        name,
        "PSNR, worst frame",
        worst >= FRAME_FLOOR,
        text(worst),
        text(FRAME_FLOOR),
    );
    let is_right = quality.len() == clip.frames;
    report.check(
        name,
        "frames compared",
        is_right,
        quality.len(),
        clip.frames,
    );
}

/// The peak signal-to-noise ratio for a mean squared error.
fn decibel(squared_error: f64) -> f64 {
    10.0 * (255.0 * 255.0 / squared_error.max(1e-6)).log10()
}

/// The mean squared error of each frame's luma.
fn psnr(recording: &Recording, clip: &Clip) -> Result<Vec<f64>> {
    // Frame n is compared with frame n, whatever their times: those have their own check.
    let graph = "[0:v]settb=1/1000,setpts=N[recorded];[1:v]settb=1/1000,setpts=N[source];\
                 [recorded][source]psnr=stats_file=-";
    let mut ffmpeg = inputs::ffmpeg();
    ffmpeg
        .arg("-i")
        .arg(&recording.path)
        .arg("-i")
        .arg(&clip.picture);
    ffmpeg.args([
        "-lavfi",
        graph,
        "-fps_mode",
        "passthrough",
        "-f",
        "null",
        "-",
    ]);
    let lines = String::from_utf8(process::stdout(&mut ffmpeg)?)?;
    let errors = lines.lines().map(squared_error);
    errors
        .collect::<Option<_>>()
        .context("ffmpeg's psnr filter printed an unknown line")
}

/// The luma's error in a line such as `n:1 mse_avg:0.6 mse_y:0.75 …`.
fn squared_error(line: &str) -> Option<f64> {
    let mut fields = line.split(' ');
    fields
        .find_map(|field| field.strip_prefix("mse_y:"))?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_of_the_luma_is_read_from_a_line() {
        let line = "n:1 mse_avg:0.68 mse_y:0.75 mse_u:0.56 mse_v:0.54 psnr_avg:49.79 psnr_y:49.37";
        assert_eq!(squared_error(line), Some(0.75));
        assert_eq!(squared_error("n:1 mse_avg:0.68"), None);
        assert!((decibel(0.75) - 49.38).abs() < 0.01);
        assert!(decibel(0.0) > 100.0);
    }
}
