//! Differences, and sums of absolute and of squared ones.

use std::arch::x86_64::*;

use super::vectors::{load4, load8, load16, load16x2, store_words};
use crate::kernels::rows::four_rows;

/// Sums of up to eight absolute differences each.
type Sums = __m256i;

#[inline]
#[target_feature(enable = "avx2")]
fn total(sums: Sums) -> u32 {
    let sums = _mm_add_epi64(
        _mm256_castsi256_si128(sums),
        _mm256_extracti128_si256::<1>(sums),
    );
    _mm_cvtsi128_si32(_mm_add_epi64(sums, _mm_unpackhi_epi64(sums, sums))) as u32
}

/// The sum of eight values.
#[inline]
#[target_feature(enable = "avx2")]
fn total_of_8(values: __m256i) -> i32 {
    let values = _mm_add_epi32(
        _mm256_castsi256_si128(values),
        _mm256_extracti128_si256::<1>(values),
    );
    let values = _mm_add_epi32(values, _mm_unpackhi_epi64(values, values));
    _mm_cvtsi128_si32(values) + _mm_extract_epi32::<1>(values)
}

/// Four rows of sixteen.
#[inline]
#[target_feature(enable = "avx2")]
fn load_16x4(samples: &[u8], stride: usize, y: usize) -> [__m256i; 2] {
    let [a, b, c, d] = four_rows(samples, stride, y);
    [load16x2(a, b), load16x2(c, d)]
}

/// Four rows of eight.
#[inline]
#[target_feature(enable = "avx2")]
fn load_8x4(samples: &[u8], stride: usize, y: usize) -> __m256i {
    let [a, b, c, d] = four_rows(samples, stride, y).map(|row| load8(row));
    _mm256_set_m128i(_mm_unpacklo_epi64(c, d), _mm_unpacklo_epi64(a, b))
}

/// Four rows of four.
#[inline]
#[target_feature(enable = "avx2")]
fn load_4x4(samples: &[u8], stride: usize) -> __m128i {
    let [a, b, c, d] = four_rows(samples, stride, 0).map(|row| load4(row));
    _mm_unpacklo_epi64(_mm_unpacklo_epi32(a, b), _mm_unpacklo_epi32(c, d))
}

#[inline]
#[target_feature(enable = "avx2")]
fn add_sad_16x4(sums: Sums, [a, b]: [__m256i; 2], [c, d]: [__m256i; 2]) -> Sums {
    let (ac, bd) = (_mm256_sad_epu8(a, c), _mm256_sad_epu8(b, d));
    _mm256_add_epi64(sums, _mm256_add_epi64(ac, bd))
}

#[inline]
#[target_feature(enable = "avx2")]
fn sad_16<const H: usize>(a: &[u8], a_stride: usize, b: &[u8], b_stride: usize) -> u32 {
    let mut sums = _mm256_setzero_si256();
    for y in (0..H).step_by(4) {
        let (a, b) = (load_16x4(a, a_stride, y), load_16x4(b, b_stride, y));
        sums = add_sad_16x4(sums, a, b);
    }
    total(sums)
}

#[inline]
#[target_feature(enable = "avx2")]
fn sad_8<const H: usize>(a: &[u8], a_stride: usize, b: &[u8], b_stride: usize) -> u32 {
    let mut sums = _mm256_setzero_si256();
    for y in (0..H).step_by(4) {
        let (a, b) = (load_8x4(a, a_stride, y), load_8x4(b, b_stride, y));
        sums = _mm256_add_epi64(sums, _mm256_sad_epu8(a, b));
    }
    total(sums)
}

#[target_feature(enable = "avx2")]
pub(in super::super) fn sad16x16(a: &[u8], a_stride: usize, b: &[u8], b_stride: usize) -> u32 {
    sad_16::<16>(a, a_stride, b, b_stride)
}

#[target_feature(enable = "avx2")]
pub(in super::super) fn sad16x8(a: &[u8], a_stride: usize, b: &[u8], b_stride: usize) -> u32 {
    sad_16::<8>(a, a_stride, b, b_stride)
}

#[target_feature(enable = "avx2")]
pub(in super::super) fn sad8x16(a: &[u8], a_stride: usize, b: &[u8], b_stride: usize) -> u32 {
    sad_8::<16>(a, a_stride, b, b_stride)
}

#[target_feature(enable = "avx2")]
pub(in super::super) fn sad8x8(a: &[u8], a_stride: usize, b: &[u8], b_stride: usize) -> u32 {
    sad_8::<8>(a, a_stride, b, b_stride)
}

#[target_feature(enable = "avx2")]
pub(in super::super) fn sad4x4(a: &[u8], a_stride: usize, b: &[u8], b_stride: usize) -> u32 {
    let sums = _mm_sad_epu8(load_4x4(a, a_stride), load_4x4(b, b_stride));
    total(_mm256_zextsi128_si256(sums))
}

#[target_feature(enable = "avx2")]
pub(in super::super) fn sad16x16_x4(
    a: &[u8],
    a_stride: usize,
    b: [&[u8]; 4],
    b_stride: usize,
) -> [u32; 4] {
    let mut sums = [_mm256_setzero_si256(); 4];
    for y in (0..16).step_by(4) {
        let a = load_16x4(a, a_stride, y);
        for (sums, b) in sums.iter_mut().zip(b) {
            *sums = add_sad_16x4(*sums, a, load_16x4(b, b_stride, y));
        }
    }
    sums.map(|sums| total(sums))
}

/// The differences of sixteen samples.
#[inline]
#[target_feature(enable = "avx2")]
fn differences(a: __m128i, b: __m128i) -> __m256i {
    _mm256_sub_epi16(_mm256_cvtepu8_epi16(a), _mm256_cvtepu8_epi16(b))
}

/// The sums of the differences of sixteen rows of sixteen, and those of their squares.
#[inline]
#[target_feature(enable = "avx2")]
fn sums_and_squares(a: &[u8], a_stride: usize, b: &[u8], b_stride: usize) -> (__m256i, __m256i) {
    let (mut sums, mut squares) = (_mm256_setzero_si256(), _mm256_setzero_si256());
    for y in (0..16).step_by(4) {
        let (a, b) = (four_rows(a, a_stride, y), four_rows(b, b_stride, y));
        for (a, b) in a.into_iter().zip(b) {
            let differences = differences(load16(a), load16(b));
            sums = _mm256_add_epi16(sums, differences);
            squares = _mm256_add_epi32(squares, _mm256_madd_epi16(differences, differences));
        }
    }
    (sums, squares)
}

#[target_feature(enable = "avx2")]
pub(in super::super) fn variance16x16(
    a: &[u8],
    a_stride: usize,
    b: &[u8],
    b_stride: usize,
) -> (i32, u32) {
    let (sums, squares) = sums_and_squares(a, a_stride, b, b_stride);
    let sums = _mm256_madd_epi16(sums, _mm256_set1_epi16(1));
    (total_of_8(sums), total_of_8(squares) as u32)
}

#[target_feature(enable = "avx2")]
pub(in super::super) fn sse8x8(a: &[u8], a_stride: usize, b: &[u8], b_stride: usize) -> u32 {
    let mut squares = _mm256_setzero_si256();
    for y in [0, 4] {
        let (a, b) = (four_rows(a, a_stride, y), four_rows(b, b_stride, y));
        for rows in [0, 2] {
            let pair =
                |four: [&[u8; 8]; 4]| _mm_unpacklo_epi64(load8(four[rows]), load8(four[rows + 1]));
            let differences = differences(pair(a), pair(b));
            squares = _mm256_add_epi32(squares, _mm256_madd_epi16(differences, differences));
        }
    }
    total_of_8(squares) as u32
}

#[target_feature(enable = "avx2")]
pub(in super::super) fn residual(
    source: &[u8],
    source_stride: usize,
    prediction: &[u8],
    prediction_stride: usize,
    out: &mut [i16; 16],
) {
    let source = load_4x4(source, source_stride);
    store_words(
        differences(source, load_4x4(prediction, prediction_stride)),
        out,
    );
}
