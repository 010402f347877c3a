//! Bits, most significant first, as AV1 headers have them (AV1 specification §4.10).

/// Reads until the data ends; then everything is `None`.
#[derive(Clone, Debug)]
pub(super) struct BitReader<'a> {
    data: &'a [u8],
    position: usize,
}

impl<'a> BitReader<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        Self { data, position: 0 }
    }

    /// One bit.
    pub(super) fn flag(&mut self) -> Option<bool> {
        let byte = self.data.get(self.position / 8)?;
        let bit = byte >> (7 - self.position % 8) & 1;
        self.position += 1;
        Some(bit == 1)
    }

    /// `f(count)`, for up to 32 bits.
    pub(super) fn bits(&mut self, count: u32) -> Option<u32> {
        (0..count).try_fold(0, |value: u32, _| {
            Some(value << 1 | u32::from(self.flag()?))
        })
    }

    /// A few bits that are known to fit a byte.
    pub(super) fn small(&mut self, count: u32) -> Option<u8> {
        self.bits(count.min(8)).map(|value| value as u8)
    }

    /// `uvlc()`; its value is of no interest.
    pub(super) fn skip_uvlc(&mut self) -> Option<()> {
        let mut zeros = 0;
        while !self.flag()? {
            zeros += 1;
        }
        if zeros < 32 {
            self.bits(zeros)?;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_come_in_order_and_end() {
        let mut bits = BitReader::new(&[0b1010_0110, 0xff]);
        assert_eq!(bits.flag(), Some(true));
        assert_eq!(bits.bits(3), Some(0b010));
        assert_eq!(bits.small(6), Some(0b011011));
        assert_eq!(bits.bits(6), Some(0x3f));
        assert_eq!(bits.flag(), None);
        // uvlc: two zeros, a one, two bits.
        let mut bits = BitReader::new(&[0b0010_1100]);
        assert_eq!(bits.skip_uvlc(), Some(()));
        assert_eq!(bits.bits(3), Some(0b100));
        assert_eq!(BitReader::new(&[0; 8]).skip_uvlc(), None);
    }
}
