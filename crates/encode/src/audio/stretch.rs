//! Sound a little longer or shorter, without a click.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{
    Adjustable as _, Async, FixedAsync, Resampler as _, SincInterpolationParameters,
    SincInterpolationType, WindowFunction,
};

/// The length of the filter, and where it ends, as a fraction of half the sample rate. At a ratio
/// so near to 1 what lies above its edge has nowhere to be aliased to but beside itself.
const FILTER: usize = 128;
const CUTOFF: f32 = 0.95;
/// Filters between two samples; to interpolate between them linearly leaves an error of −108 dB.
const PHASES: usize = 512;
/// Where the filter's centre lies: output sample `n + DELAY` is input sample `n`, or a small
/// fraction of a sample beside it.
const DELAY: usize = FILTER / 2 - 1;
/// How many samples fewer than it has taken in the resampler has put out at a ratio of 1.
const BEHIND: usize = 2;
/// Samples per channel that are kept to prime the filter with.
const HISTORY: usize = 2 * FILTER;
/// Samples per channel over which untouched sound is faded into resampled sound. They differ in
/// what lies above the filter's edge and by that fraction, which would be a click.
const FADE: usize = 4 * FILTER;
/// How fast the ratio glides to a new value, in seconds. At once, it would be a click of its own.
const GLIDE: f64 = 1.0;
/// The most that can be asked for, for which the resampler reserves memory.
const MOST: f64 = 0.01;

/// Passes interleaved sound on, bit by bit, until it is asked for another length; from then on it
/// resamples, and the change between the two neither shifts the sound nor interrupts it.
pub(super) struct Stretcher {
    channels: usize,
    rate: u32,
    /// Samples per channel that came out.
    given: i64,
    /// The last [`HISTORY`] that went through; less at the start.
    recent: Vec<f32>,
    resampling: Option<Resampling>,
}

struct Resampling {
    sinc: Async<f32>,
    /// Input that does not fill a block yet.
    pending: Vec<f32>,
    /// One block of output.
    block: Vec<f32>,
    /// Output samples per channel that are still history.
    skip: usize,
    /// Untouched sound to fade from, and how much of it, all channels together, is used.
    untouched: Vec<f32>,
    faded: usize,
    /// How much longer than the input the output is, and is to be: 1e-6 is one part per million.
    stretch: f64,
    wanted: f64,
    /// The share of the way between the two that is gone in a block.
    share: f64,
}

impl Stretcher {
    pub(super) fn new(rate: u32, channels: usize) -> Self {
        Self {
            channels,
            rate,
            given: 0,
            recent: Vec::new(),
            resampling: None,
        }
    }

    /// Where in the output the next sample that goes in will be, in samples per channel.
    pub(super) fn position(&self) -> i64 {
        let inside = self.resampling.as_ref().map_or(0, |resampling| {
            let pending = resampling.pending.len() / self.channels;
            (pending + DELAY + BEHIND) as i64 - resampling.skip as i64
        });
        self.given.saturating_add(inside)
    }

    /// From here on the output is longer than the input by the fraction `stretch` of it.
    pub(super) fn set_stretch(&mut self, stretch: f64) {
        if let Some(resampling) = &mut self.resampling {
            resampling.wanted = stretch.clamp(-MOST, MOST);
        } else {
            let mut history = vec![0.0; HISTORY * self.channels - self.recent.len()];
            history.append(&mut self.recent);
            let mut resampling = Resampling::new(self.rate, self.channels);
            resampling.wanted = stretch.clamp(-MOST, MOST);
            resampling.prime(&history, self.channels);
            self.resampling = Some(resampling);
        }
    }

    /// Takes `input`, and appends what is ready to `output`.
    pub(super) fn push(&mut self, input: &[f32], output: &mut Vec<f32>) {
        let before = output.len();
        if let Some(resampling) = &mut self.resampling {
            resampling.keep_untouched(input, self.channels);
            resampling.push(input, self.channels, output);
            resampling.fade_in(&mut output[before..], self.channels);
        } else {
            output.extend_from_slice(input);
            let most = HISTORY * self.channels;
            self.recent
                .extend_from_slice(&input[input.len().saturating_sub(most)..]);
            self.recent.drain(..self.recent.len().saturating_sub(most));
        }
        self.count(output.len() - before);
    }

    /// Puts exactly `samples` per channel of silence into the output, after all that went in.
    pub(super) fn push_silence(&mut self, samples: usize, output: &mut Vec<f32>) {
        self.flush(output);
        output.resize(output.len() + samples * self.channels, 0.0);
        self.count(samples * self.channels);
        self.recent.clear();
        if let Some(resampling) = &mut self.resampling {
            resampling.prime(&vec![0.0; HISTORY * self.channels], self.channels);
        }
    }

    /// Appends all that is still inside to `output`.
    pub(super) fn flush(&mut self, output: &mut Vec<f32>) {
        let end = self.position();
        let silence = vec![0.0; FILTER * self.channels];
        while self.given < end {
            self.push(&silence, output);
        }
        let surplus = (self.given - end) as usize;
        output.truncate(output.len() - surplus * self.channels);
        self.given = end;
    }

    fn count(&mut self, samples: usize) {
        let samples = (samples / self.channels) as u64;
        self.given = self.given.saturating_add_unsigned(samples);
    }
}

impl Resampling {
    fn new(rate: u32, channels: usize) -> Self {
        let block = (rate / 100).max(1) as usize;
        let filter = SincInterpolationParameters::new(FILTER, WindowFunction::BlackmanHarris2)
            .f_cutoff(CUTOFF)
            .oversampling_factor(PHASES)
            .interpolation(SincInterpolationType::Linear);
        let sinc = Async::new_sinc(
            1.0,
            1.0 + 2.0 * MOST,
            &filter,
            block,
            channels,
            FixedAsync::Input,
        )
        .expect("a ratio of 1 and a block of one sample or more are valid");
        Self {
            pending: Vec::new(),
            block: vec![0.0; sinc.output_frames_max() * channels],
            skip: 0,
            untouched: Vec::new(),
            faded: 0,
            stretch: 0.0,
            wanted: 0.0,
            share: (block as f64 / f64::from(rate) / GLIDE).min(1.0),
            sinc,
        }
    }

    /// Forgets what is inside and goes on after `history`, of [`HISTORY`] samples per channel.
    fn prime(&mut self, history: &[f32], channels: usize) {
        let (wanted, stretch) = (self.wanted, self.stretch);
        self.sinc.reset();
        self.pending.clear();
        self.faded = self.untouched.len();
        // Whole blocks, so that nothing of it is left pending, and at a ratio of 1, at which the
        // resampler's state is known exactly.
        let block = self.sinc.input_frames_next();
        let padding = HISTORY.next_multiple_of(block) - HISTORY;
        self.skip = HISTORY + padding + DELAY;
        (self.wanted, self.stretch) = (0.0, 0.0);
        self.pending.resize(padding * channels, 0.0);
        self.push(history, channels, &mut Vec::new());
        (self.wanted, self.stretch) = (wanted, stretch);
    }

    fn push(&mut self, input: &[f32], channels: usize, output: &mut Vec<f32>) {
        self.pending.extend(input.iter().copied().map(finite));
        let frames_in = self.sinc.input_frames_next();
        let mut done = 0;
        while self.pending.len() - done >= frames_in * channels {
            self.glide();
            let frames_out = self.sinc.output_frames_next();
            let input = InterleavedSlice::new(&self.pending[done..], channels, frames_in)
                .expect("a whole block is there");
            let mut block = InterleavedSlice::new_mut(&mut self.block, channels, frames_out)
                .expect("the buffer holds the largest block");
            self.sinc
                .process_into_buffer(&input, &mut block, None)
                .expect("both sides have the lengths that it asked for");
            done += frames_in * channels;
            let skip = self.skip.min(frames_out);
            self.skip -= skip;
            output.extend_from_slice(&self.block[skip * channels..frames_out * channels]);
        }
        self.pending.drain(..done);
    }

    fn keep_untouched(&mut self, input: &[f32], channels: usize) {
        let missing = FADE * channels - self.untouched.len();
        let kept = input.iter().copied().take(missing);
        self.untouched.extend(kept.map(finite));
    }

    fn fade_in(&mut self, output: &mut [f32], channels: usize) {
        for (sample, untouched) in output.iter_mut().zip(&self.untouched[self.faded..]) {
            let share = (self.faded / channels) as f32 / FADE as f32;
            *sample = *sample * share + untouched * (1.0 - share);
            self.faded += 1;
        }
    }

    /// Sets the ratio for the next block; within the block it is a ramp.
    fn glide(&mut self) {
        self.stretch += (self.wanted - self.stretch) * self.share;
        self.sinc
            .set_resample_ratio_relative(1.0 + self.stretch, true)
            .expect("the ratio is far within the bounds that were reserved");
    }
}

/// One bad sample would spread over the length of the filter.
fn finite(sample: f32) -> f32 {
    if sample.is_finite() { sample } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;

    /// What a tone of 1/9 of the rate is at sample `n`.
    fn tone(n: f64) -> f32 {
        (TAU / 9.0 * n).sin() as f32
    }

    fn tones(len: usize) -> Vec<f32> {
        (0..len).map(|n| tone(n as f64)).collect()
    }

    fn largest_difference(a: &[f32], b: &[f32]) -> f32 {
        let differences = a.iter().zip(b).map(|(a, b)| (a - b).abs());
        differences.fold(0.0, f32::max)
    }

    #[test]
    fn the_change_to_resampling_neither_shifts_nor_clicks() {
        let sound = tones(20_000);
        // From the middle, with too little before to fill the filter, and with blocks of a single sample.
        for (rate, run, before) in [(48_000, 480, 10_000), (8_000, 77, 300), (30, 1, 700)] {
            let mut stretcher = Stretcher::new(rate, 1);
            let mut out = Vec::new();
            for (at, part) in (0..).step_by(run).zip(sound.chunks(run)) {
                if at >= before {
                    stretcher.set_stretch(0.0);
                } else {
                    assert_eq!(out, sound[..at]);
                }
                assert_eq!(stretcher.position(), at as i64, "{rate} Hz");
                stretcher.push(part, &mut out);
            }
            stretcher.flush(&mut out);
            assert_eq!(out.len(), sound.len());
            // The end is cut off hard, and the filter sees that, half its length before.
            let inside = 0..out.len() - FILTER;
            let difference = largest_difference(&out[inside.clone()], &sound[inside]);
            assert!(difference < 0.002, "{rate} Hz: {difference}");
            // What a filter lets through that takes out exactly this tone.
            let notch = 2.0 * (TAU / 9.0).cos() as f32;
            let fade = &out[before.saturating_sub(run)..before + 1000];
            let rest = fade.windows(3).map(|s| (s[0] - notch * s[1] + s[2]).abs());
            let click = rest.fold(0.0, f32::max);
            assert!(click < 1e-4, "{rate} Hz: {click}");
        }
    }

    #[test]
    fn sound_gets_longer_by_what_is_asked() {
        for ppm in [-1000.0, -200.0, 35.0, 900.0] {
            let mut stretcher = Stretcher::new(8000, 2);
            let mut out = Vec::new();
            let run: Vec<f32> = tones(80).iter().flat_map(|&s| [s, 0.0]).collect();
            for _ in 0..10_000 {
                stretcher.set_stretch(ppm * 1e-6);
                stretcher.push(&run, &mut out);
            }
            let position = stretcher.position();
            stretcher.flush(&mut out);
            assert_eq!(out.len() as i64, 2 * position);
            // Less what it takes to glide there, 1 s on the whole.
            let expected = 800_000.0 + 792_000.0 * ppm * 1e-6;
            let off = position as f64 - expected;
            assert!(off.abs() < 3.0, "{ppm} ppm: off by {off}");
            assert!(out.chunks(2).all(|pair| pair[1] == 0.0));
        }
    }

    #[test]
    fn silence_is_exact_and_nothing_of_the_sound_before_is_lost() {
        let mut stretcher = Stretcher::new(8000, 1);
        let mut out = Vec::new();
        stretcher.set_stretch(0.0);
        stretcher.push(&tones(4321), &mut out);
        stretcher.push_silence(1000, &mut out);
        assert_eq!((out.len(), stretcher.position()), (5321, 5321));
        stretcher.push(&tones(4000), &mut out);
        stretcher.flush(&mut out);
        assert_eq!(out.len(), 9321);
        assert!(out[4321..5200].iter().all(|&sample| sample == 0.0));
        let difference = largest_difference(&out[5321 + FILTER..9000], &tones(4000)[FILTER..]);
        assert!(difference < 0.002, "{difference}");
    }

    #[test]
    fn no_sample_is_too_bad() {
        let mut stretcher = Stretcher::new(8000, 1);
        let mut out = Vec::new();
        stretcher.set_stretch(1e-4);
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            stretcher.push(&[bad, 0.5], &mut out);
        }
        stretcher.push(&tones(4000), &mut out);
        stretcher.flush(&mut out);
        assert!(out.iter().all(|sample| sample.is_finite()));
    }
}
