//! Prediction between samples of both chroma planes, one in each lane.

use std::arch::x86_64::*;

use super::six_tap::{PAIRS, SHUFFLES_8, filter, taps};
use super::vectors::{load8, load16, store16};
use crate::kernels::rows::{chunk, chunk_mut};

/// A row of eight of each plane, in the lower half of its lane.
#[inline]
#[target_feature(enable = "avx2")]
fn load([u, v]: [&[u8]; 2], at: usize) -> __m256i {
    _mm256_set_m128i(load8(chunk(v, at)), load8(chunk(u, at)))
}

/// The thirteen samples that a filtered row needs, the sixth and those after it once more in the
/// upper half of the lane.
#[inline]
#[target_feature(enable = "avx2")]
fn load_taps(planes: [&[u8]; 2], at: usize) -> __m256i {
    let [u, v] = planes.map(|plane| {
        let row: &[u8; 13] = chunk(plane, at);
        _mm_unpacklo_epi64(load8(chunk(row, 0)), load8(chunk(row, 5)))
    });
    _mm256_set_m128i(v, u)
}

/// Writes two rows of each plane.
#[inline]
#[target_feature(enable = "avx2")]
fn store(rows: __m256i, [u, v]: &mut [[u8; 64]; 2], y: usize) {
    store16(_mm256_castsi256_si128(rows), chunk_mut(u, 8 * y));
    store16(_mm256_extracti128_si256::<1>(rows), chunk_mut(v, 8 * y));
}

#[target_feature(enable = "avx2")]
pub(in super::super) fn six_tap_chroma(
    planes: [&[u8]; 2],
    origin: usize,
    stride: usize,
    mx: usize,
    my: usize,
    out: &mut [[u8; 64]; 2],
) {
    let horizontal = taps(mx);
    let shuffles = SHUFFLES_8.map(|bytes| _mm256_broadcastsi128_si256(load16(chunk(&bytes, 0))));
    let row = |at: usize| match mx {
        0 => load(planes, at),
        _ => {
            let row = load_taps(planes, at - 2);
            let pairs = shuffles.map(|shuffle| _mm256_shuffle_epi8(row, shuffle));
            let sums = filter(pairs, horizontal);
            _mm256_packus_epi16(sums, sums)
        }
    };
    let (first, count) = match my {
        0 => (origin, 8),
        _ => (origin - 2 * stride, 13),
    };
    // Each row with the one before it.
    let mut rows = [_mm256_setzero_si256(); 13];
    let mut last = rows[0];
    for (y, rows) in rows[..count].iter_mut().enumerate() {
        let row = row(first + y * stride);
        *rows = _mm256_unpacklo_epi64(last, row);
        last = row;
    }
    if my == 0 {
        for y in (0..8).step_by(2) {
            store(rows[y + 1], out, y);
        }
        return;
    }
    let vertical = taps(my);
    for y in (0..8).step_by(2) {
        let pairs = PAIRS.map(|(a, b)| (rows[y + 1 + a], rows[y + 1 + b]));
        let first = filter(pairs.map(|(a, b)| _mm256_unpacklo_epi8(a, b)), vertical);
        let second = filter(pairs.map(|(a, b)| _mm256_unpackhi_epi8(a, b)), vertical);
        store(_mm256_packus_epi16(first, second), out, y);
    }
}
