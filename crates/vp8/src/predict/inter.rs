//! Prediction from another frame (RFC 6386 §18).

use crate::frame::{Frame, Plane};
use crate::kernels::{Kernels, Window};
use crate::macroblock::Split;
use crate::samples::{CHROMA_STRIDE, LUMA_STRIDE, Samples};
use crate::vector::Vector;

/// Where a macroblock is, in macroblocks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Position {
    pub(crate) column: usize,
    pub(crate) row: usize,
}

impl Position {
    /// The top left sample of a plane.
    pub(crate) fn origin(self, side: usize) -> (i32, i32) {
        ((self.column * side) as i32, (self.row * side) as i32)
    }
}

/// Part of a plane, displaced by a vector in units of 2^-`FRACTION` samples, and the rest of the
/// vector in eighths.
#[inline(always)]
fn displaced<const FRACTION: u32>(
    plane: &Plane,
    (x, y): (i32, i32),
    vector: Vector,
) -> (Window<'_>, usize, usize) {
    let (dx, dy) = (i32::from(vector.x), i32::from(vector.y));
    let rest = |component: i32| ((component << (3 - FRACTION)) & 7) as usize;
    let window = Window {
        samples: &plane.samples,
        origin: plane.index(x + (dx >> FRACTION), y + (dy >> FRACTION)),
        stride: plane.stride,
    };
    (window, rest(dx), rest(dy))
}

/// Predicts a macroblock's luma with one vector.
#[inline]
pub(crate) fn predict_luma(
    kernels: Kernels,
    frame: &Frame,
    position: Position,
    vector: Vector,
    out: &mut [u8; 256],
) {
    let (window, mx, my) = displaced::<2>(&frame.planes[0], position.origin(16), vector);
    kernels.six_tap16x16(window, mx, my, out, LUMA_STRIDE);
}

/// Predicts a macroblock's chroma with one vector of its luma.
pub(crate) fn predict_chroma(
    kernels: Kernels,
    frame: &Frame,
    position: Position,
    vector: Vector,
    out: &mut [[u8; 64]; 2],
) {
    let [_, u, v] = &frame.planes;
    let (Window { origin, stride, .. }, mx, my) = displaced::<3>(u, position.origin(8), vector);
    kernels.six_tap_chroma([&u.samples, &v.samples], origin, stride, mx, my, out);
}

/// Predicts one part of a macroblock's luma, which begins at this 4x4 block.
pub(crate) fn predict_part(
    kernels: Kernels,
    frame: &Frame,
    position: Position,
    (split, block): (Split, usize),
    vector: Vector,
    out: &mut [u8; 256],
) {
    let (x, y) = (block % 4 * 4, block / 4 * 4);
    let origin = position.origin(16);
    let at = (origin.0 + x as i32, origin.1 + y as i32);
    let (window, mx, my) = displaced::<2>(&frame.planes[0], at, vector);
    let out = &mut out[y * LUMA_STRIDE + x..];
    match split {
        Split::TopBottom => kernels.six_tap16x8(window, mx, my, out, LUMA_STRIDE),
        Split::LeftRight => kernels.six_tap8x16(window, mx, my, out, LUMA_STRIDE),
        Split::Quarters => kernels.six_tap8x8(window, mx, my, out, LUMA_STRIDE),
        Split::Sixteenths => kernels.six_tap4x4(window, mx, my, out, LUMA_STRIDE),
    }
}

/// Predicts a macroblock whose parts have these vectors, one for each 4x4 block.
pub(crate) fn predict_split(
    kernels: Kernels,
    frame: &Frame,
    position: Position,
    split: Split,
    vectors: &[Vector; 16],
    out: &mut Samples,
) {
    for &block in split.first_blocks() {
        let part = (split, block);
        predict_part(kernels, frame, position, part, vectors[block], &mut out.y);
    }
    let origin = position.origin(8);
    for block in 0..4 {
        let (x, y) = (block % 2 * 4, block / 2 * 4);
        let vector = average(vectors, block % 2 * 2 + block / 2 * 8);
        let at = (origin.0 + x as i32, origin.1 + y as i32);
        for (plane, out) in frame.planes[1..].iter().zip(&mut out.chroma) {
            let (window, mx, my) = displaced::<3>(plane, at, vector);
            let out = &mut out[y * CHROMA_STRIDE + x..];
            kernels.six_tap4x4(window, mx, my, out, CHROMA_STRIDE);
        }
    }
}

/// The average of the four luma vectors that a chroma block has in its place: halves are rounded
/// away from zero (RFC 6386 §18.1).
fn average(vectors: &[Vector; 16], first: usize) -> Vector {
    let four = [first, first + 1, first + 4, first + 5].map(|block| vectors[block]);
    let average = |component: fn(Vector) -> i16| {
        let sum: i32 = four
            .iter()
            .map(|vector| i32::from(component(*vector)))
            .sum();
        ((sum.abs() + 2) / 4 * sum.signum()) as i16
    };
    Vector::new(average(|vector| vector.x), average(|vector| vector.y))
}
