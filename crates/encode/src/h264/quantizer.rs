//! How coarse the codec has made a picture, which it says in the slice's header only.

use rusty_h264::EncoderConfig;

use super::bits::BitReader;
use super::nal::{LENGTH_BYTES, unescape};

/// `slice_type`: all slices of the picture are P slices.
const P_SLICES: u32 = 5;
/// As the codec's sequence parameter set has them.
const FRAME_NUMBER_BITS: u32 = 4;
const ORDER_COUNT_BITS: u32 = 8;
/// How far the codec goes from the quantizer that it starts with, and the coarsest there is.
const FURTHEST: i32 = 18;
const COARSEST: i32 = 51;
/// So near to the coarsest: as far as the codec goes in one step.
const NEARLY: i32 = 6;
/// A header is shorter.
const MOST_HEADER: usize = 64;

/// Whether the codec's picture in `sample` is about as coarse as it makes any. False for a key
/// frame's.
pub(super) fn is_nearly_coarsest(sample: &[u8], codec: &EncoderConfig) -> bool {
    let coarsest = (i32::from(codec.qp) + FURTHEST).min(COARSEST);
    quantizer(sample, codec).is_some_and(|quantizer| quantizer >= coarsest - NEARLY)
}

/// `SliceQPY` (H.264 §7.4.3) of the codec's picture in `sample`, from 0 to 51. `None` for a key
/// frame's.
fn quantizer(sample: &[u8], codec: &EncoderConfig) -> Option<i32> {
    let slice = sample.get(LENGTH_BYTES + 1..)?;
    let header = unescape(&slice[..slice.len().min(MOST_HEADER)]);
    let mut bits = BitReader::new(&header);
    let _first_macroblock = bits.exp_golomb()?;
    if bits.exp_golomb()? != P_SLICES {
        return None;
    }
    let _picture_set = bits.exp_golomb()?;
    let _number = bits.bits(FRAME_NUMBER_BITS)?;
    let _order_count = bits.bits(ORDER_COUNT_BITS)?;
    let has_references = bits.flag()?; // num_ref_idx_active_override_flag
    let references = if has_references {
        bits.exp_golomb()? + 1
    } else {
        1
    };
    let _reordered = bits.flag()?; // ref_pic_list_modification_flag_l0
    if codec.weightp {
        skip_weights(&mut bits, references)?;
    }
    let _marked = bits.flag()?; // adaptive_ref_pic_marking_mode_flag
    if codec.cabac {
        let _start = bits.exp_golomb()?; // cabac_init_idc
    }
    Some(i32::from(codec.qp) + bits.signed_exp_golomb()?)
}

/// `pred_weight_table()` (H.264 §7.3.3.2).
fn skip_weights(bits: &mut BitReader<'_>, references: u32) -> Option<()> {
    let _luma_denominator = bits.exp_golomb()?;
    let _chroma_denominator = bits.exp_golomb()?;
    for _ in 0..references {
        for numbers in [2, 4] {
            // luma_weight_l0_flag, then chroma_weight_l0_flag
            if bits.flag()? {
                for _ in 0..numbers {
                    bits.signed_exp_golomb()?;
                }
            }
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use media_recorder_types::{FrameSize, TrackId};
    use rusty_h264::{Encoder, YuvPlanes};

    use super::super::{nal, settings};
    use super::*;
    use crate::{Preset, VideoConfig};

    /// What is read from forty pictures, each brighter than the one before and in another place.
    fn quantizers(preset: Preset, bitrate: u32) -> (i32, Vec<Option<i32>>) {
        let size = FrameSize::new(64, 48);
        let config = VideoConfig::new(TrackId::FIRST, size).with_preset(Some(preset));
        let mut settings = settings::codec_config(&config, preset);
        settings.bitrate = bitrate;
        let mut codec = Encoder::new(settings.clone()).expect("good settings");
        let chroma = [128; 32 * 24];
        let read = (0..40_u32).map(|n| {
            let pixel = |at: u32| (at * 7 + n * n * 13 + n) as u8 / 2 + n as u8;
            let luma: Vec<u8> = (0..64 * 48).map(pixel).collect();
            let planes = YuvPlanes::new(64, 48, &luma, &chroma, &chroma, 64, 32);
            let stream = codec.encode_planes(&planes.expect("planes"));
            let stream = stream.expect("a picture");
            let unit = nal::access_unit(&stream).expect("a picture");
            quantizer(&unit.sample, &settings)
        });
        let read = read.collect();
        (settings.qp.into(), read)
    }

    #[test]
    fn it_is_the_one_the_codec_has_taken() {
        for preset in [Preset::Archive, Preset::Quality, Preset::Live] {
            let (start, fixed) = quantizers(preset, 0);
            assert_eq!(fixed[0], None, "a key frame");
            assert!(fixed[1..].iter().all(|&read| read == Some(start)));
            // The codec's rate control goes as far as it may, either way.
            let (start, fine) = quantizers(preset, 1_000_000_000);
            assert_eq!(fine[39], Some((start - FURTHEST).max(10)));
            let (start, coarse) = quantizers(preset, 1000);
            assert_eq!(coarse[39], Some((start + FURTHEST).min(COARSEST)));
        }
    }

    #[test]
    fn what_is_no_slice_has_none() {
        let settings = EncoderConfig::new(64, 48);
        for broken in [&[][..], &[0; 4], &[0; 5], &[0, 0, 0, 2, 1, 0], &[0xff; 9]] {
            assert_eq!(quantizer(broken, &settings), None);
        }
    }
}
