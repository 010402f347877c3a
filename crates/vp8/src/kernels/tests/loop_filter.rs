//! The loop filter's edges.

use proptest::prelude::*;

use super::reference::{macroblock_filter, simple_segment, subblock_filter};
use super::{samples, versions};
use crate::kernels::{EdgeLimits, Kernels};

const STRIDE: usize = 37;
const ROWS: usize = 22;
/// The macroblock's top left sample.
const AT: usize = 5 * STRIDE + 9;

/// A filter of one segment.
type Filter<'a> = &'a dyn Fn(&mut [u8; 8]);

/// Applies `filter` to all segments of the edges that are `edges` samples right of `AT`.
fn columns(plane: &mut [u8], edges: &[usize], length: usize, filter: Filter<'_>) {
    across(plane, edges, (1, STRIDE), length, filter);
}

/// Applies `filter` to all segments of the edges that are `edges` samples below `AT`.
fn rows(plane: &mut [u8], edges: &[usize], length: usize, filter: Filter<'_>) {
    across(plane, edges, (STRIDE, 1), length, filter);
}

fn across(
    plane: &mut [u8],
    edges: &[usize],
    (step, next): (usize, usize),
    length: usize,
    filter: Filter<'_>,
) {
    for edge in edges {
        for i in 0..length {
            let first = AT + edge * step + i * next - 4 * step;
            let mut segment = std::array::from_fn(|tap| plane[first + tap * step]);
            filter(&mut segment);
            for (tap, sample) in segment.into_iter().enumerate() {
                plane[first + tap * step] = sample;
            }
        }
    }
}

prop_compose! {
    fn limits()(
        edge in prop_oneof![0..=254u8, 0..20u8],
        interior in prop_oneof![0..=63u8, any::<u8>()],
        high_variance in prop_oneof![0..=3u8, any::<u8>()],
    ) -> EdgeLimits {
        EdgeLimits { edge, interior, high_variance }
    }
}

type Luma = fn(Kernels, &mut [u8], usize, usize, EdgeLimits);
type Chroma = fn(Kernels, [&mut [u8]; 2], usize, usize, EdgeLimits);
type Simple = fn(Kernels, &mut [u8], usize, usize, u8);
type Reference = fn(&mut [u8], &[usize], usize, Filter<'_>);

proptest! {
    #[test]
    fn luma_is_the_reference(plane in samples(STRIDE * ROWS), limits in limits()) {
        let cases: [(Luma, Reference, &[usize], Filter<'_>); 4] = [
            (Kernels::luma_left_edge, columns, &[0], &|s| macroblock_filter(limits, s)),
            (Kernels::luma_top_edge, rows, &[0], &|s| macroblock_filter(limits, s)),
            (Kernels::luma_inner_columns, columns, &[4, 8, 12], &|s| subblock_filter(limits, s)),
            (Kernels::luma_inner_rows, rows, &[4, 8, 12], &|s| subblock_filter(limits, s)),
        ];
        for (kernel, reference, edges, filter) in cases {
            let mut expected = plane.clone();
            reference(&mut expected, edges, 16, filter);
            for k in versions() {
                let mut filtered = plane.clone();
                kernel(k, &mut filtered, AT, STRIDE, limits);
                prop_assert_eq!(&filtered, &expected);
            }
        }
    }

    #[test]
    fn chroma_is_the_reference(
        u in samples(STRIDE * ROWS),
        v in samples(STRIDE * ROWS),
        limits in limits(),
    ) {
        let cases: [(Chroma, Reference, &[usize], Filter<'_>); 4] = [
            (Kernels::chroma_left_edge, columns, &[0], &|s| macroblock_filter(limits, s)),
            (Kernels::chroma_top_edge, rows, &[0], &|s| macroblock_filter(limits, s)),
            (Kernels::chroma_inner_column, columns, &[4], &|s| subblock_filter(limits, s)),
            (Kernels::chroma_inner_row, rows, &[4], &|s| subblock_filter(limits, s)),
        ];
        for (kernel, reference, edges, filter) in cases {
            let mut expected = [u.clone(), v.clone()];
            for plane in &mut expected {
                reference(plane, edges, 8, filter);
            }
            for k in versions() {
                let mut filtered = [u.clone(), v.clone()];
                let [u, v] = &mut filtered;
                kernel(k, [u, v], AT, STRIDE, limits);
                prop_assert_eq!(&filtered, &expected);
            }
        }
    }

    #[test]
    fn the_simple_filter_is_the_reference(plane in samples(STRIDE * ROWS), limit in 0..=254u8) {
        let filter: Filter<'_> = &|s| simple_segment(limit, s);
        let cases: [(Simple, Reference, &[usize]); 4] = [
            (Kernels::simple_left_edge, columns, &[0]),
            (Kernels::simple_top_edge, rows, &[0]),
            (Kernels::simple_inner_columns, columns, &[4, 8, 12]),
            (Kernels::simple_inner_rows, rows, &[4, 8, 12]),
        ];
        for (kernel, reference, edges) in cases {
            let mut expected = plane.clone();
            reference(&mut expected, edges, 16, filter);
            for k in versions() {
                let mut filtered = plane.clone();
                kernel(k, &mut filtered, AT, STRIDE, limit);
                prop_assert_eq!(&filtered, &expected);
            }
        }
    }
}
