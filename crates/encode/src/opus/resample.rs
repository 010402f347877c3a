//! From any sample rate to 48 kHz, without delay.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler as _};

use crate::EncodeError;

/// The rate that comes out, in Hz.
pub(super) const OUTPUT_RATE: u32 = 48_000;
/// The rates that go in, in Hz.
const LOWEST_RATE: u32 = 8_000;
const HIGHEST_RATE: u32 = 192_000;

/// The shorter side of an FFT block has at least so many samples: enough for a steep filter, and
/// 11 ms at 48 kHz.
const SHORTEST_BLOCK: u32 = 512;

/// Resamples interleaved sound. Output sample 0 lies at the time of input sample 0, and when all
/// is out there are exactly as many samples as last the same time, rounded to nearest.
///
/// It works in blocks that hold a whole number of samples of both rates: 10 to 64 ms for all
/// common rates, up to two seconds for a rate that has no common divisor with 48 kHz.
pub(super) struct Resampler {
    channels: usize,
    rate: u32,
    blocks: Option<Blocks>,
}

/// The state of a resampler that has something to do.
struct Blocks {
    fft: Fft<f32>,
    /// Input that does not fill a block yet.
    pending: Vec<f32>,
    /// One block of output.
    block: Vec<f32>,
    /// Output samples per channel that are still only the filter's delay.
    delay: usize,
    /// Samples per channel that went in and came out.
    fed: u64,
    given: u64,
}

impl Resampler {
    pub(super) fn new(rate: u32, channels: usize) -> Result<Self, EncodeError> {
        let unsupported = EncodeError::SampleRate {
            rate,
            min: LOWEST_RATE,
            max: HIGHEST_RATE,
        };
        if !(LOWEST_RATE..=HIGHEST_RATE).contains(&rate) {
            return Err(unsupported);
        }
        let blocks = if rate == OUTPUT_RATE {
            None
        } else {
            let length = block_length(rate);
            let fft = Fft::new(
                rate as usize,
                OUTPUT_RATE as usize,
                length as usize,
                channels,
                FixedSync::Both,
            )
            .map_err(|_| unsupported)?;
            Some(Blocks {
                pending: Vec::new(),
                block: vec![0.0; fft.output_frames_max() * channels],
                delay: fft.output_delay(),
                fft,
                fed: 0,
                given: 0,
            })
        };
        Ok(Self {
            channels,
            rate,
            blocks,
        })
    }

    /// Takes `input`, and appends what is ready to `output`.
    pub(super) fn push(&mut self, input: &[f32], output: &mut Vec<f32>) {
        let Some(blocks) = &mut self.blocks else {
            output.extend_from_slice(input);
            return;
        };
        blocks.fed += (input.len() / self.channels) as u64;
        blocks.pending.extend_from_slice(input);
        blocks.run(self.channels, output);
    }

    /// Appends all that is still inside to `output`.
    pub(super) fn finish(&mut self, output: &mut Vec<f32>) {
        let Some(blocks) = &mut self.blocks else {
            return;
        };
        let total = output_len(blocks.fed, self.rate);
        while blocks.given < total {
            let block = blocks.fft.input_frames_next() * self.channels;
            blocks.pending.resize(block, 0.0);
            blocks.run(self.channels, output);
        }
        let surplus = (blocks.given - total) as usize * self.channels;
        output.truncate(output.len() - surplus);
        blocks.given = total;
    }
}

impl Blocks {
    fn run(&mut self, channels: usize, output: &mut Vec<f32>) {
        let frames_in = self.fft.input_frames_next();
        let frames_out = self.fft.output_frames_next();
        let mut done = 0;
        while self.pending.len() - done >= frames_in * channels {
            let input = InterleavedSlice::new(&self.pending[done..], channels, frames_in)
                .expect("a whole block is there");
            let mut block = InterleavedSlice::new_mut(&mut self.block, channels, frames_out)
                .expect("the buffer holds the largest block");
            self.fft
                .process_into_buffer(&input, &mut block, None)
                .expect("both sides have the lengths that it asked for");
            done += frames_in * channels;
            let skip = self.delay.min(frames_out);
            self.delay -= skip;
            output.extend_from_slice(&self.block[skip * channels..frames_out * channels]);
            self.given += (frames_out - skip) as u64;
        }
        self.pending.drain(..done);
    }
}

/// How many samples at 48 kHz last as long as `samples` at `rate`, to the nearest.
pub(super) fn output_len(samples: u64, rate: u32) -> u64 {
    let exact = u128::from(samples) * u128::from(OUTPUT_RATE);
    let rounded = (exact + u128::from(rate) / 2) / u128::from(rate.max(1));
    u64::try_from(rounded).unwrap_or(u64::MAX)
}

/// A number of input samples that is an even multiple of the shortest block with a whole number
/// of samples on both sides: even, so that the filter's centre is a sample too.
fn block_length(rate: u32) -> u32 {
    let divisor = gcd(rate, OUTPUT_RATE);
    let (unit_in, unit_out) = (rate / divisor, OUTPUT_RATE / divisor);
    let units = SHORTEST_BLOCK.div_ceil(unit_in.min(unit_out));
    unit_in * units.next_multiple_of(2)
}

fn gcd(mut a: u32, mut b: u32) -> u32 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;

    fn resample(rate: u32, channels: usize, input: &[f32], step: usize) -> Vec<f32> {
        let mut resampler = Resampler::new(rate, channels).unwrap();
        let mut output = Vec::new();
        for part in input.chunks(step * channels) {
            resampler.push(part, &mut output);
        }
        resampler.finish(&mut output);
        output
    }

    /// A tone in the middle of the run, faded in and out.
    fn burst(rate: u32, len: usize, frequency: f64) -> Vec<f32> {
        let wave = |n: usize| {
            let t = n as f64 / f64::from(rate);
            let fade = (TAU / 2.0 * n as f64 / len as f64).sin().powi(2);
            (fade * (TAU * frequency * t).sin()) as f32
        };
        (0..len).map(wave).collect()
    }

    #[test]
    fn sound_stays_where_it_was_at_every_rate() {
        let rates = [
            8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 37_800, 44_100, 48_000, 64_000,
            88_200, 96_000, 176_400, 192_000,
        ];
        for rate in rates {
            let seconds = 0.5;
            let len = (f64::from(rate) * seconds) as usize;
            let output = resample(rate, 1, &burst(rate, len, 1000.0), 333);
            let expected = burst(OUTPUT_RATE, output.len(), 1000.0);
            assert_eq!(output.len() as u64, output_len(len as u64, rate), "{rate}");
            let error = output
                .iter()
                .zip(&expected)
                .map(|(a, b)| f64::from(a - b).powi(2));
            let power: f64 = expected.iter().map(|&s| f64::from(s).powi(2)).sum();
            let ratio = error.sum::<f64>() / power;
            // A hundredth of a sample of delay at 1 kHz would leave an error of 1.7e-6.
            assert!(ratio < 1.7e-6, "{rate} Hz: error to signal {ratio:e}");
        }
    }

    #[test]
    fn an_impulse_lands_on_its_instant() {
        for rate in [44_100, 96_000, 16_000] {
            let mut input = vec![0.0; rate as usize];
            input[rate as usize / 2] = 1.0;
            let output = resample(rate, 1, &input, 1024);
            let peak = (0..output.len()).max_by(|&a, &b| output[a].total_cmp(&output[b]));
            assert_eq!(peak, Some(24_000), "{rate} Hz");
        }
    }

    #[test]
    fn lengths_are_exact_and_channels_apart() {
        for (rate, len) in [
            (44_100, 1),
            (44_100, 0),
            (44_101, 3000),
            (96_000, 4801),
            (8_000, 7),
        ] {
            let stereo: Vec<f32> = (0..len).flat_map(|_| [0.5, 0.0]).collect();
            let output = resample(rate, 2, &stereo, 100);
            assert_eq!(
                output.len() as u64,
                2 * output_len(len as u64, rate),
                "{rate}"
            );
            let right: f32 = output.chunks(2).map(|s| s[1].abs()).sum();
            assert!(right < 1e-3, "{rate}: {right}");
        }
    }

    #[test]
    fn rates_out_of_range_are_refused() {
        for rate in [1, 7_999, 192_001, 768_000] {
            assert!(matches!(
                Resampler::new(rate, 1),
                Err(EncodeError::SampleRate { .. })
            ));
        }
    }
}
