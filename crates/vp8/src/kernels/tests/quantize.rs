//! Levels and what becomes of them.

use proptest::prelude::*;

use super::reference;
use super::versions;
use crate::kernels::BlockQuantizer;

prop_compose! {
    fn quantizer()(
        dc in 4..=314u16,
        ac in 4..=440u16,
        rounding in 0..=64u16,
        dead_zone in 0..=192u16,
    ) -> BlockQuantizer {
        BlockQuantizer::new(dc, ac, rounding, dead_zone)
    }
}

fn coefficients() -> impl Strategy<Value = [i16; 16]> {
    prop_oneof![
        prop::array::uniform16(-2048..=2048i16),
        prop::array::uniform16(-8..=8i16),
        prop::array::uniform16(any::<i16>()),
        prop::array::uniform16(prop_oneof![8 => Just(0), 1 => -500..=500i16]),
        prop::array::uniform16(prop_oneof![Just(i16::MIN), Just(i16::MAX)]),
    ]
}

proptest! {
    #[test]
    fn levels_are_the_reference(coefficients in coefficients(), quantizer in quantizer()) {
        let (expected, count) = reference::quantize(&coefficients, &quantizer);
        for k in versions() {
            let (mut levels, mut dequantized) = ([7; 16], [7; 16]);
            let coded = k.quantize(&coefficients, &quantizer, &mut levels, &mut dequantized);
            prop_assert_eq!(levels.map(i32::from), expected);
            prop_assert_eq!(coded, count);
            for i in 0..16 {
                prop_assert_eq!(dequantized[i], levels[i].wrapping_mul(quantizer.step[i]));
            }
        }
    }

    #[test]
    fn blocks_are_quantized_one_by_one(
        blocks in prop::collection::vec(coefficients(), 0..17),
        quantizer in quantizer(),
    ) {
        for k in versions() {
            let (mut levels, mut dequantized) = ([[7; 16]; 16], [[7; 16]; 16]);
            let mut ends = [0; 16];
            k.quantize_blocks(&blocks, &quantizer, &mut levels, &mut dequantized, &mut ends);
            for (i, block) in blocks.iter().enumerate() {
                let (expected, end) = reference::quantize(block, &quantizer);
                prop_assert_eq!(levels[i].map(i32::from), expected);
                prop_assert_eq!(usize::from(ends[i]), end);
                for at in 0..16 {
                    let product = levels[i][at].wrapping_mul(quantizer.step[at]);
                    prop_assert_eq!(dequantized[i][at], product);
                }
            }
        }
    }

    /// Half a step of rounding is the nearest level, within what the reciprocal is short of.
    #[test]
    fn nothing_is_further_away_than_half_a_step(
        coefficients in prop::array::uniform16(-2040..=2040i16),
        (dc, ac) in (4..=157u16, 4..=284u16),
    ) {
        let quantizer = BlockQuantizer::new(dc, ac, 64, 0);
        let (mut levels, mut dequantized) = ([0; 16], [0; 16]);
        for k in versions() {
            k.quantize(&coefficients, &quantizer, &mut levels, &mut dequantized);
            for i in 0..16 {
                let step = quantizer.step[i];
                let error = (coefficients[i] - dequantized[i]).abs();
                prop_assert!(error <= step / 2 + 1 + step / 16, "{} by {}", coefficients[i], step);
            }
        }
    }
}

#[test]
fn the_count_follows_the_zigzag() {
    let quantizer = BlockQuantizer::new(4, 4, 64, 0);
    // RFC 6386 §13: the last coefficient of the first row is the seventh, that of the first
    // column the tenth.
    for (position, count) in [(0, 1), (1, 2), (4, 3), (3, 7), (12, 10), (15, 16)] {
        let mut coefficients = [0; 16];
        coefficients[position] = -100;
        for k in versions() {
            let (mut levels, mut dequantized) = ([0; 16], [0; 16]);
            let coded = k.quantize(&coefficients, &quantizer, &mut levels, &mut dequantized);
            assert_eq!(coded, count);
            assert_eq!(levels[position], -25);
            assert_eq!(dequantized[position], -100);
        }
    }
}
