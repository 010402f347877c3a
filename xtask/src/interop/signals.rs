//! The test pattern's flashes and beeps, found in what ffmpeg decodes.

use std::ops::Range;
use std::path::Path;

use anyhow::{Result, ensure};

use super::inputs;
use super::probe;
use crate::process;

const RATE: f64 = 48_000.0;
/// The mean luma of the top of the picture from which on it is a flash: the bars have less
/// than half of a flash's.
const FLASH_LUMA: u8 = 170;
/// A beep is half of the full scale; what coding adds to silence is far less.
const BEEP_LEVEL: f32 = 0.1;
/// Samples: two beeps have a longer silence between them, also where a pause brings them
/// together, and a beep none.
const SILENCE: usize = 480;

/// From when until when there is a flash or a beep, in seconds.
pub(crate) type Signal = Range<f64>;

/// All flashes. One lasts until the next picture.
pub(crate) fn flashes(file: &Path) -> Result<Vec<Signal>> {
    // The top eighth of each frame, averaged to one pixel of which the luma is kept.
    let filter = "crop=iw:ih/8:0:0,scale=1:1:flags=area,format=gray";
    let mut ffmpeg = inputs::ffmpeg();
    ffmpeg.arg("-i").arg(file);
    ffmpeg.args(["-map", "0:v:0", "-vf", filter]);
    ffmpeg.args(["-fps_mode", "passthrough", "-f", "rawvideo", "-"]);
    let lumas = process::stdout(&mut ffmpeg)?;
    let times = probe::packet_times(file, "v:0")?;
    ensure!(
        lumas.len() == times.len(),
        "{} frames in {} packets",
        lumas.len(),
        times.len()
    );
    let runs = runs(lumas.iter().map(|&luma| luma >= FLASH_LUMA), 1);
    // Nothing says here how long the last picture is shown: it is none of a whole flash.
    let time = |frame: usize| times[frame.min(times.len() - 1)];
    let signals = runs.into_iter().map(|run| time(run.start)..time(run.end));
    Ok(signals.collect())
}

/// All beeps in the sound whose first sample is at `begin`.
pub(crate) fn beeps(samples: &[f32], begin: f64) -> Vec<Signal> {
    let loud = samples.iter().map(|sample| sample.abs() >= BEEP_LEVEL);
    let time = |sample: usize| begin + sample as f64 / RATE;
    let signals = runs(loud, SILENCE)
        .into_iter()
        .map(|run| time(run.start)..time(run.end));
    signals.collect()
}

/// Where there is `true`, with less than `pause` times `false` in between.
fn runs(values: impl Iterator<Item = bool>, pause: usize) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (index, _) in values.enumerate().filter(|(_, value)| *value) {
        match runs.last_mut() {
            Some(last) if index - last.end < pause => last.end = index + 1,
            _ => runs.push(index..index + 1),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_end_after_a_pause_only() {
        let values = [true, true, false, true, false, false, true, true];
        assert_eq!(runs(values.into_iter(), 1), [0..2, 3..4, 6..8]);
        assert_eq!(runs(values.into_iter(), 2), [0..4, 6..8]);
        assert!(runs([false].into_iter(), 1).is_empty());
    }

    #[test]
    fn each_beep_is_found_once() {
        let mut samples = vec![0.01; 96_000];
        for second in [0, 48_000] {
            for n in 0..2400 {
                samples[second + n] = 0.5 * (n as f32 * 0.1309).sin();
            }
        }
        let beeps = beeps(&samples, 0.25);
        let wanted = [0.25..0.3, 1.25..1.3];
        assert_eq!(beeps.len(), wanted.len());
        for (beep, wanted) in beeps.iter().zip(wanted) {
            let errors = [beep.start - wanted.start, beep.end - wanted.end];
            assert!(errors.iter().all(|e| e.abs() < 0.0005), "{beep:?}");
        }
    }
}
