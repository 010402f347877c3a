//! Which level an AV1 stream needs (AV1 specification Annex A.3).

use media_recorder_types::{FrameSize, Rate};

/// A level's limits for a stream of one tile group per frame in the main tier.
struct Limits {
    /// `seq_level_idx`.
    index: u8,
    /// Luma samples in a picture.
    picture: u64,
    width: u32,
    height: u32,
    /// Luma samples shown per second. Every frame is shown once, so that the limit for decoded
    /// ones, which is higher, says nothing more.
    display_rate: u64,
    /// Frames per second.
    header_rate: u32,
    /// Thousands of bits per second.
    kilobits: u32,
}

const fn limits(
    index: u8,
    (picture, width, height): (u64, u32, u32),
    display_rate: u64,
    header_rate: u32,
    kilobits: u32,
) -> Limits {
    Limits {
        index,
        picture,
        width,
        height,
        display_rate,
        header_rate,
        kilobits,
    }
}

const LEVELS: [Limits; 14] = [
    limits(0, (147_456, 2048, 1152), 4_423_680, 150, 1_500),
    limits(1, (278_784, 2816, 1584), 8_363_520, 150, 3_000),
    limits(4, (665_856, 4352, 2448), 19_975_680, 150, 6_000),
    limits(5, (1_065_024, 5504, 3096), 31_950_720, 150, 10_000),
    limits(8, (2_359_296, 6144, 3456), 70_778_880, 300, 12_000),
    limits(9, (2_359_296, 6144, 3456), 141_557_760, 300, 20_000),
    limits(12, (8_912_896, 8192, 4352), 267_386_880, 300, 30_000),
    limits(13, (8_912_896, 8192, 4352), 534_773_760, 300, 40_000),
    limits(14, (8_912_896, 8192, 4352), 1_069_547_520, 300, 60_000),
    limits(15, (8_912_896, 8192, 4352), 1_069_547_520, 300, 60_000),
    limits(16, (35_651_584, 16_384, 8704), 1_069_547_520, 300, 60_000),
    limits(17, (35_651_584, 16_384, 8704), 2_139_095_040, 300, 100_000),
    limits(18, (35_651_584, 16_384, 8704), 4_278_190_080, 300, 160_000),
    limits(19, (35_651_584, 16_384, 8704), 4_278_190_080, 300, 160_000),
];

/// `seq_level_idx` for a stream that no level allows: "maximum parameters".
const UNLIMITED: u8 = 31;

/// The lowest level that allows such a stream. Without a rate, 30 frames per second are assumed.
pub(super) fn level(size: FrameSize, rate: Option<Rate>, bits_per_second: u32) -> u8 {
    let per_second = rate.map_or(30.0, Rate::as_f64);
    let display_rate = size.pixels() as f64 * per_second;
    let fits = |limits: &&Limits| {
        size.pixels() <= limits.picture
            && size.width <= limits.width
            && size.height <= limits.height
            && display_rate <= limits.display_rate as f64
            && per_second <= f64::from(limits.header_rate)
            && bits_per_second.div_ceil(1000) <= limits.kilobits
    };
    LEVELS
        .iter()
        .find(fits)
        .map_or(UNLIMITED, |limits| limits.index)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(width: u32, height: u32, rate: u32, bits_per_second: u32) -> u8 {
        level(
            FrameSize::new(width, height),
            Rate::new(rate, 1),
            bits_per_second,
        )
    }

    #[test]
    fn the_lowest_level_that_fits() {
        assert_eq!(of(426, 240, 30, 300_000), 0);
        assert_eq!(of(640, 360, 30, 800_000), 1);
        assert_eq!(of(640, 480, 30, 800_000), 4);
        assert_eq!(of(1280, 720, 30, 2_500_000), 5);
        assert_eq!(of(1920, 1080, 30, 5_000_000), 8);
        assert_eq!(of(1920, 1080, 60, 5_000_000), 9);
        assert_eq!(of(3840, 2160, 60, 20_000_000), 13);
        assert_eq!(of(7680, 4320, 30, 50_000_000), 16);
        // Bitrate, frame rate and a long side count too.
        assert_eq!(of(640, 360, 30, 11_000_000), 8);
        assert_eq!(of(64, 64, 200, 100_000), 8);
        assert_eq!(of(64, 1200, 30, 100_000), 1);
        assert_eq!(of(64, 64, 301, 100_000), UNLIMITED);
        assert_eq!(of(65_535, 64, 30, 100_000), UNLIMITED);
    }
}
