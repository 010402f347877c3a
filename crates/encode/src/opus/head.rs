//! The identification header (RFC 7845 §5.1).

use bytes::{BufMut, Bytes, BytesMut};

/// `OpusHead` for one or two channels, without gain.
pub(super) fn opus_head(channels: u8, pre_skip: u16, input_rate: u32) -> Bytes {
    let mut head = BytesMut::with_capacity(19);
    head.put_slice(b"OpusHead");
    head.put_u8(1);
    head.put_u8(channels);
    head.put_u16_le(pre_skip);
    head.put_u32_le(input_rate);
    // Output gain, and channel mapping family 0: mono or stereo in one stream.
    head.put_i16_le(0);
    head.put_u8(0);
    head.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_those_of_the_specification() {
        let expected = b"OpusHead\x01\x02\x38\x01\x44\xac\0\0\0\0\0";
        assert_eq!(&opus_head(2, 312, 44_100)[..], expected);
    }
}
