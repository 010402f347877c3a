//! The modes of all macroblocks in the stream (RFC 6386 §11, §16).

use crate::bool_coder::BoolEncoder;
use crate::macroblock::{Macroblock, Mode, Reference, Split, VectorMode};
use crate::probabilities::{Probabilities, likely};
use crate::tables::{Code, Probability, bit_cost, block_modes, modes, motion};
use crate::vector::Vector;
use crate::vector_coding::{self, VectorCounts};

/// What is counted before the modes of a frame are written.
#[derive(Clone, Debug, Default)]
pub(crate) struct ModeCounts {
    pub(crate) skipped: [u32; 2],
    inter: [u32; 2],
    not_last: [u32; 2],
    altref: [u32; 2],
    segments: [u32; 4],
    vectors: VectorCounts,
}

impl ModeCounts {
    pub(crate) fn add(&mut self, macroblock: &Macroblock) {
        let count = |counts: &mut [u32; 2], bit: bool| counts[usize::from(bit)] += 1;
        count(&mut self.skipped, !macroblock.has_coefficients);
        count(&mut self.inter, macroblock.is_inter());
        self.segments[usize::from(macroblock.segment)] += 1;
        let Mode::Inter(reference, vector_mode) = macroblock.mode else {
            return;
        };
        count(&mut self.not_last, reference != Reference::Last);
        if reference != Reference::Last {
            count(&mut self.altref, reference == Reference::Altref);
        }
        match vector_mode {
            VectorMode::New => self.vectors.add(macroblock.vector, macroblock.best),
            // Which parts have new vectors depends on their neighbours: a guess is enough.
            VectorMode::Split(split) => {
                for block in split.first_blocks() {
                    self.vectors
                        .add(macroblock.vectors[*block], macroblock.best);
                }
            }
            _ => {}
        }
    }

    pub(crate) fn vectors(&self) -> &VectorCounts {
        &self.vectors
    }
}

/// The probabilities that a frame's header says for this frame alone (RFC 6386 §9.10).
#[derive(Clone, Debug)]
pub(crate) struct FrameProbabilities {
    pub(crate) not_skipped: Probability,
    pub(crate) intra: Probability,
    pub(crate) last: Probability,
    pub(crate) golden: Probability,
    pub(crate) segments: [Probability; 3],
}

impl FrameProbabilities {
    pub(crate) fn new(counts: &ModeCounts) -> Self {
        let [a, b, c, d] = counts.segments;
        Self {
            not_skipped: likely(counts.skipped),
            intra: likely(counts.inter),
            last: likely(counts.not_last),
            golden: likely(counts.altref),
            segments: [[a + b, c + d], [a, b], [c, d]].map(likely),
        }
    }
}

/// What the modes are written with.
pub(crate) struct ModeWriter<'a> {
    pub(crate) key: bool,
    /// Each macroblock says its segment.
    pub(crate) with_segments: bool,
    pub(crate) frame: &'a FrameProbabilities,
    pub(crate) probabilities: &'a Probabilities,
}

impl ModeWriter<'_> {
    /// Writes one macroblock, given those above and to the left.
    pub(crate) fn write(
        &self,
        macroblock: &Macroblock,
        above: &Macroblock,
        left: &Macroblock,
        encoder: &mut BoolEncoder,
    ) {
        if self.with_segments {
            encoder.write_tree(
                &modes::SEGMENT_TREE,
                &self.frame.segments,
                modes::SEGMENT_CODES[usize::from(macroblock.segment)],
            );
        }
        encoder.write(!macroblock.has_coefficients, self.frame.not_skipped);
        if !self.key {
            encoder.write(macroblock.is_inter(), self.frame.intra);
        }
        match macroblock.mode {
            Mode::Inter(reference, mode) => {
                self.write_inter(macroblock, reference, mode, above, left, encoder);
            }
            _ if self.key => write_key_intra(macroblock, above, left, encoder),
            _ => self.write_intra(macroblock, encoder),
        }
    }

    fn write_intra(&self, macroblock: &Macroblock, encoder: &mut BoolEncoder) {
        let code = modes::LUMA_CODES[luma_index(macroblock.mode)];
        encoder.write_tree(&modes::LUMA_TREE, &self.probabilities.luma_modes, code);
        if macroblock.mode == Mode::Blocks {
            for mode in macroblock.block_modes {
                let code = modes::BLOCK_CODES[mode as usize];
                encoder.write_tree(&modes::BLOCK_TREE, &modes::BLOCK, code);
            }
        }
        let code = modes::CHROMA_CODES[macroblock.chroma as usize];
        encoder.write_tree(&modes::CHROMA_TREE, &self.probabilities.chroma_modes, code);
    }

    fn write_inter(
        &self,
        macroblock: &Macroblock,
        reference: Reference,
        mode: VectorMode,
        above: &Macroblock,
        left: &Macroblock,
        encoder: &mut BoolEncoder,
    ) {
        encoder.write(reference != Reference::Last, self.frame.last);
        if reference != Reference::Last {
            encoder.write(reference == Reference::Altref, self.frame.golden);
        }
        let probabilities = mode_probabilities(macroblock.counts);
        encoder.write_tree(&motion::MODE_TREE, &probabilities, mode_code(mode));
        match mode {
            VectorMode::New => vector_coding::write(
                macroblock.vector,
                macroblock.best,
                &self.probabilities.vectors,
                encoder,
            ),
            VectorMode::Split(split) => {
                let code = motion::SPLIT_CODES[split as usize];
                encoder.write_tree(&motion::SPLIT_TREE, &motion::SPLIT, code);
                self.write_parts(macroblock, split, above, left, encoder);
            }
            _ => {}
        }
    }

    fn write_parts(
        &self,
        macroblock: &Macroblock,
        split: Split,
        above: &Macroblock,
        left: &Macroblock,
        encoder: &mut BoolEncoder,
    ) {
        for &block in split.first_blocks() {
            let vector = macroblock.vectors[block];
            let left = match block % 4 {
                0 => left.block_vector(block + 3),
                _ => macroblock.vectors[block - 1],
            };
            let above = match block / 4 {
                0 => above.block_vector(block + 12),
                _ => macroblock.vectors[block - 4],
            };
            let part = Part::of(vector, left, above);
            let probabilities = &motion::PART[part_context(left, above)];
            encoder.write_tree(&motion::PART_TREE, probabilities, part.code());
            if part == Part::New {
                let vectors = &self.probabilities.vectors;
                vector_coding::write(vector, macroblock.best, vectors, encoder);
            }
        }
    }
}

/// In key frames, the modes of 4x4 blocks depend on those around them.
fn write_key_intra(
    macroblock: &Macroblock,
    above: &Macroblock,
    left: &Macroblock,
    encoder: &mut BoolEncoder,
) {
    let code = modes::KEY_FRAME_LUMA_CODES[luma_index(macroblock.mode)];
    encoder.write_tree(&modes::KEY_FRAME_LUMA_TREE, &modes::KEY_FRAME_LUMA, code);
    if macroblock.mode == Mode::Blocks {
        for block in 0..16 {
            let above = match block / 4 {
                0 => above.block_mode(block + 12),
                _ => macroblock.block_modes[block - 4],
            };
            let left = match block % 4 {
                0 => left.block_mode(block + 3),
                _ => macroblock.block_modes[block - 1],
            };
            encoder.write_tree(
                &modes::BLOCK_TREE,
                &block_modes::KEY_FRAME_BLOCK_MODES[above as usize][left as usize],
                modes::BLOCK_CODES[macroblock.block_modes[block] as usize],
            );
        }
    }
    let code = modes::CHROMA_CODES[macroblock.chroma as usize];
    encoder.write_tree(&modes::CHROMA_TREE, &modes::KEY_FRAME_CHROMA, code);
}

/// The index of a mode that is not predicted from another frame, in the tables of codes.
fn luma_index(mode: Mode) -> usize {
    match mode {
        Mode::Intra(mode) => mode as usize,
        _ => 4,
    }
}

fn mode_code(mode: VectorMode) -> Code {
    motion::MODE_CODES[match mode {
        VectorMode::Zero => 0,
        VectorMode::Nearest => 1,
        VectorMode::Near => 2,
        VectorMode::New => 3,
        VectorMode::Split(_) => 4,
    }]
}

fn mode_probabilities(counts: [u8; 4]) -> [Probability; 4] {
    std::array::from_fn(|branch| motion::MODE_CONTEXTS[usize::from(counts[branch])][branch])
}

/// What each mode but split costs after such a survey, in 256ths of a bit: zero, nearest, near,
/// new, split.
pub(crate) fn mode_costs(counts: [u8; 4]) -> [u32; 5] {
    let probabilities = mode_probabilities(counts);
    let [zero, nearest, near, new] = probabilities.map(|p| [bit_cost(false, p), bit_cost(true, p)]);
    [
        zero[0],
        zero[1] + nearest[0],
        zero[1] + nearest[1] + near[0],
        zero[1] + nearest[1] + near[1] + new[0],
        zero[1] + nearest[1] + near[1] + new[1],
    ]
}

/// Where a part's vector comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Left,
    Above,
    Zero,
    New,
}

impl Part {
    /// The cheapest way to say a vector.
    pub(crate) fn of(vector: Vector, left: Vector, above: Vector) -> Self {
        match vector {
            _ if vector == left => Self::Left,
            _ if vector == above => Self::Above,
            Vector::ZERO => Self::Zero,
            _ => Self::New,
        }
    }

    pub(crate) fn code(self) -> Code {
        motion::PART_CODES[self as usize]
    }
}

/// Which probabilities hold between such vectors (RFC 6386 §16.4).
pub(crate) fn part_context(left: Vector, above: Vector) -> usize {
    match (left == above, left == Vector::ZERO, above == Vector::ZERO) {
        (true, true, _) => 4,
        (true, ..) => 3,
        (_, _, true) => 2,
        (_, true, _) => 1,
        _ => 0,
    }
}
