//! Rows to columns and back.

use std::arch::x86_64::*;

/// One round of a perfect shuffle: the bytes of the first half of the vectors alternate with
/// those of the second half.
#[inline]
#[target_feature(enable = "avx2")]
fn shuffle<const N: usize>(vectors: [__m128i; N]) -> [__m128i; N] {
    let mut shuffled = vectors;
    for i in 0..N / 2 {
        shuffled[2 * i] = _mm_unpacklo_epi8(vectors[i], vectors[i + N / 2]);
        shuffled[2 * i + 1] = _mm_unpackhi_epi8(vectors[i], vectors[i + N / 2]);
    }
    shuffled
}

/// Sixteen rows of sixteen to columns, and back.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn turn_16x16(rows: [__m128i; 16]) -> [__m128i; 16] {
    shuffle(shuffle(shuffle(shuffle(rows))))
}

/// Sixteen rows of eight, each in the lower half of its vector, to eight columns.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn rows_to_columns(rows: [__m128i; 16]) -> [__m128i; 8] {
    let mut pairs = [_mm_setzero_si128(); 8];
    for (i, pair) in pairs.iter_mut().enumerate() {
        *pair = _mm_unpacklo_epi8(rows[i], rows[i + 8]);
    }
    shuffle(shuffle(shuffle(pairs)))
}

/// Eight columns to sixteen rows of eight, two in each vector.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn columns_to_rows(columns: [__m128i; 8]) -> [__m128i; 8] {
    shuffle(shuffle(shuffle(columns)))
}
