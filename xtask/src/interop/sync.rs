//! The test pattern's flashes and beeps, in a recording from its first second on.

use super::inputs;
use super::probe::{self, ms};
use super::record::{Recording, Source};
use super::report::Report;
use super::signals::{self, Signal};

/// There is a flash and a beep at each full second, and they belong together.
pub(super) fn check(report: &mut Report, recording: &Recording) {
    let Some(report) = report.by("ffmpeg") else {
        return;
    };
    let Source::Pattern { seconds } = recording.source else {
        return;
    };
    let flashes = recording.has_picture().then(|| flashes(report, recording));
    let beeps = recording
        .is_sound_decoded()
        .then(|| beeps(report, recording));
    for (check, signals) in [("flashes", &flashes), ("beeps", &beeps)] {
        if let Some(signals) = signals {
            let count = signals.len();
            report.check(recording.name, check, count == seconds, count, seconds);
        }
    }
    if let (Some(flashes), Some(beeps)) = (flashes, beeps) {
        check_distances(report, recording, &flashes, &beeps);
    }
}

/// When the flashes begin, in seconds.
fn flashes(report: &mut Report, recording: &Recording) -> Vec<f64> {
    let path = &recording.path;
    let flashes = report.attempt(recording.name, "flashes", || signals::flashes(path));
    begins(flashes.unwrap_or_default())
}

/// When the beeps begin, in seconds; and the sound is as long as it was.
fn beeps(report: &mut Report, recording: &Recording) -> Vec<f64> {
    let Recording { name, path, .. } = recording;
    let Some((begin, samples)) = report.attempt(name, "beeps", || {
        let begin = probe::first_frame_time(path, "a:0")?;
        Ok((begin, inputs::samples(path)?))
    }) else {
        return Vec::new();
    };
    if let Source::Pattern { seconds } = recording.source {
        let length = seconds * 48_000;
        let allowed = length..=length + recording.sound_slack();
        let is_right = allowed.contains(&samples.len());
        report.check(name, "sound, samples", is_right, samples.len(), length);
    }
    begins(signals::beeps(&samples, begin))
}

fn begins(signals: Vec<Signal>) -> Vec<f64> {
    signals.into_iter().map(|signal| signal.start).collect()
}

/// How far flashes are from their beeps.
fn check_distances(report: &mut Report, recording: &Recording, flashes: &[f64], beeps: &[f64]) {
    let distances = flashes
        .iter()
        .zip(beeps)
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
    let allowed = half + (0..beeps.len()).map(late).fold(0.0, f64::max);
    report.check(
        recording.name,
        "flash against beep",
        worst < allowed,
        ms(worst),
        ms(allowed),
    );
}
