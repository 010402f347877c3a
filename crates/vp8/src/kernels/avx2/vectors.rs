//! Vectors from and to arrays.
//!
//! By way of integers, which compilers turn into one load or store.

use std::arch::x86_64::*;

#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn load16(bytes: &[u8; 16]) -> __m128i {
    let bits = u128::from_le_bytes(*bytes);
    _mm_set_epi64x((bits >> 64) as i64, bits as i64)
}

/// Eight bytes, and eight zeros above them.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn load8(bytes: &[u8; 8]) -> __m128i {
    _mm_set_epi64x(0, i64::from_le_bytes(*bytes))
}

/// Four bytes, and twelve zeros above them.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn load4(bytes: &[u8; 4]) -> __m128i {
    _mm_cvtsi32_si128(i32::from_le_bytes(*bytes))
}

/// Two rows of sixteen bytes.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn load16x2(low: &[u8; 16], high: &[u8; 16]) -> __m256i {
    _mm256_set_m128i(load16(high), load16(low))
}

#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn load32(bytes: &[u8; 32]) -> __m256i {
    let (halves, _) = bytes.as_chunks();
    load16x2(&halves[0], &halves[1])
}

#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn store16(vector: __m128i, bytes: &mut [u8; 16]) {
    let (halves, _) = bytes.as_chunks_mut();
    halves[0] = _mm_cvtsi128_si64(vector).to_le_bytes();
    halves[1] = _mm_extract_epi64::<1>(vector).to_le_bytes();
}

#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn store8(vector: __m128i, bytes: &mut [u8; 8]) {
    *bytes = _mm_cvtsi128_si64(vector).to_le_bytes();
}

#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn store4(vector: __m128i, bytes: &mut [u8; 4]) {
    *bytes = _mm_cvtsi128_si32(vector).to_le_bytes();
}

/// Sixteen values.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn load_words(words: &[i16; 16]) -> __m256i {
    let w = words;
    _mm256_set_epi16(
        w[15], w[14], w[13], w[12], w[11], w[10], w[9], w[8], w[7], w[6], w[5], w[4], w[3], w[2],
        w[1], w[0],
    )
}

#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn store_words(vector: __m256i, words: &mut [i16; 16]) {
    let lanes = [
        _mm256_extract_epi64::<0>(vector),
        _mm256_extract_epi64::<1>(vector),
        _mm256_extract_epi64::<2>(vector),
        _mm256_extract_epi64::<3>(vector),
    ];
    for (words, lane) in words.as_chunks_mut::<4>().0.iter_mut().zip(lanes) {
        *words = [
            lane as i16,
            (lane >> 16) as i16,
            (lane >> 32) as i16,
            (lane >> 48) as i16,
        ];
    }
}
