//! The boolean entropy encoder (RFC 6386 §7).

use crate::tables::{Code, Probability, Tree, walk};

/// Bits that wait before the oldest of them go out together.
const WAITING: u32 = 40;
/// How many bytes go out at once.
const BYTES_AT_ONCE: u32 = 4;
/// What a decoder may look ahead beyond the last bit.
const PADDING_BITS: u32 = 16;

/// Writes bits that are more or less likely.
#[derive(Debug)]
pub(crate) struct BoolEncoder {
    out: Vec<u8>,
    /// The lower end of the interval, as far as it did not go out.
    low: u64,
    /// The interval's length, 128 to 255.
    range: u32,
    /// How many bits of `low` stand above the eight of the range.
    waiting: u32,
}

impl BoolEncoder {
    pub(crate) fn new() -> Self {
        Self {
            out: Vec::new(),
            low: 0,
            range: 255,
            waiting: 0,
        }
    }

    /// A bit that is 0 with a probability of so many 256ths.
    #[inline(always)]
    pub(crate) fn write(&mut self, bit: bool, probability: Probability) {
        let split = 1 + (((self.range - 1) * u32::from(probability)) >> 8);
        if bit {
            self.low += u64::from(split);
            self.range -= split;
        } else {
            self.range = split;
        }
        let shift = self.range.leading_zeros() - 24;
        self.range <<= shift;
        self.low <<= shift;
        self.waiting += shift;
        if self.waiting >= WAITING {
            self.flush_oldest();
        }
    }

    /// A bit that is 0 as often as 1.
    pub(crate) fn write_flag(&mut self, bit: bool) {
        self.write(bit, 128);
    }

    /// A number of so many bits, the highest first (RFC 6386 §8).
    pub(crate) fn write_literal(&mut self, value: u32, bits: u32) {
        for shift in (0..bits).rev() {
            self.write_flag(value >> shift & 1 != 0);
        }
    }

    /// A number if it is not 0: a flag, its magnitude and its sign.
    pub(crate) fn write_optional_signed(&mut self, value: i32, bits: u32) {
        self.write_flag(value != 0);
        if value != 0 {
            self.write_literal(value.unsigned_abs(), bits);
            self.write_flag(value < 0);
        }
    }

    /// A leaf of a tree (RFC 6386 §8.1).
    pub(crate) fn write_tree(&mut self, tree: &Tree, probabilities: &[Probability], code: Code) {
        walk(tree, code, |branch, bit| {
            self.write(bit, probabilities[branch]);
        });
    }

    /// All bytes, after which nothing else may follow.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        if self.waiting >= 8 * BYTES_AT_ONCE {
            self.flush_oldest();
        }
        // To whole bytes.
        let padding = PADDING_BITS + (8 - self.waiting % 8) % 8;
        self.low <<= padding;
        self.waiting += padding;
        self.carry();
        for byte in (0..(self.waiting + 8) / 8).rev() {
            self.out.push((self.low >> (8 * byte)) as u8);
        }
        // Some decoders look one byte further ahead than the padding goes.
        self.out.push(0);
        self.out
    }

    /// Adds what has run over to what is out already.
    fn carry(&mut self) {
        let carry = self.low >> (self.waiting + 8);
        if carry != 0 {
            for byte in self.out.iter_mut().rev() {
                *byte = byte.wrapping_add(1);
                if *byte != 0 {
                    break;
                }
            }
            self.low &= (1 << (self.waiting + 8)) - 1;
        }
    }

    #[cold]
    fn flush_oldest(&mut self) {
        self.carry();
        self.waiting -= 8 * BYTES_AT_ONCE;
        let bytes = (self.low >> (self.waiting + 8)) as u32;
        self.out.extend(bytes.to_be_bytes());
        self.low &= (1 << (self.waiting + 8)) - 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::bool_decoder::BoolDecoder;
    use crate::tables::modes;

    proptest! {
        #[test]
        fn the_decoder_of_the_rfc_reads_what_was_written(
            bits in prop::collection::vec((any::<bool>(), 1..=255_u8), 0..3000),
        ) {
            let mut encoder = BoolEncoder::new();
            bits.iter().for_each(|(bit, probability)| encoder.write(*bit, *probability));
            let bytes = encoder.finish();
            let mut decoder = BoolDecoder::new(&bytes);
            for (bit, probability) in bits {
                prop_assert_eq!(decoder.bit(probability), bit);
            }
        }

        #[test]
        fn numbers_come_back(
            numbers in prop::collection::vec((0..1_u32 << 15, -63..=63_i32, 0..4_usize), 1..50),
        ) {
            let mut encoder = BoolEncoder::new();
            for (number, signed, leaf) in &numbers {
                encoder.write_literal(*number, 15);
                encoder.write_optional_signed(*signed, 6);
                let code = modes::SEGMENT_CODES[*leaf];
                encoder.write_tree(&modes::SEGMENT_TREE, &[10, 128, 250], code);
            }
            let bytes = encoder.finish();
            let mut decoder = BoolDecoder::new(&bytes);
            for (number, signed, leaf) in numbers {
                prop_assert_eq!(decoder.literal(15), number);
                prop_assert_eq!(decoder.optional_signed(6), signed);
                // As RFC 6386 §10 writes the tree.
                prop_assert_eq!(decoder.tree(&[2, 4, 0, -1, -2, -3], &[10, 128, 250]), leaf);
            }
        }
    }

    #[test]
    fn a_carry_runs_through_all_bytes_that_are_full() {
        // The upper part of the interval again and again: bytes of 255.
        for ones in 0..200 {
            let bits = |n: usize| match n < ones {
                true => (true, 255),
                false => (n.is_multiple_of(3), 128),
            };
            let mut encoder = BoolEncoder::new();
            (0..400)
                .map(bits)
                .for_each(|(bit, probability)| encoder.write(bit, probability));
            let bytes = encoder.finish();
            let mut decoder = BoolDecoder::new(&bytes);
            assert!(
                (0..400)
                    .map(bits)
                    .all(|(bit, probability)| decoder.bit(probability) == bit)
            );
        }
    }
}
