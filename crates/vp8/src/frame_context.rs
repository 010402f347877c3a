//! What all macroblocks of a frame share while it is coded.

use crate::Picture;
use crate::frame::Frame;
use crate::kernels::Kernels;
use crate::macroblock::Macroblock;
use crate::predict::inter::Position;
use crate::quantizer::Quantizer;
use crate::speed::Effort;
use crate::vector::Vector;
use crate::vector_coding::VectorCosts;

/// One frame's input and settings.
pub(crate) struct FrameContext<'a> {
    pub(crate) kernels: Kernels,
    pub(crate) picture: &'a Picture<'a>,
    /// The size in macroblocks.
    pub(crate) columns: usize,
    pub(crate) rows: usize,
    pub(crate) key: bool,
    pub(crate) last: &'a Frame,
    /// If it is another one than the last.
    pub(crate) golden: Option<&'a Frame>,
    /// The vectors of the frame before, row by row.
    pub(crate) previous_vectors: &'a [Vector],
    /// How much of the picture moved together, if it did.
    pub(crate) scrolled: Option<Vector>,
    /// Of each segment.
    pub(crate) quantizers: [Quantizer; 4],
    /// Each macroblock's segment, if there are several.
    pub(crate) segments: Option<&'a [u8]>,
    pub(crate) vector_costs: &'a VectorCosts,
    /// What it costs to say that a macroblock is not predicted from another frame, and that it
    /// is; then from the last frame, and from golden. In 256ths of a bit.
    pub(crate) intra_cost: u32,
    pub(crate) inter_cost: u32,
    pub(crate) last_cost: u32,
    pub(crate) golden_cost: u32,
    pub(crate) effort: Effort,
}

impl FrameContext<'_> {
    fn index(&self, position: Position) -> usize {
        position.row * self.columns + position.column
    }

    pub(crate) fn segment(&self, position: Position) -> u8 {
        self.segments
            .map_or(0, |segments| segments[self.index(position)])
    }

    pub(crate) fn previous_vector(&self, position: Position) -> Vector {
        self.previous_vectors[self.index(position)]
    }

    pub(crate) fn quantizer(&self, macroblock: &Macroblock) -> &Quantizer {
        &self.quantizers[usize::from(macroblock.segment)]
    }
}
