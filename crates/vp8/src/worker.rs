//! One row of macroblocks after the other: decide, code, tell the neighbours.

use crate::decide_inter::Task;
use crate::decide_intra::Decision;
use crate::edge::{Edge, RowEdges};
use crate::frame_context::FrameContext;
use crate::macroblock::{Macroblock, Mode};
use crate::predict::inter::Position;
use crate::predict::intra::Surroundings;
use crate::residue::{Residue, nonzero_after_skip};
use crate::samples::{CHROMA_STRIDE, LUMA_STRIDE, Samples};
use crate::tokens::Token;
use crate::vector::{Bounds, Survey, Vector};

/// What comes out of a row.
#[derive(Debug)]
pub(crate) struct RowOutput {
    pub(crate) macroblocks: Vec<Macroblock>,
    pub(crate) tokens: Vec<Token>,
    /// What a decoder makes of it before the loop filter, rows without gaps.
    pub(crate) planes: [Vec<u8>; 3],
}

impl RowOutput {
    pub(crate) fn new(columns: usize) -> Self {
        let chroma = vec![0; columns * 8 * 8];
        Self {
            macroblocks: vec![Macroblock::default(); columns],
            tokens: Vec::new(),
            planes: [vec![0; columns * 16 * 16], chroma.clone(), chroma],
        }
    }

    fn store(&mut self, column: usize, samples: &Samples) {
        let columns = self.macroblocks.len();
        let [luma, chroma @ ..] = &mut self.planes;
        let rows = samples.y.as_chunks::<LUMA_STRIDE>().0;
        for (row, samples) in luma.chunks_exact_mut(columns * 16).zip(rows) {
            row[column * 16..][..16].copy_from_slice(samples);
        }
        for (plane, samples) in chroma.iter_mut().zip(&samples.chroma) {
            let rows = samples.as_chunks::<CHROMA_STRIDE>().0;
            for (row, samples) in plane.chunks_exact_mut(columns * 8).zip(rows) {
                row[column * 8..][..8].copy_from_slice(samples);
            }
        }
    }
}

/// What is around the macroblock that is coded.
pub(crate) struct Neighbourhood {
    pub(crate) above: Edge,
    pub(crate) left: Edge,
    pub(crate) above_left: Edge,
    /// The four samples above and to the right.
    pub(crate) above_right: [u8; 4],
    pub(crate) has_above: bool,
    pub(crate) has_left: bool,
}

impl Neighbourhood {
    pub(crate) fn luma(&self) -> Surroundings<16> {
        Surroundings {
            above: self.above.luma,
            left: self.left.luma,
            corner: self.above_left.luma[15],
            has_above: self.has_above,
            has_left: self.has_left,
        }
    }

    pub(crate) fn chroma(&self, plane: usize) -> Surroundings<8> {
        Surroundings {
            above: self.above.chroma[plane],
            left: self.left.chroma[plane],
            corner: self.above_left.chroma[plane][7],
            has_above: self.has_above,
            has_left: self.has_left,
        }
    }
}

/// The buffers of one thread.
pub(crate) struct Worker {
    pub(crate) source: Samples,
    /// The prediction, then what a decoder makes of it.
    pub(crate) samples: Samples,
    /// Luma that may become the prediction.
    pub(crate) trial: [u8; 256],
    pub(crate) scratch: [u8; 256],
    pub(crate) residue: Residue,
}

impl Worker {
    pub(crate) fn new() -> Self {
        Self {
            source: Samples::EMPTY,
            samples: Samples::EMPTY,
            trial: [0; 256],
            scratch: [0; 256],
            residue: Residue::EMPTY,
        }
    }

    /// Codes a row, behind the one above if there is one.
    pub(crate) fn encode_row(
        &mut self,
        context: &FrameContext<'_>,
        row: usize,
        above_row: Option<&RowEdges>,
        own_row: &RowEdges,
        output: &mut RowOutput,
    ) {
        let outside = match row {
            0 => Edge::ABOVE_PICTURE,
            _ => Edge::LEFT_OF_PICTURE,
        };
        let mut around = Neighbourhood {
            above: outside,
            left: Edge::LEFT_OF_PICTURE,
            above_left: outside,
            above_right: [127; 4],
            has_above: row > 0,
            has_left: false,
        };
        let mut above_right = match above_row {
            Some(edges) => edges.wait(0),
            None => Edge::ABOVE_PICTURE,
        };
        output.tokens.clear();
        for column in 0..context.columns {
            around.above_left = match column {
                0 => outside,
                _ => around.above,
            };
            around.above = above_right;
            if let Some(edges) = above_row {
                if column + 1 < context.columns {
                    above_right = edges.wait(column + 1);
                    around.above_right = *above_right
                        .luma
                        .first_chunk()
                        .expect("a row of luma has sixteen samples");
                } else {
                    around.above_right = [around.above.luma[15]; 4];
                }
            }
            let position = Position { column, row };
            let macroblock = &mut output.macroblocks[column];
            let lower = self.encode_macroblock(
                context,
                position,
                &mut around,
                macroblock,
                &mut output.tokens,
            );
            own_row.publish(column, &lower);
            around.has_left = true;
            output.store(column, &self.samples);
        }
    }

    /// Codes a macroblock: its lower edge, while its right one becomes the next one's left.
    fn encode_macroblock(
        &mut self,
        context: &FrameContext<'_>,
        position: Position,
        around: &mut Neighbourhood,
        macroblock: &mut Macroblock,
        tokens: &mut Vec<Token>,
    ) -> Edge {
        self.source
            .load(context.picture, position.column, position.row);
        macroblock.segment = context.segment(position);
        if !context.key {
            let Position { column, row } = position;
            let bounds = Bounds::new(column, row, context.columns, context.rows);
            let survey = Survey::new(
                around.above.neighbour,
                around.left.neighbour,
                around.above_left.neighbour,
                &bounds,
            );
            macroblock.best = survey.best;
            macroblock.counts = survey.counts;
            let task = Task {
                context,
                position,
                around,
                quantizer: &context.quantizers[usize::from(macroblock.segment)],
                survey,
                bounds,
            };
            macroblock.has_coefficients = match self.decide_inter(&task, macroblock) {
                Decision::Still => false,
                Decision::Predicted => self.code(context, macroblock),
                Decision::Coded => !self.residue.is_empty(),
            };
        } else {
            macroblock.vector = Vector::ZERO;
            let decision = self.decide_intra(context, around, macroblock);
            macroblock.has_coefficients = match decision {
                Decision::Coded => !self.residue.is_empty(),
                _ => self.code(context, macroblock),
            };
        }
        let has_y2 = macroblock.has_y2();
        let (mut above, mut left) = (around.above.nonzero, around.left.nonzero);
        if macroblock.has_coefficients {
            self.residue
                .push_tokens(has_y2, &mut above, &mut left, tokens);
        } else {
            above = nonzero_after_skip(above, has_y2);
            left = nonzero_after_skip(left, has_y2);
        }
        let (lower, right) = self.edges(context.key, macroblock, above, left);
        around.left = right;
        lower
    }

    /// Codes what the prediction leaves over, if luma is predicted as a whole or in parts from
    /// another frame. Whether there is anything.
    fn code(&mut self, context: &FrameContext<'_>, macroblock: &Macroblock) -> bool {
        let (kernels, quantizer) = (context.kernels, context.quantizer(macroblock));
        let Self {
            source,
            samples,
            residue,
            ..
        } = self;
        if macroblock.has_y2() {
            residue.code_luma(kernels, &source.y, quantizer, &mut samples.y);
        } else {
            for block in 0..16 {
                residue.code_luma_block(kernels, block, &source.y, quantizer, &mut samples.y);
            }
        }
        residue.code_chroma(kernels, &source.chroma, quantizer, &mut samples.chroma);
        !residue.is_empty()
    }

    /// The lower and the right edge.
    fn edges(&self, key: bool, macroblock: &Macroblock, above: u16, left: u16) -> (Edge, Edge) {
        let neighbour = macroblock.neighbour();
        let block = |block: usize| match (key, macroblock.mode) {
            (true, _) => macroblock.block_mode(block) as u32,
            (false, Mode::Inter(..)) => macroblock.block_vector(block).to_bits(),
            (false, _) => 0,
        };
        let Samples { y, chroma } = &self.samples;
        let lower = Edge {
            luma: *y.last_chunk().expect("luma has sixteen rows"),
            chroma: chroma.each_ref().map(|plane| {
                *plane
                    .last_chunk()
                    .expect("chroma has eight rows of eight samples")
            }),
            neighbour,
            nonzero: above,
            blocks: [12, 13, 14, 15].map(block),
        };
        let right = Edge {
            luma: std::array::from_fn(|row| y[row * LUMA_STRIDE + 15]),
            chroma: chroma
                .each_ref()
                .map(|plane| std::array::from_fn(|row| plane[row * CHROMA_STRIDE + 7])),
            neighbour,
            nonzero: left,
            blocks: [3, 7, 11, 15].map(block),
        };
        (lower, right)
    }
}
