//! The fields of a sequence header that containers repeat (AV1 specification §5.5).

use super::bits::BitReader;

/// What `av1C` and the track's description are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SequenceHeader {
    pub(super) profile: u8,
    /// Level and tier of the first operating point.
    pub(super) level: u8,
    pub(super) tier: bool,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) color: ColorConfig,
}

/// `color_config()` (§5.5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ColorConfig {
    pub(super) high_bitdepth: bool,
    pub(super) twelve_bit: bool,
    pub(super) monochrome: bool,
    pub(super) subsampling_x: bool,
    pub(super) subsampling_y: bool,
    pub(super) chroma_sample_position: u8,
}

impl SequenceHeader {
    /// Reads the payload of a sequence header OBU; `None` if it ends too early.
    pub(super) fn parse(payload: &[u8]) -> Option<Self> {
        let bits = &mut BitReader::new(payload);
        let profile = bits.small(3)?;
        let _still_picture = bits.flag()?;
        let reduced = bits.flag()?;
        let (level, tier) = if reduced {
            (bits.small(5)?, false)
        } else {
            operating_points(bits)?
        };
        let width_bits = bits.bits(4)? + 1;
        let height_bits = bits.bits(4)? + 1;
        let width = bits.bits(width_bits)? + 1;
        let height = bits.bits(height_bits)? + 1;
        skip_tools(bits, reduced)?;
        Some(Self {
            profile,
            level,
            tier,
            width,
            height,
            color: ColorConfig::parse(bits, profile)?,
        })
    }
}

/// From `timing_info_present_flag` to the last operating point; level and tier of the first.
fn operating_points(bits: &mut BitReader<'_>) -> Option<(u8, bool)> {
    let mut delay_bits = None;
    if bits.flag()? {
        // timing_info(): num_units_in_display_tick, time_scale, equal_picture_interval.
        bits.bits(32)?;
        bits.bits(32)?;
        if bits.flag()? {
            bits.skip_uvlc()?;
        }
        if bits.flag()? {
            // decoder_model_info()
            delay_bits = Some(bits.bits(5)? + 1);
            bits.bits(32)?;
            bits.bits(5)?;
            bits.bits(5)?;
        }
    }
    let initial_display_delay = bits.flag()?;
    let count = bits.bits(5)? + 1;
    let mut first = None;
    for _ in 0..count {
        bits.bits(12)?;
        let level = bits.small(5)?;
        let tier = level > 7 && bits.flag()?;
        first.get_or_insert((level, tier));
        if let Some(delay_bits) = delay_bits
            && bits.flag()?
        {
            // operating_parameters_info()
            bits.bits(delay_bits)?;
            bits.bits(delay_bits)?;
            bits.flag()?;
        }
        if initial_display_delay && bits.flag()? {
            bits.bits(4)?;
        }
    }
    first
}

/// From `frame_id_numbers_present_flag` to `enable_restoration`.
fn skip_tools(bits: &mut BitReader<'_>, reduced: bool) -> Option<()> {
    const SELECT: u32 = 2;
    if !reduced && bits.flag()? {
        bits.bits(4)?;
        bits.bits(3)?;
    }
    // use_128x128_superblock, enable_filter_intra, enable_intra_edge_filter
    bits.bits(3)?;
    if !reduced {
        // enable_interintra_compound, enable_masked_compound, enable_warped_motion,
        // enable_dual_filter
        bits.bits(4)?;
        let order_hint = bits.flag()?;
        if order_hint {
            // enable_jnt_comp, enable_ref_frame_mvs
            bits.bits(2)?;
        }
        let screen_content = if bits.flag()? { SELECT } else { bits.bits(1)? };
        if screen_content > 0 && !bits.flag()? {
            // seq_force_integer_mv
            bits.bits(1)?;
        }
        if order_hint {
            bits.bits(3)?;
        }
    }
    // enable_superres, enable_cdef, enable_restoration
    bits.bits(3)?;
    Some(())
}

impl ColorConfig {
    fn parse(bits: &mut BitReader<'_>, profile: u8) -> Option<Self> {
        /// BT.709 primaries, sRGB transfer, identity matrix: RGB.
        const SRGB: [u32; 3] = [1, 13, 0];
        const UNSPECIFIED: [u32; 3] = [2; 3];

        let high_bitdepth = bits.flag()?;
        let twelve_bit = profile == 2 && high_bitdepth && bits.flag()?;
        let monochrome = profile != 1 && bits.flag()?;
        let description = if bits.flag()? {
            [bits.bits(8)?, bits.bits(8)?, bits.bits(8)?]
        } else {
            UNSPECIFIED
        };
        let mut config = Self {
            high_bitdepth,
            twelve_bit,
            monochrome,
            subsampling_x: true,
            subsampling_y: true,
            chroma_sample_position: 0,
        };
        if monochrome {
            bits.flag()?;
            return Some(config);
        }
        if description == SRGB {
            (config.subsampling_x, config.subsampling_y) = (false, false);
            return Some(config);
        }
        let _color_range = bits.flag()?;
        (config.subsampling_x, config.subsampling_y) = match profile {
            0 => (true, true),
            1 => (false, false),
            _ if twelve_bit => {
                let x = bits.flag()?;
                (x, x && bits.flag()?)
            }
            _ => (true, false),
        };
        if config.subsampling_x && config.subsampling_y {
            config.chroma_sample_position = bits.small(2)?;
        }
        Some(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes fields of a width in bits each.
    fn pack(fields: &[(u32, u32)]) -> Vec<u8> {
        let bits = fields
            .iter()
            .flat_map(|&(value, count)| (0..count).rev().map(move |n| (value >> n & 1) as u8));
        let bits: Vec<u8> = bits.collect();
        let byte = |chunk: &[u8]| {
            let padded = chunk.iter().chain([0; 8].iter()).take(8);
            padded.fold(0, |byte, bit| byte << 1 | bit)
        };
        bits.chunks(8).map(byte).collect()
    }

    #[test]
    fn a_plain_header() {
        let header = pack(&[
            (0, 3), // profile
            (0, 2), // still picture, reduced
            (0, 1), // timing info
            (0, 1), // initial display delay
            (0, 5), // operating points
            (0, 12),
            (4, 5), // level 3.0
            (9, 4),
            (8, 4), // 10 and 9 bits
            (639, 10),
            (359, 9),
            (0, 1), // frame ids
            (0b001, 3),
            (0, 4),
            (1, 1), // order hint
            (0, 2),
            (0, 1),
            (0, 1), // no screen content tools
            (5, 3),
            (0, 3),
            (0, 1), // 8 bits
            (0, 1), // colour
            (1, 1), // described
            (1, 8),
            (1, 8),
            (1, 8),
            (0, 1), // range
            (1, 2), // chroma on the left
            (0, 1),
        ]);
        let parsed = SequenceHeader::parse(&header).unwrap();
        assert_eq!((parsed.profile, parsed.level, parsed.tier), (0, 4, false));
        assert_eq!((parsed.width, parsed.height), (640, 360));
        assert_eq!(parsed.color.chroma_sample_position, 1);
        assert!(parsed.color.subsampling_x && parsed.color.subsampling_y);
        for cut in 0..header.len() {
            assert_eq!(SequenceHeader::parse(&header[..cut]), None);
        }
    }

    #[test]
    fn a_header_with_everything() {
        let header = pack(&[
            (2, 3),
            (0, 2),
            (1, 1), // timing info
            (1, 32),
            (30, 32),
            (1, 1),       // equal picture interval
            (0b00101, 5), // uvlc
            (1, 1),       // decoder model
            (9, 5),
            (1, 32),
            (3, 5),
            (4, 5),
            (1, 1), // initial display delay
            (1, 5), // two operating points
            (0x101, 12),
            (13, 5), // level 5.1
            (1, 1),  // high tier
            (1, 1),
            (77, 10),
            (88, 10),
            (0, 1),
            (1, 1),
            (5, 4),
            (0x001, 12),
            (5, 5),
            (0, 1),
            (0, 1),
            (15, 4),
            (15, 4),
            (9, 16),
            (7, 16),
            (1, 1), // frame ids
            (3, 4),
            (2, 3),
            (0, 3),
            (0, 4),
            (0, 1), // no order hint
            (1, 1), // choose screen content tools
            (0, 1),
            (1, 1), // integer motion vectors
            (0, 3),
            (1, 1), // high bit depth
            (1, 1), // twelve
            (0, 1),
            (0, 1),
            (1, 1), // full range
            (1, 1),
            (0, 1), // 4:2:2
            (0, 1),
        ]);
        let parsed = SequenceHeader::parse(&header).unwrap();
        assert_eq!((parsed.profile, parsed.level, parsed.tier), (2, 13, true));
        assert_eq!((parsed.width, parsed.height), (10, 8));
        assert!(parsed.color.twelve_bit && parsed.color.subsampling_x);
        assert!(!parsed.color.subsampling_y && !parsed.color.monochrome);
    }
}
