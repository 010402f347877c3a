//! Prediction between samples.

use std::arch::x86_64::*;

use super::vectors::{load4, load8, load16, load32, store4, store8, store16};
use crate::kernels::Window;
use crate::kernels::portable::FILTERS;
use crate::kernels::rows::{chunk, chunk_mut};

/// The six taps in three pairs, none of which overflows sixteen bits: the two large taps of a
/// filter are in different ones.
pub(super) const PAIRS: [(usize, usize); 3] = [(0, 5), (2, 4), (1, 3)];

/// A filter's taps as the second operand of `maddubs`.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn taps(displacement: usize) -> [__m256i; 3] {
    let filter = &FILTERS[displacement];
    PAIRS.map(|(a, b)| _mm256_set1_epi16((filter[a] & 0xFF) | (filter[b] << 8)))
}

/// Sixteen filtered samples, of which some are below 0 or above 255.
///
/// Only the last pair and the rounding can overflow, and what does is above 255 by far.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn filter(pairs: [__m256i; 3], taps: [__m256i; 3]) -> __m256i {
    let products = [0, 1, 2].map(|i| _mm256_maddubs_epi16(pairs[i], taps[i]));
    let sum = _mm256_adds_epi16(_mm256_add_epi16(products[0], products[1]), products[2]);
    _mm256_srai_epi16::<7>(_mm256_adds_epi16(sum, _mm256_set1_epi16(64)))
}

/// Where the two taps of each pair are, for each of sixteen samples.
///
/// Of a row of 16 the lower lane begins with the first tap of the first sample, the upper one
/// with the fourth of the ninth: so nothing is read but what is needed. A row of 8 or 4 is
/// in the lower lane only, whose upper half begins with the sixth tap of the first sample.
const fn shuffles(width: usize) -> [[u8; 32]; 3] {
    let mut shuffles = [[0; 32]; 3];
    let mut i = 0;
    while i < 3 * 32 {
        let (pair, byte) = (i / 32, i % 32);
        let tap = if byte % 2 == 0 {
            PAIRS[pair].0
        } else {
            PAIRS[pair].1
        };
        let at = byte % 16 / 2 + tap;
        let moved = if width == 16 { byte >= 16 } else { at >= 8 };
        shuffles[pair][byte] = (if moved { at + 3 } else { at }) as u8;
        i += 1;
    }
    shuffles
}

const SHUFFLES_16: [[u8; 32]; 3] = shuffles(16);
pub(super) const SHUFFLES_8: [[u8; 32]; 3] = shuffles(8);

/// A row of `W` samples, and what follows in a vector of 16.
#[inline]
#[target_feature(enable = "avx2")]
fn load<const W: usize>(row: &[u8; W]) -> __m128i {
    match W {
        16 => load16(chunk(row, 0)),
        8 => load8(chunk(row, 0)),
        _ => load4(chunk(row, 0)),
    }
}

/// Writes a row of `W` samples.
#[inline]
#[target_feature(enable = "avx2")]
fn store<const W: usize>(samples: __m128i, row: &mut [u8; W]) {
    match W {
        16 => store16(samples, chunk_mut(row, 0)),
        8 => store8(samples, chunk_mut(row, 0)),
        _ => store4(samples, chunk_mut(row, 0)),
    }
}

/// Filters one row along itself. `at` is where the first sample's first tap is.
#[inline]
#[target_feature(enable = "avx2")]
fn across<const W: usize>(
    source: &[u8],
    at: usize,
    shuffles: [__m256i; 3],
    taps: [__m256i; 3],
) -> __m128i {
    let row = match W {
        16 => {
            let row: &[u8; 21] = chunk(source, at);
            _mm256_set_m128i(load16(chunk(row, 5)), load16(chunk(row, 0)))
        }
        8 => {
            let row: &[u8; 13] = chunk(source, at);
            let row = _mm_unpacklo_epi64(load8(chunk(row, 0)), load8(chunk(row, 5)));
            _mm256_castsi128_si256(row)
        }
        _ => {
            let row: &[u8; 9] = chunk(source, at);
            let row = _mm_unpacklo_epi64(load8(chunk(row, 0)), load4(chunk(row, 5)));
            _mm256_castsi128_si256(row)
        }
    };
    let sums = filter(
        shuffles.map(|shuffle| _mm256_shuffle_epi8(row, shuffle)),
        taps,
    );
    let (low, high) = (
        _mm256_castsi256_si128(sums),
        _mm256_extracti128_si256::<1>(sums),
    );
    _mm_packus_epi16(low, if W == 16 { high } else { low })
}

/// Appends a row to the last ones and drops the first of them.
#[inline]
#[target_feature(enable = "avx2")]
fn push<const W: usize>(last: __m256i, row: __m128i) -> __m256i {
    match W {
        16 => _mm256_set_m128i(row, _mm256_extracti128_si256::<1>(last)),
        8 => {
            let moved = _mm256_permute4x64_epi64::<0b11_11_10_01>(last);
            _mm256_blend_epi32::<0b1100_0000>(moved, _mm256_broadcastq_epi64(row))
        }
        _ => {
            let last = _mm256_castsi256_si128(last);
            _mm256_castsi128_si256(_mm_alignr_epi8::<4>(row, last))
        }
    }
}

/// The rows of `W` that a vector takes; of 4 samples four, in its lower lane.
const fn rows_at_once(width: usize) -> usize {
    if width == 16 { 2 } else { 4 }
}

/// Filters along the columns. Of each row in `rows`, those before it are in the same vector.
///
/// Vectors of rows are made while these are in registers: one that is put together from two
/// that were just written waits for the memory.
#[inline]
#[target_feature(enable = "avx2")]
fn down<const W: usize, const H: usize>(
    rows: &[__m256i; AROUND],
    displacement: usize,
    out: &mut [u8],
    out_stride: usize,
) {
    let taps = taps(displacement);
    for y in (0..H).step_by(rows_at_once(W)) {
        let tap = |i: usize| rows[y + rows_at_once(W) - 1 + i];
        let pairs = PAIRS.map(|(a, b)| (tap(a), tap(b)));
        let low = filter(pairs.map(|(a, b)| _mm256_unpacklo_epi8(a, b)), taps);
        let high = filter(pairs.map(|(a, b)| _mm256_unpackhi_epi8(a, b)), taps);
        let filtered = _mm256_packus_epi16(low, high);
        let low = _mm256_castsi256_si128(filtered);
        let high = _mm256_extracti128_si256::<1>(filtered);
        let out = &mut out[y * out_stride..];
        let mut put = |i: usize, row| store::<W>(row, chunk_mut(out, i * out_stride));
        put(0, low);
        match W {
            16 => put(1, high),
            8 => {
                put(1, _mm_srli_si128::<8>(low));
                put(2, high);
                put(3, _mm_srli_si128::<8>(high));
            }
            _ => {
                put(1, _mm_srli_si128::<4>(low));
                put(2, _mm_srli_si128::<8>(low));
                put(3, _mm_srli_si128::<12>(low));
            }
        }
    }
}

/// The rows that a block of 16x16 needs.
const AROUND: usize = 21;

#[inline]
#[target_feature(enable = "avx2")]
fn six_tap<const W: usize, const H: usize>(
    source: Window<'_>,
    (mx, my): (usize, usize),
    out: &mut [u8],
    out_stride: usize,
) {
    let Window {
        samples,
        origin,
        stride,
    } = source;
    if (mx, my) == (0, 0) {
        for y in 0..H {
            let row: &[u8; W] = chunk(samples, origin + y * stride);
            *chunk_mut(out, y * out_stride) = *row;
        }
        return;
    }
    let horizontal = taps(mx);
    let shuffles = if W == 16 { SHUFFLES_16 } else { SHUFFLES_8 }.map(|bytes| load32(&bytes));
    let row = |at: usize| match mx {
        0 => load::<W>(chunk(samples, at)),
        _ => across::<W>(samples, at - 2, shuffles, horizontal),
    };
    if my == 0 {
        for y in 0..H {
            store::<W>(row(origin + y * stride), chunk_mut(out, y * out_stride));
        }
        return;
    }
    let mut rows = [_mm256_setzero_si256(); AROUND];
    let mut last = rows[0];
    let first = origin - 2 * stride;
    for (y, rows) in rows[..H + 5].iter_mut().enumerate() {
        last = push::<W>(last, row(first + y * stride));
        *rows = last;
    }
    down::<W, H>(&rows, my, out, out_stride);
}

macro_rules! six_tap {
    ($($name:ident, $width:literal, $height:literal;)*) => { $(
        #[target_feature(enable = "avx2")]
        pub(in super::super) fn $name(
            source: Window<'_>,
            mx: usize,
            my: usize,
            out: &mut [u8],
            out_stride: usize,
        ) {
            six_tap::<$width, $height>(source, (mx, my), out, out_stride);
        }
    )* };
}

six_tap! {
    six_tap16x16, 16, 16;
    six_tap16x8, 16, 8;
    six_tap8x16, 8, 16;
    six_tap8x8, 8, 8;
    six_tap4x4, 4, 4;
}
