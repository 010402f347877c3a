//! The loop filter.

mod filters;
mod turn;

use std::arch::x86_64::*;

use super::vectors::{load8, load16, store8, store16};
use crate::kernels::EdgeLimits;
use crate::kernels::rows::{chunk, chunk_mut};

use filters::{Segments, filter_macroblock_edge, filter_simply, filter_subblock_edge};
use turn::{columns_to_rows, rows_to_columns, turn_16x16};

/// Eight samples of each chroma plane.
#[inline]
#[target_feature(enable = "avx2")]
fn load_chroma([u, v]: [&[u8]; 2], at: usize) -> __m128i {
    _mm_unpacklo_epi64(load8(chunk(u, at)), load8(chunk(v, at)))
}

#[inline]
#[target_feature(enable = "avx2")]
fn store_chroma(samples: __m128i, [u, v]: [&mut [u8]; 2], at: usize) {
    store8(samples, chunk_mut(u, at));
    store8(_mm_unpackhi_epi64(samples, samples), chunk_mut(v, at));
}

/// Filters the edge above the row that begins at `at`.
#[inline]
#[target_feature(enable = "avx2")]
fn above(luma: &mut [u8], at: usize, stride: usize, filter: impl Fn(&mut Segments)) {
    let first = at - 4 * stride;
    let mut segments = [_mm_setzero_si128(); 8];
    for (i, tap) in segments.iter_mut().enumerate() {
        *tap = load16(chunk(luma, first + i * stride));
    }
    filter(&mut segments);
    for (i, tap) in segments.into_iter().enumerate().take(7).skip(1) {
        store16(tap, chunk_mut(luma, first + i * stride));
    }
}

/// The same in both chroma planes.
#[inline]
#[target_feature(enable = "avx2")]
fn above_chroma([u, v]: [&mut [u8]; 2], at: usize, stride: usize, filter: impl Fn(&mut Segments)) {
    let first = at - 4 * stride;
    let mut segments = [_mm_setzero_si128(); 8];
    for (i, tap) in segments.iter_mut().enumerate() {
        *tap = load_chroma([u, v], first + i * stride);
    }
    filter(&mut segments);
    for (i, tap) in segments.into_iter().enumerate().take(7).skip(1) {
        store_chroma(tap, [u, v], first + i * stride);
    }
}

/// Filters the edge left of the column that begins at `at`.
#[inline]
#[target_feature(enable = "avx2")]
fn left(luma: &mut [u8], at: usize, stride: usize, filter: impl Fn(&mut Segments)) {
    let first = at - 4;
    let mut rows = [_mm_setzero_si128(); 16];
    for (y, row) in rows.iter_mut().enumerate() {
        *row = load8(chunk(luma, first + y * stride));
    }
    let mut segments = rows_to_columns(rows);
    filter(&mut segments);
    for (i, rows) in columns_to_rows(segments).into_iter().enumerate() {
        let at = first + 2 * i * stride;
        store8(rows, chunk_mut(luma, at));
        store8(_mm_unpackhi_epi64(rows, rows), chunk_mut(luma, at + stride));
    }
}

/// The same in both chroma planes.
#[inline]
#[target_feature(enable = "avx2")]
fn left_chroma([u, v]: [&mut [u8]; 2], at: usize, stride: usize, filter: impl Fn(&mut Segments)) {
    let first = at - 4;
    let mut rows = [_mm_setzero_si128(); 16];
    for y in 0..8 {
        rows[y] = load8(chunk(u, first + y * stride));
        rows[y + 8] = load8(chunk(v, first + y * stride));
    }
    let mut segments = rows_to_columns(rows);
    filter(&mut segments);
    let rows = columns_to_rows(segments);
    for (plane, rows) in [(u, &rows[..4]), (v, &rows[4..])] {
        for (i, rows) in rows.iter().enumerate() {
            let at = first + 2 * i * stride;
            store8(*rows, chunk_mut(plane, at));
            store8(
                _mm_unpackhi_epi64(*rows, *rows),
                chunk_mut(plane, at + stride),
            );
        }
    }
}

/// Filters the three edges within sixteen lines, from the first to the last.
#[inline]
#[target_feature(enable = "avx2")]
fn filter_inner(lines: &mut [__m128i; 16], filter: impl Fn(&mut Segments)) {
    for first in [0, 4, 8] {
        filter(lines[first..].first_chunk_mut().expect("eight lines more"));
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn load_macroblock(luma: &[u8], at: usize, stride: usize) -> [__m128i; 16] {
    let mut rows = [_mm_setzero_si128(); 16];
    for (y, row) in rows.iter_mut().enumerate() {
        *row = load16(chunk(luma, at + y * stride));
    }
    rows
}

#[inline]
#[target_feature(enable = "avx2")]
fn store_macroblock(rows: [__m128i; 16], luma: &mut [u8], at: usize, stride: usize) {
    for (y, row) in rows.into_iter().enumerate() {
        store16(row, chunk_mut(luma, at + y * stride));
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn inner_columns(luma: &mut [u8], at: usize, stride: usize, filter: impl Fn(&mut Segments)) {
    let mut columns = turn_16x16(load_macroblock(luma, at, stride));
    filter_inner(&mut columns, filter);
    store_macroblock(turn_16x16(columns), luma, at, stride);
}

#[inline]
#[target_feature(enable = "avx2")]
fn inner_rows(luma: &mut [u8], at: usize, stride: usize, filter: impl Fn(&mut Segments)) {
    let mut rows = load_macroblock(luma, at, stride);
    filter_inner(&mut rows, filter);
    store_macroblock(rows, luma, at, stride);
}

macro_rules! edges {
    ($($name:ident($planes:ident: $type:ty, $limits:ident: $limit:ty) = $edge:ident($at:expr, $filter:ident);)*) => { $(
        #[target_feature(enable = "avx2")]
        pub(in super::super) fn $name($planes: $type, at: usize, stride: usize, $limits: $limit) {
            let offset: fn(usize) -> usize = $at;
            $edge($planes, at + offset(stride), stride, |segments| $filter(segments, $limits));
        }
    )* };
}

edges! {
    luma_left_edge(luma: &mut [u8], limits: EdgeLimits) = left(|_| 0, filter_macroblock_edge);
    luma_top_edge(luma: &mut [u8], limits: EdgeLimits) = above(|_| 0, filter_macroblock_edge);
    luma_inner_columns(luma: &mut [u8], limits: EdgeLimits) = inner_columns(|_| 0, filter_subblock_edge);
    luma_inner_rows(luma: &mut [u8], limits: EdgeLimits) = inner_rows(|_| 0, filter_subblock_edge);
    chroma_left_edge(chroma: [&mut [u8]; 2], limits: EdgeLimits) = left_chroma(|_| 0, filter_macroblock_edge);
    chroma_top_edge(chroma: [&mut [u8]; 2], limits: EdgeLimits) = above_chroma(|_| 0, filter_macroblock_edge);
    chroma_inner_column(chroma: [&mut [u8]; 2], limits: EdgeLimits) = left_chroma(|_| 4, filter_subblock_edge);
    chroma_inner_row(chroma: [&mut [u8]; 2], limits: EdgeLimits) = above_chroma(|stride| 4 * stride, filter_subblock_edge);
    simple_left_edge(luma: &mut [u8], edge_limit: u8) = left(|_| 0, filter_simply);
    simple_top_edge(luma: &mut [u8], edge_limit: u8) = above(|_| 0, filter_simply);
    simple_inner_columns(luma: &mut [u8], edge_limit: u8) = inner_columns(|_| 0, filter_simply);
    simple_inner_rows(luma: &mut [u8], edge_limit: u8) = inner_rows(|_| 0, filter_simply);
}
