//! What a prediction leaves over: transformed, quantized, and put back.

use crate::kernels::Kernels;
use crate::quantizer::Quantizer;
use crate::samples::LUMA_STRIDE;
use crate::tokens::{BlockKind, Token, nonzero, push_block};

/// The levels of a macroblock's blocks: sixteen of luma, four each of U and V, and the one of
/// luma's first coefficients.
pub(crate) struct Residue {
    levels: [[i16; 16]; 25],
    /// For each block, where in zigzag order its last level that is not 0 ends.
    ends: [u8; 25],
}

const CHROMA: usize = 16;
const Y2: usize = 24;

impl Residue {
    pub(crate) const EMPTY: Self = Self {
        levels: [[0; 16]; 25],
        ends: [0; 25],
    };

    /// Whether all levels are 0.
    pub(crate) fn is_empty(&self) -> bool {
        self.ends == [0; 25]
    }

    /// Codes the luma of a macroblock whose first coefficients have a block of their own.
    /// `samples` is the prediction, and then what a decoder makes of it.
    pub(crate) fn code_luma(
        &mut self,
        kernels: Kernels,
        source: &[u8; 256],
        quantizer: &Quantizer,
        samples: &mut [u8; 256],
    ) {
        let mut coefficients = [[0; 16]; 16];
        let mut dequantized = [[0; 16]; 16];
        kernels.forward_dct_luma(source, samples, &mut coefficients);
        kernels.quantize_blocks(
            &coefficients,
            &quantizer.luma_after_y2,
            &mut self.levels[..CHROMA],
            &mut dequantized,
            &mut self.ends[..CHROMA],
        );
        let mut y2 = [0; 16];
        let mut first = [0; 16];
        for (first, block) in first.iter_mut().zip(&coefficients) {
            *first = block[0];
        }
        let first = kernels.forward_wht(&first);
        let levels = &mut self.levels[Y2];
        self.ends[Y2] = kernels.quantize(&first, &quantizer.y2, levels, &mut y2) as u8;
        if self.ends[Y2] > 0 {
            for (block, first) in dequantized.iter_mut().zip(kernels.inverse_wht(&y2)) {
                block[0] = first;
            }
        }
        kernels.inverse_dct_add_luma(&dequantized, samples);
    }

    /// Codes one luma block of a macroblock where each has its own first coefficient.
    pub(crate) fn code_luma_block(
        &mut self,
        kernels: Kernels,
        block: usize,
        source: &[u8; 256],
        quantizer: &Quantizer,
        samples: &mut [u8; 256],
    ) {
        let at = luma_offset(block);
        let samples = &mut samples[at..];
        let mut residual = [0; 16];
        kernels.residual(
            &source[at..],
            LUMA_STRIDE,
            samples,
            LUMA_STRIDE,
            &mut residual,
        );
        let coefficients = kernels.forward_dct(&residual);
        let mut dequantized = [0; 16];
        let levels = &mut self.levels[block];
        let end = kernels.quantize(&coefficients, &quantizer.luma, levels, &mut dequantized);
        self.ends[block] = end as u8;
        match end {
            0 => {}
            1 => kernels.inverse_dc_add(dequantized[0], samples, LUMA_STRIDE),
            _ => kernels.inverse_dct_add(&dequantized, samples, LUMA_STRIDE),
        }
        self.ends[Y2] = 0;
    }

    /// Codes both chroma planes.
    pub(crate) fn code_chroma(
        &mut self,
        kernels: Kernels,
        source: &[[u8; 64]; 2],
        quantizer: &Quantizer,
        samples: &mut [[u8; 64]; 2],
    ) {
        let mut coefficients = [[0; 16]; 8];
        let mut dequantized = [[0; 16]; 8];
        kernels.forward_dct_chroma(source, samples, &mut coefficients);
        kernels.quantize_blocks(
            &coefficients,
            &quantizer.chroma,
            &mut self.levels[CHROMA..Y2],
            &mut dequantized,
            &mut self.ends[CHROMA..Y2],
        );
        kernels.inverse_dct_add_chroma(&dequantized, samples);
    }

    /// Says all levels. `above` and `left` are which blocks there have any, and become which
    /// have here.
    pub(crate) fn push_tokens(
        &self,
        has_y2: bool,
        above: &mut u16,
        left: &mut u16,
        tokens: &mut Vec<Token>,
    ) {
        let mut push = |block: usize, kind, first: usize, above_bit: u32, left_bit: u32| {
            let bit = |bits: u16, at: u32| usize::from(bits >> at & 1);
            let context = bit(*above, above_bit) + bit(*left, left_bit);
            let end = usize::from(self.ends[block]);
            push_block(tokens, kind, &self.levels[block], first, end, context);
            for (bits, at) in [(&mut *above, above_bit), (&mut *left, left_bit)] {
                *bits = *bits & !(1 << at) | u16::from(end > 0) << at;
            }
        };
        let (kind, first) = match has_y2 {
            true => (BlockKind::LumaAfterY2, 1),
            false => (BlockKind::Luma, 0),
        };
        if has_y2 {
            push(Y2, BlockKind::Y2, 0, nonzero::Y2, nonzero::Y2);
        }
        for block in 0..16 {
            let (x, y) = (block % 4, block / 4);
            push(
                block as usize,
                kind,
                first,
                nonzero::LUMA + x,
                nonzero::LUMA + y,
            );
        }
        for (plane, at) in nonzero::CHROMA.into_iter().enumerate() {
            for block in 0..4 {
                let (x, y) = (block % 2, block / 2);
                let index = CHROMA + plane * 4 + block as usize;
                push(index, BlockKind::Chroma, 0, at + x, at + y);
            }
        }
    }
}

/// Which blocks at a side have coefficients after a macroblock without any: what is said of the
/// first coefficients stays where the macroblock has no block for them (RFC 6386 §13.3).
pub(crate) fn nonzero_after_skip(nonzero_before: u16, has_y2: bool) -> u16 {
    match has_y2 {
        true => 0,
        false => nonzero_before & 1 << nonzero::Y2,
    }
}

/// Where a luma block begins.
pub(crate) fn luma_offset(block: usize) -> usize {
    block / 4 * 4 * LUMA_STRIDE + block % 4 * 4
}
