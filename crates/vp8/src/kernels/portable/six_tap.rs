//! Prediction between samples (RFC 6386 §18.3): a filter along the rows, then one along the
//! columns.

use crate::kernels::Window;
use crate::kernels::rows::{chunk, chunk_mut};

/// The filters by displacement in eighths of a sample (RFC 6386 §18.3).
pub(in super::super) const FILTERS: [[i16; 6]; 8] = [
    [0, 0, 128, 0, 0, 0],
    [0, -6, 123, 12, -1, 0],
    [2, -11, 108, 36, -8, 1],
    [0, -9, 93, 50, -6, 0],
    [3, -16, 77, 77, -16, 3],
    [0, -6, 50, 93, -9, 0],
    [1, -8, 36, 108, -11, 2],
    [0, -1, 12, 123, -6, 0],
];

/// One filtered sample.
///
/// Sixteen bits are enough: what the fourth tap carries beyond them would be cut to 255 in any
/// case, and all taps before it sum up to less.
#[inline(always)]
fn interpolate<const W: usize>(filter: &[i16; 6], taps: [&[u8; W]; 6], x: usize) -> u8 {
    let product = |i: usize| i16::from(taps[i][x]) * filter[i];
    let sum = product(0) + product(1) + product(2) + product(4) + product(5);
    let sum = sum.saturating_add(product(3)).saturating_add(64) >> 7;
    sum.clamp(0, 255) as u8
}

/// The rows that the filter along the columns needs above the block, and in all.
const ABOVE: usize = 2;
const AROUND: usize = 5;

/// Filters `rows` rows along themselves.
#[inline(always)]
fn across<const W: usize>(
    source: &[u8],
    (mut at, stride): (usize, usize),
    filter: &[i16; 6],
    rows: &mut [[u8; W]],
) {
    for row in rows {
        let tap = |i: usize| chunk(source, at - 2 + i);
        let taps: [&[u8; W]; 6] = [tap(0), tap(1), tap(2), tap(3), tap(4), tap(5)];
        for (x, out) in row.iter_mut().enumerate() {
            *out = interpolate(filter, taps, x);
        }
        at += stride;
    }
}

#[inline(always)]
fn six_tap<const W: usize, const H: usize>(
    source: Window<'_>,
    mx: usize,
    my: usize,
    out: &mut [u8],
    out_stride: usize,
) {
    let Window {
        samples,
        origin,
        stride,
    } = source;
    // As many as the tallest block needs.
    let mut rows = [[0; W]; 16 + AROUND];
    let rows = &mut rows[..H + AROUND];
    let (first, last) = if my == 0 {
        (ABOVE, ABOVE + H)
    } else {
        (0, H + AROUND)
    };
    let at = origin - (ABOVE - first) * stride;
    if mx == 0 {
        for (y, row) in rows[first..last].iter_mut().enumerate() {
            *row = *chunk(samples, at + y * stride);
        }
    } else {
        across(samples, (at, stride), &FILTERS[mx], &mut rows[first..last]);
    }
    for y in 0..H {
        let out: &mut [u8; W] = chunk_mut(out, y * out_stride);
        if my == 0 {
            *out = rows[y + ABOVE];
        } else {
            let [a, b, c, d, e, f] = rows[y..].first_chunk().expect("five rows more");
            for (x, out) in out.iter_mut().enumerate() {
                *out = interpolate(&FILTERS[my], [a, b, c, d, e, f], x);
            }
        }
    }
}

#[inline(always)]
pub(in super::super) fn six_tap16x16(
    source: Window<'_>,
    mx: usize,
    my: usize,
    out: &mut [u8],
    out_stride: usize,
) {
    six_tap::<16, 16>(source, mx, my, out, out_stride);
}

#[inline(always)]
pub(in super::super) fn six_tap16x8(
    source: Window<'_>,
    mx: usize,
    my: usize,
    out: &mut [u8],
    out_stride: usize,
) {
    six_tap::<16, 8>(source, mx, my, out, out_stride);
}

#[inline(always)]
pub(in super::super) fn six_tap8x16(
    source: Window<'_>,
    mx: usize,
    my: usize,
    out: &mut [u8],
    out_stride: usize,
) {
    six_tap::<8, 16>(source, mx, my, out, out_stride);
}

#[inline(always)]
pub(in super::super) fn six_tap8x8(
    source: Window<'_>,
    mx: usize,
    my: usize,
    out: &mut [u8],
    out_stride: usize,
) {
    six_tap::<8, 8>(source, mx, my, out, out_stride);
}

#[inline(always)]
pub(in super::super) fn six_tap4x4(
    source: Window<'_>,
    mx: usize,
    my: usize,
    out: &mut [u8],
    out_stride: usize,
) {
    six_tap::<4, 4>(source, mx, my, out, out_stride);
}

#[inline(always)]
pub(in super::super) fn six_tap_chroma(
    planes: [&[u8]; 2],
    origin: usize,
    stride: usize,
    mx: usize,
    my: usize,
    out: &mut [[u8; 64]; 2],
) {
    for (samples, out) in planes.into_iter().zip(out) {
        let source = Window {
            samples,
            origin,
            stride,
        };
        six_tap::<8, 8>(source, mx, my, out, 8);
    }
}
