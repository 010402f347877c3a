//! A live recording with pauses: flash and beep stay together, and nothing is missing.

use anyhow::{Context, Result, ensure};

use super::inputs;
use super::plans::{THIRTY, VP9_OPUS};
use super::probe::{self, SOUND_PACKET, TOLERANCE, ms};
use super::record::{Recorder, Recording, Source};
use super::report::Report;
use super::signals::{self, Signal};
use crate::process;

const NAME: &str = "pauses.webm";
/// A frame, in seconds.
const FRAME: f64 = 1.0 / 30.0;
/// How far the end of a track may be from the stop, in seconds: the last picture is shown for a
/// whole frame, the last packet of sound may be missing, and the rest is for the stopwatch on a
/// busy machine.
const END_TOLERANCE: f64 = 2.0 * FRAME;
/// A flash is in the frames that begin within 50 ms of a full second: two.
const WHOLE_FLASH: f64 = 2.0 * FRAME;
const WHOLE_BEEP: f64 = 0.05;
/// By how much a flash or a beep that is whole may be longer or shorter, in seconds.
const LENGTH_TOLERANCE: f64 = 0.002;
/// A flash and a beep that begin within so many seconds are a pair.
const REACH: f64 = 0.1;
const MIN_PAIRS: usize = 4;

/// A machine that is busy elsewhere loses pictures of a live source, and says so: that is no
/// fault of the recording, and another one is made.
const ATTEMPTS: usize = 4;

/// Records the test pattern as it happens, with pauses.
pub(super) fn record(recorder: &Recorder<'_>) -> Result<Recording> {
    let path = recorder.directory.join(NAME);
    let mut said = String::new();
    for _ in 0..ATTEMPTS {
        said = String::from_utf8(process::stdout(recorder.example("pauses").arg(&path))?)?;
        if said.contains(" frames, 0 dropped") {
            break;
        }
    }
    // Its stopwatch, each time it stopped: `2.350 s recorded`.
    let recorded = said.lines().filter_map(|l| l.strip_suffix(" s recorded"));
    let ends: Vec<f64> = recorded.map(str::parse).collect::<Result<_, _>>()?;
    ensure!(!ends.is_empty(), "the stopwatch is missing in: {said}");
    println!(
        "      {NAME:20} {}",
        said.lines().last().unwrap_or_default()
    );
    Ok(Recording {
        name: NAME,
        source: Source::Paused { ends },
        mime_type: VP9_OPUS,
        live: false,
        rate: THIRTY,
        frames: probe::video_stream(&path)?.frames,
        duration: probe::duration(&path)?.context("no duration")?,
        fragmented: false,
        path,
    })
}

/// `ends` is where the recorded stretches end, in seconds.
pub(super) fn check(report: &mut Report, recording: &Recording, ends: &[f64]) {
    let Some(report) = report.by("ffprobe") else {
        return;
    };
    let Recording { name, path, .. } = recording;
    probe::check_first_times(report, recording);
    let end = ends.last().copied().unwrap_or_default();
    report.check(
        name,
        "duration",
        (recording.duration - end).abs() < END_TOLERANCE,
        ms(recording.duration),
        format!("what was not paused, {}", ms(end)),
    );
    for (track, check, allowed) in [
        ("v:0", "steps of the picture", 2.0 * FRAME),
        ("a:0", "steps of the sound", SOUND_PACKET),
    ] {
        let Some((least, greatest)) = report.attempt(name, check, || {
            steps(&probe::packet_times(path, track)?).context("fewer than two packets")
        }) else {
            continue;
        };
        report.check(
            name,
            check,
            least > 0.0 && greatest <= allowed + TOLERANCE,
            format!("{} to {}", ms(least), ms(greatest)),
            format!("more than 0, at most {}", ms(allowed)),
        );
    }
    check_signals(report, recording, ends);
}

fn check_signals(report: &mut Report, recording: &Recording, ends: &[f64]) {
    let Some(report) = report.by("ffmpeg") else {
        return;
    };
    let Recording { name, path, .. } = recording;
    let Some((flashes, samples, begin)) = report.attempt(name, "flashes and beeps", || {
        let begin = probe::first_frame_time(path, "a:0")?;
        Ok((signals::flashes(path)?, inputs::samples(path)?, begin))
    }) else {
        return;
    };
    let end = ends.last().copied().unwrap_or_default();
    let sound_end = begin + samples.len() as f64 / 48_000.0;
    report.check(
        name,
        "sound ends",
        (sound_end - end).abs() < END_TOLERANCE,
        ms(sound_end),
        format!("what was not paused, {}", ms(end)),
    );

    let flashes = whole(flashes, WHOLE_FLASH);
    let beeps = whole(signals::beeps(&samples, begin), WHOLE_BEEP);
    let pairing = Pairing::of(&flashes, &beeps, ends);
    report.check(
        name,
        "flashes and beeps alone",
        pairing.alone.is_empty(),
        format!("{:?}", pairing.alone),
        "none but where a pause cuts",
    );
    let count: usize = pairing.offsets.iter().map(Vec::len).sum();
    report.check(
        name,
        "pairs",
        count >= MIN_PAIRS,
        count,
        format!("{MIN_PAIRS} or more"),
    );
    for (index, offsets) in pairing.offsets.iter().enumerate() {
        let is_right = !offsets.is_empty() && offsets.iter().all(|offset| offset.abs() < FRAME);
        let measured: Vec<_> = offsets.iter().map(|&offset| ms(offset)).collect();
        report.check(
            name,
            &format!("flash after beep, part {}", index + 1),
            is_right,
            measured.join(", "),
            format!("some, less than {}", ms(FRAME)),
        );
    }
}

/// When those begin that are `length` long: a pause leaves a part of others, or brings two
/// together.
fn whole(signals: Vec<Signal>, length: f64) -> Vec<f64> {
    let is_whole = |signal: &Signal| (signal.end - signal.start - length).abs() <= LENGTH_TOLERANCE;
    let whole = signals.into_iter().filter(is_whole);
    whole.map(|signal| signal.start).collect()
}

/// The least and the greatest distance from one time to the next.
fn steps(times: &[f64]) -> Option<(f64, f64)> {
    let steps = times.windows(2).map(|pair| pair[1] - pair[0]);
    let ranges = steps.map(|step| (step, step));
    ranges.reduce(|(least, greatest), (step, _)| (least.min(step), greatest.max(step)))
}

/// Flashes and beeps that belong together.
#[derive(Debug, PartialEq)]
struct Pairing {
    /// How much later than its beep each flash begins, for each recorded stretch.
    offsets: Vec<Vec<f64>>,
    /// When those begin that have no partner, although no pause is near that could have cut it.
    alone: Vec<f64>,
}

impl Pairing {
    /// `flashes` and `beeps` are when they begin, `ends` where the stretches end.
    fn of(flashes: &[f64], beeps: &[f64], ends: &[f64]) -> Self {
        let mut offsets = vec![Vec::new(); ends.len()];
        for &flash in flashes {
            let stretch = ends.partition_point(|&end| end < flash);
            let offset = partner(flash, beeps).map(|beep| flash - beep);
            if let (Some(offset), Some(offsets)) = (offset, offsets.get_mut(stretch)) {
                offsets.push(offset);
            }
        }
        let is_alone = |time: f64, others: &[f64]| {
            partner(time, others).is_none() && partner(time, ends).is_none()
        };
        let flashes_alone = flashes.iter().filter(|&&flash| is_alone(flash, beeps));
        let beeps_alone = beeps.iter().filter(|&&beep| is_alone(beep, flashes));
        Self {
            offsets,
            alone: flashes_alone.chain(beeps_alone).copied().collect(),
        }
    }
}

/// The one of `others` nearest to `time`, if it is near enough.
fn partner(time: f64, others: &[f64]) -> Option<f64> {
    let distance = |other: f64| (other - time).abs();
    let nearest = others
        .iter()
        .copied()
        .min_by(|&a, &b| distance(a).total_cmp(&distance(b)));
    nearest.filter(|&nearest| distance(nearest) <= REACH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_whole_counts() {
        let signals = vec![
            1.0..1.05,
            // Cut; and two that a pause brought together.
            2.0..2.02,
            3.0..3.07,
            4.0..4.0495,
        ];
        assert_eq!(whole(signals, WHOLE_BEEP), [1.0, 4.0]);
    }

    #[test]
    fn steps_have_a_least_and_a_greatest() {
        assert_eq!(steps(&[0.0, 1.0, 1.5, 4.0]), Some((0.5, 2.5)));
        assert_eq!(steps(&[1.0, 0.5]), Some((-0.5, -0.5)));
        assert_eq!(steps(&[1.0]), None);
    }

    #[test]
    fn each_part_has_its_offsets() {
        let pairing = Pairing::of(&[0.0, 1.0, 2.25], &[0.0, 1.25, 2.0, 2.1875], &[1.5, 3.0]);
        assert_eq!(pairing.offsets, [vec![0.0], vec![0.0625]]);
        assert_eq!(pairing.alone, [1.0, 1.25, 2.0]);
    }

    #[test]
    fn a_pause_may_cut_the_partner_away() {
        let ends = [1.0, 3.0];
        let nothing = Pairing {
            offsets: vec![Vec::new(), Vec::new()],
            alone: Vec::new(),
        };
        assert_eq!(Pairing::of(&[1.0625], &[], &ends), nothing);
        assert_eq!(Pairing::of(&[], &[0.9375, 2.9375], &ends), nothing);
        assert_eq!(Pairing::of(&[], &[2.0], &ends).alone, [2.0]);
    }
}
