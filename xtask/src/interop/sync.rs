//! The test pattern's flashes and beeps, found in what ffmpeg decodes.

use anyhow::{Result, ensure};

use super::inputs;
use super::probe::{self, ms};
use super::record::{Recording, Source};
use super::report::Report;
use crate::process;

/// The mean luma of the top of the picture from which on it is a flash: the bars have less
/// than half of a flash's.
const FLASH_LUMA: u8 = 170;
/// A beep is half of the full scale; what coding adds to silence is far less.
const BEEP_LEVEL: f32 = 0.1;
/// Two beeps have a longer silence between them, and a beep none.
const SILENCE: usize = 48_000 / 5;

/// There is a flash and a beep at each full second, and they belong together.
pub(super) fn check(report: &mut Report, recording: &Recording) {
    let name = recording.name;
    let Some(flashes) = report.attempt(name, "flashes", || flashes(recording)) else {
        return;
    };
    let Some((begin, samples)) = report.attempt(name, "beeps", || {
        let begin = probe::first_frame_time(&recording.path, "a:0")?;
        Ok((begin, inputs::samples(&recording.path)?))
    }) else {
        return;
    };
    let beeps: Vec<_> = beeps(&samples).iter().map(|beep| begin + beep).collect();
    let Source::Pattern { seconds } = recording.source else {
        return;
    };
    report.check(
        name,
        "flashes",
        flashes.len() == seconds,
        flashes.len(),
        seconds,
    );
    report.check(name, "beeps", beeps.len() == seconds, beeps.len(), seconds);
    let distances = flashes
        .iter()
        .zip(&beeps)
        .map(|(flash, beep)| (flash - beep).abs());
    let worst = distances.fold(0.0, f64::max);
    // The flash is in the first frame of its second, which may begin up to a whole frame late
    // at rates that are not a whole number.
    let half = recording.rate.time_of(1) / 2.0;
    let late = |second: usize| {
        let rate = recording.rate;
        let first = (0..)
            .map(|n| rate.time_of(n))
            .find(|&time| time >= second as f64);
        first.map_or(0.0, |time| time - second as f64)
    };
    let allowed = half + (0..seconds).map(late).fold(0.0, f64::max);
    report.check(
        name,
        "flash against beep",
        worst < allowed,
        ms(worst),
        ms(allowed),
    );
    let length = seconds * 48_000;
    report.check(
        name,
        "sound, samples",
        samples.len() == length,
        samples.len(),
        length,
    );
}

/// When flashes begin, in seconds.
fn flashes(recording: &Recording) -> Result<Vec<f64>> {
    // The top eighth of each frame, averaged to one pixel of which the luma is kept.
    let filter = "crop=iw:ih/8:0:0,scale=1:1:flags=area,format=gray";
    let mut ffmpeg = inputs::ffmpeg();
    ffmpeg
        .arg("-i")
        .arg(&recording.path)
        .args(["-map", "0:v:0", "-vf", filter]);
    ffmpeg.args(["-fps_mode", "passthrough", "-f", "rawvideo", "-"]);
    let lumas = process::stdout(&mut ffmpeg)?;
    let times = probe::packet_times(&recording.path, "v:0")?;
    ensure!(
        lumas.len() == times.len(),
        "{} frames in {} packets",
        lumas.len(),
        times.len()
    );
    let begins = rising(lumas.iter().map(|&luma| luma >= FLASH_LUMA), 1);
    Ok(begins.into_iter().map(|frame| times[frame]).collect())
}

/// When beeps begin, in seconds from the first sample on.
fn beeps(samples: &[f32]) -> Vec<f64> {
    let loud = samples.iter().map(|sample| sample.abs() >= BEEP_LEVEL);
    let begins = rising(loud, SILENCE);
    begins
        .into_iter()
        .map(|sample| sample as f64 / 48_000.0)
        .collect()
}

/// Where `true` begins after at least `pause` times `false`, or at the start.
fn rising(values: impl Iterator<Item = bool>, pause: usize) -> Vec<usize> {
    let mut last_true = None;
    let mut begins = Vec::new();
    for (index, _) in values.enumerate().filter(|(_, value)| *value) {
        if last_true.is_none_or(|last| index - last > pause) {
            begins.push(index);
        }
        last_true = Some(index);
    }
    begins
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn begins_are_found_after_a_pause_only() {
        let values = [true, true, false, true, false, false, true, true];
        assert_eq!(rising(values.into_iter(), 1), [0, 3, 6]);
        assert_eq!(rising(values.into_iter(), 2), [0, 6]);
        assert!(rising([false].into_iter(), 1).is_empty());
    }

    #[test]
    fn each_beep_begins_once() {
        let mut samples = vec![0.01; 96_000];
        for second in [0, 48_000] {
            for n in 0..2400 {
                samples[second + n] = 0.5 * (n as f32 * 0.1309).sin();
            }
        }
        let beeps = beeps(&samples);
        assert_eq!(beeps.len(), 2);
        assert!(
            beeps[0] < 0.0005 && (beeps[1] - 1.0).abs() < 0.0005,
            "{beeps:?}"
        );
    }
}
