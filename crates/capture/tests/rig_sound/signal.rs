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

/// Where each wave begins, in samples and their fractions.
pub(crate) fn upward_crossings(samples: &[f32]) -> Vec<f64> {
    let pairs = samples.windows(2).enumerate();
    let crossings = pairs.filter(|(_, pair)| pair[0] < 0.0 && pair[1] >= 0.0);
    crossings
        .map(|(n, pair)| n as f64 + f64::from(pair[0] / (pair[0] - pair[1])))
        .collect()
}
