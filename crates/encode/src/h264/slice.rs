//! How coarse the codec has made a picture, which it says in the slice's header only, and relative
//! to the quantizer that it starts with.

use rusty_h264::EncoderConfig;

use super::bits::{BitReader, BitWriter};
use super::nal::{IDR_SLICE, LENGTH_BYTES, escape_into, escaped_length, unescape};

/// How far the codec goes from the quantizer that it starts with, and the coarsest there is.
const FURTHEST: i32 = 18;
pub(super) const COARSEST: i32 = 51;
/// So near to the coarsest: as far as the codec goes in one step.
const NEARLY: i32 = 6;
/// As the codec's sequence parameter set has them.
const FRAME_NUMBER_BITS: u32 = 4;
const ORDER_COUNT_BITS: u32 = 8;

/// No header is longer, in bytes.
const MOST_HEADER: usize = 64;

/// A slice of the codec's, which is a whole picture.
#[derive(Debug)]
pub(super) struct Slice<'a> {
    /// The NAL unit's first byte.
    kind: u8,
    /// What follows, without what keeps start codes from occurring; the header is in it.
    header: Vec<u8>,
    /// What follows the header, as it stands in the NAL unit.
    data: &'a [u8],
    /// Where `slice_qp_delta` begins and ends, and where the header does, in bits.
    difference_at: usize,
    difference_end: usize,
    header_end: usize,
    difference: i32,
    /// The quantizer that the codec has started with.
    start: i32,
}

impl<'a> Slice<'a> {
    /// Reads the header (H.264 §7.3.3) of a NAL unit of a codec with these settings. `None` if it
    /// is none.
    pub(super) fn read(nal: &'a [u8], codec: &EncoderConfig) -> Option<Self> {
        let (&kind, rest) = nal.split_first()?;
        let header = unescape(&rest[..rest.len().min(MOST_HEADER)]);
        let mut bits = BitReader::new(&header);
        let is_key = kind & 0x1f == IDR_SLICE;
        let _first_macroblock = bits.exp_golomb()?;
        let _slice_type = bits.exp_golomb()?;
        let _picture_set = bits.exp_golomb()?;
        let _number = bits.bits(FRAME_NUMBER_BITS)?;
        if is_key {
            let _picture = bits.exp_golomb()?; // idr_pic_id
        }
        let _order_count = bits.bits(ORDER_COUNT_BITS)?;
        if is_key {
            let _marked = bits.bits(2)?; // no_output_of_prior_pics_flag, long_term_reference_flag
        } else {
            skip_references(&mut bits, codec.weightp)?;
            if codec.cabac {
                let _tables = bits.exp_golomb()?; // cabac_init_idc
            }
        }
        let difference_at = bits.position();
        let difference = bits.signed_exp_golomb()?;
        let difference_end = bits.position();
        // The codec's picture parameter set has deblocking_filter_control_present_flag.
        let is_unfiltered = bits.exp_golomb()? == 1;
        if !is_unfiltered {
            let _strengths = (bits.signed_exp_golomb()?, bits.signed_exp_golomb()?);
        }
        let header_end = bits.position();
        // The header's last byte is not zero: it has the ones that say how to filter, or those up to
        // the byte's end. So what is to keep start codes from occurring is the same after any header.
        let data_at = escaped_length(rest, header_end.div_ceil(8));
        Some(Self {
            kind,
            header,
            data: rest.get(data_at..)?,
            difference_at,
            difference_end,
            header_end,
            difference,
            start: codec.qp.into(),
        })
    }

    pub(super) fn is_key(&self) -> bool {
        self.kind & 0x1f == IDR_SLICE
    }

    /// `SliceQPY` (H.264 §7.4.3), from 0 to 51.
    pub(super) fn quantizer(&self) -> i32 {
        self.start.saturating_add(self.difference)
    }

    /// Whether the codec makes hardly any picture coarser.
    pub(super) fn is_nearly_coarsest(&self) -> bool {
        let coarsest = (self.start + FURTHEST).min(COARSEST);
        self.quantizer() >= coarsest - NEARLY
    }

    /// Appends the slice to a sample (ISO/IEC 14496-15 §5.3.2), for a picture parameter set with
    /// another quantizer to start with. What follows the header begins with a byte of its own,
    /// since it is coded arithmetically (H.264 §7.3.4), so that it stays as it is. `None`, and
    /// nothing is appended, if it is too long for a sample.
    pub(super) fn append_starting_from(&self, start: i32, sample: &mut Vec<u8>) -> Option<()> {
        let mut bits = BitWriter::new();
        bits.copy(&mut BitReader::new(&self.header), self.difference_at)?;
        bits.signed_exp_golomb(self.quantizer().saturating_sub(start));
        let mut rest = BitReader::new(&self.header).at_bit(self.difference_end);
        bits.copy(&mut rest, self.header_end)?;
        bits.align(); // cabac_alignment_one_bit
        let mut header = vec![self.kind];
        escape_into(&mut header, &bits.into_bytes());
        let length = u32::try_from(header.len() + self.data.len()).ok()?;
        sample.reserve(LENGTH_BYTES + length as usize);
        sample.extend_from_slice(&length.to_be_bytes());
        sample.extend_from_slice(&header);
        sample.extend_from_slice(self.data);
        Some(())
    }
}

/// From `num_ref_idx_active_override_flag` to `dec_ref_pic_marking()`.
fn skip_references(bits: &mut BitReader<'_>, weighted: bool) -> Option<()> {
    let has_number = bits.flag()?;
    let references = if has_number {
        bits.exp_golomb()?.saturating_add(1)
    } else {
        1
    };
    let _reordered = bits.flag()?; // ref_pic_list_modification_flag_l0
    if weighted {
        skip_weights(bits, references)?;
    }
    let _marked = bits.flag()?; // adaptive_ref_pic_marking_mode_flag
    Some(())
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
    fn quantizers(preset: Preset, bitrate: u32) -> (i32, Vec<i32>) {
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
            let slice = Slice::read(unit.slices[0], &settings).expect("a slice");
            assert_eq!(slice.is_key(), n == 0);
            let start = i32::from(settings.qp);
            assert_eq!(from(&slice, start), unit.slices[0]);
            assert_written_otherwise(&slice, &settings);
            slice.quantizer()
        });
        let read = read.collect();
        (settings.qp.into(), read)
    }

    fn from(slice: &Slice<'_>, start: i32) -> Vec<u8> {
        let mut sample = Vec::new();
        let appended = slice.append_starting_from(start, &mut sample);
        appended.expect("a slice");
        let nal = sample.split_off(LENGTH_BYTES);
        assert_eq!(sample, (nal.len() as u32).to_be_bytes());
        nal
    }

    /// It means the same relative to whatever quantizer.
    fn assert_written_otherwise(slice: &Slice<'_>, settings: &EncoderConfig) {
        for start in [0, 26, COARSEST] {
            let mut other = settings.clone();
            other.qp = start as u8;
            let nal = from(slice, start);
            let read = Slice::read(&nal, &other).expect("a slice");
            assert_eq!(read.quantizer(), slice.quantizer());
            assert_eq!(read.data, slice.data);
        }
    }

    #[test]
    fn it_is_the_one_the_codec_has_taken() {
        for preset in [Preset::Archive, Preset::Quality, Preset::Live] {
            let (start, fixed) = quantizers(preset, 0);
            assert!(fixed[1..].iter().all(|&read| read == start));
            // The codec's rate control goes as far as it may, either way.
            let (start, fine) = quantizers(preset, 1_000_000_000);
            assert_eq!(fine[39], (start - FURTHEST).max(10));
            let (start, coarse) = quantizers(preset, 1000);
            assert_eq!(coarse[39], (start + FURTHEST).min(COARSEST));
        }
    }

    #[test]
    fn what_is_no_slice_has_none() {
        let settings = EncoderConfig::new(64, 48);
        for broken in [&[][..], &[0x65], &[0x61, 0], &[0; 9], &[0x41, 0xff]] {
            assert!(Slice::read(broken, &settings).is_none());
        }
    }
}
