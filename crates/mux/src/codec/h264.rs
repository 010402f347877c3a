//! H.264 in the length-prefixed form (ISO/IEC 14496-15 §5).

use alloc::vec::Vec;

use bytes::Bytes;

use crate::{CodecPrivateError, PayloadError};

/// `nal_unit_type` of a slice of an IDR picture (H.264 table 7-1).
const NAL_IDR_SLICE: u8 = 5;

/// Those of parameter sets.
const NAL_SEQUENCE_SET: u8 = 7;
const NAL_PICTURE_SET: u8 = 8;

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
pub(crate) fn is_key(data: &[u8], length_octets: usize) -> Result<bool, PayloadError> {
    let mut key = false;
    for nal in nal_units(data, length_octets) {
        key |= nal?
            .first()
            .is_some_and(|header| header & 0x1F == NAL_IDR_SLICE);
    }
    Ok(key)
}

/// The NAL units of a packet, none of them empty; ends after the first error.
fn nal_units(
    mut data: &[u8],
    length_octets: usize,
) -> impl Iterator<Item = Result<&[u8], PayloadError>> {
    core::iter::from_fn(move || {
        let rest = core::mem::take(&mut data);
        (!rest.is_empty()).then(|| {
            let (nal, rest) = split_nal_unit(rest, length_octets)
                .map_err(|what| PayloadError::Malformed { what })?;
            data = rest;
            Ok(nal)
        })
    })
}

fn split_nal_unit(data: &[u8], length_octets: usize) -> Result<(&[u8], &[u8]), &'static str> {
    let (length, rest) = data
        .split_at_checked(length_octets)
        .ok_or("the data end inside a NAL unit's length")?;
    let length = length
        .iter()
        .fold(0, |n, &octet| n << 8 | usize::from(octet));
    if length == 0 {
        return Err("a NAL unit is empty");
    }
    rest.split_at_checked(length)
        .ok_or("a NAL unit is longer than the data")
}

/// The parameter sets of a track, which all of its packets share.
#[derive(Clone, Debug)]
pub(crate) struct ParameterSets(Vec<Bytes>);

impl ParameterSets {
    /// Takes them from an `AVCDecoderConfigurationRecord`.
    pub(crate) fn from_avcc(avcc: &Bytes) -> Result<Self, CodecPrivateError> {
        let malformed = |what| CodecPrivateError::Malformed { what };
        let cut_off = malformed("its parameter sets are cut off");
        let mut sets = Vec::new();
        let mut rest = avcc.get(5..).ok_or(cut_off)?;
        // Of the first octet, three bits are reserved.
        for mask in [0x1F, 0xFF] {
            let (&count, mut sets_and_rest) = rest.split_first().ok_or(cut_off)?;
            for _ in 0..count & mask {
                let (set, after) = split_nal_unit(sets_and_rest, 2).map_err(malformed)?;
                sets.push(avcc.slice_ref(set));
                sets_and_rest = after;
            }
            rest = sets_and_rest;
        }
        Ok(Self(sets))
    }

    /// Whether a packet brings no parameter sets but these.
    pub(crate) fn check(&self, data: &[u8], length_octets: usize) -> Result<(), PayloadError> {
        for nal in nal_units(data, length_octets) {
            let nal = nal?;
            let is_set = nal
                .first()
                .is_some_and(|header| matches!(header & 0x1F, NAL_SEQUENCE_SET | NAL_PICTURE_SET));
            if is_set && !self.0.iter().any(|set| *set == nal) {
                return Err(PayloadError::ConfigurationChanged);
            }
        }
        Ok(())
    }
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

    #[test]
    fn parameter_sets_stay_as_they_are() {
        let avcc = Bytes::from_static(&[
            1, 66, 0, 30, 0xFF, 0xE1, 0, 2, 0x67, 66, 1, 0, 2, 0x68, 0xCE,
        ]);
        let sets = ParameterSets::from_avcc(&avcc).unwrap();
        let check = |nal: &[u8]| sets.check(&[&[nal.len() as u8], nal].concat(), 1);
        assert_eq!(check(&[0x65, 1]), Ok(()));
        assert_eq!(check(&[0x67, 66]), Ok(()));
        assert_eq!(check(&[0x68, 0xCE]), Ok(()));
        for changed in [&[0x67, 77][..], &[0x68, 0xCF], &[0x68]] {
            assert_eq!(check(changed), Err(PayloadError::ConfigurationChanged));
        }
        for cut in 0..avcc.len() {
            let result = ParameterSets::from_avcc(&avcc.slice(..cut));
            assert!(
                matches!(result, Err(CodecPrivateError::Malformed { .. })),
                "{cut}"
            );
        }
    }
}
