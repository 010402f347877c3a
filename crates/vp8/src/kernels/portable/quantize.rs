//! From coefficients to levels and back.

use crate::kernels::BlockQuantizer;

/// The raster position of each coefficient in zigzag order (RFC 6386 §13).
#[cfg(target_arch = "x86_64")]
pub(in super::super) const ZIGZAG: [u8; 16] =
    [0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15];

/// For each coefficient in raster order, how many there are up to it in zigzag order.
const ZIGZAG_RANK: [i16; 16] = [1, 2, 6, 7, 3, 5, 8, 13, 4, 9, 12, 14, 10, 11, 15, 16];

#[inline(always)]
pub(in super::super) fn quantize(
    coefficients: &[i16; 16],
    quantizer: &BlockQuantizer,
    levels: &mut [i16; 16],
    dequantized: &mut [i16; 16],
) -> usize {
    let mut ranks = [0; 16];
    for i in 0..16 {
        let magnitude = coefficients[i].unsigned_abs();
        let rounded = magnitude.saturating_add(quantizer.rounding[i]);
        let quotient = ((u32::from(rounded) * u32::from(quantizer.reciprocal[i])) >> 16) as i16;
        let coded = if magnitude >= quantizer.dead_zone[i] {
            quotient
        } else {
            0
        };
        let sign = coefficients[i] >> 15;
        levels[i] = (coded ^ sign).wrapping_sub(sign);
        dequantized[i] = levels[i].wrapping_mul(quantizer.step[i]);
        ranks[i] = if coded == 0 { 0 } else { ZIGZAG_RANK[i] };
    }
    ranks.into_iter().fold(0, i16::max) as usize
}

#[inline(always)]
pub(in super::super) fn quantize_blocks(
    coefficients: &[[i16; 16]],
    quantizer: &BlockQuantizer,
    levels: &mut [[i16; 16]],
    dequantized: &mut [[i16; 16]],
    ends: &mut [u8],
) {
    let out = levels.iter_mut().zip(dequantized).zip(ends);
    for (coefficients, ((levels, dequantized), end)) in coefficients.iter().zip(out) {
        *end = quantize(coefficients, quantizer, levels, dequantized) as u8;
    }
}
