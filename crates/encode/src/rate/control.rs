//! Which quantizer each frame gets, so that the stream keeps its bitrate.
//!
//! A leaky bucket over real frame times: bits flow in with time and out with frames. What a frame
//! may cost is what flows in per frame, plus a part of what stands in the bucket. A model of the
//! picture (bits times a power of the quantizer's step, learned from the frames before) turns
//! that into a quantizer. What differs between codecs is in their [`QuantizerScale`].

use media_recorder_types::{MediaTime, Rate};

use super::account::Account;
use super::change::ChangeMeter;
use super::scale::QuantizerScale;

/// How long the bucket takes to come back to its level, in seconds. Shorter, and a key frame
/// starves those that follow; longer, and a short recording misses its bitrate.
const HORIZON: f64 = 1.5;
/// The part of what flows in that a frame gets at least, however much is owed.
const LEAST_SHARE: f64 = 0.4;
/// What a new picture may cost, in seconds of bits: a key frame, or another frame in which all
/// is new. A credit comes on top and a debt off, of which a key frame, whose picture serves for
/// long, takes this part only; and whatever they are, it may cost so much at least and at most.
const KEY_FRAME: f64 = 0.4;
const KEY_FRAME_BALANCE: f64 = 0.5;
const LEAST_KEY_FRAME: f64 = 0.1;
const MOST_KEY_FRAME: f64 = 0.8;
/// How much finer the step of a key frame is than those before it: everything that follows is
/// predicted from it.
const KEY_FRAME_STEP: f64 = 0.85;
/// How far the step may go from one frame to the next, as a factor. Slowly down: after a coarse
/// frame, the first fine one codes everything again.
const FINER: f64 = 0.9;
const COARSER: f64 = 3.0;

/// The part of what is owed that counts where pictures are shown again.
const OWED: f64 = 0.5;
/// From this part of the coarsest step on, coarser ones save hardly anything.
const NEARLY: f64 = 0.8;

/// A frame costs this at least, in bits, however little there is in it.
const FRAME_OVERHEAD: f64 = 200.0;

/// Chooses quantizers and counts what they cost.
#[derive(Debug)]
pub(crate) struct RateControl {
    scale: &'static QuantizerScale,
    account: Account,
    /// Bits of an ordinary frame at step 1; `None` before there was one.
    delta_bits: Option<f64>,
    /// Bits of a key frame at step 1.
    key_bits: f64,
    /// The mean step of the last ordinary frames.
    usual_step: Option<f64>,
    /// Quantizer and kind of the frame that is being coded.
    current: (u32, bool),
    /// That frame shows the last picture again.
    is_repetition: bool,
    /// What of the next picture is new, if it was looked at.
    change: ChangeMeter,
}

impl RateControl {
    /// For pictures of so many `pixels`. Without a rate, 30 frames per second are assumed until
    /// their times tell.
    pub(crate) fn new(
        scale: &'static QuantizerScale,
        bits_per_second: u32,
        rate: Option<Rate>,
        pixels: u64,
    ) -> Self {
        Self {
            scale,
            account: Account::new(bits_per_second, rate),
            delta_bits: None,
            key_bits: pixels as f64 * scale.first_frame_bits,
            usual_step: None,
            current: (scale.finest, true),
            is_repetition: false,
            change: ChangeMeter::default(),
        }
    }

    /// Looks at the luma of the picture that is next, with rows of `width` pixels every `stride`
    /// bytes. Optional, but without it nothing tells that a still picture ends.
    pub(crate) fn look(&mut self, luma: &[u8], stride: usize, width: usize) {
        self.change.look(luma, stride, width);
    }

    /// Whether the picture that was looked at would cost too much now even as coarse as may be, so
    /// that the last one is to be coded again in its place.
    pub(crate) fn repeats(&self) -> bool {
        let coarsest = (self.scale.step)(self.scale.coarsest);
        self.change.is_mostly_new()
            && self.delta_step() > NEARLY * coarsest
            && self.account.is_overspent(OWED)
    }

    /// The quantizer for the last picture once more, at `time`: that which it has, with which
    /// next to nothing of it is coded anew. It tells nothing of what pictures cost.
    pub(crate) fn quantizer_of_repetition(&mut self, time: MediaTime) -> u32 {
        self.account.flow_in(time);
        self.is_repetition = true;
        self.current.0
    }

    /// The quantizer for the frame at `time`, within the scale's limits.
    pub(crate) fn quantizer(&mut self, time: MediaTime, key: bool) -> u32 {
        self.account.flow_in(time);
        let step = if key {
            self.key_step()
        } else {
            self.delta_step()
        };
        let quantizer = self.scale.quantizer_for(step);
        self.current = (quantizer, key);
        self.is_repetition = false;
        quantizer
    }

    /// Counts what the frame cost for which [`quantizer`](Self::quantizer) was asked last.
    pub(crate) fn spent(&mut self, bytes: usize) {
        let bits = bytes as f64 * 8.0;
        self.account.spend(bits);
        if std::mem::take(&mut self.is_repetition) {
            return;
        }
        let (quantizer, key) = self.current;
        let step = (self.scale.step)(quantizer);
        let bits = bits.max(FRAME_OVERHEAD);
        if key {
            self.key_bits = bits * step.powf(self.scale.key_exponent);
            return;
        }
        if self.change.is_mostly_new() {
            let as_key = bits * step.powf(self.scale.key_exponent);
            self.key_bits = self.key_bits.max(as_key);
        }
        let seen = bits * step.powf(self.scale.delta_exponent);
        // Means of logarithms, for pictures differ by factors. More motion is believed sooner
        // than less.
        self.delta_bits = Some(self.delta_bits.map_or(seen, |known| {
            let weight = if seen > known { 0.7 } else { 0.25 };
            known * (seen / known).powf(weight)
        }));
        self.usual_step = Some(
            self.usual_step
                .map_or(step, |usual| usual * (step / usual).powf(0.2)),
        );
    }

    fn delta_step(&self) -> f64 {
        let last = (self.scale.step)(self.current.0);
        let Some(model) = self.delta_bits else {
            return last / KEY_FRAME_STEP;
        };
        let even = self.account.bits_per_frame();
        let share = (self.account.period() / HORIZON).min(1.0);
        let budget = even + (self.account.balance() - even) * share;
        let step = (model / budget.max(even * LEAST_SHARE)).powf(1.0 / self.scale.delta_exponent);
        step.clamp(last * FINER, last * COARSER)
            .max(self.cautious_step())
    }

    /// The least step with which what is new in the picture does not cost too much. New parts
    /// cost what they would in a key frame, unless they are found elsewhere in the picture
    /// before; which of both, only the codec finds out, and then it is too late.
    fn cautious_step(&self) -> f64 {
        self.step_for_new(self.key_bits * self.change.share(), self.account.seconds())
    }

    /// The step with which so many bits (at step 1) of new picture cost what a key frame may,
    /// and `extra` seconds of bits.
    fn step_for_new(&self, bits: f64, extra: f64) -> f64 {
        let seconds = (KEY_FRAME + extra).clamp(LEAST_KEY_FRAME, MOST_KEY_FRAME);
        let budget = seconds * self.account.bits_per_second();
        (bits / budget).powf(1.0 / self.scale.key_exponent)
    }

    fn key_step(&self) -> f64 {
        let affordable =
            self.step_for_new(self.key_bits, self.account.seconds() * KEY_FRAME_BALANCE);
        let wanted = self.usual_step.unwrap_or(0.0) * KEY_FRAME_STEP;
        affordable.max(wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCALE: &QuantizerScale = &QuantizerScale::VP9;

    fn step_of(quantizer: u32) -> f64 {
        (SCALE.step)(quantizer)
    }

    /// A picture whose frames cost what the closure says at step 1, coded with `rate`; returns
    /// bits per second and the quantizers used.
    fn run(
        control: &mut RateControl,
        times: impl Iterator<Item = f64>,
        keys: impl Fn(usize) -> bool,
        bits_at_step_1: impl Fn(usize, bool) -> f64,
    ) -> (f64, Vec<u32>) {
        let (mut bits, mut end, mut quantizers) = (0.0, 0.0, Vec::new());
        for (n, seconds) in times.enumerate() {
            let time = MediaTime::from_nanos((seconds * 1e9) as i64);
            let quantizer = control.quantizer(time, keys(n));
            quantizers.push(quantizer);
            // Another exponent than the model has.
            let bytes = bits_at_step_1(n, keys(n)) / step_of(quantizer).powf(1.1) / 8.0;
            control.spent(bytes as usize);
            bits += bytes * 8.0;
            end = seconds;
        }
        (bits / end, quantizers)
    }

    fn noise(n: usize) -> f64 {
        // Deterministic, from 0.6 to 1.4.
        0.6 + (n * 7919 % 97) as f64 / 97.0 * 0.8
    }

    fn assert_near(found: f64, wanted: f64, percent: f64) {
        let off = (found / wanted - 1.0) * 100.0;
        assert!(
            off.abs() < percent,
            "{found:.0} for {wanted:.0}: {off:.1} %"
        );
    }

    #[test]
    fn a_steady_rate_is_kept() {
        for target in [300_000, 800_000, 2_500_000] {
            let mut control = RateControl::new(SCALE, target, Rate::new(30, 1), 640 * 360);
            let times = (0..300).map(|n| f64::from(n) / 30.0);
            let (found, _) = run(
                &mut control,
                times,
                |n| n % 100 == 0,
                |n, key| f64::from(target) * if key { 20.0 } else { 5.0 * noise(n) },
            );
            assert_near(found, f64::from(target), 5.0);
        }
    }

    #[test]
    fn frames_that_come_irregularly_get_bits_by_time() {
        let mut control = RateControl::new(SCALE, 800_000, None, 640 * 360);
        let mut t = 0.0;
        let times = (0..400).map(|n| {
            t += if n % 50 < 25 { 0.1 } else { 0.02 } * noise(n);
            t
        });
        let times: Vec<f64> = times.collect();
        let (found, _) = run(
            &mut control,
            times.into_iter(),
            |n| n == 0,
            |n, key| if key { 16e6 } else { 4e6 * noise(n) },
        );
        assert_near(found, 800_000.0, 5.0);
    }

    #[test]
    fn a_key_frame_does_not_starve_what_follows() {
        let mut control = RateControl::new(SCALE, 800_000, Rate::new(30, 1), 640 * 360);
        let times = (0..600).map(|n| f64::from(n) / 30.0);
        let (_, quantizers) = run(
            &mut control,
            times,
            |n| n % 150 == 0,
            |n, key| if key { 10e6 } else { 1e6 * noise(n) },
        );
        let mean =
            |range: &[u32]| range.iter().map(|&q| step_of(q)).sum::<f64>() / range.len() as f64;
        for key in [300, 450] {
            let before = mean(&quantizers[key - 30..key]);
            let after = mean(&quantizers[key + 1..key + 31]);
            assert!(after < before * 1.6, "steps {before:.0}, then {after:.0}");
        }
    }

    #[test]
    fn stillness_neither_saves_up_a_burst_nor_leaves_the_scale() {
        let mut control = RateControl::new(SCALE, 500_000, Rate::new(30, 1), 640 * 360);
        let times = (0..600).map(|n| f64::from(n) / 30.0);
        let motion = |n: usize| n >= 300;
        let (_, quantizers) = run(
            &mut control,
            times,
            |n| n == 0,
            |n, key| match (key, motion(n)) {
                (true, _) => 4e6,
                (false, false) => 1e3,
                (false, true) => 3e6,
            },
        );
        assert!(
            quantizers
                .iter()
                .all(|q| (SCALE.finest..=SCALE.coarsest).contains(q))
        );
        assert_eq!(quantizers[299], SCALE.finest);
        // Within a second the motion is under control.
        assert!(quantizers[330] > 60, "{}", quantizers[330]);
    }

    /// Content with detail everywhere, another for each number.
    fn luma(scene: usize) -> Vec<u8> {
        (0..64 * 64)
            .map(|n| (n * (scene * 2 + 13) % 251) as u8)
            .collect()
    }

    #[test]
    fn the_end_of_a_still_picture_is_seen_before_it_is_paid_for() {
        const TARGET: u32 = 1_000_000;
        // Bits of a frame that shows something new, and of one that does not.
        let cost = |new: bool, step: f64| if new { 8e6 / step.powf(0.6) } else { 4e3 };
        let mut control = RateControl::new(SCALE, TARGET, Rate::new(30, 1), 640 * 360);
        let mut dearest: f64 = 0.0;
        for n in 0..900 {
            let (scene, time) = (n / 100, MediaTime::from_millis(33 * n as i64));
            control.look(&luma(scene), 64, 64);
            let step = step_of(control.quantizer(time, n == 0));
            let bits = cost(n % 100 == 0, step);
            control.spent((bits / 8.0) as usize);
            dearest = dearest.max(bits / f64::from(TARGET));
        }
        assert!(dearest < 1.0, "{dearest:.2} seconds of bits in a frame");
    }

    #[test]
    fn what_is_owed_is_paid_back() {
        let target = 800_000;
        let mut control = RateControl::new(SCALE, target, Rate::new(30, 1), 640 * 360);
        let times = (0..1800).map(|n| f64::from(n) / 30.0);
        // Every three seconds a burst that costs several.
        let (found, _) = run(
            &mut control,
            times,
            |n| n == 0,
            |n, _| if n % 90 < 10 { 60e6 } else { 3e6 * noise(n) },
        );
        assert_near(found, target.into(), 5.0);
    }

    #[test]
    fn what_no_quantizer_makes_cheap_is_shown_less_often() {
        const TARGET: u32 = 600_000;
        let mut control = RateControl::new(SCALE, TARGET, Rate::new(30, 1), 640 * 360);
        let (mut seconds, mut shown) = ([0.0; 9], 0);
        for n in 0..270 {
            let time = MediaTime::from_millis(1000 * n as i64 / 30);
            // A second in which every picture is new, then two of stillness.
            control.look(&luma(n.min(n / 90 * 90 + 29)), 64, 64);
            let bits = if n > 0 && control.repeats() {
                control.quantizer_of_repetition(time);
                // Next time, the picture is compared with the one that is shown.
                control.look(&luma(shown), 64, 64);
                1e3
            } else {
                shown = n.min(n / 90 * 90 + 29);
                control.quantizer(time, n == 0);
                if n % 90 < 30 { 80e3 } else { 2e3 }
            };
            control.spent((bits / 8.0) as usize);
            seconds[n / 30] += bits / f64::from(TARGET);
        }
        assert!(seconds.iter().all(|&bits| bits < 2.0), "{seconds:.2?}");
        assert_eq!(shown, 209, "the last picture of each second is shown");
    }
}
