//! Reading EBML (RFC 8794).

use super::ids::Id;

/// The ID and the size of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) id: Id,
    /// `None` if it is unknown (RFC 8794 §6.2).
    pub(super) size: Option<u64>,
    /// Octets of the ID.
    pub(super) id_octets: u8,
    /// Octets of the size.
    pub(super) size_octets: u8,
}

impl Header {
    /// Octets of both.
    pub(super) fn octets(self) -> u64 {
        u64::from(self.id_octets) + u64::from(self.size_octets)
    }
}

/// The header at the start of `bytes`; `None` if there is none, or less than all of it.
pub(super) fn header(bytes: &[u8]) -> Option<Header> {
    let (id, id_octets) = id(bytes)?;
    let (size, size_octets) = vint(bytes.get(id_octets.into()..)?)?;
    Some(Header {
        id,
        size: (size != max_data(size_octets)).then_some(size),
        id_octets,
        size_octets,
    })
}

/// An ID of one to four octets, in the only form that it may have (RFC 8794 §5).
fn id(bytes: &[u8]) -> Option<(Id, u8)> {
    let (data, octets) = vint(bytes)?;
    if octets > 4 || data == max_data(octets) {
        return None;
    }
    // With one octet less it would have to be all ones at least, which is reserved.
    let least = match octets {
        1 => 1,
        octets => max_data(octets - 1),
    };
    // Four octets: it fits.
    (data >= least).then_some(((data | 1 << (7 * octets)) as Id, octets))
}

/// A number with its length, and that length (RFC 8794 §4).
pub(super) fn vint(bytes: &[u8]) -> Option<(u64, u8)> {
    // Eight or less: it fits.
    let octets = bytes.first()?.leading_zeros() as u8 + 1;
    let data = uint(bytes.get(..octets.into())?)?;
    Some((data & max_data(octets), octets))
}

/// All ones in the data of `octets` octets.
fn max_data(octets: u8) -> u64 {
    (1 << (7 * octets)) - 1
}

/// An unsigned integer (RFC 8794 §7.2).
pub(super) fn uint(data: &[u8]) -> Option<u64> {
    (data.len() <= 8).then(|| data.iter().fold(0, |n, &octet| n << 8 | u64::from(octet)))
}

/// A signed integer (RFC 8794 §7.1).
pub(super) fn int(data: &[u8]) -> Option<i64> {
    let unused = 64 - 8 * u32::try_from(data.len()).ok()?.min(8);
    match uint(data)? {
        _ if unused == 64 => Some(0),
        value => Some((value << unused).cast_signed() >> unused),
    }
}

/// A float (RFC 8794 §7.3).
pub(super) fn float(data: &[u8]) -> Option<f64> {
    match *data {
        [] => Some(0.0),
        [a, b, c, d] => Some(f32::from_be_bytes([a, b, c, d]).into()),
        [a, b, c, d, e, f, g, h] => Some(f64::from_be_bytes([a, b, c, d, e, f, g, h])),
        _ => None,
    }
}

/// An element among the data of its parent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Child<'a> {
    pub(super) id: Id,
    /// Where it begins, from the start of its parent's data.
    pub(super) start: usize,
    /// Octets of its ID and size.
    pub(super) header_octets: usize,
    pub(super) data: &'a [u8],
}

impl Child<'_> {
    /// Octets of all of it.
    pub(super) fn octets(self) -> usize {
        self.header_octets + self.data.len()
    }
}

/// The children in a master element's data; `None` for what is not one, and then no more.
pub(super) fn children(data: &[u8]) -> impl Iterator<Item = Option<Child<'_>>> {
    let mut start = 0;
    core::iter::from_fn(move || {
        let rest = data.get(start..).filter(|rest| !rest.is_empty())?;
        let child = child(rest).map(|child| Child { start, ..child });
        start = child.map_or(data.len(), |child| start + child.octets());
        Some(child)
    })
}

fn child(bytes: &[u8]) -> Option<Child<'_>> {
    let header = header(bytes)?;
    let header_octets = header.octets() as usize;
    let size = usize::try_from(header.size?).ok()?;
    let data = bytes.get(header_octets..)?.get(..size)?;
    Some(Child {
        id: header.id,
        start: 0,
        header_octets,
        data,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn headers_have_one_form_only() {
        let read = |bytes: &[u8]| header(bytes).map(|h| (h.id, h.size, h.octets()));
        assert_eq!(read(&[0xEC, 0x82]), Some((0xEC, Some(2), 2)));
        assert_eq!(read(&[0xEC, 0xFF]), Some((0xEC, None, 2)));
        assert_eq!(
            read(&[0x1F, 0x43, 0xB6, 0x75, 0x01, 0, 0, 0, 0, 0, 1, 0]),
            Some((0x1F43_B675, Some(256), 12))
        );
        for bad in [
            &[][..],
            &[0xEC],
            // Reserved, all zeros, longer than needed, five octets.
            &[0xFF, 0x80],
            &[0x80, 0x80],
            &[0x40, 0x6C, 0x80],
            &[0x08, 0, 0, 0, 1, 0x80],
            &[0, 0, 0, 0],
            // A size of no octets, and one that is cut off.
            &[0xEC, 0x00],
            &[0xEC, 0x40],
        ] {
            assert_eq!(read(bad), None, "{bad:x?}");
        }
        assert_eq!(read(&[0x40, 0x7F, 0x80]), Some((0x407F, Some(0), 3)));
    }

    #[test]
    fn numbers_have_any_length() {
        assert_eq!(
            (uint(&[]), uint(&[1, 2]), uint(&[0; 9])),
            (Some(0), Some(258), None)
        );
        assert_eq!(uint(&[255; 8]), Some(u64::MAX));
        assert_eq!(
            (int(&[]), int(&[0xFF]), int(&[0, 0x80])),
            (Some(0), Some(-1), Some(128))
        );
        assert_eq!((int(&[255; 8]), int(&[0; 9])), (Some(-1), None));
        assert_eq!(float(&1.5_f32.to_be_bytes()), Some(1.5));
        assert_eq!(float(&2.5_f64.to_be_bytes()), Some(2.5));
        assert_eq!((float(&[]), float(&[0; 5])), (Some(0.0), None));
    }

    #[test]
    fn children_end_where_they_cannot_be_read() {
        let ids = |data| -> Vec<_> { children(data).map(|c| c.map(|c| (c.id, c.start))).collect() };
        assert_eq!(
            ids(&[0xEC, 0x81, 0, 0xBF, 0x80]),
            [Some((0xEC, 0)), Some((0xBF, 3))]
        );
        assert_eq!(ids(&[0xEC, 0x80, 0xBF, 0x81]), [Some((0xEC, 0)), None]);
        assert_eq!(ids(&[]), []);
    }
}
