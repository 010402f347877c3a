//! What containers store of an H.264 stream beside its packets.

use bytes::{BufMut, Bytes, BytesMut};

use super::nal::LENGTH_BYTES;

/// `profile_idc` from which on a sequence parameter set describes its samples.
const HIGH_PROFILE: u8 = 100;

/// An `AVCDecoderConfigurationRecord` (ISO/IEC 14496-15 §5.3.3.1) of 4:2:0 with 8 bits. `None`
/// for parameter sets that are no such.
pub(super) fn config_record(sequence_set: &[u8], picture_sets: [&[u8]; 2]) -> Option<Bytes> {
    let &[_, profile, constraints, level, ..] = sequence_set else {
        return None;
    };
    let mut record = BytesMut::new();
    record.put_slice(&[1, profile, constraints, level]);
    record.put_u8(0b1111_1100 | (LENGTH_BYTES as u8 - 1));
    record.put_u8(0b1110_0000 | 1);
    put_set(&mut record, sequence_set)?;
    record.put_u8(picture_sets.len() as u8);
    for picture_set in picture_sets {
        put_set(&mut record, picture_set)?;
    }
    if profile >= HIGH_PROFILE {
        record.put_u8(0b1111_1100 | 1); // chroma_format: 4:2:0
        record.put_u8(0b1111_1000); // bit_depth_luma_minus8
        record.put_u8(0b1111_1000); // bit_depth_chroma_minus8
        record.put_u8(0); // no sets of the extension
    }
    Some(record.freeze())
}

fn put_set(record: &mut BytesMut, set: &[u8]) -> Option<()> {
    record.put_u16(set.len().try_into().ok()?);
    record.put_slice(set);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_record_lists_all_sets() {
        let record = config_record(&[0x67, 66, 0xc0, 30, 9], [&[0x68, 7], &[0x68]]).unwrap();
        let expected = [
            1, 66, 0xc0, 30, 0xff, 0xe1, 0, 5, 0x67, 66, 0xc0, 30, 9, 2, 0, 2, 0x68, 7, 0, 1, 0x68,
        ];
        assert_eq!(record[..], expected);
        let high = config_record(&[0x67, 100, 0, 31, 9], [&[0x68, 7], &[0x68]]).unwrap();
        assert_eq!(high[1..4], [100, 0, 31]);
        assert_eq!(high[expected.len()..], [0xfd, 0xf8, 0xf8, 0]);
    }

    #[test]
    fn half_a_set_is_none() {
        let set = &[0x68][..];
        assert_eq!(config_record(&[0x67, 66, 0], [set, set]), None);
        let long = &[0; 70_000][..];
        assert_eq!(config_record(&[0x67, 66, 0, 30], [set, long]), None);
    }
}
