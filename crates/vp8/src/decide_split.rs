//! Whether the parts of a macroblock moved each in its own way.

use crate::frame::Frame;
use crate::frame_context::FrameContext;
use crate::macroblock::Split;
use crate::mode_coding::{Part, part_context};
use crate::predict::inter::{Position, predict_part};
use crate::quantizer::Quantizer;
use crate::residue::luma_offset;
use crate::samples::LUMA_STRIDE;
use crate::tables::{motion, tree_cost};
use crate::vector::{Bounds, Survey, Vector};
use crate::worker::{Neighbourhood, Worker};

/// How a macroblock is split, with the vectors of its 4x4 blocks, and what that costs.
#[derive(Clone, Debug)]
pub(crate) struct SplitFound {
    pub(crate) split: Split,
    pub(crate) vectors: [Vector; 16],
    pub(crate) difference: u32,
    pub(crate) cost: u32,
}

/// What all parts of a macroblock have in common.
pub(crate) struct SplitSearch<'a> {
    pub(crate) context: &'a FrameContext<'a>,
    pub(crate) frame: &'a Frame,
    pub(crate) position: Position,
    pub(crate) around: &'a Neighbourhood,
    pub(crate) quantizer: &'a Quantizer,
    pub(crate) survey: Survey,
    pub(crate) bounds: Bounds,
    /// Of the macroblock as a whole.
    pub(crate) whole: Vector,
}

impl SplitSearch<'_> {
    /// Whether a part's prediction has at least a sample of the picture: all others are like
    /// that at the border. Decoders may begin with a row when those above it are there that its
    /// vectors point to, and some take a part that lies above the picture for one that needs
    /// nothing at all.
    fn overlaps(&self, (split, block): (Split, usize), vector: Vector) -> bool {
        let inside = |at: i32, moved: i32, length: i32, macroblocks: usize| {
            let first = at + moved;
            first + length > 0 && first < macroblocks as i32 * 16
        };
        let (x, y) = self.position.origin(16);
        let (x, y) = (x + block as i32 % 4 * 4, y + block as i32 / 4 * 4);
        let (dx, dy) = vector.whole();
        let (width, height) = split.part_size();
        inside(x, dx, width, self.context.columns) && inside(y, dy, height, self.context.rows)
    }
}

/// In what steps a part's vector is improved, in quarters of a sample.
const STEPS: [i16; 3] = [4, 2, 1];
const AROUND: [(i16, i16); 4] = [(-1, 0), (1, 0), (0, -1), (0, 1)];

impl Worker {
    /// The cheapest way to split, if it is cheaper than `limit`.
    pub(crate) fn find_split(
        &mut self,
        search: &SplitSearch<'_>,
        limit: u32,
    ) -> Option<SplitFound> {
        let mut best = None;
        let mut limit = limit;
        for &split in search.context.effort.splits {
            if let Some(found) = self.try_split(search, split, limit) {
                limit = found.cost;
                best = Some(found);
            }
        }
        best
    }

    fn try_split(
        &mut self,
        search: &SplitSearch<'_>,
        split: Split,
        limit: u32,
    ) -> Option<SplitFound> {
        let price = |bits: u32| (bits * search.quantizer.bit_price) >> 16;
        let code = motion::SPLIT_CODES[split as usize];
        let mut found = SplitFound {
            split,
            vectors: [Vector::ZERO; 16],
            difference: 0,
            cost: price(tree_cost(&motion::SPLIT_TREE, &motion::SPLIT, code)),
        };
        for (part, &block) in split.first_blocks().iter().enumerate() {
            let around = search.around;
            let left = match block % 4 {
                0 => Vector::from_bits(around.left.blocks[block / 4]),
                _ => found.vectors[block - 1],
            };
            let above = match block / 4 {
                0 => Vector::from_bits(around.above.blocks[block]),
                _ => found.vectors[block - 4],
            };
            let probabilities = &motion::PART[part_context(left, above)];
            let mut best = (u32::MAX, 0, Vector::ZERO);
            let mut consider = |best: &mut (u32, u32, Vector), vector: Vector| {
                let kind = Part::of(vector, left, above);
                let says_new = kind == Part::New;
                if !search.bounds.contain(vector)
                    || !search.overlaps((split, block), vector)
                    || says_new && !vector.is_near_enough(search.survey.best)
                {
                    return;
                }
                let mut bits = tree_cost(&motion::PART_TREE, probabilities, kind.code());
                if says_new {
                    bits += search.context.vector_costs.cost(vector, search.survey.best);
                }
                let difference = self.part_difference(search, (split, block), vector);
                let cost = difference + price(bits);
                if cost < best.0 {
                    *best = (cost, difference, vector);
                }
            };
            for vector in [search.whole, left, above, Vector::ZERO] {
                consider(&mut best, vector);
            }
            for step in STEPS {
                let center = best.2;
                for (x, y) in AROUND {
                    consider(
                        &mut best,
                        Vector::new(center.x + x * step, center.y + y * step),
                    );
                }
            }
            let (cost, difference, vector) = best;
            found.cost = found.cost.saturating_add(cost);
            found.difference += difference;
            if found.cost >= limit {
                return None;
            }
            for (each, vectors) in split.parts().iter().zip(&mut found.vectors) {
                if usize::from(*each) == part {
                    *vectors = vector;
                }
            }
        }
        Some(found)
    }

    /// How much one part's prediction differs from the source.
    fn part_difference(
        &mut self,
        search: &SplitSearch<'_>,
        (split, block): (Split, usize),
        vector: Vector,
    ) -> u32 {
        let kernels = search.context.kernels;
        let out = &mut self.scratch;
        predict_part(
            kernels,
            search.frame,
            search.position,
            (split, block),
            vector,
            out,
        );
        let at = luma_offset(block);
        let (a, b) = (&self.source.y[at..], &self.scratch[at..]);
        match split {
            Split::TopBottom => kernels.sad16x8(a, LUMA_STRIDE, b, LUMA_STRIDE),
            Split::LeftRight => kernels.sad8x16(a, LUMA_STRIDE, b, LUMA_STRIDE),
            Split::Quarters => kernels.sad8x8(a, LUMA_STRIDE, b, LUMA_STRIDE),
            Split::Sixteenths => kernels.sad4x4(a, LUMA_STRIDE, b, LUMA_STRIDE),
        }
    }
}
