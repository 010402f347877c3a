//! Which quantizer each frame gets, so that the stream keeps its bitrate.
//!
//! A leaky bucket: bits flow in with the frames' durations and out with their bytes. What a
//! frame may cost is what flows in while it is shown, and a part of what stands in the bucket. A
//! model of the picture (bits times a power of the quantizer's step, learned from the frames
//! before) turns that into a quantizer.

use std::collections::VecDeque;
use std::time::Duration;

use crate::quantizer::MAX_INDEX;
use crate::tables::steps::AC_STEPS;

/// How long the bucket takes to come back to its level, in seconds. Shorter, and a key frame
/// starves those that follow; longer, and a short recording misses its bitrate.
const HORIZON: f64 = 1.2;
/// How much unused time can be saved up, and how much can be owed, in seconds.
const LARGEST_CREDIT: f64 = 0.5;
const LARGEST_DEBT: f64 = 10.0;
/// The part of what flows in that a frame gets at least, however much is owed.
const LEAST_SHARE: f64 = 0.4;
/// What a key frame may cost in seconds of bits; a balance counts with half of its weight.
const KEY_FRAME: f64 = 0.4;
const LEAST_KEY_FRAME: f64 = 0.15;
const MOST_KEY_FRAME: f64 = 0.8;
/// What another frame may cost at most, in seconds of bits.
const MOST_INTER_FRAME: f64 = 0.45;
/// Frames are left out, if they may be, once so many seconds of bits are owed, until it is half
/// of that.
const DROPPING_DEBT: f64 = 0.7;
/// Where the coarsest quantizer is not coarse enough, the last picture stays for another frame:
/// as long as so many seconds of bits are owed, or if more than so many would go into a second
/// of which a part is spent already.
const REPEATING_DEBT: f64 = 1.2;
const MOST_PER_SECOND: f64 = 1.8;
const SPENT_PART: f64 = 0.5;
/// How bits fall with the step.
const KEY_EXPONENT: f64 = 0.8;
const INTER_EXPONENT: f64 = 1.3;
/// By what factor the step goes down or up at most, from one frame to the next.
const FINER: f64 = 0.85;
const COARSER: f64 = 2.5;
/// The step of a key frame in that of those around it, and of one that becomes golden.
const KEY_STEP: f64 = 0.75;
const GOLDEN_STEP: f64 = 0.75;
/// A frame that needs so many times more than those before shows that the picture is another.
const MUCH_MORE: f64 = 3.0;
/// What is said even of a frame in which nothing changes, in bits: no model of the picture.
const OVERHEAD: f64 = 200.0;
/// Bits of a first frame at step 1, for each sample of luma.
const FIRST_FRAME: f64 = 6.0;

/// What a frame is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FrameKind {
    Key,
    /// Later frames refer to it for long.
    Golden,
    Ordinary,
}

/// The bucket and the model.
#[derive(Clone, Debug)]
pub(crate) struct RateControl {
    bits_per_second: f64,
    min: u8,
    max: u8,
    /// What stands in the bucket, in bits.
    balance: f64,
    key_model: f64,
    inter_model: Option<f64>,
    /// Mean of the last ordinary frames' steps.
    usual_step: Option<f64>,
    /// That of the last ordinary frame alone.
    last_step: Option<f64>,
    dropping: bool,
    /// For how long the frames of the last second are shown, and what they cost in bits.
    recent: VecDeque<(Duration, f64)>,
}

impl RateControl {
    /// For pictures of so many samples of luma, with quantizers in these limits.
    pub(crate) fn new(bits_per_second: u32, samples: u64, min: u8, max: u8) -> Self {
        Self {
            bits_per_second: bits_per_second.into(),
            min,
            max,
            balance: 0.0,
            key_model: samples as f64 * FIRST_FRAME,
            inter_model: None,
            usual_step: None,
            last_step: None,
            dropping: false,
            recent: VecDeque::new(),
        }
    }

    /// Another bitrate from now on. What is owed or saved is kept in seconds.
    pub(crate) fn set_bits_per_second(&mut self, bits_per_second: u32) {
        let new = f64::from(bits_per_second);
        self.balance *= new / self.bits_per_second;
        self.bits_per_second = new;
    }

    /// Whether a frame that is no key frame had better be left out.
    pub(crate) fn should_drop(&mut self) -> bool {
        let limit = match self.dropping {
            true => DROPPING_DEBT / 2.0,
            false => DROPPING_DEBT,
        };
        self.dropping = self.balance < -limit * self.bits_per_second;
        self.dropping
    }

    /// The quantizer for a frame that is shown for so long.
    pub(crate) fn quantizer(&self, duration: Duration, kind: FrameKind) -> u8 {
        let step = match (kind, self.inter_model) {
            (FrameKind::Key, _) => self.key_step(),
            (_, None) => self.usual_step.unwrap_or_else(|| self.key_step()) / KEY_STEP,
            (_, Some(model)) => {
                let even = self.bits_per_second * duration.as_secs_f64().min(1.0);
                let share = (duration.as_secs_f64() / HORIZON).min(1.0);
                let budget = (even + self.balance * share).max(even * LEAST_SHARE);
                let step = (model / budget).powf(1.0 / INTER_EXPONENT);
                let last = self.last_step.unwrap_or(step);
                let step = step.clamp(last * FINER, last * COARSER);
                match kind {
                    FrameKind::Golden => step * GOLDEN_STEP,
                    _ => step,
                }
            }
        };
        self.index(step)
    }

    /// The coarser quantizer with which a frame that came out so large should be coded again, if
    /// it is too large.
    pub(crate) fn again(&self, bytes: usize, kind: FrameKind, quantizer: u8) -> Option<u8> {
        let (most, exponent) = match kind {
            FrameKind::Key => (MOST_KEY_FRAME, KEY_EXPONENT),
            _ => (MOST_INTER_FRAME, INTER_EXPONENT),
        };
        let excess = bytes as f64 * 8.0 / (most * self.bits_per_second);
        if excess <= 1.0 || quantizer >= self.max {
            return None;
        }
        // New parts of a picture follow the model of key frames.
        let exponent = exponent.min(KEY_EXPONENT);
        let step = step(quantizer) * (excess * 1.1).powf(1.0 / exponent);
        Some(self.index(step).max(quantizer + 1).min(self.max))
    }

    /// Whether a frame that is no key frame, and came out so large, had better give way to the
    /// picture before: it costs more than flows in while it is shown, and nothing makes it
    /// smaller.
    pub(crate) fn should_repeat(&self, duration: Duration, bytes: usize, quantizer: u8) -> bool {
        let bits = bytes as f64 * 8.0;
        if quantizer < self.max || bits <= self.bits_per_second * duration.as_secs_f64() {
            return false;
        }
        let spent: f64 = self.recent.iter().map(|(_, bits)| bits).sum();
        let second_is_full = spent > SPENT_PART * self.bits_per_second
            && spent + bits > MOST_PER_SECOND * self.bits_per_second;
        second_is_full || self.balance < -REPEATING_DEBT * self.bits_per_second
    }

    /// Counts a frame that shows the picture before once more, or none that would have been
    /// another: neither tells what pictures cost.
    pub(crate) fn count_repetition(&mut self, duration: Duration, bytes: usize) {
        self.pay(duration, bytes as f64 * 8.0);
    }

    /// Counts a frame that is shown for so long, with its bytes.
    pub(crate) fn count(
        &mut self,
        duration: Duration,
        kind: FrameKind,
        quantizer: u8,
        bytes: usize,
    ) {
        let bits = bytes as f64 * 8.0;
        self.pay(duration, bits);
        let step = step(quantizer);
        let bits = bits.max(OVERHEAD);
        if kind == FrameKind::Key {
            self.key_model = bits * step.powf(KEY_EXPONENT);
            if self.usual_step.is_none() {
                self.usual_step = Some(step);
            }
            return;
        }
        let seen = bits * step.powf(INTER_EXPONENT);
        // Means of logarithms, for pictures differ by factors. More motion is believed sooner
        // than less.
        self.inter_model = Some(self.inter_model.map_or(seen, |known| {
            let weight = match kind {
                FrameKind::Golden => 0.05,
                _ if seen > known * MUCH_MORE => 0.8,
                _ if seen > known => 0.35,
                _ => 0.2,
            };
            known * (seen / known).powf(weight)
        }));
        if kind == FrameKind::Ordinary {
            let usual = self.usual_step.unwrap_or(step);
            self.usual_step = Some(usual * (step / usual).powf(0.2));
            self.last_step = Some(step);
        }
    }

    /// Lets flow in what a frame's duration brings, and out what it costs.
    fn pay(&mut self, duration: Duration, bits: f64) {
        let inflow = self.bits_per_second * duration.as_secs_f64();
        self.balance = (self.balance + inflow - bits).clamp(
            -LARGEST_DEBT * self.bits_per_second,
            LARGEST_CREDIT * self.bits_per_second,
        );
        self.recent.push_back((duration, bits));
        // With the next frame, it shall be a second.
        let mut shown: Duration = self.recent.iter().map(|(duration, _)| *duration).sum();
        while shown + duration > Duration::from_secs(1) {
            let Some((oldest, _)) = self.recent.pop_front() else {
                break;
            };
            shown -= oldest;
        }
    }

    fn key_step(&self) -> f64 {
        let seconds = KEY_FRAME + self.balance / self.bits_per_second / 2.0;
        let budget = seconds.clamp(LEAST_KEY_FRAME, MOST_KEY_FRAME) * self.bits_per_second;
        let affordable = (self.key_model / budget).powf(1.0 / KEY_EXPONENT);
        affordable.max(self.usual_step.unwrap_or(0.0) * KEY_STEP)
    }

    /// The quantizer whose step is next to this.
    fn index(&self, step: f64) -> u8 {
        let after = AC_STEPS.partition_point(|each| f64::from(*each) < step);
        (after.min(usize::from(MAX_INDEX)) as u8).clamp(self.min, self.max)
    }
}

fn step(quantizer: u8) -> f64 {
    AC_STEPS[usize::from(quantizer)].into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Duration = Duration::from_millis(40);
    const TARGET: u32 = 800_000;

    /// Frames of a picture that costs what the closure says at step 1: bits of each, and the
    /// quantizers.
    fn run(
        control: &mut RateControl,
        kinds: impl Iterator<Item = FrameKind>,
        bits_at_step_1: impl Fn(usize, FrameKind) -> f64,
    ) -> Vec<(f64, u8)> {
        let mut frames = Vec::new();
        for (n, kind) in kinds.enumerate() {
            let quantizer = control.quantizer(FRAME, kind);
            // Another exponent than the model has.
            let bits = bits_at_step_1(n, kind) / step(quantizer).powf(1.1);
            control.count(FRAME, kind, quantizer, (bits / 8.0) as usize);
            frames.push((bits, quantizer));
        }
        frames
    }

    fn kinds(count: usize, interval: usize) -> impl Iterator<Item = FrameKind> {
        (0..count).map(move |n| match n {
            _ if n % interval == 0 => FrameKind::Key,
            _ if n % 16 == 0 => FrameKind::Golden,
            _ => FrameKind::Ordinary,
        })
    }

    /// Deterministic, from 0.6 to 1.4.
    fn noise(n: usize) -> f64 {
        0.6 + (n * 7919 % 97) as f64 / 97.0 * 0.8
    }

    fn picture(n: usize, kind: FrameKind) -> f64 {
        match kind {
            FrameKind::Key => 8e6,
            _ => 3e6 * noise(n),
        }
    }

    #[test]
    fn ten_seconds_keep_the_bitrate() {
        for target in [300_000, TARGET, 2_500_000] {
            let mut control = RateControl::new(target, 640 * 360, 0, 127);
            let frames = run(&mut control, kinds(250, 1000), |n, kind| {
                picture(n, kind) * f64::from(target) / f64::from(TARGET)
            });
            let rate = frames.iter().map(|(bits, _)| bits).sum::<f64>() / 10.0;
            let off = (rate / f64::from(target) - 1.0).abs();
            assert!(off < 0.05, "{rate:.0} for {target}");
        }
    }

    #[test]
    fn a_key_frame_does_not_starve_what_follows() {
        let mut control = RateControl::new(TARGET, 640 * 360, 0, 127);
        let frames = run(&mut control, kinds(500, 125), picture);
        let mean = |range: &[(f64, u8)]| {
            range.iter().map(|(_, q)| step(*q)).sum::<f64>() / range.len() as f64
        };
        for key in [250, 375] {
            let before = mean(&frames[key - 25..key]);
            let after = mean(&frames[key + 1..key + 26]);
            assert!(after < before * 1.6, "steps {before:.0}, then {after:.0}");
        }
    }

    #[test]
    fn quantizers_stay_in_their_limits_and_stillness_saves_no_burst() {
        let mut control = RateControl::new(TARGET, 640 * 360, 10, 100);
        let frames = run(&mut control, kinds(500, 1000), |n, _| match n < 250 {
            true => 1e3,
            false => 1e9,
        });
        assert!(frames.iter().all(|(_, q)| (10..=100).contains(q)));
        assert_eq!((frames[249].1, frames[300].1), (10, 100));
    }

    #[test]
    fn what_is_too_large_is_coded_again_and_coarser() {
        let control = RateControl::new(TARGET, 640 * 360, 4, 100);
        let half_a_second = TARGET as usize / 8 / 2;
        let again = |bytes, quantizer| control.again(bytes, FrameKind::Ordinary, quantizer);
        assert!(again(half_a_second, 20).is_some_and(|coarser| coarser > 20));
        assert_eq!(again(half_a_second * 100, 20), Some(100));
        assert_eq!(again(half_a_second * 100, 100), None);
        assert_eq!(again(half_a_second / 10, 20), None);
    }

    #[test]
    fn frames_are_dropped_until_half_of_the_debt_is_paid() {
        let mut control = RateControl::new(TARGET, 640 * 360, 4, 100);
        assert!(!control.should_drop());
        control.count(FRAME, FrameKind::Key, 50, TARGET as usize / 8);
        let mut dropped = 0;
        while control.should_drop() {
            control.count_repetition(FRAME, 0);
            dropped += 1;
        }
        // From 0.96 seconds of debt down to 0.35, in steps of 0.04.
        assert!((15..=16).contains(&dropped), "{dropped}");
    }

    #[test]
    fn what_no_quantizer_makes_cheap_is_shown_less_often() {
        let mut control = RateControl::new(TARGET, 640 * 360, 4, 120);
        let (mut bits, mut shown) = (Vec::new(), 0);
        for n in 0..500 {
            // A second in which every picture is new, then three of stillness.
            let cost = if n % 100 < 25 { 90e3 } else { 2e3 };
            let kind = if n == 0 {
                FrameKind::Key
            } else {
                FrameKind::Ordinary
            };
            let quantizer = control.quantizer(FRAME, kind);
            let bytes = (cost / 8.0) as usize;
            if n > 0 && control.should_repeat(FRAME, bytes, quantizer) {
                control.count_repetition(FRAME, 50);
                bits.push(400.0);
            } else {
                control.count(FRAME, kind, quantizer, bytes);
                bits.push(cost);
                shown += u32::from(n % 100 < 25);
            }
        }
        let seconds = bits.windows(25).map(|second| second.iter().sum::<f64>());
        let most = seconds.fold(0.0, f64::max) / f64::from(TARGET);
        assert!(most < 2.0, "{most:.2} seconds of bits in a second");
        // Of 125, and of those that would have cost 2.8 seconds.
        assert!((40..90).contains(&shown), "{shown}");
    }

    #[test]
    fn nothing_is_repeated_that_is_cheap_or_can_be_made_so() {
        let mut control = RateControl::new(TARGET, 640 * 360, 4, 100);
        let even = TARGET as usize / 8 / 25;
        assert!(!control.should_repeat(FRAME, even * 30, 100));
        control.count(FRAME, FrameKind::Key, 100, even * 60);
        assert!(control.should_repeat(FRAME, even * 2, 100));
        assert!(!control.should_repeat(FRAME, even * 2, 99));
        assert!(!control.should_repeat(FRAME, even, 100));
    }

    #[test]
    fn another_bitrate_holds_at_once() {
        let mut control = RateControl::new(TARGET, 640 * 360, 0, 127);
        run(&mut control, kinds(250, 1000), picture);
        control.set_bits_per_second(TARGET / 4);
        let frames = run(&mut control, (0..250).map(|_| FrameKind::Ordinary), picture);
        let rate = frames.iter().map(|(bits, _)| bits).sum::<f64>() / 10.0;
        assert!(
            (rate / f64::from(TARGET / 4) - 1.0).abs() < 0.05,
            "{rate:.0}"
        );
    }
}
