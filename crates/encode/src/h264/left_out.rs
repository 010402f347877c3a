//! Pictures that are left out: the one before them is shown on.
//!
//! The codec does not get to see such a picture. What takes its place in the stream copies the
//! last picture whole, in a few bytes, and nothing is predicted from it, so that the codec's next
//! picture follows as if there were none between: it has the number of that next picture, as
//! pictures that are no references have (H.264 §7.4.3), and an odd order count, where the codec
//! gives each of its own an even one. So there can be one between two of the codec's.
//!
//! Copies are written without arithmetic coding, for which they have a picture parameter set of
//! their own.

use media_recorder_types::FrameSize;

use super::bits::BitWriter;
use super::nal::{LENGTH_BYTES, append, escape_into};
use super::picture::coded_size;

/// The part of what is owed that counts when a picture may be left out. More than all: until its
/// next key frame, the codec saves nothing for what is owed.
pub(super) const OWED: f64 = 1.2;

/// `nal_ref_idc` 0, `nal_unit_type` 1: a slice of a picture that is no reference.
const SLICE: u8 = 0x01;
/// `nal_ref_idc` 3, `nal_unit_type` 8.
const PICTURE_SET: u8 = 0x68;
/// The codec's own set is 0.
const PICTURE_SET_ID: u32 = 1;
/// `slice_type`: all slices of the picture are P slices.
const P_SLICES: u32 = 5;
/// As the codec's sequence parameter set has them.
const FRAME_NUMBER_BITS: u32 = 4;
const ORDER_COUNT_BITS: u32 = 8;

/// The picture parameter set of the copies (H.264 §7.3.2.2), as a NAL unit.
pub(super) fn picture_set() -> Vec<u8> {
    let mut bits = BitWriter::new();
    bits.exp_golomb(PICTURE_SET_ID);
    bits.exp_golomb(0); // seq_parameter_set_id
    bits.flag(false); // entropy_coding_mode_flag
    bits.flag(false); // bottom_field_pic_order_in_frame_present_flag
    bits.exp_golomb(0); // num_slice_groups_minus1
    bits.exp_golomb(0); // num_ref_idx_l0_default_active_minus1
    bits.exp_golomb(0); // num_ref_idx_l1_default_active_minus1
    bits.flag(false); // weighted_pred_flag
    bits.bits(0, 2); // weighted_bipred_idc
    bits.exp_golomb(0); // pic_init_qp_minus26
    bits.exp_golomb(0); // pic_init_qs_minus26
    bits.exp_golomb(0); // chroma_qp_index_offset
    bits.flag(false); // deblocking_filter_control_present_flag
    bits.flag(false); // constrained_intra_pred_flag
    bits.flag(false); // redundant_pic_cnt_present_flag
    let mut nal = vec![PICTURE_SET];
    escape_into(&mut nal, &bits.finish());
    nal
}

/// A sample that shows the last picture on, where the codec has made `coded` pictures since the
/// key frame, which counts: a slice (H.264 §7.3.3) that skips all macroblocks.
pub(super) fn copy(size: FrameSize, coded: u32) -> Vec<u8> {
    let [width, height] = {
        let size = coded_size(size);
        [size.width, size.height].map(|side| side.div_ceil(16))
    };
    let order_count = coded.wrapping_mul(2).wrapping_sub(1);
    let mut bits = BitWriter::new();
    bits.exp_golomb(0); // first_mb_in_slice
    bits.exp_golomb(P_SLICES);
    bits.exp_golomb(PICTURE_SET_ID);
    bits.bits(coded, FRAME_NUMBER_BITS);
    bits.bits(order_count, ORDER_COUNT_BITS);
    bits.flag(false); // num_ref_idx_active_override_flag
    bits.flag(false); // ref_pic_list_modification_flag_l0
    bits.exp_golomb(0); // slice_qp_delta
    bits.exp_golomb(width * height); // mb_skip_run
    let mut nal = vec![SLICE];
    escape_into(&mut nal, &bits.finish());
    let mut sample = Vec::with_capacity(LENGTH_BYTES + nal.len());
    append(&mut sample, &nal);
    sample
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_takes_a_few_bytes_whatever_the_size() {
        for (size, most) in [
            (FrameSize::new(2, 2), 10),
            (FrameSize::new(1920, 1080), 13),
            (FrameSize::new(16_384, 16_384), 15),
        ] {
            for coded in 1..600 {
                let copy = copy(size, coded);
                assert!(copy.len() <= most, "{size}: {} bytes", copy.len());
            }
        }
    }

    #[test]
    fn numbers_are_those_between_two_of_the_codec() {
        // The bits 1, 00110 and 010, then the number and the order count.
        let numbers = |coded| {
            let copy = copy(FrameSize::new(16, 16), coded);
            let bits = u32::from_be_bytes(copy[5..9].try_into().expect("four bytes"));
            assert_eq!(bits >> 23, 0b1_0011_0010);
            (bits >> 19 & 0xf, bits >> 11 & 0xff)
        };
        assert_eq!(numbers(1), (1, 1));
        assert_eq!(numbers(15), (15, 29));
        assert_eq!(numbers(16), (0, 31));
        assert_eq!(numbers(128), (0, 255));
        assert_eq!(numbers(130), (2, 3));
    }
}
