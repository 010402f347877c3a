//! The picture parameter set of the codec's pictures.

use super::bits::{BitReader, BitWriter};
use super::nal::{escape_into, unescape};

/// The quantizer that pictures start from, as all sets have it.
pub(super) const START: i32 = 26;

/// The codec's set (H.264 §7.3.2.2) with [`START`] in it, whatever the codec starts from. `None` if
/// it is none.
pub(super) fn complete(set: &[u8]) -> Option<Vec<u8>> {
    let (&header, rest) = set.split_first()?;
    let payload = unescape(rest);
    let last = payload.iter().rposition(|&byte| byte != 0)?;
    let end = last * 8 + 7 - payload[last].trailing_zeros() as usize;
    let mut read = BitReader::new(&payload);
    for _ in 0..2 {
        read.exp_golomb()?; // pic_parameter_set_id, seq_parameter_set_id
    }
    read.bits(2)?; // entropy_coding_mode_flag, bottom_field_pic_order_in_frame_present_flag
    let has_one_group = read.exp_golomb()? == 0; // num_slice_groups_minus1
    for _ in 0..2 {
        read.exp_golomb()?; // num_ref_idx_l0_default_active_minus1, and that of l1
    }
    read.bits(3)?; // weighted_pred_flag, weighted_bipred_idc
    let start_at = read.position();
    read.signed_exp_golomb()?; // pic_init_qp_minus26
    let start_end = read.position();
    if !has_one_group || start_end > end {
        return None;
    }
    let mut bits = BitWriter::new();
    bits.copy(&mut BitReader::new(&payload), start_at)?;
    bits.signed_exp_golomb(START - 26);
    bits.copy(&mut BitReader::new(&payload).at_bit(start_end), end)?;
    let mut nal = vec![header];
    escape_into(&mut nal, &bits.finish());
    Some(nal)
}

#[cfg(test)]
mod tests {
    use media_recorder_types::{FrameSize, TrackId};
    use rusty_h264::{Encoder, YuvPlanes};

    use super::super::{nal, settings};
    use super::*;
    use crate::{Preset, VideoConfig};

    #[test]
    fn sets_of_one_recording_are_the_same() {
        let size = FrameSize::new(32, 32);
        let config = VideoConfig::new(TrackId::FIRST, size);
        let mut settings = settings::codec_config(&config, Preset::Live);
        let planes = YuvPlanes::new(32, 32, &[9; 1024], &[8; 256], &[7; 256], 32, 16);
        let planes = planes.expect("planes");
        let mut of = |start| {
            settings.qp = start;
            let mut codec = Encoder::new(settings.clone()).expect("good settings");
            let stream = codec.encode_planes(&planes).expect("a picture");
            let unit = nal::access_unit(&stream).expect("a picture");
            unit.picture_set.expect("a key frame's").to_vec()
        };
        let own = of(26);
        assert_eq!(complete(&own).as_ref(), Some(&own));
        for start in [0, 13, 27, 51] {
            let other = of(start);
            assert_ne!(other, own);
            assert_eq!(complete(&other).as_ref(), Some(&own), "from {start}");
        }
    }

    #[test]
    fn what_is_no_set_is_none() {
        for broken in [
            &[][..],
            &[0x68],
            &[0x68, 0, 0],
            &[0x68, 0xee],
            &[0x68, 0x80],
        ] {
            assert_eq!(complete(broken), None, "{broken:x?}");
        }
    }
}
