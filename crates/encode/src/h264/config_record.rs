//! What containers store of an H.264 stream beside its packets.

use bytes::{BufMut, Bytes, BytesMut};

use super::nal::LENGTH_BYTES;

/// `profile_idc` from which on a sequence parameter set describes its samples.
const HIGH_PROFILE: u8 = 100;

/// An `AVCDecoderConfigurationRecord` (ISO/IEC 14496-15 §5.3.3.1) of 4:2:0 with 8 bits. `None`
/// for parameter sets that are no such.
pub(super) fn config_record(sequence_set: &[u8], picture_set: &[u8]) -> Option<Bytes> {
    let &[_, profile, constraints, level, ..] = sequence_set else {
        return None;
    };
    let lengths = [sequence_set, picture_set].map(|set| u16::try_from(set.len()).ok());
    let [Some(sequence_length), Some(picture_length)] = lengths else {
        return None;
    };
    let mut record = BytesMut::with_capacity(16 + sequence_set.len() + picture_set.len());
    record.put_slice(&[1, profile, constraints, level]);
    record.put_u8(0b1111_1100 | (LENGTH_BYTES as u8 - 1));
    record.put_u8(0b1110_0000 | 1);
    record.put_u16(sequence_length);
    record.put_slice(sequence_set);
    record.put_u8(1);
    record.put_u16(picture_length);
    record.put_slice(picture_set);
    if profile >= HIGH_PROFILE {
        record.put_u8(0b1111_1100 | 1); // chroma_format: 4:2:0
        record.put_u8(0b1111_1000); // bit_depth_luma_minus8
        record.put_u8(0b1111_1000); // bit_depth_chroma_minus8
        record.put_u8(0); // no sets of the extension
    }
    Some(record.freeze())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_record_lists_both_sets() {
        let record = config_record(&[0x67, 66, 0xc0, 30, 9], &[0x68, 7]).unwrap();
        let expected = [
            1, 66, 0xc0, 30, 0xff, 0xe1, 0, 5, 0x67, 66, 0xc0, 30, 9, 1, 0, 2, 0x68, 7,
        ];
        assert_eq!(record[..], expected);
        let high = config_record(&[0x67, 100, 0, 31, 9], &[0x68, 7]).unwrap();
        assert_eq!(high[1..4], [100, 0, 31]);
        assert_eq!(high[expected.len()..], [0xfd, 0xf8, 0xf8, 0]);
    }

    #[test]
    fn half_a_set_is_none() {
        assert_eq!(config_record(&[0x67, 66, 0], &[0x68]), None);
        assert_eq!(config_record(&[0x67, 66, 0, 30], &[0; 70_000]), None);
    }
}
