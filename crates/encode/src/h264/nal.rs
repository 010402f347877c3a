//! NAL units, in the two forms in which streams have them.

/// `nal_unit_type` (H.264 table 7-1).
pub(super) const IDR_SLICE: u8 = 5;
const SEQUENCE_SET: u8 = 7;
const PICTURE_SET: u8 = 8;
/// Bytes of a NAL unit's length in packets; `config_record` says so too.
pub(super) const LENGTH_BYTES: usize = 4;

/// A coded picture, taken apart into NAL units.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct AccessUnit<'a> {
    pub(super) slices: Vec<&'a [u8]>,
    /// The parameter sets that came with it.
    pub(super) sequence_set: Option<&'a [u8]>,
    pub(super) picture_set: Option<&'a [u8]>,
}

/// Takes a picture in byte-stream form (H.264 Annex B). `None` if there is nothing of a picture
/// in it.
pub(super) fn access_unit(stream: &[u8]) -> Option<AccessUnit<'_>> {
    let mut unit = AccessUnit::default();
    for nal in nal_units(stream) {
        match nal[0] & 0x1f {
            SEQUENCE_SET => unit.sequence_set = Some(nal),
            PICTURE_SET => unit.picture_set = Some(nal),
            _ => unit.slices.push(nal),
        }
    }
    (!unit.slices.is_empty()).then_some(unit)
}

/// Appends a NAL unit to a sample, with its length before it (ISO/IEC 14496-15 §5.3.2).
pub(super) fn append(sample: &mut Vec<u8>, nal: &[u8]) {
    let length = u32::try_from(nal.len()).unwrap_or(u32::MAX);
    sample.extend_from_slice(&length.to_be_bytes());
    sample.extend_from_slice(nal);
}

/// The NAL units of a byte stream, none of them empty.
fn nal_units(stream: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = after_start_code(stream).map(|(_, rest)| rest);
    std::iter::from_fn(move || {
        let (nal, next) = match after_start_code(rest?) {
            Some((nal, next)) => (nal, Some(next)),
            None => (rest?, None),
        };
        rest = next;
        // No NAL unit ends in a zero (H.264 §7.4.1): these belong to the next start code.
        let end = nal.iter().rposition(|&byte| byte != 0);
        Some(&nal[..end.map_or(0, |last| last + 1)])
    })
    .filter(|nal| !nal.is_empty())
}

/// What stands before the first start code, and after it.
fn after_start_code(stream: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = stream.windows(3).position(|bytes| bytes == [0, 0, 1])?;
    Some((&stream[..at], &stream[at + 3..]))
}

/// Takes out what keeps start codes from occurring by chance (H.264 §7.3.1).
pub(super) fn unescape(payload: &[u8]) -> Vec<u8> {
    let mut zeros = 0;
    let mut plain = Vec::with_capacity(payload.len());
    for &byte in payload {
        if zeros >= 2 && byte == 3 {
            zeros = 0;
            continue;
        }
        zeros = if byte == 0 { zeros + 1 } else { 0 };
        plain.push(byte);
    }
    plain
}

/// How many bytes of `payload` its first `plain` bytes take with what keeps start codes from
/// occurring among them.
pub(super) fn escaped_length(payload: &[u8], plain: usize) -> usize {
    let (mut zeros, mut found) = (0, 0);
    payload
        .iter()
        .take_while(|&&byte| {
            let is_escape = zeros >= 2 && byte == 3;
            let is_one_more = !is_escape && found == plain;
            zeros = if byte == 0 { zeros + 1 } else { 0 };
            found += usize::from(!is_escape);
            !is_one_more
        })
        .count()
}

/// Appends `plain` to `nal` so that no start code occurs in it (H.264 §7.4.1.1).
pub(super) fn escape_into(nal: &mut Vec<u8>, plain: &[u8]) {
    let mut zeros = 0;
    for &byte in plain {
        if zeros >= 2 && byte <= 3 {
            nal.push(3);
            zeros = 0;
        }
        zeros = if byte == 0 { zeros + 1 } else { 0 };
        nal.push(byte);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameter_sets_are_set_apart() {
        let stream = [
            &[0, 0, 0, 1, 0x67, 100, 0, 31][..],
            &[0, 0, 0, 1, 0x68, 0xee],
            &[0, 0, 1, 0x65, 7, 0, 0, 3, 1],
        ];
        let stream = stream.concat();
        let unit = access_unit(&stream).unwrap();
        assert_eq!(unit.slices, [&[0x65, 7, 0, 0, 3, 1]]);
        assert_eq!(unit.sequence_set, Some(&[0x67, 100, 0, 31][..]));
        assert_eq!(unit.picture_set, Some(&[0x68, 0xee][..]));
    }

    #[test]
    fn all_slices_of_a_picture_are_kept() {
        let stream = [0, 0, 0, 1, 0x41, 1, 0, 0, 0, 1, 0x41, 2, 0, 0];
        let unit = access_unit(&stream).unwrap();
        assert_eq!(unit.slices, [[0x41, 1], [0x41, 2]]);
        assert!(unit.sequence_set.is_none());
        let mut sample = Vec::new();
        for slice in unit.slices {
            append(&mut sample, slice);
        }
        assert_eq!(sample, [0, 0, 0, 2, 0x41, 1, 0, 0, 0, 2, 0x41, 2]);
    }

    #[test]
    fn nothing_is_no_picture() {
        for stream in [
            &[][..],
            &[0, 0, 1],
            &[1, 2, 3],
            &[0, 0, 1, 0, 0, 1],
            &[0, 0, 1, 0x67, 1],
        ] {
            assert_eq!(access_unit(stream), None, "{stream:?}");
        }
    }

    #[test]
    fn escapes_are_undone() {
        for (plain, escaped) in [
            (&[0, 0, 1][..], &[0, 0, 3, 1][..]),
            (&[0, 0, 0, 0, 4], &[0, 0, 3, 0, 0, 4]),
            (&[1, 0, 0, 3], &[1, 0, 0, 3, 3]),
            (&[0, 4, 0, 0], &[0, 4, 0, 0]),
        ] {
            let mut nal = Vec::new();
            escape_into(&mut nal, plain);
            assert_eq!(nal, escaped);
            assert_eq!(unescape(&nal), plain);
            assert_eq!(escaped_length(escaped, plain.len()), escaped.len());
            assert_eq!(
                escaped_length(escaped, 2),
                2 + usize::from(escaped[..3] == [0, 0, 3])
            );
        }
    }
}
