//! The loop filter (RFC 6386 §15), all segments of an edge at once.
//!
//! Each step is done for all lanes before the next, without branches, so that it becomes a few
//! vector instructions. Samples are signed here (`u2s` in §15.2).

use std::ops::Range;

use crate::kernels::EdgeLimits;
use crate::kernels::rows::{chunk, chunk_mut};

/// Sixteen rows or columns of luma, or eight of each chroma plane.
const LANES: usize = 16;

/// The samples before and after the edge, a lane for each segment.
struct Segments {
    /// `p3`, `p2`, `p1`, `p0`, `q0`, `q1`, `q2`, `q3`.
    taps: [[u8; LANES]; 8],
}

impl Segments {
    /// One segment's signed values. (In a loop, because a closure for `map` would not always be
    /// inlined, and then nothing here becomes a vector.)
    #[inline(always)]
    fn lane(&self, lane: usize) -> [i16; 8] {
        let mut taps = [0; 8];
        for (tap, lanes) in taps.iter_mut().zip(&self.taps) {
            *tap = signed(lanes[lane]);
        }
        taps
    }
}

/// `c` of RFC 6386 §15.2.
#[inline(always)]
fn clamp(value: i16) -> i16 {
    value.clamp(-128, 127)
}

#[inline(always)]
fn signed(sample: u8) -> i16 {
    i16::from(sample) - 128
}

#[inline(always)]
fn unsigned(value: i16) -> u8 {
    (clamp(value) + 128) as u8
}

/// All bits where `condition` holds.
#[inline(always)]
fn mask(condition: bool) -> i16 {
    if condition { -1 } else { 0 }
}

#[inline(always)]
fn difference(a: i16, b: i16) -> i16 {
    (a - b).abs()
}

/// All bits where the edge is flat enough to be an artefact: `simple_segment`'s condition.
#[inline(always)]
fn edge_is_flat(limit: u8, [_, _, p1, p0, q0, q1, _, _]: [i16; 8]) -> i16 {
    mask(difference(p0, q0) * 2 + difference(p1, q1) / 2 <= i16::from(limit))
}

/// `common_adjust`'s two shifts: what is taken from `q0` and what is added to `p0`.
#[inline(always)]
fn halves(a: i16) -> (i16, i16) {
    (clamp(a + 4) >> 3, clamp(a + 3) >> 3)
}

/// `filter_yes` and `hev` as masks.
#[inline(always)]
fn conditions(limits: EdgeLimits, taps: [i16; 8]) -> (i16, i16) {
    let [p3, p2, p1, p0, q0, q1, q2, q3] = taps;
    let next_to_edge = difference(p1, p0).max(difference(q1, q0));
    let before = difference(p3, p2).max(difference(p2, p1));
    let after = difference(q3, q2).max(difference(q2, q1));
    let steepest = next_to_edge.max(before).max(after);
    (
        mask(steepest <= i16::from(limits.interior)) & edge_is_flat(limits.edge, taps),
        mask(next_to_edge > i16::from(limits.high_variance)),
    )
}

#[inline(always)]
fn filter_macroblock_edge(segments: &mut Segments, limits: EdgeLimits) {
    for i in 0..LANES {
        let taps = segments.lane(i);
        let (filter, high_variance) = conditions(limits, taps);
        let [_, p2, p1, p0, q0, q1, q2, _] = taps;
        let w = clamp(clamp(p1 - q1) + 3 * (q0 - p0)) & filter;
        let (from_q0, to_p0) = halves(w & high_variance);
        let smooth = w & !high_variance;
        let a = clamp((27 * smooth + 63) >> 7);
        segments.taps[3][i] = unsigned(p0 + to_p0 + a);
        segments.taps[4][i] = unsigned(q0 - from_q0 - a);
        let a = clamp((18 * smooth + 63) >> 7);
        segments.taps[2][i] = unsigned(p1 + a);
        segments.taps[5][i] = unsigned(q1 - a);
        let a = clamp((9 * smooth + 63) >> 7);
        segments.taps[1][i] = unsigned(p2 + a);
        segments.taps[6][i] = unsigned(q2 - a);
    }
}

#[inline(always)]
fn filter_subblock_edge(segments: &mut Segments, limits: EdgeLimits) {
    for i in 0..LANES {
        let taps = segments.lane(i);
        let (filter, high_variance) = conditions(limits, taps);
        let [_, _, p1, p0, q0, q1, _, _] = taps;
        let outer = clamp(p1 - q1) & high_variance;
        let a = clamp(outer + 3 * (q0 - p0)) & filter;
        let (from_q0, to_p0) = halves(a);
        segments.taps[3][i] = unsigned(p0 + to_p0);
        segments.taps[4][i] = unsigned(q0 - from_q0);
        let a = ((from_q0 + 1) >> 1) & !high_variance;
        segments.taps[2][i] = unsigned(p1 + a);
        segments.taps[5][i] = unsigned(q1 - a);
    }
}

#[inline(always)]
fn filter_simply(segments: &mut Segments, edge_limit: u8) {
    for i in 0..LANES {
        let taps = segments.lane(i);
        let filter = edge_is_flat(edge_limit, taps);
        let [_, _, p1, p0, q0, q1, _, _] = taps;
        let a = clamp(clamp(p1 - q1) + 3 * (q0 - p0)) & filter;
        let (from_q0, to_p0) = halves(a);
        segments.taps[3][i] = unsigned(p0 + to_p0);
        segments.taps[4][i] = unsigned(q0 - from_q0);
    }
}

/// Filters the edge above the row that begins at `at`.
#[inline(always)]
fn above(samples: &mut [u8], at: usize, stride: usize, filter: impl FnOnce(&mut Segments)) {
    let first = at - 4 * stride;
    let mut segments = Segments {
        taps: [[0; LANES]; 8],
    };
    for (tap, lanes) in segments.taps.iter_mut().enumerate() {
        *lanes = *chunk(samples, first + tap * stride);
    }
    filter(&mut segments);
    for tap in 1..7 {
        *chunk_mut(samples, first + tap * stride) = segments.taps[tap];
    }
}

/// Filters the edge above a row of both chroma planes.
#[inline(always)]
fn above_chroma(
    [u, v]: [&mut [u8]; 2],
    at: usize,
    stride: usize,
    filter: impl FnOnce(&mut Segments),
) {
    let first = at - 4 * stride;
    let mut segments = Segments {
        taps: [[0; LANES]; 8],
    };
    for (tap, lanes) in segments.taps.iter_mut().enumerate() {
        *chunk_mut(lanes, 0) = *chunk::<8>(u, first + tap * stride);
        *chunk_mut(lanes, 8) = *chunk::<8>(v, first + tap * stride);
    }
    filter(&mut segments);
    for (tap, lanes) in segments.taps.iter().enumerate().take(7).skip(1) {
        *chunk_mut(u, first + tap * stride) = *chunk::<8>(lanes, 0);
        *chunk_mut(v, first + tap * stride) = *chunk::<8>(lanes, 8);
    }
}

/// Sets a lane for each row, of the four samples on each side of `at`.
#[inline(always)]
fn load_rows(samples: &[u8], at: usize, stride: usize, lanes: Range<usize>, to: &mut Segments) {
    for (y, lane) in lanes.enumerate() {
        let row: &[u8; 8] = chunk(samples, at - 4 + y * stride);
        for (tap, sample) in row.iter().enumerate() {
            to.taps[tap][lane] = *sample;
        }
    }
}

#[inline(always)]
fn store_rows(samples: &mut [u8], at: usize, stride: usize, lanes: Range<usize>, from: &Segments) {
    for (y, lane) in lanes.enumerate() {
        let row: &mut [u8; 8] = chunk_mut(samples, at - 4 + y * stride);
        for (tap, sample) in row.iter_mut().enumerate() {
            *sample = from.taps[tap][lane];
        }
    }
}

/// Filters the edge left of the column that begins at `at`.
#[inline(always)]
fn left(samples: &mut [u8], at: usize, stride: usize, filter: impl FnOnce(&mut Segments)) {
    let mut segments = Segments {
        taps: [[0; LANES]; 8],
    };
    load_rows(samples, at, stride, 0..16, &mut segments);
    filter(&mut segments);
    store_rows(samples, at, stride, 0..16, &segments);
}

/// Filters the edge left of a column of both chroma planes.
#[inline(always)]
fn left_chroma(
    [u, v]: [&mut [u8]; 2],
    at: usize,
    stride: usize,
    filter: impl FnOnce(&mut Segments),
) {
    let mut segments = Segments {
        taps: [[0; LANES]; 8],
    };
    load_rows(u, at, stride, 0..8, &mut segments);
    load_rows(v, at, stride, 8..16, &mut segments);
    filter(&mut segments);
    store_rows(u, at, stride, 0..8, &segments);
    store_rows(v, at, stride, 8..16, &segments);
}

#[inline(always)]
pub(in super::super) fn luma_left_edge(
    luma: &mut [u8],
    at: usize,
    stride: usize,
    limits: EdgeLimits,
) {
    left(luma, at, stride, |segments| {
        filter_macroblock_edge(segments, limits)
    });
}

#[inline(always)]
pub(in super::super) fn luma_top_edge(
    luma: &mut [u8],
    at: usize,
    stride: usize,
    limits: EdgeLimits,
) {
    above(luma, at, stride, |segments| {
        filter_macroblock_edge(segments, limits)
    });
}

#[inline(always)]
pub(in super::super) fn luma_inner_columns(
    luma: &mut [u8],
    at: usize,
    stride: usize,
    limits: EdgeLimits,
) {
    for x in [4, 8, 12] {
        left(luma, at + x, stride, |segments| {
            filter_subblock_edge(segments, limits)
        });
    }
}

#[inline(always)]
pub(in super::super) fn luma_inner_rows(
    luma: &mut [u8],
    at: usize,
    stride: usize,
    limits: EdgeLimits,
) {
    for y in [4, 8, 12] {
        above(luma, at + y * stride, stride, |segments| {
            filter_subblock_edge(segments, limits)
        });
    }
}

#[inline(always)]
pub(in super::super) fn chroma_left_edge(
    chroma: [&mut [u8]; 2],
    at: usize,
    stride: usize,
    limits: EdgeLimits,
) {
    left_chroma(chroma, at, stride, |segments| {
        filter_macroblock_edge(segments, limits)
    });
}

#[inline(always)]
pub(in super::super) fn chroma_top_edge(
    chroma: [&mut [u8]; 2],
    at: usize,
    stride: usize,
    limits: EdgeLimits,
) {
    above_chroma(chroma, at, stride, |segments| {
        filter_macroblock_edge(segments, limits)
    });
}

#[inline(always)]
pub(in super::super) fn chroma_inner_column(
    chroma: [&mut [u8]; 2],
    at: usize,
    stride: usize,
    limits: EdgeLimits,
) {
    left_chroma(chroma, at + 4, stride, |segments| {
        filter_subblock_edge(segments, limits)
    });
}

#[inline(always)]
pub(in super::super) fn chroma_inner_row(
    chroma: [&mut [u8]; 2],
    at: usize,
    stride: usize,
    limits: EdgeLimits,
) {
    above_chroma(chroma, at + 4 * stride, stride, |segments| {
        filter_subblock_edge(segments, limits)
    });
}

#[inline(always)]
pub(in super::super) fn simple_left_edge(
    luma: &mut [u8],
    at: usize,
    stride: usize,
    edge_limit: u8,
) {
    left(luma, at, stride, |segments| {
        filter_simply(segments, edge_limit)
    });
}

#[inline(always)]
pub(in super::super) fn simple_top_edge(luma: &mut [u8], at: usize, stride: usize, edge_limit: u8) {
    above(luma, at, stride, |segments| {
        filter_simply(segments, edge_limit)
    });
}

#[inline(always)]
pub(in super::super) fn simple_inner_columns(
    luma: &mut [u8],
    at: usize,
    stride: usize,
    edge_limit: u8,
) {
    for x in [4, 8, 12] {
        left(luma, at + x, stride, |segments| {
            filter_simply(segments, edge_limit)
        });
    }
}

#[inline(always)]
pub(in super::super) fn simple_inner_rows(
    luma: &mut [u8],
    at: usize,
    stride: usize,
    edge_limit: u8,
) {
    for y in [4, 8, 12] {
        above(luma, at + y * stride, stride, |segments| {
            filter_simply(segments, edge_limit)
        });
    }
}
