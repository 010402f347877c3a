//! Whether much of the picture moved together, as a scrolled page does.
//!
//! A search that walks downhill finds no text: between two places that fit lie only worse ones.
//! So a few macroblocks are compared with every place above, below and beside them, and what
//! they agree on is a guess for all others.

use crate::Picture;
use crate::frame::Frame;
use crate::kernels::Kernels;
use crate::predict::inter::Position;
use crate::search::FAR_DIFFERENCE;
use crate::vector::{Bounds, Vector};

/// How many macroblocks in a row and in a column are looked at, and how many of these are
/// searched for at most.
const PROBES: (usize, usize) = (6, 5);
const MOST_SEARCHED: u32 = 10;
/// How far away they are searched for, in samples: as far as a vector can be said where the
/// neighbours have none.
const FARTHEST: i16 = 252;
/// The difference between its rows, or between its columns, that a macroblock needs to be
/// recognised.
const LEAST_DETAIL: u32 = 4 * 256;
/// Found is what differs less than this part of what no motion leaves over.
const FOUND_PART: u32 = 4;
/// So many have to agree.
const AGREEMENT: u32 = 2;

/// The vector of what moved together, in whole samples. `size` is in macroblocks.
pub(crate) fn find(
    kernels: Kernels,
    picture: &Picture<'_>,
    last: &Frame,
    (columns, rows): (usize, usize),
) -> Option<Vector> {
    let mut votes: Vec<(Vector, u32)> = Vec::new();
    let mut searched = 0;
    for probe in 0..PROBES.0 * PROBES.1 {
        let (x, y) = (probe % PROBES.0, probe / PROBES.0);
        let position = Position {
            column: (2 * x + 1) * columns / (2 * PROBES.0),
            row: (2 * y + 1) * rows / (2 * PROBES.1),
        };
        let bounds = Bounds::new(position.column, position.row, columns, rows);
        let Some(probe) = Probe::new(kernels, picture, last, position, bounds) else {
            continue;
        };
        if searched == MOST_SEARCHED {
            break;
        }
        searched += 1;
        let Some(found) = probe.search() else {
            continue;
        };
        match votes.iter_mut().find(|(vector, _)| *vector == found) {
            Some((_, count)) => *count += 1,
            None => votes.push((found, 1)),
        }
    }
    let (vector, count) = votes.into_iter().max_by_key(|(_, count)| *count)?;
    (count >= AGREEMENT).then_some(vector)
}

/// A macroblock that is not where it was.
struct Probe<'a> {
    kernels: Kernels,
    /// The picture from its top left sample on.
    source: &'a [u8],
    stride: usize,
    last: &'a Frame,
    /// Its top left sample.
    origin: (i32, i32),
    bounds: Bounds,
    unmoved: u32,
}

impl<'a> Probe<'a> {
    /// If it is all inside of the picture, has changed, and is nothing that is found anywhere.
    fn new(
        kernels: Kernels,
        picture: &Picture<'a>,
        last: &'a Frame,
        position: Position,
        bounds: Bounds,
    ) -> Option<Self> {
        let (samples, stride) = picture.plane(0);
        let (x, y) = position.origin(16);
        let (left, top) = (x as usize, y as usize);
        // One row and one column more tell how much detail there is.
        let (width, height) = (picture.width().into(), picture.height().into());
        if left + 17 > width || top + 17 > height {
            return None;
        }
        let mut probe = Self {
            kernels,
            source: &samples[top * stride + left..],
            stride,
            last,
            origin: (x, y),
            bounds,
            unmoved: 0,
        };
        probe.unmoved = probe.differences([Vector::ZERO; 4])[0];
        let beside =
            |offset: usize| kernels.sad16x16(probe.source, stride, &probe.source[offset..], stride);
        let is_new = probe.unmoved > FAR_DIFFERENCE;
        (is_new && beside(1).min(beside(stride)) > LEAST_DETAIL).then_some(probe)
    }

    fn differences(&self, vectors: [Vector; 4]) -> [u32; 4] {
        let plane = &self.last.planes[0];
        let at = vectors.map(|vector| {
            let (dx, dy) = vector.whole();
            &plane.samples[plane.index(self.origin.0 + dx, self.origin.1 + dy)..]
        });
        self.kernels
            .sad16x16_x4(self.source, self.stride, at, plane.stride)
    }

    /// Where it was: straight above, below, to the left or to the right.
    fn search(&self) -> Option<Vector> {
        let mut best = (self.unmoved / FOUND_PART, None);
        for distance in 1..=FARTHEST {
            let quarters = distance * 4;
            let around = [
                Vector::new(0, quarters),
                Vector::new(0, -quarters),
                Vector::new(quarters, 0),
                Vector::new(-quarters, 0),
            ];
            let inside = around.map(|vector| self.bounds.contain(vector));
            if inside == [false; 4] {
                break;
            }
            let differences = self.differences(around.map(|vector| self.bounds.clamp(vector)));
            for ((vector, difference), inside) in around.into_iter().zip(differences).zip(inside) {
                if inside && difference < best.0 {
                    best = (difference, Some(vector));
                }
            }
        }
        best.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDTH: usize = 256;
    const HEIGHT: usize = 256;

    /// Detail as text has, moved by so many samples.
    fn page(dx: usize, dy: usize) -> Vec<u8> {
        let text = |x: usize, y: usize| {
            let hash = ((y * 5000 + x) as u32).wrapping_mul(2_654_435_761);
            if (hash ^ hash >> 15).wrapping_mul(2_246_822_519) >> 30 == 0 {
                20
            } else {
                230
            }
        };
        let luma = (0..WIDTH * HEIGHT).map(|n| text(n % WIDTH + dx, n / WIDTH + dy));
        luma.chain(std::iter::repeat_n(128, WIDTH * HEIGHT / 2))
            .collect()
    }

    fn found(dx: usize, dy: usize) -> Option<Vector> {
        let mut last = Frame::new(WIDTH / 16, HEIGHT / 16);
        for (row, samples) in page(0, 0)[..WIDTH * HEIGHT].chunks(WIDTH * 16).enumerate() {
            let chroma = vec![128; WIDTH / 2 * 8];
            last.store_row(row, &[samples.to_vec(), chroma.clone(), chroma]);
        }
        last.extend();
        let now = page(dx, dy);
        let picture = Picture::i420(WIDTH as u16, HEIGHT as u16, &now);
        let picture = picture.expect("all samples are there");
        find(
            Kernels::detect(),
            &picture,
            &last,
            (WIDTH / 16, HEIGHT / 16),
        )
    }

    #[test]
    fn what_moved_together_is_found() {
        assert_eq!(found(0, 60), Some(Vector::new(0, 240)));
        assert_eq!(found(33, 0), Some(Vector::new(132, 0)));
    }

    #[test]
    fn what_stands_still_or_is_new_has_no_vector() {
        assert_eq!(found(0, 0), None);
        assert_eq!(found(1000, 5000), None);
    }
}
