//! Which level an H.264 stream needs (H.264 Annex A, table A-1).

use media_recorder_types::{FrameSize, Rate};

/// A level's limits.
struct Limits {
    /// `level_idc`: ten times the level.
    number: u8,
    /// Macroblocks per second.
    macroblock_rate: u32,
    /// Macroblocks in a picture.
    picture: u32,
    /// Macroblocks in all reference pictures together.
    references: u32,
    /// Thousands of bits per second. What High profile may have more is left unused.
    kilobits: u32,
}

const fn limits(
    number: u8,
    macroblock_rate: u32,
    picture: u32,
    references: u32,
    kilobits: u32,
) -> Limits {
    Limits {
        number,
        macroblock_rate,
        picture,
        references,
        kilobits,
    }
}

const LEVELS: [Limits; 19] = [
    limits(10, 1_485, 99, 396, 64),
    limits(11, 3_000, 396, 900, 192),
    limits(12, 6_000, 396, 2_376, 384),
    limits(13, 11_880, 396, 2_376, 768),
    limits(20, 11_880, 396, 2_376, 2_000),
    limits(21, 19_800, 792, 4_752, 4_000),
    limits(22, 20_250, 1_620, 8_100, 4_000),
    limits(30, 40_500, 1_620, 8_100, 10_000),
    limits(31, 108_000, 3_600, 18_000, 14_000),
    limits(32, 216_000, 5_120, 20_480, 20_000),
    limits(40, 245_760, 8_192, 32_768, 20_000),
    limits(41, 245_760, 8_192, 32_768, 50_000),
    limits(42, 522_240, 8_704, 34_816, 50_000),
    limits(50, 589_824, 22_080, 110_400, 135_000),
    limits(51, 983_040, 36_864, 184_320, 240_000),
    limits(52, 2_073_600, 36_864, 184_320, 240_000),
    limits(60, 4_177_920, 139_264, 696_320, 240_000),
    limits(61, 8_355_840, 139_264, 696_320, 480_000),
    limits(62, 16_711_680, 139_264, 696_320, 800_000),
];

/// `level_idc` of the lowest level that allows such a stream; the highest where none does, since
/// there has to be one. Without a rate, 30 frames per second are assumed.
pub(super) fn level(
    size: FrameSize,
    rate: Option<Rate>,
    bits_per_second: u32,
    references: u32,
) -> u8 {
    let per_second = rate.map_or(30.0, Rate::as_f64);
    let [width, height] = [size.width, size.height].map(|side| u64::from(side.div_ceil(16)));
    let macroblocks = width * height;
    let fits = |limits: &&Limits| {
        let picture = u64::from(limits.picture);
        let longest = width.max(height);
        macroblocks <= picture
            && longest * longest <= 8 * picture
            && macroblocks as f64 * per_second <= f64::from(limits.macroblock_rate)
            && macroblocks * u64::from(references) <= u64::from(limits.references)
            && bits_per_second.div_ceil(1000) <= limits.kilobits
    };
    let lowest = LEVELS.iter().find(fits).or(LEVELS.last());
    lowest.map_or(0, |limits| limits.number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(width: u32, height: u32, rate: u32, bits_per_second: u32) -> u8 {
        let size = FrameSize::new(width, height);
        level(size, Rate::new(rate, 1), bits_per_second, 1)
    }

    #[test]
    fn the_lowest_level_that_fits() {
        assert_eq!(of(176, 144, 15, 64_000), 10);
        assert_eq!(of(352, 288, 30, 500_000), 13);
        assert_eq!(of(640, 360, 30, 800_000), 30);
        assert_eq!(of(1280, 720, 30, 2_500_000), 31);
        assert_eq!(of(1280, 720, 60, 2_500_000), 32);
        assert_eq!(of(1920, 1080, 30, 5_000_000), 40);
        assert_eq!(of(1920, 1080, 60, 5_000_000), 42);
        assert_eq!(of(3840, 2160, 30, 20_000_000), 51);
        assert_eq!(of(7680, 4320, 60, 80_000_000), 61);
        // The bitrate, a long side and the references count too.
        assert_eq!(of(640, 360, 30, 15_000_000), 32);
        assert_eq!(of(2048, 16, 1, 1000), 31);
        let size = FrameSize::new(1280, 720);
        assert_eq!(level(size, Rate::new(30, 1), 1_000_000, 5), 31);
        assert_eq!(level(size, Rate::new(30, 1), 1_000_000, 6), 40);
        assert_eq!(of(65_535, 65_535, 1, 1000), 62);
    }

    #[test]
    fn without_a_rate_thirty_are_assumed() {
        let size = FrameSize::new(1280, 720);
        assert_eq!(level(size, None, 1000, 1), of(1280, 720, 30, 1000));
    }
}
