//! How a macroblock is predicted from what is around it.

use crate::frame_context::FrameContext;
use crate::macroblock::{BlockMode, IntraMode, Macroblock, Mode};
use crate::quantizer::Quantizer;
use crate::samples::{CHROMA_STRIDE, LUMA_STRIDE};
use crate::tables::{Probability, modes, tree_cost};
use crate::worker::{Neighbourhood, Worker};

/// How far a decision went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// The prediction is good enough as it is.
    Still,
    /// The prediction is there.
    Predicted,
    /// What it leaves over is coded as well.
    Coded,
}

impl Worker {
    /// Decides about a macroblock of a key frame.
    pub(crate) fn decide_intra(
        &mut self,
        context: &FrameContext<'_>,
        around: &Neighbourhood,
        macroblock: &mut Macroblock,
    ) -> Decision {
        let quantizer = context.quantizer(macroblock);
        let (mode, cost) = self.best_luma_mode(context, around, quantizer);
        macroblock.chroma = self.best_chroma_mode(context, around, quantizer);
        macroblock.mode = Mode::Intra(mode);
        let tries = BlockMode::ALL.len();
        if !context.effort.plain && self.try_blocks(context, around, macroblock, cost, tries) {
            return Decision::Coded;
        }
        around.luma().predict(mode, &mut self.samples.y);
        Decision::Predicted
    }

    /// The best way to predict all of luma from what is around it, and what it costs.
    pub(crate) fn best_luma_mode(
        &mut self,
        context: &FrameContext<'_>,
        around: &Neighbourhood,
        quantizer: &Quantizer,
    ) -> (IntraMode, u32) {
        let surroundings = around.luma();
        let mut best = (IntraMode::Dc, u32::MAX);
        for &mode in context.effort.whole_modes() {
            surroundings.predict(mode, &mut self.scratch);
            let difference =
                context
                    .kernels
                    .sad16x16(&self.source.y, LUMA_STRIDE, &self.scratch, LUMA_STRIDE);
            let bits = match context.key {
                true => tree_cost(
                    &modes::KEY_FRAME_LUMA_TREE,
                    &modes::KEY_FRAME_LUMA,
                    modes::KEY_FRAME_LUMA_CODES[mode as usize],
                ),
                false => tree_cost(
                    &modes::LUMA_TREE,
                    &modes::DEFAULT_LUMA,
                    modes::LUMA_CODES[mode as usize],
                ),
            };
            let cost = difference + ((bits * quantizer.bit_price) >> 16);
            if cost < best.1 {
                best = (mode, cost);
            }
        }
        best
    }

    /// Predicts chroma from what is around it, in the best way.
    pub(crate) fn best_chroma_mode(
        &mut self,
        context: &FrameContext<'_>,
        around: &Neighbourhood,
        quantizer: &Quantizer,
    ) -> IntraMode {
        let probabilities: &[Probability; 3] = match context.key {
            true => &modes::KEY_FRAME_CHROMA,
            false => &modes::DEFAULT_CHROMA,
        };
        let mut best = (IntraMode::Dc, u32::MAX);
        for &mode in context.effort.whole_modes() {
            let code = modes::CHROMA_CODES[mode as usize];
            let bits = tree_cost(&modes::CHROMA_TREE, probabilities, code);
            let mut cost = (bits * quantizer.bit_price) >> 16;
            for plane in 0..2 {
                let prediction = &mut self.scratch[..64];
                around.chroma(plane).predict(mode, prediction);
                let source = &self.source.chroma[plane];
                cost += context
                    .kernels
                    .sad8x8(source, CHROMA_STRIDE, prediction, CHROMA_STRIDE);
            }
            if cost < best.1 {
                best = (mode, cost);
            }
        }
        for (plane, out) in self.samples.chroma.iter_mut().enumerate() {
            around.chroma(plane).predict(best.0, out);
        }
        best.0
    }
}
