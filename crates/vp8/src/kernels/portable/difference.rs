//! How much two blocks differ: sums of absolute and of squared differences.

use crate::kernels::rows::chunk;

#[inline(always)]
fn sad<const W: usize, const H: usize>(
    a: &[u8],
    a_stride: usize,
    b: &[u8],
    b_stride: usize,
) -> u32 {
    let mut sum = 0;
    for y in 0..H {
        let (a, b): (&[u8; W], &[u8; W]) = (chunk(a, y * a_stride), chunk(b, y * b_stride));
        sum += a
            .iter()
            .zip(b)
            .map(|(&a, &b)| u32::from(a.abs_diff(b)))
            .sum::<u32>();
    }
    sum
}

#[inline(always)]
fn sse<const W: usize, const H: usize>(
    a: &[u8],
    a_stride: usize,
    b: &[u8],
    b_stride: usize,
) -> u32 {
    let mut sum = 0;
    for y in 0..H {
        let (a, b): (&[u8; W], &[u8; W]) = (chunk(a, y * a_stride), chunk(b, y * b_stride));
        for (&a, &b) in a.iter().zip(b) {
            let difference = i32::from(i16::from(a) - i16::from(b));
            sum += (difference * difference) as u32;
        }
    }
    sum
}

#[inline(always)]
pub(in super::super) fn sad16x16(a: &[u8], a_stride: usize, b: &[u8], b_stride: usize) -> u32 {
    sad::<16, 16>(a, a_stride, b, b_stride)
}

#[inline(always)]
pub(in super::super) fn sad16x8(a: &[u8], a_stride: usize, b: &[u8], b_stride: usize) -> u32 {
    sad::<16, 8>(a, a_stride, b, b_stride)
}

#[inline(always)]
pub(in super::super) fn sad8x16(a: &[u8], a_stride: usize, b: &[u8], b_stride: usize) -> u32 {
    sad::<8, 16>(a, a_stride, b, b_stride)
}

#[inline(always)]
pub(in super::super) fn sad8x8(a: &[u8], a_stride: usize, b: &[u8], b_stride: usize) -> u32 {
    sad::<8, 8>(a, a_stride, b, b_stride)
}

#[inline(always)]
pub(in super::super) fn sad4x4(a: &[u8], a_stride: usize, b: &[u8], b_stride: usize) -> u32 {
    sad::<4, 4>(a, a_stride, b, b_stride)
}

#[inline(always)]
pub(in super::super) fn sad16x16_x4(
    a: &[u8],
    a_stride: usize,
    b: [&[u8]; 4],
    b_stride: usize,
) -> [u32; 4] {
    b.map(|b| sad16x16(a, a_stride, b, b_stride))
}

#[inline(always)]
pub(in super::super) fn sse8x8(a: &[u8], a_stride: usize, b: &[u8], b_stride: usize) -> u32 {
    sse::<8, 8>(a, a_stride, b, b_stride)
}

#[inline(always)]
pub(in super::super) fn variance16x16(
    a: &[u8],
    a_stride: usize,
    b: &[u8],
    b_stride: usize,
) -> (i32, u32) {
    let (mut sum, mut squares) = (0, 0);
    for y in 0..16 {
        let (a, b): (&[u8; 16], &[u8; 16]) = (chunk(a, y * a_stride), chunk(b, y * b_stride));
        for (&a, &b) in a.iter().zip(b) {
            let difference = i32::from(i16::from(a) - i16::from(b));
            sum += difference;
            squares += (difference * difference) as u32;
        }
    }
    (sum, squares)
}
