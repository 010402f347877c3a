//! The DCT of four blocks side by side, and its inverse.

use std::arch::x86_64::*;

use super::vectors::{load_words, load4, load8, load16, store_words, store4, store8, store16};
use crate::kernels::portable::{COS, COS_MINUS_1, SIN, SIN_LESS_1};
use crate::kernels::rows::{chunk, chunk_mut};

/// Four rows of four blocks: a quarter of each vector is a row of a block.
type Rows = [__m256i; 4];

/// Alternates between two values.
#[inline]
#[target_feature(enable = "avx2")]
fn alternate(first: i16, second: i16) -> __m256i {
    _mm256_set1_epi32((i32::from(first) & 0xFFFF) | (i32::from(second) << 16))
}

/// `a·first + b·second`, rounded and shifted by as many bits as the direction needs.
#[inline]
#[target_feature(enable = "avx2")]
fn rotate<const FIRST: bool>(a: __m256i, b: __m256i, first: i16, second: i16) -> __m256i {
    let factors = alternate(first, second);
    let [low, high] = [_mm256_unpacklo_epi16(a, b), _mm256_unpackhi_epi16(a, b)].map(|pairs| {
        let sums = _mm256_madd_epi16(pairs, factors);
        if FIRST {
            _mm256_srai_epi32::<11>(_mm256_add_epi32(sums, _mm256_set1_epi32(1 << 10)))
        } else {
            _mm256_srai_epi32::<18>(_mm256_add_epi32(sums, _mm256_set1_epi32(1 << 17)))
        }
    });
    _mm256_packs_epi32(low, high)
}

/// One direction of the DCT. The first leaves three bits more than the result has.
#[inline]
#[target_feature(enable = "avx2")]
fn forward<const FIRST: bool>([a, b, c, d]: Rows) -> Rows {
    let (outer, inner) = (_mm256_add_epi16(a, d), _mm256_add_epi16(b, c));
    let (outer_slope, inner_slope) = (_mm256_sub_epi16(a, d), _mm256_sub_epi16(b, c));
    let even = [
        _mm256_add_epi16(outer, inner),
        _mm256_sub_epi16(outer, inner),
    ]
    .map(|sum| {
        if FIRST {
            _mm256_slli_epi16::<3>(sum)
        } else {
            _mm256_srai_epi16::<4>(_mm256_add_epi16(sum, _mm256_set1_epi16(8)))
        }
    });
    [
        even[0],
        rotate::<FIRST>(outer_slope, inner_slope, COS, SIN),
        even[1],
        rotate::<FIRST>(outer_slope, inner_slope, SIN, -COS),
    ]
}

#[inline]
#[target_feature(enable = "avx2")]
fn times_cos(values: __m256i) -> __m256i {
    _mm256_add_epi16(
        values,
        _mm256_mulhi_epi16(values, _mm256_set1_epi16(COS_MINUS_1)),
    )
}

#[inline]
#[target_feature(enable = "avx2")]
fn times_sin(values: __m256i) -> __m256i {
    _mm256_add_epi16(
        values,
        _mm256_mulhi_epi16(values, _mm256_set1_epi16(SIN_LESS_1)),
    )
}

/// One direction of the inverse DCT (RFC 6386 §14.4).
#[inline]
#[target_feature(enable = "avx2")]
fn inverse([a, b, c, d]: Rows) -> Rows {
    let (even, odd) = (_mm256_add_epi16(a, c), _mm256_sub_epi16(a, c));
    let inner = _mm256_sub_epi16(times_sin(b), times_cos(d));
    let outer = _mm256_add_epi16(times_cos(b), times_sin(d));
    [
        _mm256_add_epi16(even, outer),
        _mm256_add_epi16(odd, inner),
        _mm256_sub_epi16(odd, inner),
        _mm256_sub_epi16(even, outer),
    ]
}

/// Columns of blocks, two in each half: those of the first and third block, then those of the
/// second and fourth.
#[inline]
#[target_feature(enable = "avx2")]
fn columns([a, b, c, d]: Rows) -> [__m256i; 4] {
    let (ab, cd) = (_mm256_unpacklo_epi16(a, b), _mm256_unpacklo_epi16(c, d));
    let (ab_odd, cd_odd) = (_mm256_unpackhi_epi16(a, b), _mm256_unpackhi_epi16(c, d));
    [
        _mm256_unpacklo_epi32(ab, cd),
        _mm256_unpackhi_epi32(ab, cd),
        _mm256_unpacklo_epi32(ab_odd, cd_odd),
        _mm256_unpackhi_epi32(ab_odd, cd_odd),
    ]
}

/// The second half of [`columns`], or what makes rows of whole blocks.
#[inline]
#[target_feature(enable = "avx2")]
fn side_by_side([a, b, c, d]: [__m256i; 4]) -> Rows {
    [
        _mm256_unpacklo_epi64(a, c),
        _mm256_unpackhi_epi64(a, c),
        _mm256_unpacklo_epi64(b, d),
        _mm256_unpackhi_epi64(b, d),
    ]
}

/// Transposes each block.
#[inline]
#[target_feature(enable = "avx2")]
fn turn(rows: Rows) -> Rows {
    side_by_side(columns(rows))
}

/// The coefficients of four blocks, a vector each.
#[inline]
#[target_feature(enable = "avx2")]
fn forward_dct_of_4(residual: Rows) -> [__m256i; 4] {
    let [a, b, c, d] = columns(forward::<false>(turn(forward::<true>(residual))));
    [
        _mm256_permute2x128_si256::<0x20>(a, b),
        _mm256_permute2x128_si256::<0x20>(c, d),
        _mm256_permute2x128_si256::<0x31>(a, b),
        _mm256_permute2x128_si256::<0x31>(c, d),
    ]
}

/// The rows of four blocks that are given a vector each.
#[inline]
#[target_feature(enable = "avx2")]
fn rows([a, b, c, d]: [__m256i; 4]) -> Rows {
    side_by_side([
        _mm256_permute2x128_si256::<0x20>(a, c),
        _mm256_permute2x128_si256::<0x31>(a, c),
        _mm256_permute2x128_si256::<0x20>(b, d),
        _mm256_permute2x128_si256::<0x31>(b, d),
    ])
}

/// The residual of four blocks, given a vector each.
#[inline]
#[target_feature(enable = "avx2")]
fn inverse_dct_of_4(blocks: [__m256i; 4]) -> Rows {
    turn(inverse(turn(inverse(rows(blocks)))))
        .map(|row| _mm256_srai_epi16::<3>(_mm256_add_epi16(row, _mm256_set1_epi16(4))))
}

#[inline]
#[target_feature(enable = "avx2")]
fn difference(source: __m128i, prediction: __m128i) -> __m256i {
    _mm256_sub_epi16(
        _mm256_cvtepu8_epi16(source),
        _mm256_cvtepu8_epi16(prediction),
    )
}

#[inline]
#[target_feature(enable = "avx2")]
fn add(samples: __m128i, residual: __m256i) -> __m128i {
    let sums = _mm256_adds_epi16(_mm256_cvtepu8_epi16(samples), residual);
    _mm_packus_epi16(
        _mm256_castsi256_si128(sums),
        _mm256_extracti128_si256::<1>(sums),
    )
}

/// Whether all blocks are 0, so that there is nothing to add.
#[inline]
#[target_feature(enable = "avx2")]
fn are_zero([a, b, c, d]: [__m256i; 4]) -> bool {
    let any = _mm256_or_si256(_mm256_or_si256(a, b), _mm256_or_si256(c, d));
    _mm256_testz_si256(any, any) == 1
}

/// One block beside three that are nothing.
#[inline]
#[target_feature(enable = "avx2")]
fn alone(block: &[i16; 16]) -> [__m256i; 4] {
    let zero = _mm256_setzero_si256();
    [load_words(block), zero, zero, zero]
}

#[target_feature(enable = "avx2")]
pub(in super::super) fn forward_dct(residual: &[i16; 16]) -> [i16; 16] {
    let mut coefficients = [0; 16];
    store_words(
        forward_dct_of_4(rows(alone(residual)))[0],
        &mut coefficients,
    );
    coefficients
}

#[target_feature(enable = "avx2")]
pub(in super::super) fn inverse_dct_add(
    coefficients: &[i16; 16],
    samples: &mut [u8],
    stride: usize,
) {
    for (y, residual) in inverse_dct_of_4(alone(coefficients))
        .into_iter()
        .enumerate()
    {
        let row = chunk_mut(samples, y * stride);
        store4(add(load4(row), residual), row);
    }
}

#[target_feature(enable = "avx2")]
pub(in super::super) fn forward_dct_luma(
    source: &[u8; 256],
    prediction: &[u8; 256],
    coefficients: &mut [[i16; 16]; 16],
) {
    let (source, _) = source.as_chunks::<16>();
    let (prediction, _) = prediction.as_chunks::<16>();
    for (i, blocks) in coefficients.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        let residual = [0, 1, 2, 3]
            .map(|y| difference(load16(&source[4 * i + y]), load16(&prediction[4 * i + y])));
        let coefficients = forward_dct_of_4(residual);
        for (block, coefficients) in blocks.iter_mut().zip(coefficients) {
            store_words(coefficients, block);
        }
    }
}

/// A row of both chroma planes.
#[inline]
#[target_feature(enable = "avx2")]
fn chroma_row([u, v]: &[[u8; 64]; 2], y: usize) -> __m128i {
    _mm_unpacklo_epi64(load8(chunk(u, 8 * y)), load8(chunk(v, 8 * y)))
}

/// The indices of the blocks that a row of both chroma planes has.
const fn chroma_blocks(i: usize) -> [usize; 4] {
    [2 * i, 2 * i + 1, 2 * i + 4, 2 * i + 5]
}

#[target_feature(enable = "avx2")]
pub(in super::super) fn forward_dct_chroma(
    source: &[[u8; 64]; 2],
    prediction: &[[u8; 64]; 2],
    coefficients: &mut [[i16; 16]; 8],
) {
    for i in 0..2 {
        let residual = [0, 1, 2, 3].map(|y| {
            difference(
                chroma_row(source, 4 * i + y),
                chroma_row(prediction, 4 * i + y),
            )
        });
        for (block, vector) in chroma_blocks(i).into_iter().zip(forward_dct_of_4(residual)) {
            store_words(vector, &mut coefficients[block]);
        }
    }
}

#[target_feature(enable = "avx2")]
pub(in super::super) fn inverse_dct_add_luma(
    coefficients: &[[i16; 16]; 16],
    samples: &mut [u8; 256],
) {
    let (rows, _) = samples.as_chunks_mut::<16>();
    let (blocks, _) = coefficients.as_chunks::<4>();
    for (rows, blocks) in rows.as_chunks_mut::<4>().0.iter_mut().zip(blocks) {
        let blocks = [0, 1, 2, 3].map(|i: usize| load_words(&blocks[i]));
        if are_zero(blocks) {
            continue;
        }
        for (row, residual) in rows.iter_mut().zip(inverse_dct_of_4(blocks)) {
            store16(add(load16(row), residual), row);
        }
    }
}

#[target_feature(enable = "avx2")]
pub(in super::super) fn inverse_dct_add_chroma(
    coefficients: &[[i16; 16]; 8],
    samples: &mut [[u8; 64]; 2],
) {
    for i in 0..2 {
        let blocks = chroma_blocks(i).map(|block| load_words(&coefficients[block]));
        if are_zero(blocks) {
            continue;
        }
        for (y, residual) in inverse_dct_of_4(blocks).into_iter().enumerate() {
            let y = 4 * i + y;
            let row = add(chroma_row(samples, y), residual);
            let [u, v] = samples;
            store8(row, chunk_mut(u, 8 * y));
            store8(_mm_unpackhi_epi64(row, row), chunk_mut(v, 8 * y));
        }
    }
}
