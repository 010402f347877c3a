//! Any number of channels to one or two.

use std::f32::consts::FRAC_1_SQRT_2;

/// The loudest a sample may be: 18 dB over full scale. What is above is no sound but a fault of
/// its source, and would overflow inside codecs.
const LOUDEST: f32 = 8.0;

/// Mixes interleaved sound down to stereo and makes every sample finite.
///
/// Mono and stereo stay. More channels are taken in WAVE order (front left, front right, centre,
/// low frequency, back left and right, side left and right): centre and surround go in with
/// −3 dB, the low-frequency channel is left out, and each side is scaled so that it cannot clip.
/// Beyond eight channels the even ones go left, the odd ones right.
#[derive(Debug)]
pub(super) struct Mixer {
    channels: usize,
    /// The share of each input channel in left and right; empty for mono and stereo.
    gains: Vec<[f32; 2]>,
}

impl Mixer {
    pub(super) fn new(channels: u16) -> Self {
        let channels = usize::from(channels.max(1));
        Self {
            channels,
            gains: if channels > 2 {
                normalized(layout(channels))
            } else {
                Vec::new()
            },
        }
    }

    /// Channels that come out.
    pub(super) fn output_channels(&self) -> usize {
        self.channels.min(2)
    }

    /// Appends the mix of `input` to `output`.
    pub(super) fn mix(&self, input: &[f32], output: &mut Vec<f32>) {
        if self.gains.is_empty() {
            output.extend(input.iter().copied().map(finite));
            return;
        }
        for instant in input.chunks_exact(self.channels) {
            let mut sum = [0.0, 0.0];
            for (&sample, gains) in instant.iter().zip(&self.gains) {
                let sample = finite(sample);
                sum[0] += sample * gains[0];
                sum[1] += sample * gains[1];
            }
            output.extend(sum);
        }
    }
}

fn finite(sample: f32) -> f32 {
    if sample.is_nan() {
        0.0
    } else {
        sample.clamp(-LOUDEST, LOUDEST)
    }
}

fn layout(channels: usize) -> Vec<[f32; 2]> {
    const LEFT: [f32; 2] = [1.0, 0.0];
    const RIGHT: [f32; 2] = [0.0, 1.0];
    const CENTER: [f32; 2] = [FRAC_1_SQRT_2; 2];
    const LOW: [f32; 2] = [0.0; 2];
    const REAR_LEFT: [f32; 2] = [FRAC_1_SQRT_2, 0.0];
    const REAR_RIGHT: [f32; 2] = [0.0, FRAC_1_SQRT_2];
    let known: &[[f32; 2]] = match channels {
        3 => &[LEFT, RIGHT, CENTER],
        4 => &[LEFT, RIGHT, REAR_LEFT, REAR_RIGHT],
        5 => &[LEFT, RIGHT, CENTER, REAR_LEFT, REAR_RIGHT],
        6 => &[LEFT, RIGHT, CENTER, LOW, REAR_LEFT, REAR_RIGHT],
        // 6.1 has one channel in the middle of the back.
        7 => &[LEFT, RIGHT, CENTER, LOW, CENTER, REAR_LEFT, REAR_RIGHT],
        8 => &[
            LEFT, RIGHT, CENTER, LOW, REAR_LEFT, REAR_RIGHT, REAR_LEFT, REAR_RIGHT,
        ],
        _ => &[],
    };
    if known.is_empty() {
        return [LEFT, RIGHT].into_iter().cycle().take(channels).collect();
    }
    known.to_vec()
}

fn normalized(mut gains: Vec<[f32; 2]>) -> Vec<[f32; 2]> {
    for side in 0..2 {
        let sum: f32 = gains.iter().map(|gain| gain[side]).sum();
        for gain in &mut gains {
            gain[side] /= sum;
        }
    }
    gains
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mix(channels: u16, input: &[f32]) -> Vec<f32> {
        let mut out = Vec::new();
        Mixer::new(channels).mix(input, &mut out);
        out
    }

    #[test]
    fn mono_and_stereo_pass() {
        assert_eq!(mix(1, &[0.1, -0.2]), [0.1, -0.2]);
        assert_eq!(mix(2, &[0.1, -0.2, 0.3, 1.5]), [0.1, -0.2, 0.3, 1.5]);
    }

    #[test]
    fn what_is_no_number_becomes_one() {
        let bad = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e30];
        assert_eq!(mix(1, &bad), [0.0, 8.0, -8.0, 8.0]);
        assert!(mix(6, &[f32::NAN; 6]).iter().all(|&s| s == 0.0));
    }

    #[test]
    fn surround_keeps_its_sides_and_cannot_clip() {
        // Only the left side of 5.1 sounds: nothing of it on the right.
        let left = mix(6, &[1.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
        assert!(left[0] > 0.5 && left[1] == 0.0, "{left:?}");
        // The centre sounds alike on both.
        let center = mix(6, &[0.0, 0.0, 1.0, 0.0, 0.0, 0.0]);
        assert!(center[0] > 0.2 && center[0] == center[1], "{center:?}");
        for channels in 3..=12 {
            let loud = mix(channels, &vec![1.0; usize::from(channels)]);
            for side in loud {
                assert!((side - 1.0).abs() < 1e-6, "{channels} channels: {side}");
            }
        }
    }
}
