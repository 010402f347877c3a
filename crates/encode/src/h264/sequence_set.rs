//! The sequence parameter set, completed.

use media_recorder_types::{ColorInfo, ColorRange};

use super::bits::BitWriter;
use super::nal::{escape_into, unescape};

/// `profile_idc` of the Baseline profile.
const BASELINE: u8 = 66;
/// `video_format`: unspecified (H.264 table E-2).
const FORMAT_UNSPECIFIED: u32 = 5;
/// Code points of H.273.
const UNSPECIFIED: u8 = 2;
const MATRIX_RGB: u8 = 0;
/// No limit to motion vectors but the level's (H.264 §E.2.1).
const LONGEST_VECTORS: u32 = 15;

/// What the codec's own sequence parameter set does not say, or says wrongly.
#[derive(Clone, Copy, Debug)]
pub(super) struct Description {
    /// `level_idc`.
    pub(super) level: u8,
    pub(super) color: ColorInfo,
    /// How many pictures the stream predicts from.
    pub(super) references: u32,
}

/// Writes the description into a NAL unit with a sequence parameter set that ends without VUI
/// (H.264 §7.3.2.1.1). `None` if it is none.
///
/// `rusty_h264` sets the flag of the Main profile's constraints also where the 8×8 transform
/// breaks them, and has no words for colour, nor for that pictures come in their order, without
/// which decoders hold some back.
pub(super) fn complete(sequence_set: &[u8], description: Description) -> Option<Vec<u8>> {
    let (&header, payload) = sequence_set.split_first()?;
    let mut payload = unescape(payload);
    let &mut [profile, ref mut constraints, ref mut level, ..] = &mut payload[..] else {
        return None;
    };
    // Constrained Baseline (H.264 §A.2.1.1) is all that is claimed beside the profile itself.
    *constraints = if profile == BASELINE { 0b1100_0000 } else { 0 };
    *level = description.level;
    let mut bits = BitWriter::reopen(payload)?;
    let has_vui = bits.pop()?;
    if has_vui {
        return None;
    }
    bits.flag(true);
    put_vui(&mut bits, description);
    let mut nal = vec![header];
    escape_into(&mut nal, &bits.finish());
    Some(nal)
}

/// `vui_parameters()` (H.264 §E.1.1).
fn put_vui(bits: &mut BitWriter, description: Description) {
    bits.flag(false); // aspect_ratio_info_present_flag
    bits.flag(false); // overscan_info_present_flag
    put_color(bits, description.color);
    bits.flag(false); // chroma_loc_info_present_flag
    bits.flag(false); // timing_info_present_flag: the container has the times
    bits.flag(false); // nal_hrd_parameters_present_flag
    bits.flag(false); // vcl_hrd_parameters_present_flag
    bits.flag(false); // pic_struct_present_flag
    bits.flag(true); // bitstream_restriction_flag
    bits.flag(true); // motion_vectors_over_pic_boundaries_flag
    bits.exp_golomb(0); // max_bytes_per_pic_denom: no limit
    bits.exp_golomb(0); // max_bits_per_mb_denom
    bits.exp_golomb(LONGEST_VECTORS);
    bits.exp_golomb(LONGEST_VECTORS);
    bits.exp_golomb(0); // max_num_reorder_frames
    bits.exp_golomb(description.references); // max_dec_frame_buffering
}

fn put_color(bits: &mut BitWriter, color: ColorInfo) {
    // Planes of RGB cannot be 4:2:0 (H.264 §E.2.1).
    let matrix = match color.matrix {
        MATRIX_RGB => UNSPECIFIED,
        matrix => matrix,
    };
    let codes = [color.primaries, color.transfer, matrix];
    let is_described = codes != [UNSPECIFIED; 3];
    let is_full = color.range == Some(ColorRange::Full);
    bits.flag(is_described || is_full); // video_signal_type_present_flag
    if !is_described && !is_full {
        return;
    }
    bits.bits(FORMAT_UNSPECIFIED, 3);
    bits.flag(is_full);
    bits.flag(is_described);
    if is_described {
        for code in codes {
            bits.bits(code.into(), 8);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 16×16, High profile: the payload ends in `1 1 0 0`, of which the last is the VUI's flag.
    const PLAIN: [u8; 8] = [0x67, 100, 0x40, 10, 0xac, 0xb2, 0x3d, 0x90];

    fn described(color: ColorInfo) -> Vec<u8> {
        let description = Description {
            level: 31,
            color,
            references: 1,
        };
        complete(&PLAIN, description).unwrap()
    }

    #[test]
    fn colour_and_order_are_said() {
        let set = described(ColorInfo::BT709);
        assert_eq!(set[..4], [0x67, 100, 0, 31]);
        let bits: String = set[4..].iter().map(|byte| format!("{byte:08b}")).collect();
        let plain: String = PLAIN[4..]
            .iter()
            .map(|byte| format!("{byte:08b}"))
            .collect();
        let plain = plain.trim_end_matches('0').strip_suffix('1').unwrap();
        let vui = bits.strip_prefix(plain.strip_suffix('0').unwrap()).unwrap();
        let vectors = "000010000";
        assert_eq!(
            vui.trim_end_matches('0'),
            format!(
                "1 00 1 101 0 1 00000001 00000001 00000001 00000 11 1 1 {vectors} {vectors} 1 010 1"
            )
            .replace(' ', "")
        );
    }

    #[test]
    fn what_is_not_known_is_not_said() {
        let unknown = described(ColorInfo::UNSPECIFIED);
        assert!(unknown.len() < described(ColorInfo::BT709).len());
        let full = ColorInfo {
            range: Some(ColorRange::Full),
            ..ColorInfo::UNSPECIFIED
        };
        assert_ne!(described(full), unknown);
        let rgb = ColorInfo {
            matrix: MATRIX_RGB,
            ..ColorInfo::UNSPECIFIED
        };
        assert_eq!(described(rgb), unknown);
    }

    #[test]
    fn baseline_is_constrained() {
        let mut plain = PLAIN;
        plain[1] = BASELINE;
        let description = Description {
            level: 30,
            color: ColorInfo::BT601,
            references: 1,
        };
        assert_eq!(
            complete(&plain, description).unwrap()[..4],
            [0x67, 66, 0xc0, 30]
        );
    }

    #[test]
    fn a_set_that_does_not_end_as_expected_is_refused() {
        let description = Description {
            level: 30,
            color: ColorInfo::BT601,
            references: 1,
        };
        for broken in [&[][..], &[0x67], &[0x67, 100, 0], &[0x67, 100, 0, 30, 0xff]] {
            assert_eq!(complete(broken, description), None, "{broken:x?}");
        }
    }
}
