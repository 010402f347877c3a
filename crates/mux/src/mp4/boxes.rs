//! Boxes (ISO/IEC 14496-12 §4.2): nested calls here are nested boxes there.

use alloc::vec::Vec;

use bytes::BufMut;

/// Octets of a box's size and type.
pub(crate) const HEADER_OCTETS: usize = 4 + 4;

/// Octets of the same with a 64-bit size.
pub(crate) const LARGE_HEADER_OCTETS: usize = 4 + 4 + 8;

/// A box with the content that `write` writes.
pub(crate) fn put_box(buf: &mut Vec<u8>, kind: &[u8; 4], write: impl FnOnce(&mut Vec<u8>)) {
    let start = buf.len();
    buf.put_u32(0);
    buf.put_slice(kind);
    write(buf);
    let size = u32::try_from(buf.len() - start)
        .expect("what is put in boxes here is counted and limited before");
    set_u32(buf, start, size);
}

/// A box that begins with a version and 24 flags.
pub(crate) fn put_full_box(
    buf: &mut Vec<u8>,
    kind: &[u8; 4],
    version: u8,
    flags: u32,
    write: impl FnOnce(&mut Vec<u8>),
) {
    put_box(buf, kind, |buf| {
        buf.put_u32(u32::from(version) << 24 | flags);
        write(buf);
    });
}

/// A box of `octets` octets, its header among them, that means nothing (§8.1.2).
pub(crate) fn put_free(buf: &mut Vec<u8>, octets: usize) {
    put_box(buf, b"free", |buf| {
        buf.put_bytes(0, octets - HEADER_OCTETS);
    });
}

/// Overwrites four octets.
pub(crate) fn set_u32(buf: &mut [u8], at: usize, value: u32) {
    buf[at..at + 4].copy_from_slice(&value.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_count_the_header() {
        let mut buf = Vec::new();
        put_box(&mut buf, b"moov", |buf| {
            put_full_box(buf, b"tfdt", 1, 0x02_0000, |buf| buf.put_u8(7));
            put_free(buf, 9);
        });
        let expected = [
            &[0, 0, 0, 30][..],
            b"moov",
            &[0, 0, 0, 13],
            b"tfdt",
            &[1, 2, 0, 0, 7],
            &[0, 0, 0, 9],
            b"free",
            &[0],
        ];
        assert_eq!(buf, expected.concat());
    }
}
