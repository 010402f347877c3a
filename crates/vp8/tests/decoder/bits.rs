//! The boolean decoder (RFC 6386 §7.3).

/// Reads bit by bit; behind the end there are zeros.
pub(crate) struct BoolDecoder<'a> {
    data: &'a [u8],
    value: u32,
    range: u32,
    shifted: u32,
}

impl<'a> BoolDecoder<'a> {
    pub(crate) fn new(data: &'a [u8]) -> Self {
        let mut decoder = Self {
            data,
            value: 0,
            range: 255,
            shifted: 0,
        };
        decoder.value = decoder.byte() << 8 | decoder.byte();
        decoder
    }

    fn byte(&mut self) -> u32 {
        let Some((first, rest)) = self.data.split_first() else {
            return 0;
        };
        self.data = rest;
        u32::from(*first)
    }

    pub(crate) fn bit(&mut self, probability: u8) -> bool {
        let split = 1 + (((self.range - 1) * u32::from(probability)) >> 8);
        let bit = self.value >= split << 8;
        if bit {
            self.range -= split;
            self.value -= split << 8;
        } else {
            self.range = split;
        }
        while self.range < 128 {
            self.value <<= 1;
            self.range <<= 1;
            self.shifted += 1;
            if self.shifted == 8 {
                self.shifted = 0;
                self.value |= self.byte();
            }
        }
        bit
    }

    pub(crate) fn flag(&mut self) -> bool {
        self.bit(128)
    }

    pub(crate) fn literal(&mut self, bits: u32) -> u32 {
        (0..bits).fold(0, |value, _| value << 1 | u32::from(self.flag()))
    }

    pub(crate) fn optional_signed(&mut self, bits: u32) -> i32 {
        if !self.flag() {
            return 0;
        }
        let magnitude = self.literal(bits) as i32;
        if self.flag() { -magnitude } else { magnitude }
    }

    /// A leaf of a tree as the RFC writes it: leaves are negative or 0 (RFC 6386 §8.1).
    pub(crate) fn tree(&mut self, tree: &[i8], probabilities: &[u8]) -> usize {
        let mut at = 0;
        loop {
            let bit = usize::from(self.bit(probabilities[at >> 1]));
            match tree[at + bit] {
                next @ 1.. => at = next as usize,
                leaf => return leaf.unsigned_abs().into(),
            }
        }
    }
}
