//! The test pattern's flashes and beeps, in a recording from its first second on.

use super::inputs;
use super::probe::{self, ms};
use super::record::{Recording, Source};
use super::report::Report;
use super::signals;

/// There is a flash and a beep at each full second, and they belong together.
pub(super) fn check(report: &mut Report, recording: &Recording) {
    let name = recording.name;
    let flashes = report.attempt(name, "flashes", || signals::flashes(&recording.path));
    let Some(flashes) = flashes else { return };
    let Some((begin, samples)) = report.attempt(name, "beeps", || {
        let begin = probe::first_frame_time(&recording.path, "a:0")?;
        Ok((begin, inputs::samples(&recording.path)?))
    }) else {
        return;
    };
    let beeps = signals::beeps(&samples, begin);
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
        .map(|(flash, beep)| (flash.start - beep.start).abs());
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
        (length..=length + recording.sound_slack()).contains(&samples.len()),
        samples.len(),
        length,
    );
}
