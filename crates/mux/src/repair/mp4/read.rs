//! Reading boxes (ISO/IEC 14496-12 §4.2).

use bytes::Buf;

/// The type of a box.
pub(super) type Kind = [u8; 4];

/// What a box begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) kind: Kind,
    /// Octets of the size and the type.
    pub(super) octets: u64,
    /// Octets of all of the box; `None` if it goes on to the end of the file.
    size: Option<u64>,
}

impl Header {
    /// Whether the box says where it ends.
    pub(super) fn is_sized(self) -> bool {
        self.size.is_some()
    }

    /// Where the box ends that begins at `start`; `end` is where one without a size does.
    pub(super) fn end(self, start: u64, end: u64) -> Option<u64> {
        match self.size {
            Some(size) => start.checked_add(size),
            None => Some(end),
        }
    }
}

/// The header at the start of `bytes`; `None` if there is none, or less than all of it.
pub(super) fn header(mut bytes: &[u8]) -> Option<Header> {
    let size = bytes.try_get_u32().ok()?;
    let kind: Kind = bytes.get(..4)?.try_into().ok()?;
    bytes.advance(kind.len());
    // Types are of letters and digits, and 0xA9, the copyright sign, in old ones.
    if !kind.iter().all(|octet| matches!(octet, 0x20..=0x7E | 0xA9)) {
        return None;
    }
    let (octets, size) = match size {
        0 => (8, None),
        1 => (16, Some(bytes.try_get_u64().ok()?)),
        size => (8, Some(size.into())),
    };
    if size.is_some_and(|size| size < octets) {
        return None;
    }
    Some(Header { kind, octets, size })
}

/// A box in another one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Child<'a> {
    pub(super) kind: Kind,
    /// All of it.
    pub(super) whole: &'a [u8],
    /// Without its header.
    pub(super) data: &'a [u8],
}

/// The boxes in `data`; `None` for what is not one, and then no more.
pub(super) fn children(data: &[u8]) -> impl Iterator<Item = Option<Child<'_>>> {
    let mut rest = data;
    core::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let child = child(rest);
        rest = child.map_or(&[], |child| &rest[child.whole.len()..]);
        Some(child)
    })
}

fn child(bytes: &[u8]) -> Option<Child<'_>> {
    let header = header(bytes)?;
    let size = usize::try_from(header.size?).ok()?;
    let whole = bytes.get(..size)?;
    Some(Child {
        kind: header.kind,
        whole,
        data: whole.get(header.octets as usize..)?,
    })
}

/// The data of the first of the boxes of this type in `data`, which is read up to there.
pub(super) fn find<'a>(data: &'a [u8], kind: &Kind) -> Option<&'a [u8]> {
    let mut found = children(data).map_while(|child| child);
    found
        .find(|child| child.kind == *kind)
        .map(|child| child.data)
}

/// Takes the version and the flags that some boxes begin with.
pub(super) fn version_and_flags(data: &mut &[u8]) -> Option<(u8, u32)> {
    let both = data.try_get_u32().ok()?;
    Some(((both >> 24) as u8, both & 0xFF_FFFF))
}

/// Takes a number that has 64 bits in version 1 of its box, and 32 in version 0.
pub(super) fn long(data: &mut &[u8], version: u8) -> Option<u64> {
    match version {
        0 => data.try_get_u32().ok().map(u64::from),
        _ => data.try_get_u64().ok(),
    }
}

/// Passes over octets.
pub(super) fn skip(data: &mut &[u8], octets: usize) -> Option<()> {
    *data = data.get(octets..)?;
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn sizes_have_three_forms() {
        let read = |bytes: &[u8]| header(bytes).map(|h| (h.octets, h.end(100, 1000)));
        assert_eq!(read(b"\0\0\0\x09free"), Some((8, Some(109))));
        assert_eq!(read(b"\0\0\0\0mdat"), Some((8, Some(1000))));
        assert_eq!(
            read(b"\0\0\0\x01mdat\0\0\0\x01\0\0\0\0"),
            Some((16, Some((1 << 32) + 100)))
        );
        let most = [&b"\0\0\0\x01mdat"[..], &[0xFF; 8]].concat();
        assert_eq!(read(&most), Some((16, None)));
        for bad in [
            &b""[..],
            b"\0\0\0\x08fre",
            b"\0\0\0\x07free",
            b"\0\0\0\x08fr\0e",
            b"\0\0\0\x01mdat\0\0\0\0\0\0\0\x0F",
            b"\0\0\0\x01mdat\0\0\0\0\0\0\0",
        ] {
            assert_eq!(read(bad), None, "{bad:x?}");
        }
    }

    #[test]
    fn children_end_where_they_cannot_be_read() {
        let kinds = |data| -> Vec<_> { children(data).map(|c| c.map(|c| c.kind)).collect() };
        let good = b"\0\0\0\x09aaaa!\0\0\0\x08bbbb";
        assert_eq!(kinds(good), [Some(*b"aaaa"), Some(*b"bbbb")]);
        assert_eq!(kinds(&good[..16]), [Some(*b"aaaa"), None]);
        assert_eq!(kinds(b"\0\0\0\0aaaa"), [None]);
        assert_eq!(kinds(b""), []);
        assert_eq!(find(good, b"aaaa"), Some(&b"!"[..]));
        assert_eq!(find(good, b"cccc"), None);
    }
}
