//! EBML elements: an ID, a size, the data (RFC 8794 §6).

use bytes::BufMut;

use super::element::{Element, Int, Uint};
use super::ids;

/// The largest size that eight octets say: all ones is not 2^56 − 1 but "unknown"
/// (RFC 8794 §6.2).
pub(crate) const MAX_SIZE: u64 = max_size(8);

/// An unknown size, in eight octets so that a known one can take its place.
pub(crate) const UNKNOWN_SIZE: u64 = 0x01FF_FFFF_FFFF_FFFF;

/// The largest size that `octets` octets say.
pub(crate) const fn max_size(octets: usize) -> u64 {
    (1 << (7 * octets)) - 2
}

/// The fewest octets that say `size`, which is at most [`MAX_SIZE`].
pub(crate) fn size_octets(size: u64) -> usize {
    // Each octet says seven bits, and all ones are taken.
    let bits = (u64::BITS - (size + 1).leading_zeros()) as usize;
    bits.div_ceil(7).clamp(1, 8)
}

/// The first `octets` octets of this are a size in as many octets, which suffice.
pub(crate) fn size_at_front(size: u64, octets: usize) -> [u8; 8] {
    debug_assert!(size <= max_size(octets), "{size} in {octets} octets");
    (((1 << (7 * octets)) | size) << (64 - 8 * octets)).to_be_bytes()
}

/// A size in the fewest octets.
pub(crate) fn put_size(buf: &mut impl BufMut, size: u64) {
    put_size_in(buf, size, size_octets(size));
}

/// A size in exactly `octets` octets, which suffice.
pub(crate) fn put_size_in(buf: &mut impl BufMut, size: u64, octets: usize) {
    buf.put_slice(&size_at_front(size, octets)[..octets]);
}

/// A size that is unknown, in `octets` octets.
pub(crate) fn put_unknown_size_in(buf: &mut impl BufMut, octets: usize) {
    buf.put_uint((1 << (7 * octets)) | (max_size(octets) + 1), octets);
}

/// The ID of an element and the size of its data. The first octet of an ID is never zero, so it
/// has the length of its number.
pub(crate) fn put_header<T>(buf: &mut impl BufMut, element: Element<T>, size: u64) {
    put_id(buf, element);
    put_size(buf, size);
}

/// An ID alone.
pub(crate) fn put_id<T>(buf: &mut impl BufMut, element: Element<T>) {
    buf.put_uint(element.id.into(), uint_octets(element.id.into()));
}

/// How many octets the ID and the size of an element with `size` octets of data have.
pub(crate) fn header_octets<T>(element: Element<T>, size: u64) -> u64 {
    (uint_octets(element.id.into()) + size_octets(size)) as u64
}

/// The fewest octets of an unsigned integer, at least one.
fn uint_octets(value: u64) -> usize {
    (8 - value.leading_zeros() as usize / 8).max(1)
}

/// The fewest octets of a signed integer in two's complement, at least one.
fn int_octets(value: i64) -> usize {
    let sign_bits = if value < 0 {
        value.leading_ones()
    } else {
        value.leading_zeros()
    };
    8 - (sign_bits as usize - 1) / 8
}

/// An unsigned integer in the fewest octets.
pub(crate) fn put_uint(buf: &mut impl BufMut, element: Element<Uint>, value: u64) {
    let octets = uint_octets(value);
    put_header(buf, element, octets as u64);
    buf.put_uint(value, octets);
}

/// A signed integer in the fewest octets.
pub(crate) fn put_int(buf: &mut impl BufMut, element: Element<Int>, value: i64) {
    let octets = int_octets(value);
    put_header(buf, element, octets as u64);
    buf.put_int(value, octets);
}

/// How many octets [`put_int`] writes.
pub(crate) fn int_element_octets(element: Element<Int>, value: i64) -> u64 {
    let octets = int_octets(value) as u64;
    header_octets(element, octets) + octets
}

/// The fewest octets of a `Void`: whoever reserves a place must see to it that a gap of one octet
/// cannot remain.
pub(crate) const LEAST_VOID: u64 = 2;

/// A `Void` of `len` octets in all, ID and size included (RFC 8794 §11.3.2), at least
/// [`LEAST_VOID`].
pub(crate) fn put_void(buf: &mut impl BufMut, len: usize) {
    let data = put_void_header(buf, len as u64);
    // Less than `len`.
    buf.put_bytes(0, data as usize);
}

/// The ID and size of a `Void` of `len` octets in all, at least [`LEAST_VOID`]; gives the octets
/// that are to follow, whatever they are.
pub(crate) fn put_void_header(buf: &mut impl BufMut, len: u64) -> u64 {
    debug_assert!(len >= LEAST_VOID, "a Void of {len} octets");
    // A size in more octets than it needs fills the gaps: with 129 octets, for one, 127 of data
    // are too many for one octet of size, and two leave 126.
    let fitting = (1..=8).find_map(|octets| {
        let data = len.checked_sub(1 + octets as u64)?;
        (data <= max_size(octets)).then_some((octets, data))
    });
    let Some((octets, data)) = fitting else {
        return 0;
    };
    put_id(buf, ids::VOID);
    put_size_in(buf, data, octets);
    data
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
        let mut buf = Vec::new();
        write(&mut buf);
        buf
    }

    #[test]
    fn sizes_are_as_short_as_possible_and_never_all_ones() {
        for octets in 1..=8 {
            let largest = max_size(octets);
            let bytes = written(|buf| put_size(buf, largest));
            assert_eq!(bytes.len(), octets, "{largest}");
            let value = bytes.iter().fold(0_u64, |n, &b| n << 8 | u64::from(b));
            assert_ne!(
                value.trailing_ones() as usize,
                7 * octets,
                "{largest} is all ones"
            );
            if octets < 8 {
                let next = written(|buf| put_size(buf, largest + 1));
                assert_eq!(next.len(), octets + 1, "{largest} + 1");
            }
        }
        assert_eq!(written(|buf| put_size(buf, 0)), [0x80]);
        assert_eq!(written(|buf| put_size(buf, 126)), [0xFE]);
        assert_eq!(written(|buf| put_size(buf, 127)), [0x40, 0x7F]);
        assert_eq!(
            written(|buf| put_size(buf, MAX_SIZE))[..],
            0x01FF_FFFF_FFFF_FFFE_u64.to_be_bytes()
        );
        assert_eq!(
            written(|buf| put_size_in(buf, 5, 8)),
            [1, 0, 0, 0, 0, 0, 0, 5]
        );
    }

    #[test]
    fn integers_are_as_short_as_possible() {
        let uint = |value| written(|buf| put_uint(buf, ids::TIMESTAMP, value));
        assert_eq!(uint(0), [0xE7, 0x81, 0]);
        assert_eq!(uint(255), [0xE7, 0x81, 255]);
        assert_eq!(uint(256), [0xE7, 0x82, 1, 0]);
        assert_eq!(uint(u64::MAX).len(), 10);
        let int = |value| written(|buf| put_int(buf, ids::DISCARD_PADDING, value));
        assert_eq!(int(0), [0x75, 0xA2, 0x81, 0]);
        assert_eq!(int(127), [0x75, 0xA2, 0x81, 0x7F]);
        assert_eq!(int(128), [0x75, 0xA2, 0x82, 0x00, 0x80]);
        assert_eq!(int(-128), [0x75, 0xA2, 0x81, 0x80]);
        assert_eq!(int(-129), [0x75, 0xA2, 0x82, 0xFF, 0x7F]);
        for value in [0, 127, 128, 6_500_000, i64::MAX, i64::MIN, -1] {
            let expected = int_element_octets(ids::DISCARD_PADDING, value);
            assert_eq!(int(value).len() as u64, expected, "{value}");
        }
        assert_eq!(int(i64::MAX).len(), 11);
    }

    #[test]
    fn a_void_fills_any_gap_from_two_octets_on() {
        for len in (2..600).chain([16_384, 16_385, 16_386, 16_387, 16_388, 20_000]) {
            let bytes = written(|buf| put_void(buf, len));
            assert_eq!(bytes.len(), len);
            assert_eq!(bytes[0], 0xEC);
            let octets = bytes[1].leading_zeros() as usize + 1;
            let value = bytes[1..=octets]
                .iter()
                .fold(0_u64, |n, &b| n << 8 | u64::from(b));
            let data = value & (max_size(octets) + 1);
            assert_ne!(
                data,
                max_size(octets) + 1,
                "{len}: all ones is an unknown size"
            );
            assert_eq!(data as usize, len - 1 - octets, "{len}");
        }
    }
}
