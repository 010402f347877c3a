//! What ffmpeg finds in the recordings.

use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::log::Log;
use crate::interop::{inputs, probe, signals};
use crate::process;

/// The cells of a card as `crates/capture/tests/rig_screen/card.rs` paints it: sixteen bits, the
/// lowest first, then their opposites.
const CELLS: usize = 32;

/// How far what belongs together may be apart in the file, in seconds.
const APART: f64 = 0.040;
/// How much that may change from the first third to the last one.
const DRIFT: f64 = 0.010;

/// A file that plays: ffmpeg decodes all of it without a word, each track begins within a
/// hundredth of a second of the whole, and times go on. How many seconds it says it has.
pub(super) fn plays(file: &Path, log: &mut Log) -> Result<f64> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let mut ffmpeg = inputs::ffmpeg();
    ffmpeg.arg("-xerror").arg("-i").arg(file);
    // With the file's own times: those of a camera that was late are not even.
    ffmpeg.args(["-fps_mode", "passthrough", "-enc_time_base", "-1"]);
    let decoded = process::output(ffmpeg.args(["-f", "null", "-"]))?;
    let said = String::from_utf8_lossy(&decoded.stderr);
    let is_clean = decoded.status.success() && said.is_empty();
    ensure!(is_clean, "{name} does not decode: {said}");
    let duration = probe::duration(file)?.with_context(|| format!("{name} has no duration"))?;
    for track in ["v:0", "a:0"] {
        let times = probe::packet_times(file, track)?;
        let goes_on = times.is_sorted_by(|a, b| a < b);
        ensure!(goes_on, "times of {track} in {name} go back: {times:?}");
        if let (Some(first), Some(last)) = (times.first(), times.last()) {
            let count = times.len();
            log.say(&format!(
                "{name}: {count} packets of {track}, {first} to {last} s"
            ));
        }
    }
    log.say(&format!("{name}: plays, {duration} s"));
    Ok(duration)
}

/// A file that plays a kilohertz.
pub(super) fn kilohertz(file: &Path, log: &mut Log) -> Result<()> {
    plays(file, log)?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let hertz = frequency(file)?;
    log.say(&format!("{name}: {hertz:.3} Hz"));
    ensure!((hertz - 1000.0).abs() < 0.1, "{name}: {hertz} Hz");
    Ok(())
}

/// The frequency of a tone of about a kilohertz, in Hertz, in the middle of a recording.
///
/// A sound server that is short of time plays nothing for one of its cycles. That is in the
/// recording, and right there; up to a twentieth of it may be so.
fn frequency(file: &Path) -> Result<f64> {
    let samples = inputs::samples(file)?;
    let edge = samples.len() / 10;
    frequency_of(&samples[edge..samples.len() - edge]).context("there is no tone")
}

/// By the waves that are whole; `None` if too few are.
fn frequency_of(samples: &[f32]) -> Option<f64> {
    let pairs = samples.windows(2).enumerate();
    let crossings = pairs.filter(|(_, pair)| pair[0] < 0.0 && pair[1] >= 0.0);
    let crossings: Vec<f64> = crossings
        .map(|(n, pair)| n as f64 + f64::from(pair[0] / (pair[0] - pair[1])))
        .collect();
    let lengths = crossings.windows(2).map(|pair| pair[1] - pair[0]);
    let whole: Vec<f64> = lengths
        .filter(|length| (length - WAVE).abs() < WAVE / 20.0)
        .collect();
    let length: f64 = whole.iter().sum();
    (length > 0.95 * samples.len() as f64).then_some(whole.len() as f64 * RATE / length)
}

/// Of the samples that ffmpeg makes.
const RATE: f64 = 48_000.0;
/// How long a wave of a kilohertz is, in samples.
const WAVE: f64 = RATE / 1000.0;

/// How many of `times` are not whole periods away from the others: of the first, the middle and the
/// last one, from that which has the fewest.
pub(super) fn uneven(times: &[f64], period: f64) -> usize {
    let from = |anchor: f64| {
        let periods = times.iter().map(|time| (time - anchor) / period);
        periods
            .filter(|periods| (periods - periods.round()).abs() > 0.25)
            .count()
    };
    let anchors = [0, times.len() / 2, times.len().saturating_sub(1)];
    let anchors = anchors.into_iter().filter_map(|at| times.get(at));
    anchors.map(|anchor| from(*anchor)).min().unwrap_or(0)
}

/// The number that each picture shows, and when.
pub(super) fn numbers(file: &Path) -> Result<Vec<(f64, u16)>> {
    let mut ffmpeg = inputs::ffmpeg();
    ffmpeg.arg("-i").arg(file).args(["-map", "0:v:0"]);
    let filter = format!("scale={CELLS}:1:flags=area,format=gray");
    ffmpeg.args(["-vf", &filter, "-fps_mode", "passthrough"]);
    let cells = process::stdout(ffmpeg.args(["-f", "rawvideo", "-"]))?;
    let times = probe::packet_times(file, "v:0")?;
    let cards: Vec<_> = cells.chunks_exact(CELLS).map(number).collect();
    let (pictures, packets) = (cards.len(), times.len());
    ensure!(
        pictures == packets,
        "{pictures} pictures in {packets} packets"
    );
    let cards = times.into_iter().zip(cards);
    cards
        .map(|(time, number)| Some((time, number?)))
        .collect::<Option<_>>()
        .context("a picture that is no card")
}

/// `None` if it is no card, or parts of two.
fn number(cells: &[u8]) -> Option<u16> {
    let (bits, opposites) = cells.split_at(CELLS / 2);
    let value = |cells: &[u8]| {
        let bits = cells.iter().enumerate();
        bits.fold(0, |value, (bit, &luma)| {
            value | u16::from(luma >= 128) << bit
        })
    };
    (value(bits) == !value(opposites)).then_some(value(bits))
}

/// When a number is seen first, for each of them in the order in which they are seen.
pub(super) fn first_seen(numbers: &[(f64, u16)]) -> Vec<(f64, u16)> {
    let mut first = numbers.to_vec();
    first.dedup_by_key(|(_, number)| *number);
    first
}

/// When each flash was lit, in seconds: halfway between the last picture without it and the first one
/// with it.
pub(super) fn flashes(file: &Path) -> Result<Vec<f64>> {
    let times = probe::packet_times(file, "v:0")?;
    let flashes = signals::flashes(file)?.into_iter();
    Ok(flashes.map(|flash| lit(flash.start, &times)).collect())
}

fn lit(seen: f64, times: &[f64]) -> f64 {
    let before = times.iter().rfind(|time| **time < seen);
    before.map_or(seen, |before| (before + seen) / 2.0)
}

/// That what was seen at these times, in seconds, belongs to the beeps in the file: so many of each.
pub(super) fn together(seen: &[f64], file: &Path, count: u32, log: &mut Log) -> Result<()> {
    let (beeps, count) = (beeps(file)?, count as usize);
    let numbers = (seen.len(), beeps.len());
    let (seen_count, heard) = numbers;
    let all = format!("{seen_count} seen and {heard} heard of {count}");
    ensure!(numbers == (count, count), all);
    let pairs = seen.iter().zip(&beeps);
    let apart: Vec<f64> = pairs.map(|(seen, heard)| heard - seen).collect();
    let worst = apart.iter().copied().map(f64::abs).fold(0.0, f64::max);
    let third = count / 3;
    let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len() as f64;
    let (first, last) = (mean(&apart[..third]), mean(&apart[count - third..]));
    log.say(&format!(
        "sound against picture: worst {:.1} ms, {:+.1} ms in the first third, {:+.1} ms in the last",
        worst * 1000.0,
        first * 1000.0,
        last * 1000.0
    ));
    ensure!(worst < APART, "too far apart: {apart:.4?}");
    ensure!((last - first).abs() < DRIFT, "it drifts: {apart:.4?}");
    Ok(())
}

/// When each beep begins, in seconds.
fn beeps(file: &Path) -> Result<Vec<f64>> {
    let begin = probe::first_frame_time(file, "a:0")?;
    let beeps = signals::beeps(&inputs::samples(file)?, begin);
    Ok(beeps.into_iter().map(|beep| beep.start).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(number: u16) -> Vec<u8> {
        let bits = (0..32).map(|cell| (number >> (cell % 16) & 1 == 1) == (cell < 16));
        bits.map(|is_white| if is_white { 235 } else { 20 })
            .collect()
    }

    /// One of so many Hertz, for a second.
    fn tone(hertz: f64) -> Vec<f32> {
        let sample = |n| (std::f64::consts::TAU * hertz * f64::from(n) / RATE).sin() as f32;
        (0..48_000).map(sample).collect()
    }

    #[test]
    fn a_tone_is_measured_also_where_its_player_was_late() {
        for hertz in [999.0, 1000.0, 1004.0] {
            let mut samples = tone(hertz);
            assert!((frequency_of(&samples).unwrap() - hertz).abs() < 0.01);
            samples[10_000..10_256].fill(0.0);
            assert!((frequency_of(&samples).unwrap() - hertz).abs() < 0.01);
            samples[10_000..20_000].fill(0.0);
            assert_eq!(frequency_of(&samples), None);
        }
        assert_eq!(frequency_of(&tone(500.0)), None);
        assert_eq!(frequency_of(&[]), None);
    }

    #[test]
    fn what_comes_late_is_uneven_and_what_is_missing_is_not() {
        let uneven = |times: &[f64]| uneven(times, 0.1);
        assert_eq!(uneven(&[5.0, 5.1, 5.21, 5.3, 5.6]), 0);
        assert_eq!(uneven(&[5.0, 5.15, 5.2, 5.3]), 1);
        assert_eq!(uneven(&[5.05, 5.1, 5.2, 5.3]), 1);
        assert_eq!(uneven(&[]), 0);
    }

    #[test]
    fn a_number_is_read_and_parts_of_two_are_none() {
        for value in [0, 1, 4242, u16::MAX] {
            assert_eq!(number(&card(value)), Some(value));
        }
        let mut torn = card(7);
        torn[CELLS / 2..].copy_from_slice(&card(8)[CELLS / 2..]);
        assert_eq!(number(&torn), None);
    }

    #[test]
    fn a_flash_is_lit_between_two_pictures() {
        let times = [0.0, 0.5, 0.6, 1.0];
        assert_eq!(
            [0.0, 0.5, 1.0].map(|seen| lit(seen, &times)),
            [0.0, 0.25, 0.8]
        );
    }

    #[test]
    fn what_stays_is_seen_first_once() {
        let seen = [(0.0, 0), (0.5, 0), (0.6, 1), (0.7, 2), (1.2, 2)];
        assert_eq!(first_seen(&seen), [(0.0, 0), (0.6, 1), (0.7, 2)]);
    }
}
