//! From coefficients to levels and back.

use std::arch::x86_64::*;

use super::vectors::{load_words, load16, store_words};
use crate::kernels::BlockQuantizer;
use crate::kernels::portable::ZIGZAG;

/// How many levels there are up to the last that is not 0, in zigzag order.
#[inline]
#[target_feature(enable = "avx2")]
fn end(levels: __m256i) -> usize {
    let zeros = _mm256_cmpeq_epi16(levels, _mm256_setzero_si256());
    let zeros = _mm_packs_epi16(
        _mm256_castsi256_si128(zeros),
        _mm256_extracti128_si256::<1>(zeros),
    );
    let coded = !_mm_movemask_epi8(_mm_shuffle_epi8(zeros, load16(&ZIGZAG))) as u16;
    (u16::BITS - coded.leading_zeros()) as usize
}

#[target_feature(enable = "avx2")]
pub(in super::super) fn quantize(
    coefficients: &[i16; 16],
    quantizer: &BlockQuantizer,
    levels: &mut [i16; 16],
    dequantized: &mut [i16; 16],
) -> usize {
    let values = load_words(coefficients);
    let magnitudes = _mm256_abs_epi16(values);
    let rounded = _mm256_adds_epu16(magnitudes, load_unsigned(&quantizer.rounding));
    let quotients = _mm256_mulhi_epu16(rounded, load_unsigned(&quantizer.reciprocal));
    let dead_zone = load_unsigned(&quantizer.dead_zone);
    let outside = _mm256_cmpeq_epi16(_mm256_max_epu16(magnitudes, dead_zone), magnitudes);
    let coded = _mm256_sign_epi16(_mm256_and_si256(quotients, outside), values);
    store_words(coded, levels);
    store_words(
        _mm256_mullo_epi16(coded, load_words(&quantizer.step)),
        dequantized,
    );
    end(coded)
}

#[target_feature(enable = "avx2")]
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

#[inline]
#[target_feature(enable = "avx2")]
fn load_unsigned(words: &[u16; 16]) -> __m256i {
    load_words(&words.map(|word| word as i16))
}
