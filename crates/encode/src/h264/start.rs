//! The quantizer that a fresh codec starts from.

use media_recorder_types::{FrameSize, Rate};

use super::slice::{COARSEST, Slice};
use crate::rate::Account;

/// For pictures with bits to spare. For those with hardly any it is the coarsest.
const FINEST: f64 = 28.0;
/// Bits per pixel from which on the finest is right.
const BITS_TO_SPARE: f64 = 0.18;
/// How much coarser for half the bits.
const PER_HALF: f64 = 8.0;
/// From here on, the codec goes as far as the coarsest.
const FAR_ENOUGH: i32 = 33;

/// What a key frame may cost, in seconds of bits, at an even balance, and how much of the balance
/// comes on top; at least and at most.
const KEY_FRAME: f64 = 0.4;
const BALANCE: f64 = 0.5;
const LEAST: f64 = 0.1;
const MOST: f64 = 0.6;
/// The codec's key frames are finer than what it starts from.
const KEY_FINER: f64 = 2.0;
/// For half the bits.
const PER_OCTAVE: f64 = 6.0;

/// Learns it from the group of pictures before.
#[derive(Debug)]
pub(super) struct StartQuantizer {
    first: i32,
    /// That of the last key frame, and what it has cost, in bits.
    key: Option<(i32, f64)>,
    /// Of the pictures since, all together, and how many.
    others: (i32, i32),
}

impl StartQuantizer {
    pub(super) fn new(size: FrameSize, rate: Option<Rate>, bits_per_second: u32) -> Self {
        let rate = rate.map_or(30.0, Rate::as_f64);
        let bits_per_pixel = f64::from(bits_per_second) / (size.pixels() as f64 * rate);
        // Where bits are few, the finest that the codec may then take is not fine enough for a
        // picture that stands still to make one that changes cost seconds of bits.
        let first = FINEST + PER_HALF * (BITS_TO_SPARE / bits_per_pixel).log2();
        Self {
            first: first.clamp(FINEST, COARSEST.into()).round() as i32,
            key: None,
            others: (0, 0),
        }
    }

    /// For the next key frame: as coarse as pictures were before, or coarser where that would cost
    /// too much.
    pub(super) fn next(&self, account: &Account) -> i32 {
        let Some((quantizer, bits)) = self.key else {
            return self.first;
        };
        let seconds = (KEY_FRAME + BALANCE * account.seconds()).clamp(LEAST, MOST);
        let too_much = (bits / (seconds * account.bits_per_second())).log2();
        let affordable = f64::from(quantizer) + PER_OCTAVE * too_much + KEY_FINER;
        let usual = match self.others {
            (_, 0) => affordable,
            (all, count) => f64::from(all) / f64::from(count),
        };
        let finest = self.first.min(FAR_ENOUGH);
        (affordable.max(usual).round() as i32).clamp(finest, COARSEST)
    }

    /// Learns what a picture has cost, in bits.
    pub(super) fn learn(&mut self, slice: &Slice, bits: f64) {
        if slice.is_key() {
            self.key = Some((slice.quantizer(), bits.max(1.0)));
            self.others = (0, 0);
        } else if self.others.1 < i32::from(i16::MAX) {
            self.others.0 = self.others.0.saturating_add(slice.quantizer());
            self.others.1 += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_bits_start_coarse() {
        let of = |width, height, bits_per_second| {
            let size = FrameSize::new(width, height);
            StartQuantizer::new(size, Rate::new(30, 1), bits_per_second).first
        };
        assert_eq!(of(640, 360, 2_500_000), 28);
        assert_eq!(of(640, 360, 600_000), 36);
        assert_eq!(of(1280, 720, 1_000_000), 47);
        assert_eq!(of(16_384, 16_384, 0), 51);
        assert_eq!(of(2, 2, u32::MAX), 28);
    }

    /// A start whose last group had these quantizers, and a key frame of so many seconds of bits.
    fn after(key: i32, seconds: f64, others: i32) -> (StartQuantizer, Account) {
        let size = FrameSize::new(640, 360);
        let rate = Rate::new(30, 1);
        let mut start = StartQuantizer::new(size, rate, 600_000);
        start.key = Some((key, seconds * 600_000.0));
        start.others = (others * 50, 50);
        (start, Account::new(600_000, rate))
    }

    #[test]
    fn a_key_frame_is_like_those_before_where_it_can_be_afforded() {
        let (start, account) = after(34, 0.1, 37);
        assert_eq!(start.next(&account), 37);
        // Half the bits: as coarse again, and the codec's key frames are finer.
        let (start, account) = after(34, 0.8, 30);
        assert_eq!(start.next(&account), 34 + 6 + 2);
        let (start, mut account) = after(34, 0.4, 30);
        assert_eq!(start.next(&account), 36);
        account.spend(0.4 * 600_000.0);
        assert_eq!(start.next(&account), 42);
    }

    #[test]
    fn it_stays_where_the_codec_can_go_as_far_as_the_coarsest() {
        let (start, account) = after(10, 0.01, 10);
        assert_eq!(start.next(&account), FAR_ENOUGH);
        let (start, account) = after(51, 9.0, 51);
        assert_eq!(start.next(&account), COARSEST);
    }
}
