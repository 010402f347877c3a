//! Prediction between samples.

use proptest::prelude::*;

use super::reference;
use super::{samples, versions};
use crate::kernels::{Kernels, Window};

type Predict = fn(Kernels, Window<'_>, usize, usize, &mut [u8], usize);

const SIZES: [(Predict, usize, usize); 5] = [
    (Kernels::six_tap16x16, 16, 16),
    (Kernels::six_tap16x8, 16, 8),
    (Kernels::six_tap8x16, 8, 16),
    (Kernels::six_tap8x8, 8, 8),
    (Kernels::six_tap4x4, 4, 4),
];

proptest! {
    #[test]
    fn every_displacement_is_the_reference(
        plane in samples(32 * 24),
        (left, top) in (2..8usize, 2..4usize),
        out_stride in 16..40usize,
    ) {
        let source = Window { samples: &plane, origin: top * 32 + left, stride: 32 };
        for (mx, my) in (0..8).flat_map(|mx| (0..8).map(move |my| (mx, my))) {
            for (predict, width, height) in SIZES {
                let block = reference::six_tap(source, (mx, my), (width, height));
                let mut expected = vec![7; 15 * out_stride + 16];
                for (y, row) in block.chunks(width).enumerate() {
                    expected[y * out_stride..][..width].copy_from_slice(row);
                }
                for k in versions() {
                    let mut out = vec![7; expected.len()];
                    predict(k, source, mx, my, &mut out, out_stride);
                    prop_assert_eq!(&out, &expected, "{}x{} at {}, {}", width, height, mx, my);
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn chroma_is_the_reference(
        u in samples(24 * 16),
        v in samples(24 * 16),
        (left, top) in (2..8usize, 2..4usize),
    ) {
        let origin = top * 24 + left;
        for (mx, my) in (0..8).flat_map(|mx| (0..8).map(move |my| (mx, my))) {
            let expected = [&u, &v].map(|samples| {
                let source = Window { samples, origin, stride: 24 };
                reference::six_tap(source, (mx, my), (8, 8))
            });
            for k in versions() {
                let mut out = [[7; 64]; 2];
                k.six_tap_chroma([&u, &v], origin, 24, mx, my, &mut out);
                prop_assert_eq!(&out[0][..], &expected[0]);
                prop_assert_eq!(&out[1][..], &expected[1]);
            }
        }
    }
}

/// Taps beyond what a displacement needs are not read: a block may lie at the plane's edge in
/// the direction in which it is not displaced.
#[test]
fn whole_samples_need_nothing_around() {
    let plane: Vec<u8> = (0..=255).collect();
    let source = Window {
        samples: &plane,
        origin: 0,
        stride: 16,
    };
    for k in versions() {
        let mut out = [0; 256];
        k.six_tap16x16(source, 0, 0, &mut out, 16);
        assert_eq!(out[..], plane[..]);
    }
}
