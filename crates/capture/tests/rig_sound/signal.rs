//! Sound that is known.

use std::f64::consts::TAU;

/// Noise in stereo whose samples 16 bits hold exactly, none of them zero.
pub(crate) fn noise(frames: usize) -> Vec<f32> {
    let mut state = 0x2545_f491_u32;
    let samples = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        let sample = f32::from(i16::try_from(state >> 17).unwrap_or(0) - 0x2000) / 32_768.0;
        if sample == 0.0 { 0.25 } else { sample }
    });
    samples.take(frames * 2).collect()
}

/// A sine in stereo.
pub(crate) fn sine(hertz: f64, rate: u32, frames: usize) -> Vec<f32> {
    let samples = (0..frames).map(|n| {
        let phase = TAU * hertz * n as f64 / f64::from(rate);
        0.5 * phase.sin() as f32
    });
    samples.flat_map(|sample| [sample; 2]).collect()
}

/// Where the first of `needle` begins in `samples`.
pub(crate) fn find(samples: &[f32], needle: &[f32]) -> Option<usize> {
    samples
        .windows(needle.len())
        .position(|window| window == needle)
}

/// What is heard of a tone.
///
/// **A sound server that is short of time plays nothing for one of its cycles**, in front of what
/// converts rates, and goes on where the tone would be then. Who captures it cannot know, and has
/// lost nothing: the sound that does come must have the tone's waves all the same.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Tone {
    /// The waves that are whole, and how many samples they are long together.
    pub(crate) waves: u32,
    pub(crate) len: f64,
    /// How long each part is in which nothing was played, in samples.
    pub(crate) silences: Vec<usize>,
    /// How long each wave is that lacks something, or has too much.
    pub(crate) broken: Vec<f64>,
}

impl Tone {
    /// Of waves that should be so many samples long, and as high as those of [`sine`].
    pub(crate) fn heard(samples: &[f32], expected: f64) -> Self {
        let mut tone = Self::default();
        let is_silence =
            |chunk: &[f32]| chunk[0].abs() < QUIET && chunk.len() as f64 > expected / 2.0;
        let mut end = 0;
        let mut parts = vec![0];
        for chunk in samples.chunk_by(|a, b| (a.abs() < QUIET) == (b.abs() < QUIET)) {
            let start = end;
            end += chunk.len();
            if is_silence(chunk) {
                tone.silences.push(chunk.len());
                parts.extend([start, end]);
            }
        }
        parts.push(samples.len());
        for part in parts.chunks_exact(2) {
            // Next to a silence waves are not whole.
            let edge = expected.ceil() as usize;
            let whole = (part[0] + edge).min(part[1])..part[1].saturating_sub(edge);
            let crossings = upward_crossings(samples.get(whole).unwrap_or(&[]));
            for pair in crossings.windows(2) {
                let len = pair[1] - pair[0];
                if (len - expected).abs() < expected / 100.0 {
                    tone.waves += 1;
                    tone.len += len;
                } else {
                    tone.broken.push(len);
                }
            }
        }
        tone
    }
}

/// A sample of a wave is seldom less, and never two in a row are; what the filters of a server make
/// of the edge of silence is more for a few samples only.
const QUIET: f32 = 0.02;
/// A wave goes below this before it rises again.
const LOW: f32 = -0.25;

/// Where each wave begins, in samples and their fractions.
fn upward_crossings(samples: &[f32]) -> Vec<f64> {
    let mut was_low = false;
    let mut crossings = Vec::new();
    for (n, pair) in samples.windows(2).enumerate() {
        was_low |= pair[0] < LOW;
        if was_low && pair[0] < 0.0 && pair[1] >= 0.0 {
            crossings.push(n as f64 + f64::from(pair[0] / (pair[0] - pair[1])));
            was_low = false;
        }
    }
    crossings
}

/// What of [`noise`] is not as it was played.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Difference {
    pub(crate) wrong: usize,
    /// How many samples each silence has in which the server played nothing: see [`Tone`]. The
    /// noise goes on as if it had been heard, or from where it was.
    pub(crate) silences: Vec<usize>,
}

impl Difference {
    /// Between what was captured, and what was played from its beginning on.
    pub(crate) fn between(captured: &[f32], played: &[f32]) -> Self {
        let mut difference = Self::default();
        let (mut at, mut from) = (0, 0);
        while at < captured.len() {
            let silence = captured[at..].iter().take_while(|sample| **sample == 0.0);
            let silence = silence.count();
            if silence > 0 {
                difference.silences.push(silence);
                at += silence;
                let follows = |from: usize| {
                    let rest = captured[at..].iter().zip(&played[from..]);
                    rest.take(SURE).all(|(a, b)| a == b)
                };
                if follows(from + silence) {
                    from += silence;
                }
                continue;
            }
            difference.wrong += usize::from(captured[at] != played[from]);
            at += 1;
            from += 1;
        }
        difference
    }
}

/// So many samples of noise are the same nowhere else.
const SURE: usize = 64;

#[test]
fn silences_are_told_from_what_is_lost() {
    let whole = sine(1000.0, 48_000, 4800);
    let mono: Vec<f32> = whole.iter().copied().step_by(2).collect();
    let tone = Tone::heard(&mono, 48.0);
    assert_eq!((tone.silences.len(), tone.broken.len()), (0, 0), "{tone:?}");
    assert!(tone.waves > 95, "{tone:?}");

    let mut interrupted = mono.clone();
    interrupted[1000..1256].fill(0.0);
    let tone = Tone::heard(&interrupted, 48.0);
    assert_eq!((tone.silences.len(), tone.broken.len()), (1, 0), "{tone:?}");
    assert!((tone.len / f64::from(tone.waves) - 48.0).abs() < 1e-3);

    let lacking = [&mono[..1000], &mono[1020..]].concat();
    let tone = Tone::heard(&lacking, 48.0);
    assert!(
        tone.silences.is_empty() && !tone.broken.is_empty(),
        "{tone:?}"
    );

    let played = noise(1000);
    assert_eq!(Difference::between(&played, &played), Difference::default());
    let mut interrupted = played.clone();
    interrupted[500..756].fill(0.0);
    let silent = Difference {
        wrong: 0,
        silences: vec![256],
    };
    assert_eq!(Difference::between(&interrupted, &played), silent);
    let late = [&played[..500], &[0.0; 256], &played[500..]].concat();
    assert_eq!(Difference::between(&late, &played), silent);
    let lacking = [&played[..500], &played[520..]].concat();
    assert!(Difference::between(&lacking, &played).wrong > 1000);
}
