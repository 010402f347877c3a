//! The units of a temporal unit (AV1 specification §5.3).

use std::ops::Range;

use bytes::{Bytes, BytesMut};

/// A stream that is not what the specification says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum ObuError {
    #[error("an OBU header with its forbidden bit set")]
    Forbidden,
    #[error("an OBU that is longer than its packet")]
    Truncated,
    #[error("a sequence header that cannot be read")]
    SequenceHeader,
    #[error("a packet without a frame")]
    NoFrame,
}

const SEQUENCE_HEADER: u8 = 1;
const TEMPORAL_DELIMITER: u8 = 2;
const FRAME_HEADER: u8 = 3;
const FRAME: u8 = 6;
const REDUNDANT_FRAME_HEADER: u8 = 7;
const TILE_LIST: u8 = 8;
const PADDING: u8 = 15;

/// One unit: its type, where it stands with its header, and where its payload does.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Obu {
    kind: u8,
    whole: Range<usize>,
    payload: Range<usize>,
}

/// What a container must know of a temporal unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TemporalUnit {
    /// The units that belong into a container.
    pub(super) data: Bytes,
    /// Whether decoding can start here: its first frame is a shown key frame, and it brings its
    /// sequence header.
    pub(super) key: bool,
    /// The payload of its sequence header, if it has one.
    pub(super) sequence_header: Option<Bytes>,
}

/// Takes a temporal unit apart. What AV1-in-Matroska says not to store (temporal delimiters,
/// padding, redundant frame headers, tile lists) is left out; the rest is not copied where it
/// lies in one piece.
pub(super) fn temporal_unit(packet: &Bytes) -> Result<TemporalUnit, ObuError> {
    let mut kept: Vec<Range<usize>> = Vec::new();
    let mut sequence_header = None;
    let mut first_frame = None;
    let mut at = 0;
    while at < packet.len() {
        let obu = read_obu(packet, at)?;
        at = obu.whole.end;
        match obu.kind {
            TEMPORAL_DELIMITER | PADDING | REDUNDANT_FRAME_HEADER | TILE_LIST => continue,
            SEQUENCE_HEADER => sequence_header = Some(packet.slice(obu.payload)),
            FRAME | FRAME_HEADER if first_frame.is_none() => {
                first_frame = packet[obu.payload].first().copied();
            }
            _ => {}
        }
        match kept.last_mut() {
            Some(last) if last.end == obu.whole.start => last.end = obu.whole.end,
            _ => kept.push(obu.whole),
        }
    }
    let first_frame = first_frame.ok_or(ObuError::NoFrame)?;
    let data = match &kept[..] {
        [one] => packet.slice(one.clone()),
        parts => {
            let mut joined = BytesMut::new();
            for part in parts {
                joined.extend_from_slice(&packet[part.clone()]);
            }
            joined.freeze()
        }
    };
    Ok(TemporalUnit {
        data,
        key: sequence_header.is_some() && is_shown_key_frame(first_frame),
        sequence_header,
    })
}

/// By the first bits of an uncompressed header (AV1 specification §5.9.2): not
/// `show_existing_frame`, `frame_type` 0, `show_frame`.
fn is_shown_key_frame(header: u8) -> bool {
    header & 0b1111_0000 == 0b0001_0000
}

fn read_obu(packet: &[u8], start: usize) -> Result<Obu, ObuError> {
    let header = *packet.get(start).ok_or(ObuError::Truncated)?;
    if header & 0x80 != 0 {
        return Err(ObuError::Forbidden);
    }
    let has_extension = header & 0x04 != 0;
    let has_size = header & 0x02 != 0;
    let mut at = start + 1 + usize::from(has_extension);
    let end = if has_size {
        let (size, len) = leb128(packet.get(at..).ok_or(ObuError::Truncated)?)?;
        at += len;
        at.checked_add(size).ok_or(ObuError::Truncated)?
    } else {
        packet.len()
    };
    if end > packet.len() || at > end {
        return Err(ObuError::Truncated);
    }
    Ok(Obu {
        kind: header >> 3 & 0x0f,
        whole: start..end,
        payload: at..end,
    })
}

/// A value of at most 32 bits (AV1 specification §4.10.5), and how many bytes it takes.
fn leb128(data: &[u8]) -> Result<(usize, usize), ObuError> {
    let mut value = 0_u64;
    for (index, &byte) in data.iter().take(8).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            let value = u32::try_from(value).map_err(|_| ObuError::Truncated)?;
            return Ok((value as usize, index + 1));
        }
    }
    Err(ObuError::Truncated)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DELIMITER: [u8; 2] = [0x12, 0];
    const HEADER: [u8; 4] = [0x0a, 2, 0xaa, 0xbb];
    const KEY: [u8; 4] = [0x32, 2, 0x10, 0xcc];
    const INTER: [u8; 3] = [0x32, 1, 0x30];
    const PAD: [u8; 3] = [0x7a, 1, 0x80];

    #[test]
    fn a_leading_delimiter_goes_without_a_copy() {
        let packet = Bytes::from([&DELIMITER[..], &HEADER, &KEY].concat());
        let unit = temporal_unit(&packet).unwrap();
        assert_eq!(unit.data, [&HEADER[..], &KEY].concat());
        assert_eq!(unit.data.as_ptr(), packet[2..].as_ptr());
        assert!(unit.key);
        assert_eq!(unit.sequence_header.as_deref(), Some(&[0xaa, 0xbb][..]));
    }

    #[test]
    fn what_does_not_belong_is_left_out_anywhere() {
        let redundant = [0x3a, 1, 0];
        let tiles = [0x42, 0];
        let parts = [&DELIMITER[..], &HEADER, &PAD, &KEY, &redundant, &tiles];
        let unit = temporal_unit(&Bytes::from(parts.concat())).unwrap();
        assert_eq!(unit.data, [&HEADER[..], &KEY].concat());
    }

    #[test]
    fn key_means_key_frame_and_sequence_header() {
        let key = |parts: &[&[u8]]| temporal_unit(&Bytes::from(parts.concat())).unwrap().key;
        assert!(key(&[&HEADER, &KEY]));
        assert!(!key(&[&KEY]));
        assert!(!key(&[&HEADER, &INTER]));
        // Hidden key frame; shown again existing frame; a key frame that comes second.
        assert!(!key(&[&HEADER, &[0x32, 1, 0x00]]));
        assert!(!key(&[&HEADER, &[0x1a, 1, 0x90]]));
        assert!(!key(&[&HEADER, &INTER, &KEY]));
        // The last unit may go without a size.
        assert!(key(&[&HEADER, &[0x30, 0x10, 0xcc]]));
    }

    #[test]
    fn damage_is_an_error() {
        let error = |packet: &'static [u8]| temporal_unit(&Bytes::from_static(packet)).unwrap_err();
        assert_eq!(error(&[]), ObuError::NoFrame);
        assert_eq!(error(&[0x12, 0]), ObuError::NoFrame);
        assert_eq!(error(&[0xb2, 0]), ObuError::Forbidden);
        assert_eq!(error(&[0x32, 9, 0x10]), ObuError::Truncated);
        assert_eq!(error(&[0x36]), ObuError::Truncated);
        let endless = [0x32, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
        assert_eq!(error(Box::leak(Box::new(endless))), ObuError::Truncated);
        // Every cut of a good packet is read or refused.
        let good = [&DELIMITER[..], &HEADER, &KEY].concat();
        for cut in 0..good.len() {
            let _ = temporal_unit(&Bytes::copy_from_slice(&good[..cut]));
        }
    }
}
