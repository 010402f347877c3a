//! H.264 in the length-prefixed form (ISO/IEC 14496-15 §5).

use crate::{CodecPrivateError, PayloadError};

/// `nal_unit_type` of a slice of an IDR picture (H.264 table 7-1).
const NAL_IDR_SLICE: u8 = 5;

/// Octets of a NAL unit's length, from an `AVCDecoderConfigurationRecord`
/// (ISO/IEC 14496-15 §5.3.3.1).
pub(crate) fn length_octets(avcc: &[u8]) -> Result<usize, CodecPrivateError> {
    let malformed = |what| Err(CodecPrivateError::Malformed { what });
    match *avcc {
        [] => Err(CodecPrivateError::Missing),
        [1, _, _, _, lengths, _, _, ..] => match lengths & 3 {
            2 => malformed("lengths of NAL units have 1, 2 or 4 octets"),
            minus_one => Ok(usize::from(minus_one) + 1),
        },
        [1, ..] => malformed("an avcC has at least 7 octets"),
        _ => malformed("the version of an avcC is 1"),
    }
}

/// Whether there is an IDR slice.
pub(crate) fn is_key(mut data: &[u8], length_octets: usize) -> Result<bool, PayloadError> {
    let malformed = |what| PayloadError::Malformed { what };
    let mut key = false;
    while !data.is_empty() {
        let (length, rest) = data
            .split_at_checked(length_octets)
            .ok_or(malformed("the data end inside a NAL unit's length"))?;
        let length = length
            .iter()
            .fold(0, |n, &octet| n << 8 | usize::from(octet));
        let (nal, rest) = rest
            .split_at_checked(length)
            .ok_or(malformed("a NAL unit is longer than the data"))?;
        let header = nal.first().ok_or(malformed("a NAL unit is empty"))?;
        key |= header & 0x1F == NAL_IDR_SLICE;
        data = rest;
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_length_of_lengths() {
        assert_eq!(length_octets(&[1, 66, 0, 30, 0xFF, 0xE0, 0]), Ok(4));
        assert_eq!(length_octets(&[1, 66, 0, 30, 0xFC, 0xE0, 0]), Ok(1));
        assert_eq!(length_octets(&[]), Err(CodecPrivateError::Missing));
        for bad in [
            &[1, 66, 0, 30, 0xFE, 0xE0, 0][..],
            &[1, 66, 0],
            &[0, 0, 0, 1, 0x67, 66, 0, 30],
        ] {
            assert!(
                matches!(length_octets(bad), Err(CodecPrivateError::Malformed { .. })),
                "{bad:x?}"
            );
        }
    }

    #[test]
    fn tells_key_frames_and_broken_lengths() {
        assert_eq!(
            is_key(&[0, 0, 0, 2, 0x67, 1, 0, 0, 0, 1, 0x65], 4),
            Ok(true)
        );
        assert_eq!(is_key(&[0, 0, 0, 2, 0x41, 1], 4), Ok(false));
        assert_eq!(is_key(&[1, 0x65], 1), Ok(true));
        for bad in [
            &[0, 0, 0][..],
            &[0, 0, 0, 2, 0x65],
            &[0, 0, 0, 0],
            &[0xFF; 6],
        ] {
            assert!(is_key(bad, 4).is_err(), "{bad:x?}");
        }
    }
}
