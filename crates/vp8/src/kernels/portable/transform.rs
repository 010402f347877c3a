//! The 4x4 transforms: the DCT of a residual and the WHT of the sixteen DC values of a
//! macroblock.
//!
//! The inverse ones are the format's (RFC 6386 §14.3 and §14.4), in arithmetic of sixteen bits
//! that wraps: what an encoder makes of real residuals never does.
//!
//! The forward ones are ours. The inverse DCT is `B·X·Bᵗ / 8` with `B·Bᵗ = 4`, so that the
//! forward one is `Bᵗ·y·B / 2`; and likewise for the WHT.

use super::residual::residual;
use crate::kernels::rows::chunk_mut;

/// `sqrt(2)·cos(π/8)` and `sqrt(2)·sin(π/8)` in units of `2^-14`.
pub(in super::super) const COS: i16 = 21407;
pub(in super::super) const SIN: i16 = 8867;

/// RFC 6386 §14.4: `sqrt(2)·cos(π/8) - 1` and `sqrt(2)·sin(π/8)` in units of `2^-16`.
pub(in super::super) const COS_MINUS_1: i16 = 20091;
const INVERSE_SIN: i32 = 35468;

/// The second one less 1, which fits into sixteen bits.
#[cfg(target_arch = "x86_64")]
pub(in super::super) const SIN_LESS_1: i16 = (INVERSE_SIN - (1 << 16)) as i16;

#[inline(always)]
fn transpose(block: &[i16; 16]) -> [i16; 16] {
    let mut turned = [0; 16];
    for y in 0..4 {
        for x in 0..4 {
            turned[4 * x + y] = block[4 * y + x];
        }
    }
    turned
}

/// `(value·factor) >> shift` for the sum of two products, rounded.
#[inline(always)]
fn rotate(a: i16, a_factor: i16, b: i16, b_factor: i16, shift: u32) -> i16 {
    let sum = i32::from(a) * i32::from(a_factor) + i32::from(b) * i32::from(b_factor);
    ((sum + (1 << (shift - 1))) >> shift) as i16
}

/// The residual's samples are differences of two samples, -255 to 255.
#[inline(always)]
pub(in super::super) fn forward_dct(residual: &[i16; 16]) -> [i16; 16] {
    // Down the columns, with three bits more than the result has.
    let mut down = [0; 16];
    for x in 0..4 {
        let [a, b, c, d] = [0, 4, 8, 12].map(|y| residual[y + x]);
        let (outer, inner) = (a.wrapping_add(d), b.wrapping_add(c));
        let (outer_slope, inner_slope) = (a.wrapping_sub(d), b.wrapping_sub(c));
        down[x] = outer.wrapping_add(inner) << 3;
        down[x + 4] = rotate(outer_slope, COS, inner_slope, SIN, 11);
        down[x + 8] = outer.wrapping_sub(inner) << 3;
        down[x + 12] = rotate(outer_slope, SIN, inner_slope, -COS, 11);
    }
    let turned = transpose(&down);
    let mut across = [0; 16];
    for y in 0..4 {
        let [a, b, c, d] = [0, 4, 8, 12].map(|x| turned[x + y]);
        let (outer, inner) = (a.wrapping_add(d), b.wrapping_add(c));
        let (outer_slope, inner_slope) = (a.wrapping_sub(d), b.wrapping_sub(c));
        across[y] = outer.wrapping_add(inner).wrapping_add(8) >> 4;
        across[y + 4] = rotate(outer_slope, COS, inner_slope, SIN, 18);
        across[y + 8] = outer.wrapping_sub(inner).wrapping_add(8) >> 4;
        across[y + 12] = rotate(outer_slope, SIN, inner_slope, -COS, 18);
    }
    transpose(&across)
}

/// One direction of the WHT, which is its own inverse but for the scale.
#[inline(always)]
fn walsh_columns(block: &[i16; 16]) -> [i16; 16] {
    let mut out = [0; 16];
    for x in 0..4 {
        let [a, b, c, d] = [0, 4, 8, 12].map(|y| block[y + x]);
        let (outer, inner) = (a.wrapping_add(d), b.wrapping_add(c));
        let (outer_slope, inner_slope) = (a.wrapping_sub(d), b.wrapping_sub(c));
        out[x] = outer.wrapping_add(inner);
        out[x + 4] = inner_slope.wrapping_add(outer_slope);
        out[x + 8] = outer.wrapping_sub(inner);
        out[x + 12] = outer_slope.wrapping_sub(inner_slope);
    }
    out
}

/// The values are DC coefficients of residuals, -2040 to 2040.
#[inline(always)]
pub(in super::super) fn forward_wht(dc: &[i16; 16]) -> [i16; 16] {
    let down = walsh_columns(dc);
    transpose(&walsh_columns(&transpose(&down))).map(|c| c.wrapping_add(1) >> 1)
}

#[inline(always)]
pub(in super::super) fn inverse_wht(coefficients: &[i16; 16]) -> [i16; 16] {
    let down = walsh_columns(coefficients);
    transpose(&walsh_columns(&transpose(&down))).map(|c| c.wrapping_add(3) >> 3)
}

#[inline(always)]
fn times_cos(value: i16) -> i16 {
    value.wrapping_add(((i32::from(value) * i32::from(COS_MINUS_1)) >> 16) as i16)
}

#[inline(always)]
fn times_sin(value: i16) -> i16 {
    ((i32::from(value) * INVERSE_SIN) >> 16) as i16
}

#[inline(always)]
fn inverse_dct_columns(block: &[i16; 16]) -> [i16; 16] {
    let mut out = [0; 16];
    for x in 0..4 {
        let [a, b, c, d] = [0, 4, 8, 12].map(|y| block[y + x]);
        let (even, odd) = (a.wrapping_add(c), a.wrapping_sub(c));
        let inner = times_sin(b).wrapping_sub(times_cos(d));
        let outer = times_cos(b).wrapping_add(times_sin(d));
        out[x] = even.wrapping_add(outer);
        out[x + 4] = odd.wrapping_add(inner);
        out[x + 8] = odd.wrapping_sub(inner);
        out[x + 12] = even.wrapping_sub(outer);
    }
    out
}

#[inline(always)]
fn add_to_samples(residual: [i16; 4], samples: &mut [u8; 4]) {
    for (sample, residual) in samples.iter_mut().zip(residual) {
        *sample = i16::from(*sample).saturating_add(residual).clamp(0, 255) as u8;
    }
}

#[inline(always)]
pub(in super::super) fn inverse_dct_add(
    coefficients: &[i16; 16],
    samples: &mut [u8],
    stride: usize,
) {
    let down = inverse_dct_columns(coefficients);
    let residual = transpose(&inverse_dct_columns(&transpose(&down)));
    for (y, row) in residual.as_chunks::<4>().0.iter().enumerate() {
        let row = row.map(|r| r.wrapping_add(4) >> 3);
        add_to_samples(row, chunk_mut(samples, y * stride));
    }
}

#[inline(always)]
pub(in super::super) fn inverse_dc_add(dc: i16, samples: &mut [u8], stride: usize) {
    let residual = [dc.wrapping_add(4) >> 3; 4];
    for y in 0..4 {
        add_to_samples(residual, chunk_mut(samples, y * stride));
    }
}

/// Where a block of luma begins in a macroblock, or one of chroma in its plane.
#[inline(always)]
fn offset(block: usize, width: usize) -> usize {
    let across = width / 4;
    block / across * 4 * width + block % across * 4
}

/// The coefficients of all blocks of a plane that is `width` wide.
#[inline(always)]
fn forward_dct_plane(source: &[u8], prediction: &[u8], width: usize, out: &mut [[i16; 16]]) {
    for (block, coefficients) in out.iter_mut().enumerate() {
        let (mut difference, at) = ([0; 16], offset(block, width));
        residual(
            &source[at..],
            width,
            &prediction[at..],
            width,
            &mut difference,
        );
        *coefficients = forward_dct(&difference);
    }
}

#[inline(always)]
fn inverse_dct_add_plane(coefficients: &[[i16; 16]], samples: &mut [u8], width: usize) {
    for (block, coefficients) in coefficients.iter().enumerate() {
        if *coefficients != [0; 16] {
            inverse_dct_add(coefficients, &mut samples[offset(block, width)..], width);
        }
    }
}

#[inline(always)]
pub(in super::super) fn forward_dct_luma(
    source: &[u8; 256],
    prediction: &[u8; 256],
    coefficients: &mut [[i16; 16]; 16],
) {
    forward_dct_plane(source, prediction, 16, coefficients);
}

#[inline(always)]
pub(in super::super) fn forward_dct_chroma(
    source: &[[u8; 64]; 2],
    prediction: &[[u8; 64]; 2],
    coefficients: &mut [[i16; 16]; 8],
) {
    let (coefficients, _) = coefficients.as_chunks_mut::<4>();
    for plane in 0..2 {
        forward_dct_plane(
            &source[plane],
            &prediction[plane],
            8,
            &mut coefficients[plane],
        );
    }
}

#[inline(always)]
pub(in super::super) fn inverse_dct_add_luma(
    coefficients: &[[i16; 16]; 16],
    samples: &mut [u8; 256],
) {
    inverse_dct_add_plane(coefficients, samples, 16);
}

#[inline(always)]
pub(in super::super) fn inverse_dct_add_chroma(
    coefficients: &[[i16; 16]; 8],
    samples: &mut [[u8; 64]; 2],
) {
    for (coefficients, samples) in coefficients.as_chunks::<4>().0.iter().zip(samples) {
        inverse_dct_add_plane(coefficients, samples, 8);
    }
}
