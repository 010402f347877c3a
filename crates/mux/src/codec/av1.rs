//! AV1: the units of a temporal unit (AV1 spec §5.3), and what Matroska asks of them
//! (<https://github.com/ietf-wg-cellar/matroska-specification/blob/master/codec/av1.md>).

use bytes::Bytes;

use crate::{CodecPrivateError, PayloadError};

/// `obu_type` values (AV1 spec §6.2.2).
const OBU_SEQUENCE_HEADER: u8 = 1;
const OBU_TEMPORAL_DELIMITER: u8 = 2;
const OBU_FRAME_HEADER: u8 = 3;
const OBU_METADATA: u8 = 5;
const OBU_FRAME: u8 = 6;
const OBU_TILE_LIST: u8 = 8;

/// `marker` and `version` of an `av1C`.
const AV1C_VERSION: u8 = 0x81;

/// The sequence header of a track, which all of its packets share.
#[derive(Clone, Debug)]
pub(crate) struct SequenceHeader {
    payload: Bytes,
}

impl SequenceHeader {
    /// Takes it from an `av1C`.
    pub(crate) fn from_av1c(av1c: &Bytes) -> Result<Self, CodecPrivateError> {
        let malformed = |what| CodecPrivateError::Malformed { what };
        let (version, profile) = match **av1c {
            [] => return Err(CodecPrivateError::Missing),
            [version, profile_and_level, _, _, ..] => (version, profile_and_level >> 5),
            _ => return Err(malformed("an av1C has at least 4 octets")),
        };
        if version != AV1C_VERSION {
            return Err(malformed("the marker and version of an av1C are 0x81"));
        }
        let mut header = None;
        for (n, unit) in Units(&av1c[4..]).enumerate() {
            let unit = unit.map_err(|_| malformed("its OBUs are cut off"))?;
            match (n, unit.obu_type) {
                (0, OBU_SEQUENCE_HEADER) => header = Some(unit.payload),
                (1.., OBU_METADATA) => {}
                _ => {
                    return Err(malformed(
                        "it holds one sequence header and then metadata only",
                    ));
                }
            }
        }
        let payload = header.ok_or(malformed("the sequence header is missing"))?;
        let first = *payload
            .first()
            .ok_or(malformed("the sequence header is empty"))?;
        // seq_profile comes first (AV1 spec §5.5.1).
        if first >> 5 != profile {
            return Err(CodecPrivateError::Disagrees {
                field: "seq_profile",
                stored: profile.into(),
                described: (first >> 5).into(),
            });
        }
        Ok(Self {
            payload: av1c.slice_ref(payload),
        })
    }

    /// Whether decoding can start with the temporal unit `data`: it has a sequence header, and
    /// its first frame is a key frame that is shown.
    pub(crate) fn is_key(&self, data: &[u8]) -> Result<bool, PayloadError> {
        let mut sequence_header = false;
        let mut first_frame = None;
        for unit in Units(data) {
            let unit = unit?;
            match unit.obu_type {
                OBU_TEMPORAL_DELIMITER | OBU_TILE_LIST => {
                    return Err(PayloadError::ForbiddenUnit {
                        obu_type: unit.obu_type,
                    });
                }
                OBU_SEQUENCE_HEADER if *unit.payload != *self.payload => {
                    return Err(PayloadError::ConfigurationChanged);
                }
                OBU_SEQUENCE_HEADER => sequence_header = true,
                OBU_FRAME_HEADER | OBU_FRAME if first_frame.is_none() => {
                    first_frame = unit.payload.first();
                }
                _ => {}
            }
        }
        match first_frame {
            Some(&first) => Ok(sequence_header && self.is_shown_key_frame(first)),
            None => Err(PayloadError::Malformed {
                what: "there is no frame header",
            }),
        }
    }

    /// Reads the first octet of a frame header (AV1 spec §5.9.2).
    fn is_shown_key_frame(&self, first: u8) -> bool {
        // Of the sequence header: seq_profile (3), still_picture, reduced_still_picture_header.
        let reduced_still_picture = self.payload.first().is_some_and(|octet| octet & 0x08 != 0);
        // show_existing_frame 0, frame_type (2) KEY_FRAME, show_frame 1
        reduced_still_picture || first >> 4 == 0b0001
    }
}

/// An OBU without its header.
struct Unit<'a> {
    obu_type: u8,
    payload: &'a [u8],
}

/// The OBUs in a run of them; ends after the first error.
struct Units<'a>(&'a [u8]);

impl<'a> Iterator for Units<'a> {
    type Item = Result<Unit<'a>, PayloadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let data = core::mem::take(&mut self.0);
        let &header = data.first()?;
        Some(match split_unit(header, &data[1..]) {
            Ok((payload, rest)) => {
                self.0 = rest;
                Ok(Unit {
                    obu_type: header >> 3 & 0x0F,
                    payload,
                })
            }
            Err(what) => Err(PayloadError::Malformed { what }),
        })
    }
}

/// Splits what follows the first octet of an OBU header into the payload and the next OBUs
/// (AV1 spec §5.3).
fn split_unit(header: u8, mut data: &[u8]) -> Result<(&[u8], &[u8]), &'static str> {
    let (forbidden_bit, extension, has_size) =
        (header & 0x80 != 0, header & 0x04 != 0, header & 0x02 != 0);
    if forbidden_bit {
        return Err("obu_forbidden_bit is set");
    }
    if extension {
        data = data.get(1..).ok_or("the data end inside an OBU header")?;
    }
    if !has_size {
        return Ok((data, &[]));
    }
    let (size, data) = split_leb128(data).ok_or("the data end inside obu_size")?;
    data.split_at_checked(size)
        .ok_or("an OBU is longer than the data")
}

/// A number of up to eight groups of seven bits, the lowest first (AV1 spec §4.10.5).
fn split_leb128(data: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0_u64;
    for (n, &octet) in data.iter().enumerate().take(8) {
        value |= u64::from(octet & 0x7F) << (7 * n);
        if octet & 0x80 == 0 {
            return Some((usize::try_from(value).ok()?, &data[n + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use alloc::vec::Vec;

    /// A sequence header with its OBU header: profile 0, no still picture.
    const HEADER: [u8; 5] = [0x0A, 0x03, 0x00, 0x11, 0x22];
    /// Frames of one octet: a shown key frame, a hidden one, an inter frame, an old one shown.
    const KEY: [u8; 3] = [0x32, 0x01, 0x10];
    const HIDDEN_KEY: [u8; 3] = [0x32, 0x01, 0x00];
    const INTER: [u8; 3] = [0x32, 0x01, 0x30];
    const SHOW_EXISTING: [u8; 3] = [0x1A, 0x01, 0x80];

    fn av1c(units: &[u8]) -> Bytes {
        [&[0x81, 0x04, 0x0C, 0x00], units].concat().into()
    }

    fn header() -> SequenceHeader {
        SequenceHeader::from_av1c(&av1c(&HEADER)).unwrap()
    }

    #[test]
    fn an_av1c_holds_a_sequence_header() {
        assert_eq!(*header().payload, [0x00, 0x11, 0x22]);
        let metadata = [0x2A, 0x01, 0x00];
        assert!(SequenceHeader::from_av1c(&av1c(&[&HEADER[..], &metadata].concat())).is_ok());
        assert_eq!(
            SequenceHeader::from_av1c(&Bytes::new()).unwrap_err(),
            CodecPrivateError::Missing
        );
        for bad in [
            Bytes::from_static(&[0x81, 0x04, 0x0C]),
            Bytes::from_static(&[0x01, 0x04, 0x0C, 0x00, 0x0A, 0x01, 0x00]),
            av1c(&[]),
            av1c(&[0x0A, 0x00]),
            av1c(&[0x0A, 0x09, 0x00]),
            av1c(&metadata),
            av1c(&[HEADER, HEADER].concat()),
            av1c(&[&HEADER[..], &KEY].concat()),
        ] {
            let error = SequenceHeader::from_av1c(&bad).unwrap_err();
            assert!(
                matches!(error, CodecPrivateError::Malformed { .. }),
                "{bad:x?}: {error}"
            );
        }
        assert_eq!(
            SequenceHeader::from_av1c(&av1c(&[0x0A, 0x01, 0x20])).unwrap_err(),
            CodecPrivateError::Disagrees {
                field: "seq_profile",
                stored: 0,
                described: 1
            }
        );
    }

    #[test]
    fn a_key_has_a_sequence_header_and_a_shown_key_frame() {
        let key = |units: &[&[u8]]| header().is_key(&units.concat());
        assert_eq!(key(&[&HEADER, &KEY]), Ok(true));
        assert_eq!(
            key(&[&HEADER, &KEY, &INTER]),
            Ok(true),
            "the first frame decides"
        );
        assert_eq!(key(&[&KEY]), Ok(false));
        assert_eq!(key(&[&HEADER, &HIDDEN_KEY]), Ok(false));
        assert_eq!(key(&[&HEADER, &INTER]), Ok(false));
        assert_eq!(key(&[&SHOW_EXISTING]), Ok(false));
        // The last OBU may do without a size; an extension octet may follow the header.
        assert_eq!(key(&[&HEADER, &[0x30, 0x10]]), Ok(true));
        assert_eq!(key(&[&HEADER, &[0x36, 0x00, 0x01, 0x10]]), Ok(true));
    }

    #[test]
    fn still_pictures_have_no_frame_type() {
        let still = [0x0A, 0x01, 0x18];
        let header = SequenceHeader::from_av1c(&av1c(&still)).unwrap();
        assert_eq!(header.is_key(&[&still[..], &INTER].concat()), Ok(true));
    }

    #[test]
    fn what_does_not_belong_in_a_block_is_refused() {
        let error = |units: &[u8]| header().is_key(units).unwrap_err();
        assert_eq!(
            error(&[0x12, 0x00]),
            PayloadError::ForbiddenUnit { obu_type: 2 }
        );
        assert_eq!(
            error(&[0x42, 0x00]),
            PayloadError::ForbiddenUnit { obu_type: 8 }
        );
        assert_eq!(
            error(&[0x0A, 0x03, 0x00, 0x11, 0x23]),
            PayloadError::ConfigurationChanged
        );
        let endless: Vec<u8> = vec![0xFF; 12];
        for bad in [
            &HEADER[..],
            &[0x32],
            &[0x32, 0x05, 0x10],
            &[0x32, 0x80],
            &[0x36],
            &[0xB2, 0x01, 0x10],
            &[&[0x32], &endless[..]].concat(),
        ] {
            assert!(
                matches!(error(bad), PayloadError::Malformed { .. }),
                "{bad:x?}"
            );
        }
    }
}
