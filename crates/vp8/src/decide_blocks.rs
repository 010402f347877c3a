//! Whether 4x4 blocks of their own predict a macroblock better than what is around it.

use crate::frame_context::FrameContext;
use crate::macroblock::{BlockMode, Macroblock, Mode};
use crate::predict::blocks::{BlockSurroundings, predict};
use crate::residue::luma_offset;
use crate::samples::LUMA_STRIDE;
use crate::tables::{bit_cost, block_modes, modes, tree_cost};
use crate::worker::{Neighbourhood, Worker};

impl Worker {
    /// Predicts and codes luma in blocks, unless this costs more than `limit`, which is what the
    /// macroblock costs as a whole. The prediction of chroma has to be there.
    pub(crate) fn try_blocks(
        &mut self,
        context: &FrameContext<'_>,
        around: &Neighbourhood,
        macroblock: &mut Macroblock,
        limit: u32,
        tries: usize,
    ) -> bool {
        let kernels = context.kernels;
        let quantizer = context.quantizer(macroblock);
        let price = |cost: u32| (cost * quantizer.bit_price) >> 16;
        let mut chosen = [BlockMode::Dc; 16];
        let mut cost = match context.key {
            true => price(bit_cost(false, modes::KEY_FRAME_LUMA[0])),
            false => price(tree_cost(
                &modes::LUMA_TREE,
                &modes::DEFAULT_LUMA,
                modes::LUMA_CODES[4],
            )),
        };
        for block in 0..16 {
            let edge = surroundings(around, &self.samples.y, block);
            let probabilities = match context.key {
                true => {
                    let above = match block / 4 {
                        0 => around.above.blocks[block] as usize,
                        _ => chosen[block - 4] as usize,
                    };
                    let left = match block % 4 {
                        0 => around.left.blocks[block / 4] as usize,
                        _ => chosen[block - 1] as usize,
                    };
                    &block_modes::KEY_FRAME_BLOCK_MODES[above][left]
                }
                false => &modes::BLOCK,
            };
            let at = luma_offset(block);
            let source = &self.source.y[at..];
            let mut best = (u32::MAX, BlockMode::Dc, [0; 16]);
            for &mode in &BlockMode::ALL[..tries] {
                let prediction = predict(mode, &edge);
                let difference = kernels.sad4x4(source, LUMA_STRIDE, &prediction, 4);
                let code = modes::BLOCK_CODES[mode as usize];
                let cost = difference + price(tree_cost(&modes::BLOCK_TREE, probabilities, code));
                if cost < best.0 {
                    best = (cost, mode, prediction);
                }
            }
            cost += best.0;
            if cost >= limit {
                return false;
            }
            chosen[block] = best.1;
            for (row, prediction) in best.2.chunks_exact(4).enumerate() {
                self.samples.y[at + row * LUMA_STRIDE..][..4].copy_from_slice(prediction);
            }
            let (source, samples) = (&self.source.y, &mut self.samples.y);
            self.residue
                .code_luma_block(kernels, block, source, quantizer, samples);
        }
        macroblock.mode = Mode::Blocks;
        macroblock.block_modes = chosen;
        let (source, samples) = (&self.source.chroma, &mut self.samples.chroma);
        self.residue
            .code_chroma(kernels, source, quantizer, samples);
        true
    }
}

/// What is around a block: samples of the macroblock as far as it is done, and of its
/// neighbours. The blocks at the right side all see the samples above the macroblock to the
/// right (RFC 6386 §12.3).
fn surroundings(around: &Neighbourhood, done: &[u8; 256], block: usize) -> BlockSurroundings {
    let (x, y) = (block % 4 * 4, block / 4 * 4);
    let mut edge = [0; 13];
    for (row, sample) in edge[..4].iter_mut().rev().enumerate() {
        *sample = match x {
            0 => around.left.luma[y + row],
            _ => done[(y + row) * LUMA_STRIDE + x - 1],
        };
    }
    edge[4] = match (x, y) {
        (0, 0) => around.above_left.luma[15],
        (_, 0) => around.above.luma[x - 1],
        (0, _) => around.left.luma[y - 1],
        _ => done[(y - 1) * LUMA_STRIDE + x - 1],
    };
    let above: &[u8] = match y {
        0 => &around.above.luma,
        _ => &done[(y - 1) * LUMA_STRIDE..][..16],
    };
    edge[5..9].copy_from_slice(&above[x..x + 4]);
    match x {
        12 => edge[9..].copy_from_slice(&around.above_right),
        _ => edge[9..].copy_from_slice(&above[x + 4..x + 8]),
    }
    edge
}
