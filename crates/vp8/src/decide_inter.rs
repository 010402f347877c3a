//! How a macroblock is predicted in a frame that is no key frame.

use crate::decide_intra::Decision;
use crate::decide_split::SplitSearch;
use crate::frame::Frame;
use crate::frame_context::FrameContext;
use crate::macroblock::{Macroblock, Mode, Reference, Split, VectorMode};
use crate::mode_coding::mode_costs;
use crate::predict::inter::{Position, predict_chroma, predict_luma, predict_split};
use crate::quantizer::Quantizer;
use crate::samples::{CHROMA_STRIDE, LUMA_STRIDE};
use crate::search::{Found, Search};
use crate::vector::{Bounds, Survey, Vector};
use crate::worker::{Neighbourhood, Worker};

/// The macroblock that is decided about.
pub(crate) struct Task<'a> {
    pub(crate) context: &'a FrameContext<'a>,
    pub(crate) position: Position,
    pub(crate) around: &'a Neighbourhood,
    pub(crate) quantizer: &'a Quantizer,
    pub(crate) survey: Survey,
    pub(crate) bounds: Bounds,
}

/// One way to predict it from another frame.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    reference: Reference,
    mode: VectorMode,
    vector: Vector,
    difference: u32,
    cost: u32,
}

impl Candidate {
    fn or(self, other: Self) -> Self {
        if other.cost < self.cost { other } else { self }
    }
}

impl<'a> Task<'a> {
    /// What so many 256ths of a bit cost, as a difference.
    fn price(&self, bits: u32) -> u32 {
        (bits * self.quantizer.bit_price) >> 16
    }

    fn frame(&self, reference: Reference) -> &'a Frame {
        match reference {
            Reference::Last => self.context.last,
            _ => self.context.golden.unwrap_or(self.context.last),
        }
    }

    fn search<'b>(&'b self, reference: Reference, source: &'b [u8; 256]) -> Search<'b> {
        Search {
            kernels: self.context.kernels,
            source,
            frame: self.frame(reference),
            position: self.position,
            bounds: self.bounds,
            best: self.survey.best,
            costs: self.context.vector_costs,
            bit_price: self.quantizer.bit_price,
        }
    }

    /// What it costs to say a mode, but for a vector that is new.
    fn mode_price(&self, reference: Reference, mode: VectorMode) -> u32 {
        let [zero, nearest, near, new, split] = mode_costs(self.survey.counts);
        let mode = match mode {
            VectorMode::Zero => zero,
            VectorMode::Nearest => nearest,
            VectorMode::Near => near,
            VectorMode::New => new,
            VectorMode::Split(_) => split,
        };
        let reference = match reference {
            Reference::Last => self.context.last_cost,
            _ => self.context.golden_cost,
        };
        self.price(self.context.inter_cost + reference + mode)
    }

    fn candidate(
        &self,
        reference: Reference,
        mode: VectorMode,
        vector: Vector,
        difference: u32,
    ) -> Candidate {
        Candidate {
            reference,
            mode,
            vector,
            difference,
            cost: difference + self.mode_price(reference, mode),
        }
    }

    /// The vectors that neighbours have, each once.
    fn implied(&self) -> impl Iterator<Item = (VectorMode, Vector)> + use<> {
        let Survey { nearest, near, .. } = self.survey;
        let is_other = near != nearest;
        let implied = [
            (VectorMode::Nearest, nearest, true),
            (VectorMode::Near, near, is_other),
        ];
        let implied = implied.into_iter();
        let implied = implied.filter(|(_, vector, counts)| *counts && *vector != Vector::ZERO);
        implied.map(|(mode, vector, _)| (mode, vector))
    }

    /// Whether parts with vectors of their own may be better than this.
    fn may_split(&self, best: &Candidate) -> bool {
        let effort = &self.context.effort;
        let least = effort.split_difference * self.quantizer.step;
        !effort.splits.is_empty() && best.difference > least
    }

    /// Whether it pays to look further than this.
    fn is_good(&self, best: &Candidate) -> bool {
        self.context.effort.plain || best.difference < self.quantizer.good_difference
    }
}

impl Worker {
    pub(crate) fn decide_inter(
        &mut self,
        task: &Task<'_>,
        macroblock: &mut Macroblock,
    ) -> Decision {
        macroblock.vector = Vector::ZERO;
        let search = task.search(Reference::Last, &self.source.y);
        let difference = search.difference(Vector::ZERO);
        let zero = task.candidate(Reference::Last, VectorMode::Zero, Vector::ZERO, difference);
        if difference < task.quantizer.still_difference && self.is_still(task) {
            macroblock.mode = Mode::Inter(zero.reference, zero.mode);
            return Decision::Still;
        }
        let mut best = self.best_implied(task, zero);
        if !task.is_good(&best) {
            let start = self.start(task, Reference::Last, difference);
            best = best.or(self.searched(task, Reference::Last, start));
        }
        if task.context.golden.is_some() && !task.is_good(&best) {
            best = self.best_golden(task, best);
        }
        if !task.is_good(&best) {
            if task.may_split(&best) && self.take_split(task, &best, macroblock) {
                return Decision::Predicted;
            }
            if let Some(decision) = self.take_intra(task, best.cost, macroblock) {
                return decision;
            }
        }
        if best.mode == VectorMode::New && best.reference == Reference::Last {
            // A neighbour's vector costs less to say.
            let mut implied = task.implied();
            if let Some((mode, _)) = implied.find(|(_, vector)| *vector == best.vector) {
                best.mode = mode;
            }
        }
        let (kernels, frame) = (task.context.kernels, task.frame(best.reference));
        macroblock.mode = Mode::Inter(best.reference, best.mode);
        macroblock.vector = best.vector;
        let samples = &mut self.samples;
        predict_luma(kernels, frame, task.position, best.vector, &mut samples.y);
        predict_chroma(
            kernels,
            frame,
            task.position,
            best.vector,
            &mut samples.chroma,
        );
        Decision::Predicted
    }

    /// Whether a macroblock of the last frame differs so little that no coefficient would be
    /// left. If so, it is the prediction.
    fn is_still(&mut self, task: &Task<'_>) -> bool {
        let Task {
            context, quantizer, ..
        } = task;
        let (kernels, frame) = (context.kernels, context.last);
        let samples = &mut self.samples;
        predict_luma(kernels, frame, task.position, Vector::ZERO, &mut samples.y);
        let (sum, squares) =
            kernels.variance16x16(&self.source.y, LUMA_STRIDE, &samples.y, LUMA_STRIDE);
        if squares > quantizer.still_luma_error || sum.unsigned_abs() > quantizer.still_luma_sum {
            return false;
        }
        predict_chroma(
            kernels,
            frame,
            task.position,
            Vector::ZERO,
            &mut samples.chroma,
        );
        let mut planes = self.source.chroma.iter().zip(&samples.chroma);
        planes.all(|(source, prediction)| {
            kernels.sse8x8(source, CHROMA_STRIDE, prediction, CHROMA_STRIDE)
                <= quantizer.still_chroma_error
        })
    }

    /// The neighbours' vectors, or what was the best without them.
    fn best_implied(&mut self, task: &Task<'_>, best: Candidate) -> Candidate {
        task.implied().fold(best, |best, (mode, vector)| {
            let kernels = task.context.kernels;
            predict_luma(
                kernels,
                task.context.last,
                task.position,
                vector,
                &mut self.scratch,
            );
            let difference =
                kernels.sad16x16(&self.source.y, LUMA_STRIDE, &self.scratch, LUMA_STRIDE);
            best.or(task.candidate(Reference::Last, mode, vector, difference))
        })
    }

    /// Where a search begins: the best of what is known of the surroundings, in whole samples.
    /// `difference` is that of no motion.
    fn start(&self, task: &Task<'_>, reference: Reference, difference: u32) -> Found {
        let search = task.search(reference, &self.source.y);
        let found = |vector: Vector, difference: u32| Found {
            vector,
            difference,
            cost: difference + search.price(vector),
        };
        let Survey { nearest, near, .. } = task.survey;
        let previous = task.context.previous_vector(task.position);
        let guesses = [nearest, near, previous].into_iter();
        let mut start = found(Vector::ZERO, difference);
        for guess in guesses.chain(task.context.scrolled) {
            let vector = task.bounds.clamp(guess).rounded();
            if vector != start.vector && task.bounds.contain(vector) {
                let other = found(vector, search.difference(vector));
                if other.cost < start.cost {
                    start = other;
                }
            }
        }
        start
    }

    /// What a search finds.
    fn searched(&mut self, task: &Task<'_>, reference: Reference, start: Found) -> Candidate {
        let effort = task.context.effort.search;
        let Self {
            source,
            trial,
            scratch,
            ..
        } = self;
        let search = task.search(reference, &source.y);
        let (whole, around) = search.whole(start, effort);
        let found = search.fraction(whole, around, effort.fraction, trial, scratch);
        let mut candidate =
            task.candidate(reference, VectorMode::New, found.vector, found.difference);
        candidate.cost += found.cost - found.difference;
        // No motion is said in a cheaper way, and what is too far cannot be said.
        if found.vector == Vector::ZERO || !found.vector.is_near_enough(task.survey.best) {
            candidate.cost = u32::MAX;
        }
        candidate
    }

    /// The golden frame, or what was the best without it.
    fn best_golden(&mut self, task: &Task<'_>, best: Candidate) -> Candidate {
        const GOLDEN: Reference = Reference::Golden;
        let search = task.search(GOLDEN, &self.source.y);
        let difference = search.difference(Vector::ZERO);
        let mut best = best.or(task.candidate(GOLDEN, VectorMode::Zero, Vector::ZERO, difference));
        if task.context.effort.golden_search && !task.is_good(&best) {
            let start = self.start(task, GOLDEN, difference);
            best = best.or(self.searched(task, GOLDEN, start));
        }
        best
    }

    /// Predicts in parts, each with a vector of its own, if this is cheaper than as a whole.
    fn take_split(
        &mut self,
        task: &Task<'_>,
        best: &Candidate,
        macroblock: &mut Macroblock,
    ) -> bool {
        let frame = task.frame(best.reference);
        let search = SplitSearch {
            context: task.context,
            frame,
            position: task.position,
            around: task.around,
            quantizer: task.quantizer,
            survey: task.survey,
            bounds: task.bounds,
            whole: best.vector,
        };
        let mode_price = |split| task.mode_price(best.reference, VectorMode::Split(split));
        let limit = best.cost.saturating_sub(mode_price(Split::Quarters));
        let Some(found) = self.find_split(&search, limit) else {
            return false;
        };
        macroblock.mode = Mode::Inter(best.reference, VectorMode::Split(found.split));
        macroblock.vectors = found.vectors;
        macroblock.vector = found.vectors[15];
        predict_split(
            task.context.kernels,
            frame,
            task.position,
            found.split,
            &found.vectors,
            &mut self.samples,
        );
        true
    }

    /// Predicts from what is around, if this is cheaper than `limit`.
    fn take_intra(
        &mut self,
        task: &Task<'_>,
        limit: u32,
        macroblock: &mut Macroblock,
    ) -> Option<Decision> {
        let Task {
            context,
            around,
            quantizer,
            ..
        } = *task;
        let said = task.price(context.intra_cost);
        let (mode, cost) = self.best_luma_mode(context, around, quantizer);
        let cost = cost + said;
        let tries = context.effort.block_modes;
        let tries_blocks = limit.min(cost) > quantizer.blocks_difference;
        if cost >= limit && !tries_blocks {
            return None;
        }
        macroblock.chroma = self.best_chroma_mode(context, around, quantizer);
        if tries_blocks {
            let limit = limit.min(cost).saturating_sub(said);
            if self.try_blocks(context, around, macroblock, limit, tries) {
                return Some(Decision::Coded);
            }
        }
        if cost >= limit {
            return None;
        }
        macroblock.mode = Mode::Intra(mode);
        around.luma().predict(mode, &mut self.samples.y);
        Some(Decision::Predicted)
    }
}
