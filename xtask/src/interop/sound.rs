//! Where the recorded sound lies in time, against the one that went in.

use super::inputs::{self, Clip};
use super::probe::{self, ms};
use super::record::Recording;
use super::report::Report;

const RATE: usize = 48_000;
/// How far off a sound is looked for, in samples.
const REACH: usize = RATE / 20;
/// Half a second is compared.
const WINDOW: usize = RATE / 2;
/// In seconds.
const MAX_DELAY: f64 = 0.001;
/// Less means that another sound was found, not a coded one.
const MIN_LIKENESS: f64 = 0.8;

/// The sound has no delay, at its beginning and at its end, and exactly its length.
pub(super) fn check(report: &mut Report, recording: &Recording, clip: &Clip) {
    let Some(report) = report.by("ffmpeg") else {
        return;
    };
    let name = recording.name;
    let Some((begin, recorded, source)) = report.attempt(name, "sound", || {
        Ok((
            probe::first_frame_time(&recording.path, "a:0")?,
            inputs::samples(&recording.path)?,
            inputs::samples(&clip.sound)?,
        ))
    }) else {
        return;
    };
    let allowed = source.len()..=source.len() + recording.sound_slack();
    let is_right = allowed.contains(&recorded.len());
    report.check(
        name,
        "sound, samples",
        is_right,
        recorded.len(),
        source.len(),
    );

    let end = source.len().saturating_sub(WINDOW + 2 * REACH);
    for (check, start) in [("sound delay, begin", REACH), ("sound delay, end", end)] {
        let Some(Match { delay, likeness }) = find(&source, &recorded, start) else {
            report.check(name, check, false, "too short", "a second of sound");
            continue;
        };
        let seconds = begin + delay as f64 / RATE as f64;
        let is_right = seconds.abs() < MAX_DELAY && likeness > MIN_LIKENESS;
        let measured = format!("{} (likeness {likeness:.3})", ms(seconds));
        report.check(name, check, is_right, measured, "less than 1 ms");
    }
}

/// Where a piece of a sound was found again.
#[derive(Debug, PartialEq)]
struct Match {
    /// By how many samples it comes late.
    delay: isize,
    /// The normalised cross-correlation: 1 for the same sound, 0 for another.
    likeness: f64,
}

/// Looks for the half second of `source` from `start` on in `recorded`. `None` if either is too
/// short.
fn find(source: &[f32], recorded: &[f32], start: usize) -> Option<Match> {
    let wanted = source.get(start..start + WINDOW)?;
    let first = start.checked_sub(REACH)?;
    let around = recorded.get(first..start + WINDOW + REACH)?;
    let matches = around
        .windows(WINDOW)
        .enumerate()
        .map(|(offset, found)| Match {
            delay: offset as isize - REACH as isize,
            likeness: likeness(wanted, found),
        });
    matches.max_by(|a, b| a.likeness.total_cmp(&b.likeness))
}

fn likeness(a: &[f32], b: &[f32]) -> f64 {
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        ab += f64::from(a * b);
        aa += f64::from(a * a);
        bb += f64::from(b * b);
    }
    let scale = (aa * bb).sqrt();
    if scale > 0.0 { ab / scale } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Noise: a linear congruential generator.
    fn noise(samples: usize) -> Vec<f32> {
        let mut state = 1_u32;
        let next = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) as f32 / 32_768.0 - 1.0
        });
        next.take(samples).collect()
    }

    #[test]
    fn a_delay_is_found_to_the_sample_whatever_the_loudness() {
        let source = noise(RATE);
        for delay in [-312_isize, 0, 7] {
            let start = 5000;
            let mut recorded = vec![0.0; RATE];
            for (n, sample) in source.iter().enumerate() {
                if let Some(place) = n.checked_add_signed(delay).filter(|&n| n < RATE) {
                    recorded[place] = sample * 0.5;
                }
            }
            let found = find(&source, &recorded, start).unwrap();
            assert_eq!(found.delay, delay);
            assert!(found.likeness > 0.999, "{found:?}");
        }
    }

    #[test]
    fn another_sound_is_not_alike_and_a_short_one_is_no_match() {
        let noise = noise(2 * RATE);
        let (source, other) = noise.split_at(RATE);
        assert!(find(source, other, 5000).unwrap().likeness < 0.1);
        assert!(find(source, &vec![0.0; RATE], 5000).unwrap().likeness == 0.0);
        assert_eq!(find(source, &other[..1000], 5000), None);
    }
}
