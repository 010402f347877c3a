//! Where the octets of samples are: `mdat` (ISO/IEC 14496-12 §8.1.1).

use core::ops::Range;

use bytes::Bytes;

use super::read::Header;

/// An `mdat`, as far as it is there.
#[derive(Clone, Debug)]
pub(super) struct MediaData {
    start: u64,
    header: Header,
    pub(super) data: Range<u64>,
}

/// Octets that replace as many of the file's.
#[derive(Clone, Debug)]
pub(super) struct Correction {
    /// From the start of the file.
    pub(super) offset: u64,
    pub(super) bytes: Bytes,
}

impl MediaData {
    /// The box that begins at `start`, up to `limit`; `None` if not even its header is there.
    pub(super) fn new(start: u64, header: Header, limit: u64) -> Option<Self> {
        let data = start + header.octets..header.end(start, limit)?.min(limit);
        (data.start <= data.end).then_some(Self {
            start,
            header,
            data,
        })
    }

    /// What makes it end at `end`, if that is in it and it does not end there anyway: or else what
    /// comes behind that would be taken for samples. `None` also if its size has no room for that.
    pub(super) fn ending_at(&self, end: u64) -> Option<Correction> {
        let is_inside = self.data.start <= end && end <= self.data.end;
        if !is_inside || self.header.end(self.start, u64::MAX) == Some(end) {
            return None;
        }
        let size = end - self.start;
        let is_large = self.header.octets > 8;
        Some(match is_large {
            true => Correction {
                offset: self.start + 8,
                bytes: Bytes::copy_from_slice(&size.to_be_bytes()),
            },
            false => Correction {
                offset: self.start,
                bytes: Bytes::copy_from_slice(&u32::try_from(size).ok()?.to_be_bytes()),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repair::mp4::read;

    fn correction(header: &[u8], limit: u64, end: u64) -> Option<(u64, Bytes)> {
        let media = MediaData::new(100, read::header(header)?, limit)?;
        let correction = media.ending_at(end)?;
        Some((correction.offset, correction.bytes))
    }

    #[test]
    fn a_size_is_corrected_where_it_is() {
        let short = b"\0\0\x01\0mdat";
        let large = b"\0\0\0\x01mdat\0\0\0\x01\0\0\0\0";
        let open = b"\0\0\0\0mdat";
        let corrected = |offset, bytes: &'static [u8]| Some((offset, Bytes::from_static(bytes)));
        assert_eq!(correction(short, 200, 150), corrected(100, b"\0\0\0\x32"));
        assert_eq!(correction(open, 200, 200), corrected(100, b"\0\0\0\x64"));
        let eight = b"\0\0\0\0\0\0\0\x32";
        assert_eq!(correction(large, 200, 150), corrected(108, eight));
        // It ends there, and somewhere else.
        assert_eq!(correction(short, 1000, 356), None);
        assert_eq!(correction(short, 200, 107), None);
        assert_eq!(correction(short, 200, 201), None);
        // There is no room for the size, and not all of the header.
        assert_eq!(correction(open, 1 << 40, 1 << 39), None);
        assert_eq!(correction(large, 115, 115), None);
    }
}
