//! `av1C` (AV1 Codec ISO Media File Format Binding §2.3), which Matroska stores too.

use bytes::{BufMut, Bytes, BytesMut};

use super::sequence_header::SequenceHeader;

/// The configuration record: four bytes that repeat the header's fields, then the header as one
/// OBU that has a size.
pub(super) fn config_record(header: &SequenceHeader, payload: &[u8]) -> Bytes {
    const MARKER_AND_VERSION: u8 = 0x81;
    const SEQUENCE_HEADER_WITH_SIZE: u8 = 1 << 3 | 1 << 1;

    let color = header.color;
    let mut record = BytesMut::with_capacity(payload.len() + 10);
    record.put_u8(MARKER_AND_VERSION);
    record.put_u8(header.profile << 5 | header.level);
    record.put_u8(
        u8::from(header.tier) << 7
            | u8::from(color.high_bitdepth) << 6
            | u8::from(color.twelve_bit) << 5
            | u8::from(color.monochrome) << 4
            | u8::from(color.subsampling_x) << 3
            | u8::from(color.subsampling_y) << 2
            | color.chroma_sample_position,
    );
    // No initial presentation delay: every frame is shown when it is decoded.
    record.put_u8(0);
    record.put_u8(SEQUENCE_HEADER_WITH_SIZE);
    let mut rest = payload.len();
    while rest >= 0x80 {
        record.put_u8(rest as u8 | 0x80);
        rest >>= 7;
    }
    record.put_u8(rest as u8);
    record.put_slice(payload);
    record.freeze()
}

#[cfg(test)]
mod tests {
    use super::super::sequence_header::ColorConfig;
    use super::*;

    #[test]
    fn fields_and_header() {
        let header = SequenceHeader {
            profile: 2,
            level: 13,
            tier: true,
            width: 16,
            height: 16,
            color: ColorConfig {
                high_bitdepth: true,
                twelve_bit: true,
                monochrome: false,
                subsampling_x: true,
                subsampling_y: false,
                chroma_sample_position: 0,
            },
        };
        let record = config_record(&header, &[7; 130]);
        assert_eq!(record[..7], [0x81, 0x4d, 0xe8, 0, 0x0a, 0x82, 0x01]);
        assert_eq!(record[7..], [7; 130]);
    }
}
