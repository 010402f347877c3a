//! Key frames of VP8 and VP9, and what they say of the stream.

use bytes::Bytes;
use media_recorder_types::FrameSize;

/// What a frame says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum VpxFrame {
    Inter,
    Key {
        size: FrameSize,
        /// In the form that Matroska stores; empty for VP8, which has none.
        configuration: Bytes,
    },
}

/// Reads the start of a VP8 frame (RFC 6386 §9.1).
pub(super) fn read_vp8(data: &[u8]) -> Result<VpxFrame, &'static str> {
    match *data {
        [] => Err("there is no frame"),
        [tag, ..] if tag & 1 == 1 => Ok(VpxFrame::Inter),
        // A tag of three bytes, the start code, two sides of 14 bits, each with two for scaling.
        [_, _, _, 0x9D, 0x01, 0x2A, w0, w1, h0, h1, ..] => {
            let side = |bytes| u32::from(u16::from_le_bytes(bytes) & 0x3FFF);
            Ok(VpxFrame::Key {
                size: FrameSize::new(side([w0, w1]), side([h0, h1])),
                configuration: Bytes::new(),
            })
        }
        _ => Err("a key frame of VP8 without its start code"),
    }
}

/// Reads the uncompressed header of a VP9 frame up to its size (VP9 specification §6.2). A
/// superframe begins with its first frame (Annex B).
pub(super) fn read_vp9(data: &[u8]) -> Result<VpxFrame, &'static str> {
    const FRAME_MARKER: u32 = 2;
    const SYNC_CODE: u32 = 0x49_83_42;
    const COLOR_SPACE_RGB: u32 = 7;

    let mut bits = Bits::new(data);
    if data.is_empty() || bits.take(2) != FRAME_MARKER {
        return Err("it does not begin with the frame marker of VP9");
    }
    let profile = bits.take(1) | bits.take(1) << 1;
    if profile == 3 {
        bits.take(1);
    }
    let (show_existing_frame, inter) = (bits.take(1), bits.take(1));
    if show_existing_frame == 1 || inter == 1 {
        return Ok(VpxFrame::Inter);
    }
    // show_frame, error_resilient_mode
    bits.take(2);
    if bits.take(24) != SYNC_CODE {
        return Err("a key frame of VP9 without its sync code");
    }
    let bit_depth = match profile {
        0 | 1 => 8,
        _ => 10 + 2 * bits.take(1),
    };
    let has_subsampling = profile & 1 == 1;
    let subsampling = if bits.take(3) == COLOR_SPACE_RGB {
        bits.take(u32::from(has_subsampling));
        (0, 0)
    } else {
        // color_range
        bits.take(1);
        if has_subsampling {
            let subsampling = (bits.take(1), bits.take(1));
            bits.take(1);
            subsampling
        } else {
            (1, 1)
        }
    };
    let size = FrameSize::new(bits.take(16) + 1, bits.take(16) + 1);
    if bits.is_over() {
        return Err("a key frame of VP9 that ends in its header");
    }
    // WebM Container Guidelines, "VP9 Codec Feature Metadata": profile, bit depth, subsampling.
    let subsampling = match subsampling {
        (1, 1) => 1,
        (1, _) => 2,
        // 4:4:0 has no number there.
        _ => 3,
    };
    let features = [
        1,
        1,
        profile as u8,
        3,
        1,
        bit_depth as u8,
        4,
        1,
        subsampling,
    ];
    Ok(VpxFrame::Key {
        size,
        configuration: Bytes::copy_from_slice(&features),
    })
}

/// The first bits of a header, the most significant first. What lies beyond the data is zero.
struct Bits {
    value: u128,
    taken: u32,
    available: u32,
}

impl Bits {
    /// The header of a key frame has less than 16 bytes up to its size.
    fn new(data: &[u8]) -> Self {
        let mut head = [0; 16];
        let len = data.len().min(head.len());
        head[..len].copy_from_slice(&data[..len]);
        Self {
            value: u128::from_be_bytes(head),
            taken: 0,
            available: 8 * len as u32,
        }
    }

    /// The next bits, at most 32 at once and 128 in all.
    fn take(&mut self, count: u32) -> u32 {
        let bits = self.value << self.taken >> 96 >> (32 - count);
        self.taken += count;
        bits as u32
    }

    /// More was taken than there is.
    fn is_over(&self) -> bool {
        self.taken > self.available
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vp8_says_its_size_in_key_frames() {
        // 176x144, with scaling bits that are no part of the size.
        let key = [0x10, 0, 0, 0x9D, 0x01, 0x2A, 0xB0, 0x40, 0x90, 0x80, 7];
        let VpxFrame::Key { size, .. } = read_vp8(&key).unwrap() else {
            unreachable!("it is a key frame");
        };
        assert_eq!(size, FrameSize::new(176, 144));
        assert_eq!(read_vp8(&[0x31, 0, 0]), Ok(VpxFrame::Inter));
        for bad in [
            &[][..],
            &key[..9],
            &[0x10, 0, 0, 0x9D, 0x01, 0x2B, 1, 0, 1, 0],
        ] {
            assert!(read_vp8(bad).is_err(), "{bad:x?}");
        }
    }

    /// Fields of a width in bits each.
    fn pack(fields: &[(u32, u32)]) -> Vec<u8> {
        let bits = fields
            .iter()
            .flat_map(|&(value, count)| (0..count).rev().map(move |n| value >> n & 1 == 1));
        let bits: Vec<bool> = bits.collect();
        let byte = |bits: &[bool]| {
            let set = bits.iter().enumerate().filter(|(_, bit)| **bit);
            set.fold(0, |byte, (n, _)| byte | 0x80 >> n)
        };
        bits.chunks(8).map(byte).collect()
    }

    #[test]
    fn vp9_says_size_and_features_in_key_frames() {
        let head = |profile: u32| {
            let reserved = u32::from(profile == 3);
            vec![
                (2, 2),
                (profile & 1, 1),
                (profile >> 1, 1),
                (0, reserved),
                (0b0010, 4),
                (0x49_83_42, 24),
            ]
        };
        for (profile, color, features) in [
            // BT.601, studio range
            (0, vec![(1, 3), (0, 1)], [0, 8, 1]),
            // 4:2:2
            (1, vec![(2, 3), (0, 1), (1, 1), (0, 1), (0, 1)], [1, 8, 2]),
            // RGB
            (1, vec![(7, 3), (0, 1)], [1, 8, 3]),
            // 12 bits
            (2, vec![(1, 1), (5, 3), (1, 1)], [2, 12, 1]),
            // 10 bits, 4:4:4
            (
                3,
                vec![(0, 1), (2, 3), (0, 1), (0, 1), (0, 1), (0, 1)],
                [3, 10, 3],
            ),
        ] {
            let size = vec![(1279, 16), (719, 16), (0, 8)];
            let data = pack(&[head(profile), color, size].concat());
            let [profile, depth, subsampling] = features;
            let key = VpxFrame::Key {
                size: FrameSize::new(1280, 720),
                configuration: vec![1, 1, profile, 3, 1, depth, 4, 1, subsampling].into(),
            };
            assert_eq!(read_vp9(&data), Ok(key), "{features:?}");
            assert!(read_vp9(&data[..8]).is_err());
        }
        assert_eq!(read_vp9(&[0b1000_0110]), Ok(VpxFrame::Inter));
        assert_eq!(read_vp9(&[0b1000_1000]), Ok(VpxFrame::Inter));
        for bad in [&[][..], &[0x42], &[0x82, 0x49, 0x83, 0x43, 0, 0, 0, 0, 0]] {
            assert!(read_vp9(bad).is_err(), "{bad:x?}");
        }
    }
}
