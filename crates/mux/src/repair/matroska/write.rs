//! Writing EBML (RFC 8794).

use alloc::vec::Vec;

use bytes::BufMut;

use super::ids::{self, Id};

/// The largest size that eight octets say (RFC 8794 §6.2).
pub(super) const MAX_SIZE: u64 = max_size(8);

/// The largest size that `octets` octets say: all ones is "unknown".
pub(super) const fn max_size(octets: u8) -> u64 {
    (1 << (7 * octets)) - 2
}

/// The fewest octets that say `size`, which is at most [`MAX_SIZE`].
pub(super) fn size_octets(size: u64) -> u8 {
    (1..8).find(|&n| size <= max_size(n)).unwrap_or(8)
}

/// A size in exactly `octets` octets, which suffice; `None` is an unknown one.
pub(super) fn put_size_in(buf: &mut impl BufMut, size: Option<u64>, octets: u8) {
    let data = size.unwrap_or(max_size(octets) + 1);
    buf.put_uint((1 << (7 * octets)) | data, octets.into());
}

/// A size in the fewest octets.
pub(super) fn put_size(buf: &mut impl BufMut, size: u64) {
    put_size_in(buf, Some(size), size_octets(size));
}

/// An ID; its first octet is never zero, so it has the length of its number.
pub(super) fn put_id(buf: &mut impl BufMut, id: Id) {
    buf.put_uint(id.into(), uint_octets(id.into()));
}

/// The fewest octets of an unsigned integer, at least one.
fn uint_octets(value: u64) -> usize {
    (8 - value.leading_zeros() as usize / 8).max(1)
}

/// An unsigned integer element (RFC 8794 §7.2).
pub(super) fn put_uint(buf: &mut impl BufMut, id: Id, value: u64) {
    let octets = uint_octets(value);
    put_id(buf, id);
    put_size(buf, octets as u64);
    buf.put_uint(value, octets);
}

/// A binary element, or a string (RFC 8794 §7.4, §7.5, §7.8).
pub(super) fn put_binary(buf: &mut impl BufMut, id: Id, value: &[u8]) {
    put_id(buf, id);
    put_size(buf, value.len() as u64);
    buf.put_slice(value);
}

/// A master element with what `children` writes (RFC 8794 §7.7).
pub(super) fn put_master(buf: &mut Vec<u8>, id: Id, children: impl FnOnce(&mut Vec<u8>)) {
    let mut data = Vec::new();
    children(&mut data);
    put_binary(buf, id, &data);
}

/// The fewest octets of a `Void`.
pub(super) const LEAST_VOID: u64 = 2;

/// The ID and size of a `Void` of `len` octets in all (RFC 8794 §11.3.2), at least
/// [`LEAST_VOID`]. What follows them does not matter.
pub(super) fn put_void_header(buf: &mut impl BufMut, len: u64) {
    // A size in more octets than it needs fills the gaps: with 129 octets, for one, 127 of data
    // are too many for one octet of size, and two leave 126.
    let fitting = (1..=8).find_map(|octets| {
        let data = len.checked_sub(1 + u64::from(octets))?;
        (data <= max_size(octets)).then_some((octets, data))
    });
    if let Some((octets, data)) = fitting {
        put_id(buf, ids::VOID);
        put_size_in(buf, Some(data), octets);
    }
}
