//! Bits, most significant first, as H.264 headers have them (H.264 §7.2).

/// Writes to the end of a payload.
#[derive(Debug)]
pub(super) struct BitWriter {
    bytes: Vec<u8>,
    /// Unused bits of the last byte.
    free: u32,
}

impl BitWriter {
    pub(super) fn new() -> Self {
        Self {
            bytes: Vec::new(),
            free: 0,
        }
    }

    /// Goes on where `payload` ends, before its trailing bits (H.264 §7.3.2.11). `None` if it
    /// has none.
    pub(super) fn reopen(mut payload: Vec<u8>) -> Option<Self> {
        let last = payload.iter().rposition(|&byte| byte != 0)?;
        payload.truncate(last + 1);
        let stop_bit = payload[last].trailing_zeros();
        payload[last] &= !(1 << stop_bit);
        Some(Self {
            bytes: payload,
            free: stop_bit + 1,
        })
    }

    /// Takes the last bit back.
    pub(super) fn pop(&mut self) -> Option<bool> {
        if self.free == 8 {
            self.bytes.pop();
            self.free = 0;
        }
        let last = self.bytes.last_mut()?;
        let bit = 1 << self.free;
        let was_set = *last & bit != 0;
        *last &= !bit;
        self.free += 1;
        Some(was_set)
    }

    /// One bit.
    pub(super) fn flag(&mut self, set: bool) {
        if self.free == 0 {
            self.bytes.push(0);
            self.free = 8;
        }
        self.free -= 1;
        if let Some(last) = self.bytes.last_mut() {
            *last |= u8::from(set) << self.free;
        }
    }

    /// `u(count)`, for up to 32 bits.
    pub(super) fn bits(&mut self, value: u32, count: u32) {
        for bit in (0..count).rev() {
            self.flag(value >> bit & 1 == 1);
        }
    }

    /// `ue(v)` (H.264 §9.1), for values below 2³² − 1.
    pub(super) fn exp_golomb(&mut self, value: u32) {
        let code = value.saturating_add(1);
        let length = 32 - code.leading_zeros();
        self.bits(0, length - 1);
        self.bits(code, length);
    }

    /// `se(v)` (H.264 §9.1.1), for values above −2³¹.
    pub(super) fn signed_exp_golomb(&mut self, value: i32) {
        let size = value.unsigned_abs().saturating_mul(2);
        self.exp_golomb(if value > 0 { size - 1 } else { size });
    }

    /// What is read up to the bit `end`. `None` if there is not so much.
    pub(super) fn copy(&mut self, read: &mut BitReader<'_>, end: usize) -> Option<()> {
        while read.position() < end {
            self.flag(read.flag()?);
        }
        Some(())
    }

    /// Ones up to the end of the byte.
    pub(super) fn align(&mut self) {
        while self.free > 0 {
            self.flag(true);
        }
    }

    /// What is written so far, without trailing bits.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// The payload with its trailing bits.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.flag(true);
        self.bytes
    }
}

/// Reads a payload. What lies beyond its end is `None`.
#[derive(Debug)]
pub(super) struct BitReader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> BitReader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Goes on at the bit `at`.
    pub(super) fn at_bit(self, at: usize) -> Self {
        Self { at, ..self }
    }

    /// Where the next bit is.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// One bit.
    pub(super) fn flag(&mut self) -> Option<bool> {
        let byte = self.bytes.get(self.at / 8)?;
        let bit = byte >> (7 - self.at % 8) & 1;
        self.at += 1;
        Some(bit == 1)
    }

    /// `u(count)`, for up to 32 bits.
    pub(super) fn bits(&mut self, count: u32) -> Option<u32> {
        (0..count).try_fold(0, |value, _| Some(value << 1 | u32::from(self.flag()?)))
    }

    /// `ue(v)` (H.264 §9.1), for values below 2³² − 1.
    pub(super) fn exp_golomb(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while !self.flag()? {
            zeros += 1;
        }
        let rest = (zeros < 32).then(|| self.bits(zeros))??;
        Some((1_u32 << zeros) - 1 + rest)
    }

    /// `se(v)` (H.264 §9.1.1).
    pub(super) fn signed_exp_golomb(&mut self) -> Option<i32> {
        let code = self.exp_golomb()?;
        let size = code.div_ceil(2).cast_signed();
        Some(if code % 2 == 0 { -size } else { size })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_that_is_reopened_stays_as_it_was() {
        for payload in [
            &[0x80][..],
            &[0xff],
            &[0x12, 0x34, 0x01],
            &[0x12, 0x80],
            &[0, 0x40],
        ] {
            let reopened = BitWriter::reopen(payload.to_vec()).unwrap();
            assert_eq!(reopened.finish(), payload);
            let trailing_zeros = [payload, &[0, 0]].concat();
            let reopened = BitWriter::reopen(trailing_zeros).unwrap();
            assert_eq!(reopened.finish(), payload);
        }
        for nothing in [&[][..], &[0, 0]] {
            assert!(BitWriter::reopen(nothing.to_vec()).is_none());
        }
    }

    #[test]
    fn bits_come_back_in_reverse() {
        let mut bits = BitWriter::reopen(vec![0b1010_1000, 0b1000_0000]).unwrap();
        let popped: Vec<_> = std::iter::from_fn(|| bits.pop()).collect();
        let expected = [0, 0, 0, 1, 0, 1, 0, 1].map(|bit| bit == 1);
        assert_eq!(popped, expected);
        bits.bits(0b110, 3);
        assert_eq!(bits.finish(), [0b1101_0000]);
    }

    #[test]
    fn exp_golomb_codes_are_those_of_the_table() {
        // H.264 table 9-2.
        for (value, bits) in [
            (0, 0b1),
            (1, 0b010),
            (2, 0b011),
            (3, 0b00100),
            (9, 0b0001010),
        ] {
            let mut writer = BitWriter::new();
            writer.exp_golomb(value);
            let length = 2 * (value + 1).ilog2() + 1;
            let written = writer.finish();
            assert_eq!(u32::from(written[0]) >> (8 - length), bits, "{value}");
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let mut bits = BitWriter::new();
        bits.bits(0b1011, 4);
        for value in [0, 1, 7, 8, 1000, u32::MAX - 1] {
            bits.exp_golomb(value);
        }
        let bytes = bits.finish();
        let mut read = BitReader::new(&bytes);
        assert_eq!(read.bits(4), Some(0b1011));
        for value in [0, 1, 7, 8, 1000, u32::MAX - 1] {
            assert_eq!(read.exp_golomb(), Some(value));
        }
        assert_eq!(read.flag(), Some(true));
        assert_eq!(read.bits(8), None);
        assert_eq!(read.exp_golomb(), None);
    }

    #[test]
    fn signs_alternate() {
        // H.264 table 9-3.
        for (code, value) in [
            (0, 0),
            (1, 1),
            (2, -1),
            (3, 2),
            (4, -2),
            (u32::MAX - 1, i32::MIN + 1),
        ] {
            let mut bits = BitWriter::new();
            bits.signed_exp_golomb(value);
            let bytes = bits.finish();
            assert_eq!(BitReader::new(&bytes).exp_golomb(), Some(code));
            assert_eq!(
                BitReader::new(&bytes).signed_exp_golomb(),
                Some(value),
                "{code}"
            );
        }
    }
}
