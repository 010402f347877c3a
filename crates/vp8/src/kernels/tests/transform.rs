//! The transforms and their inverses.

use proptest::prelude::*;

use super::reference;
use super::{samples, versions};
use crate::kernels::{BlockQuantizer, Kernels};

fn residual() -> impl Strategy<Value = [i16; 16]> {
    prop_oneof![
        prop::array::uniform16(-255..=255i16),
        prop::array::uniform16(prop_oneof![Just(-255i16), Just(255)]),
        prop::array::uniform16(-3..=3i16),
    ]
}

/// Coefficients of a block, often none.
fn sparse() -> impl Strategy<Value = [i16; 16]> {
    prop_oneof![
        4 => Just([0; 16]),
        1 => prop::array::uniform16(any::<i16>()),
        1 => (-2040..=2040i16).prop_map(|dc| {
            let mut coefficients = [0; 16];
            coefficients[0] = dc;
            coefficients
        }),
    ]
}

fn plane<const N: usize>(samples: &[u8]) -> [u8; N] {
    samples.try_into().unwrap()
}

/// The exact transform, `Bᵗ·y·B / 2`.
fn exact_dct(residual: &[i16; 16]) -> [f64; 16] {
    use std::f64::consts::{PI, SQRT_2};
    let (cos, sin) = (SQRT_2 * (PI / 8.0).cos(), SQRT_2 * (PI / 8.0).sin());
    let basis = [
        [1.0, 1.0, 1.0, 1.0],
        [cos, sin, -sin, -cos],
        [1.0, -1.0, -1.0, 1.0],
        [sin, -cos, cos, -sin],
    ];
    std::array::from_fn(|i| {
        let (v, u) = (i / 4, i % 4);
        let sum: f64 = (0..16)
            .map(|j| f64::from(residual[j]) * basis[v][j / 4] * basis[u][j % 4])
            .sum();
        sum / 2.0
    })
}

proptest! {
    #[test]
    fn a_residual_is_the_difference(a in samples(16 * 20), b in samples(16 * 20), stride in 4..100usize) {
        let expected = reference::differences((&a, stride), (&b, 4), (4, 4));
        for k in versions() {
            let mut out = [0; 16];
            k.residual(&a, stride, &b, 4, &mut out);
            prop_assert_eq!(out.map(i32::from).to_vec(), expected.clone());
        }
    }

    #[test]
    fn the_forward_dct_is_exact_but_for_rounding(residual in residual()) {
        let exact = exact_dct(&residual);
        let [a, b] = versions().map(|k| k.forward_dct(&residual));
        prop_assert_eq!(a, b);
        for (coefficient, exact) in a.into_iter().zip(exact) {
            let error = (f64::from(coefficient) - exact).abs();
            prop_assert!(error < 0.75, "{} for {}", coefficient, exact);
        }
    }

    #[test]
    fn the_inverse_dct_undoes_the_forward_one(residual in residual()) {
        for k in versions() {
            let coefficients = k.forward_dct(&residual);
            let back = reference::inverse_dct(coefficients.map(i32::from));
            for (back, residual) in back.into_iter().zip(residual) {
                prop_assert!((back - i32::from(residual)).abs() <= 1);
            }
        }
    }

    #[test]
    fn the_inverse_wht_undoes_the_forward_one(dc in prop::array::uniform16(-2040..=2040i16)) {
        for k in versions() {
            let coefficients = k.forward_wht(&dc);
            let back = k.inverse_wht(&coefficients);
            for (back, dc) in back.into_iter().zip(dc) {
                prop_assert!((back - dc).abs() <= 1);
            }
        }
    }

    #[test]
    fn the_inverse_wht_is_the_reference(input in prop::array::uniform16(-2047..=2047i16)) {
        let expected = reference::inverse_wht(input.map(i32::from));
        for k in versions() {
            prop_assert_eq!(k.inverse_wht(&input).map(i32::from), expected);
        }
    }

    /// A macroblock at once is its blocks one by one.
    #[test]
    fn a_macroblock_is_its_blocks(
        luma in (samples(256), samples(256)),
        u in (samples(64), samples(64)),
        v in (samples(64), samples(64)),
    ) {
        let luma = (plane::<256>(&luma.0), plane::<256>(&luma.1));
        let source = [plane::<64>(&u.0), plane::<64>(&v.0)];
        let prediction = [plane::<64>(&u.1), plane::<64>(&v.1)];
        let one = Kernels::scalar();
        let block = |source: &[u8], prediction: &[u8], stride, at: usize| {
            let mut residual = [0; 16];
            one.residual(&source[at..], stride, &prediction[at..], stride, &mut residual);
            one.forward_dct(&residual)
        };
        for k in versions() {
            let mut coefficients = [[0; 16]; 16];
            k.forward_dct_luma(&luma.0, &luma.1, &mut coefficients);
            for (i, coefficients) in coefficients.iter().enumerate() {
                let at = i / 4 * 64 + i % 4 * 4;
                prop_assert_eq!(*coefficients, block(&luma.0, &luma.1, 16, at));
            }
            let mut coefficients = [[0; 16]; 8];
            k.forward_dct_chroma(&source, &prediction, &mut coefficients);
            for (i, coefficients) in coefficients.iter().enumerate() {
                let (plane, at) = (i / 4, i % 4 / 2 * 32 + i % 2 * 4);
                prop_assert_eq!(*coefficients, block(&source[plane], &prediction[plane], 8, at));
            }
        }
    }

    #[test]
    fn a_macroblock_is_put_back_as_its_blocks(
        blocks in prop::collection::vec(sparse(), 24),
        luma in samples(256),
        (u, v) in (samples(64), samples(64)),
    ) {
        let one = Kernels::scalar();
        let (luma_blocks, chroma_blocks) = blocks.split_at(16);
        let mut luma_expected = plane::<256>(&luma);
        for (i, block) in luma_blocks.iter().enumerate() {
            one.inverse_dct_add(block, &mut luma_expected[i / 4 * 64 + i % 4 * 4..], 16);
        }
        let mut chroma_expected = [plane::<64>(&u), plane::<64>(&v)];
        for (i, block) in chroma_blocks.iter().enumerate() {
            let samples = &mut chroma_expected[i / 4][i % 4 / 2 * 32 + i % 2 * 4..];
            one.inverse_dct_add(block, samples, 8);
        }
        for k in versions() {
            let mut out = plane::<256>(&luma);
            k.inverse_dct_add_luma(luma_blocks.try_into().unwrap(), &mut out);
            prop_assert_eq!(out, luma_expected);
            let mut out = [plane::<64>(&u), plane::<64>(&v)];
            k.inverse_dct_add_chroma(chroma_blocks.try_into().unwrap(), &mut out);
            prop_assert_eq!(out, chroma_expected);
        }
    }

    /// What no residual can give wraps around, in all versions alike.
    #[test]
    fn every_input_gives_the_same_in_all_versions(
        input in prop::array::uniform16(any::<i16>()),
        before in samples(16),
    ) {
        let [a, b] = versions().map(|k| {
            let mut out = before.clone();
            k.inverse_dct_add(&input, &mut out, 4);
            k.inverse_dc_add(input[1], &mut out, 4);
            (out, k.inverse_wht(&input), k.forward_wht(&input))
        });
        prop_assert_eq!(a, b);
    }

    /// Of real residuals, however coarse the steps.
    #[test]
    fn the_inverse_dct_is_the_reference(
        residual in residual(),
        (dc, ac) in (4..=157u16, 4..=284u16),
        rounding in 0..=64u16,
        before in samples(3 * 50 + 4),
        stride in 4..50usize,
    ) {
        let quantizer = BlockQuantizer::new(dc, ac, rounding, 0);
        for k in versions() {
            let (mut levels, mut dequantized) = ([0; 16], [0; 16]);
            k.quantize(&k.forward_dct(&residual), &quantizer, &mut levels, &mut dequantized);
            let decoded = reference::inverse_dct(dequantized.map(i32::from));
            let mut expected = before.clone();
            for (i, decoded) in decoded.into_iter().enumerate() {
                let sample = &mut expected[i / 4 * stride + i % 4];
                *sample = (i32::from(*sample) + decoded).clamp(0, 255) as u8;
            }
            let mut out = before.clone();
            k.inverse_dct_add(&dequantized, &mut out, stride);
            prop_assert_eq!(&out, &expected);
        }
    }

    #[test]
    fn dc_alone_is_a_shortcut(dc in -4096..=4096i16, before in samples(64), stride in 4..20usize) {
        let mut coefficients = [0; 16];
        coefficients[0] = dc;
        for k in versions() {
            let (mut whole, mut short) = (before.clone(), before.clone());
            k.inverse_dct_add(&coefficients, &mut whole, stride);
            k.inverse_dc_add(dc, &mut short, stride);
            prop_assert_eq!(whole, short);
        }
    }
}
