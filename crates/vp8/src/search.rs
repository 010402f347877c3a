//! The search for where a macroblock came from.

use crate::frame::Frame;
use crate::kernels::Kernels;
use crate::predict::inter::{Position, predict_luma};
use crate::samples::LUMA_STRIDE;
use crate::vector::{Bounds, Vector};
use crate::vector_coding::VectorCosts;

/// How thorough a search is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SearchEffort {
    /// The first step, in whole samples; it is halved until it is 1.
    pub(crate) first_step: i16,
    /// The first step where nothing near fits: that of a scrolled page, or of a new scene.
    pub(crate) far_step: i16,
    /// How often a step may be taken before it is halved.
    pub(crate) steps: u32,
    /// How finely the result is placed between samples.
    pub(crate) fraction: Fraction,
}

/// How the quarters of samples are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fraction {
    /// Where a parabola through the neighbours' differences has its lowest point, and at the
    /// four neighbours of that.
    Estimated,
    /// All eight neighbours at half a sample, then at a quarter.
    Exhaustive,
}

/// A difference of so much is none that a small step makes good.
pub(crate) const FAR_DIFFERENCE: u32 = 12 * 256;

/// A vector and what its prediction costs: its difference from the source, with what it takes
/// to say the vector.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    pub(crate) vector: Vector,
    pub(crate) difference: u32,
    pub(crate) cost: u32,
}

/// The search for one macroblock in one frame.
pub(crate) struct Search<'a> {
    pub(crate) kernels: Kernels,
    pub(crate) source: &'a [u8; 256],
    pub(crate) frame: &'a Frame,
    pub(crate) position: Position,
    pub(crate) bounds: Bounds,
    /// What a new vector is said against.
    pub(crate) best: Vector,
    pub(crate) costs: &'a VectorCosts,
    /// What a bit costs, in 256ths of the difference's unit.
    pub(crate) bit_price: u32,
}

/// The four directions, each the opposite of the one beside it.
const AROUND: [(i16, i16); 4] = [(-1, 0), (1, 0), (0, -1), (0, 1)];
const DIAGONAL: [(i16, i16); 4] = [(-1, -1), (1, 1), (1, -1), (-1, 1)];

impl Search<'_> {
    /// What it costs to say a vector, in the difference's unit.
    #[inline]
    pub(crate) fn price(&self, vector: Vector) -> u32 {
        (self.costs.cost(vector, self.best) * self.bit_price) >> 16
    }

    /// The difference at a vector of whole samples.
    pub(crate) fn difference(&self, vector: Vector) -> u32 {
        let plane = &self.frame.planes[0];
        let at = &plane.samples[self.index(vector)..];
        self.kernels
            .sad16x16(self.source, LUMA_STRIDE, at, plane.stride)
    }

    /// The differences one step around a vector of whole samples.
    fn differences_around(&self, vector: Vector, step: i16) -> [u32; 4] {
        let plane = &self.frame.planes[0];
        // What is out of bounds may be out of the plane, too; it does not count anyhow.
        let around = AROUND.map(|direction| {
            let vector = self.bounds.clamp(moved(vector, direction, step));
            &plane.samples[self.index(vector)..]
        });
        self.kernels
            .sad16x16_x4(self.source, LUMA_STRIDE, around, plane.stride)
    }

    fn index(&self, vector: Vector) -> usize {
        let (x, y) = self.position.origin(16);
        let (dx, dy) = vector.whole();
        self.frame.planes[0].index(x + dx, y + dy)
    }

    /// Walks downhill from a vector of whole samples. With the result come the costs one sample
    /// to the left, right, above and below it.
    pub(crate) fn whole(&self, start: Found, effort: SearchEffort) -> (Found, [u32; 4]) {
        let mut best = start;
        let first_step = match start.difference > FAR_DIFFERENCE {
            true => effort.far_step,
            false => effort.first_step,
        };
        let mut step = first_step * 4;
        loop {
            let mut around = [u32::MAX; 4];
            for _ in 0..effort.steps {
                let center = best;
                let differences = self.differences_around(center.vector, step);
                for (index, difference) in differences.into_iter().enumerate() {
                    let vector = moved(center.vector, AROUND[index], step);
                    let cost = match self.bounds.contain(vector) {
                        true => difference + self.price(vector),
                        false => u32::MAX,
                    };
                    around[index] = cost;
                    if cost < best.cost {
                        best = Found {
                            vector,
                            difference,
                            cost,
                        };
                    }
                }
                if best.vector == center.vector {
                    break;
                }
                around = [u32::MAX; 4];
            }
            if step == 4 {
                return (best, around);
            }
            step /= 2;
        }
    }

    /// Places a vector of whole samples between them. The prediction is left in `prediction`
    /// if there is a better one; `scratch` is for those that are not.
    pub(crate) fn fraction(
        &self,
        whole: Found,
        around: [u32; 4],
        fraction: Fraction,
        prediction: &mut [u8; 256],
        scratch: &mut [u8; 256],
    ) -> Found {
        let mut best = whole;
        let mut try_at = |best: &mut Found, vector: Vector| {
            if vector == whole.vector || !self.bounds.contain(vector) {
                return;
            }
            predict_luma(self.kernels, self.frame, self.position, vector, scratch);
            let difference =
                self.kernels
                    .sad16x16(self.source, LUMA_STRIDE, &scratch[..], LUMA_STRIDE);
            let cost = difference + self.price(vector);
            if cost < best.cost {
                *best = Found {
                    vector,
                    difference,
                    cost,
                };
                std::mem::swap(prediction, scratch);
            }
        };
        if fraction == Fraction::Exhaustive {
            for step in [2, 1] {
                let center = best.vector;
                for direction in AROUND.into_iter().chain(DIAGONAL) {
                    try_at(&mut best, moved(center, direction, step));
                }
            }
            return best;
        }
        let [left, right, above, below] = around;
        let estimate = Vector::new(
            whole.vector.x + lowest_point(left, whole.cost, right),
            whole.vector.y + lowest_point(above, whole.cost, below),
        );
        try_at(&mut best, estimate);
        let center = best.vector;
        for direction in AROUND {
            try_at(&mut best, moved(center, direction, 1));
        }
        best
    }
}

fn moved(vector: Vector, (x, y): (i16, i16), step: i16) -> Vector {
    Vector::new(vector.x + x * step, vector.y + y * step)
}

/// Where a parabola through three costs one sample apart is lowest, in quarters of a sample from
/// the middle one.
fn lowest_point(before: u32, middle: u32, after: u32) -> i16 {
    if before == u32::MAX || after == u32::MAX {
        return 0;
    }
    let (before, middle, after) = (i64::from(before), i64::from(middle), i64::from(after));
    let curvature = before - 2 * middle + after;
    if curvature <= 0 {
        return 0;
    }
    // Rounded to the nearest quarter.
    let quarters = (4 * (before - after).abs() + curvature) / (2 * curvature);
    (quarters.min(2) * (before - after).signum()) as i16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::motion;

    /// A hill of luma in a gray frame of 5x5 macroblocks, its top so many quarters of a sample
    /// from the middle.
    fn hill(dx: i32, dy: i32) -> Vec<u8> {
        let height = |n: i32| {
            let (x, y) = ((n % 80 - 40) * 4 - dx, (n / 80 - 40) * 4 - dy);
            200.0 * (-f64::from(x * x + y * y) / 8000.0).exp()
        };
        (0..80 * 80).map(|n| 30 + height(n) as u8).collect()
    }

    fn search_for(dx: i32, dy: i32, fraction: Fraction) -> Vector {
        let mut frame = Frame::new(5, 5);
        for (row, samples) in hill(0, 0).chunks(80 * 16).enumerate() {
            let chroma = vec![128; 40 * 8];
            frame.store_row(row, &[samples.to_vec(), chroma.clone(), chroma]);
        }
        frame.extend();
        let now = hill(dx, dy);
        let source = std::array::from_fn(|n| now[(32 + n / 16) * 80 + 32 + n % 16]);
        let search = Search {
            kernels: Kernels::detect(),
            source: &source,
            frame: &frame,
            position: Position { column: 2, row: 2 },
            bounds: Bounds::new(2, 2, 5, 5),
            best: Vector::ZERO,
            costs: &VectorCosts::new(&motion::DEFAULT),
            bit_price: 0,
        };
        let difference = search.difference(Vector::ZERO);
        let start = Found {
            vector: Vector::ZERO,
            difference,
            cost: difference,
        };
        let effort = SearchEffort {
            first_step: 8,
            far_step: 16,
            steps: 8,
            fraction,
        };
        let (whole, around) = search.whole(start, effort);
        let [mut prediction, mut scratch] = [[0; 256]; 2];
        let found = search.fraction(whole, around, fraction, &mut prediction, &mut scratch);
        assert!(found.difference <= whole.difference && whole.difference <= difference);
        found.vector
    }

    #[test]
    fn what_moved_is_found_between_samples() {
        for (dx, dy) in [(0, 0), (8, 4), (-20, 36), (3, -2), (-21, 9)] {
            for fraction in [Fraction::Estimated, Fraction::Exhaustive] {
                let found = search_for(dx, dy, fraction);
                let off = |found: i16, moved: i32| (i32::from(found) + moved).abs();
                let off = (off(found.x, dx), off(found.y, dy));
                assert!(off.0 <= 1 && off.1 <= 1, "{found:?} for {dx}, {dy}");
            }
        }
    }
}
