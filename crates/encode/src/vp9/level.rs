//! Which level a VP9 stream needs.

use media_recorder_types::{FrameSize, Rate};

/// A level's limits (WebM Project, "VP9 Levels and Decoder Testing").
struct Limits {
    /// Ten times the level.
    number: u8,
    /// Luma samples per second.
    sample_rate: u64,
    /// Luma samples in a picture.
    picture: u64,
    /// The longer side, in pixels.
    side: u32,
    /// Thousands of bits per second.
    kilobits: u32,
}

const fn limits(number: u8, sample_rate: u64, picture: u64, side: u32, kilobits: u32) -> Limits {
    Limits {
        number,
        sample_rate,
        picture,
        side,
        kilobits,
    }
}

const LEVELS: [Limits; 14] = [
    limits(10, 829_440, 36_864, 512, 200),
    limits(11, 2_764_800, 73_728, 768, 800),
    limits(20, 4_608_000, 122_880, 960, 1_800),
    limits(21, 9_216_000, 245_760, 1_344, 3_600),
    limits(30, 20_736_000, 552_960, 2_048, 7_200),
    limits(31, 36_864_000, 983_040, 2_752, 12_000),
    limits(40, 83_558_400, 2_228_224, 4_160, 18_000),
    limits(41, 160_432_128, 2_228_224, 4_160, 30_000),
    limits(50, 311_951_360, 8_912_896, 8_384, 60_000),
    limits(51, 588_251_136, 8_912_896, 8_384, 120_000),
    limits(52, 1_176_502_272, 8_912_896, 8_384, 180_000),
    limits(60, 1_176_502_272, 35_651_584, 16_832, 180_000),
    limits(61, 2_353_004_544, 35_651_584, 16_832, 240_000),
    limits(62, 4_706_009_088, 35_651_584, 16_832, 480_000),
];

/// Ten times the lowest level that allows such a stream; `None` where no level does. Without a
/// rate, 30 frames per second are assumed.
pub(super) fn level(size: FrameSize, rate: Option<Rate>, bits_per_second: u32) -> Option<u8> {
    let per_second = rate.map_or(30.0, Rate::as_f64);
    let sample_rate = size.pixels() as f64 * per_second;
    let fits = |limits: &&Limits| {
        sample_rate <= limits.sample_rate as f64
            && size.pixels() <= limits.picture
            && size.width.max(size.height) <= limits.side
            && bits_per_second.div_ceil(1000) <= limits.kilobits
    };
    LEVELS.iter().find(fits).map(|limits| limits.number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(width: u32, height: u32, rate: u32, bits_per_second: u32) -> Option<u8> {
        level(
            FrameSize::new(width, height),
            Rate::new(rate, 1),
            bits_per_second,
        )
    }

    #[test]
    fn the_lowest_level_that_fits() {
        assert_eq!(of(256, 144, 15, 200_000), Some(10));
        assert_eq!(of(640, 360, 30, 800_000), Some(21));
        assert_eq!(of(640, 480, 30, 800_000), Some(30));
        assert_eq!(of(1280, 720, 30, 2_500_000), Some(31));
        assert_eq!(of(1280, 720, 60, 2_500_000), Some(40));
        assert_eq!(of(1920, 1080, 60, 6_000_000), Some(41));
        assert_eq!(of(3840, 2160, 60, 20_000_000), Some(51));
        // The bitrate and a long side count too.
        assert_eq!(of(640, 360, 30, 15_000_000), Some(40));
        assert_eq!(of(4000, 16, 1, 1000), Some(40));
        assert_eq!(of(65_535, 65_535, 1, 1000), None);
    }

    #[test]
    fn without_a_rate_thirty_are_assumed() {
        let size = FrameSize::new(1280, 720);
        assert_eq!(level(size, None, 1000), of(1280, 720, 30, 1000));
    }
}
