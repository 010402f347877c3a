//! Modes and motion vectors (RFC 6386 §10, §11, §16, §17).

use super::bits::BoolDecoder;
use super::{Entropy, Segmentation};
use crate::tables::{block_modes, modes, motion};

/// A vector: x, y in quarters of a sample.
pub(crate) type Vector = (i32, i32);

pub(crate) const BLOCKS: usize = 4;
pub(crate) const NEAREST: usize = 5;
pub(crate) const NEAR: usize = 6;
pub(crate) const ZERO: usize = 7;
pub(crate) const NEW: usize = 8;
pub(crate) const SPLIT: usize = 9;

#[derive(Clone)]
pub(crate) struct Macroblock {
    /// 0 to 3 for whole planes, then as the constants say.
    pub(crate) mode: usize,
    pub(crate) chroma: usize,
    /// 0 for none, then last, golden, altref.
    pub(crate) reference: usize,
    pub(crate) segment: u8,
    pub(crate) skip: bool,
    pub(crate) blocks: [usize; 16],
    pub(crate) vectors: [Vector; 16],
}

impl Macroblock {
    const OUTSIDE: Self = Self {
        mode: 0,
        chroma: 0,
        reference: 0,
        segment: 0,
        skip: false,
        blocks: [0; 16],
        vectors: [(0, 0); 16],
    };

    pub(crate) fn has_y2(&self) -> bool {
        self.mode != BLOCKS && self.mode != SPLIT
    }

    fn vector(&self) -> Vector {
        self.vectors[15]
    }
}

pub(crate) struct ModeReader<'a> {
    pub(crate) key: bool,
    pub(crate) columns: usize,
    pub(crate) rows: usize,
    pub(crate) segmentation: &'a Segmentation,
    pub(crate) entropy: &'a Entropy,
    pub(crate) skip: Option<u8>,
    /// Of intra, last, golden.
    pub(crate) frame: [u8; 3],
}

struct Neighbours<'a> {
    above: &'a Macroblock,
    left: &'a Macroblock,
    above_left: &'a Macroblock,
}

const SEGMENTS: [i8; 6] = [2, 4, 0, -1, -2, -3];
const KEY_LUMA: [i8; 8] = [-4, 2, 4, 6, 0, -1, -2, -3];
const LUMA: [i8; 8] = [0, 2, 4, 6, -1, -2, -3, -4];
const CHROMA: [i8; 6] = [0, 2, -1, 4, -2, -3];
const BLOCK: [i8; 18] = [
    0, 2, -1, 4, -2, 6, 8, 12, -3, 10, -5, -6, -4, 14, -7, 16, -8, -9,
];
const INTER: [i8; 8] = [-7, 2, -5, 4, -6, 6, -8, -9];
const PARTS: [i8; 6] = [-3, 2, -2, 4, 0, -1];
const PART: [i8; 6] = [0, 2, -1, 4, -2, -3];
const SHORT: [i8; 14] = [2, 8, 4, 6, 0, -1, -2, -3, 10, 12, -4, -5, -6, -7];

impl ModeReader<'_> {
    pub(crate) fn read(&self, bits: &mut BoolDecoder<'_>, segments: &mut [u8]) -> Vec<Macroblock> {
        let mut all: Vec<Macroblock> = Vec::new();
        for (index, segment) in segments.iter_mut().enumerate() {
            let (column, row) = (index % self.columns, index / self.columns);
            let at = |dx: usize, dy: usize| match column >= dx && row >= dy {
                true => all[index - dx - dy * self.columns].clone(),
                false => Macroblock::OUTSIDE,
            };
            let (above, left, above_left) = (at(0, 1), at(1, 0), at(1, 1));
            let around = Neighbours {
                above: &above,
                left: &left,
                above_left: &above_left,
            };
            let mut macroblock = Macroblock::OUTSIDE;
            if self.segmentation.update_map {
                *segment = bits.tree(&SEGMENTS, &self.segmentation.probabilities) as u8;
            } else if self.key {
                *segment = 0;
            }
            macroblock.segment = *segment;
            macroblock.skip = self.skip.is_some_and(|probability| bits.bit(probability));
            if !self.key && bits.bit(self.frame[0]) {
                self.read_inter(&mut macroblock, &around, (column, row), bits);
            } else {
                self.read_intra(&mut macroblock, &around, bits);
            }
            all.push(macroblock);
        }
        all
    }

    fn read_intra(
        &self,
        macroblock: &mut Macroblock,
        around: &Neighbours<'_>,
        bits: &mut BoolDecoder<'_>,
    ) {
        macroblock.mode = match self.key {
            true => bits.tree(&KEY_LUMA, &modes::KEY_FRAME_LUMA),
            false => bits.tree(&LUMA, &self.entropy.luma_modes),
        };
        // What neighbours see of whole planes: DC, vertical, horizontal, true motion.
        macroblock.blocks = [[0, 2, 3, 1, 0][macroblock.mode]; 16];
        if macroblock.mode == BLOCKS {
            for block in 0..16 {
                let probabilities = match self.key {
                    true => {
                        let above = match block {
                            0..4 => around.above.blocks[block + 12],
                            _ => macroblock.blocks[block - 4],
                        };
                        let left = match block % 4 {
                            0 => around.left.blocks[block + 3],
                            _ => macroblock.blocks[block - 1],
                        };
                        &block_modes::KEY_FRAME_BLOCK_MODES[above][left]
                    }
                    false => &modes::BLOCK,
                };
                macroblock.blocks[block] = bits.tree(&BLOCK, probabilities);
            }
        }
        macroblock.chroma = match self.key {
            true => bits.tree(&CHROMA, &modes::KEY_FRAME_CHROMA),
            false => bits.tree(&CHROMA, &self.entropy.chroma_modes),
        };
    }

    fn read_inter(
        &self,
        macroblock: &mut Macroblock,
        around: &Neighbours<'_>,
        (column, row): (usize, usize),
        bits: &mut BoolDecoder<'_>,
    ) {
        macroblock.reference = match bits.bit(self.frame[1]) {
            true => 2 + usize::from(bits.bit(self.frame[2])),
            false => 1,
        };
        let (near, counts) = survey(around);
        let clamp = |(x, y): Vector| {
            let range = |at: usize, all: usize| {
                let (at, all) = (at as i32, all as i32);
                (-(at + 1) * 64, (all - at) * 64)
            };
            let ((left, right), (top, bottom)) =
                (range(column, self.columns), range(row, self.rows));
            (x.clamp(left, right), y.clamp(top, bottom))
        };
        let near = near.map(clamp);
        let probabilities: [u8; 4] =
            std::array::from_fn(|branch| motion::MODE_CONTEXTS[counts[branch]][branch]);
        macroblock.mode = bits.tree(&INTER, &probabilities);
        let whole = match macroblock.mode {
            NEAREST => near[1],
            NEAR => near[2],
            ZERO => (0, 0),
            NEW => self.read_vector(near[0], bits),
            _ => return self.read_split(macroblock, around, near[0], bits),
        };
        macroblock.vectors = [whole; 16];
    }

    fn read_split(
        &self,
        macroblock: &mut Macroblock,
        around: &Neighbours<'_>,
        best: Vector,
        bits: &mut BoolDecoder<'_>,
    ) {
        let part_of = |kind: usize, block: usize| match kind {
            0 => block / 8,
            1 => block % 4 / 2,
            2 => block / 8 * 2 + block % 4 / 2,
            _ => block,
        };
        let kind = bits.tree(&PARTS, &motion::SPLIT);
        let mut known = [false; 16];
        for block in 0..16 {
            if known[block] {
                continue;
            }
            let left = match block % 4 {
                0 => around.left.vectors[block + 3],
                _ => macroblock.vectors[block - 1],
            };
            let above = match block {
                0..4 => around.above.vectors[block + 12],
                _ => macroblock.vectors[block - 4],
            };
            let context = match (left == above, left == (0, 0), above == (0, 0)) {
                (true, true, _) => 4,
                (true, ..) => 3,
                (_, _, true) => 2,
                (_, true, _) => 1,
                _ => 0,
            };
            let vector = match bits.tree(&PART, &motion::PART[context]) {
                0 => left,
                1 => above,
                2 => (0, 0),
                _ => self.read_vector(best, bits),
            };
            for other in block..16 {
                if part_of(kind, other) == part_of(kind, block) {
                    macroblock.vectors[other] = vector;
                    known[other] = true;
                }
            }
        }
    }

    fn read_vector(&self, best: Vector, bits: &mut BoolDecoder<'_>) -> Vector {
        let y = read_component(&self.entropy.vectors[0], bits);
        let x = read_component(&self.entropy.vectors[1], bits);
        (best.0 + x, best.1 + y)
    }
}

fn read_component(p: &[u8; 19], bits: &mut BoolDecoder<'_>) -> i32 {
    let magnitude = if bits.bit(p[0]) {
        let mut value = 0;
        for bit in [0, 1, 2, 9, 8, 7, 6, 5, 4] {
            value += i32::from(bits.bit(p[9 + bit])) << bit;
        }
        if value & 0xfff0 == 0 || bits.bit(p[9 + 3]) {
            value += 8;
        }
        value
    } else {
        bits.tree(&SHORT, &p[2..9]) as i32
    };
    match magnitude != 0 && bits.bit(p[1]) {
        true => -magnitude,
        false => magnitude,
    }
}

/// The RFC's `vp8_find_near_mvs`: best, nearest and near, and the counts.
fn survey(around: &Neighbours<'_>) -> ([Vector; 3], [usize; 4]) {
    let mut vectors = vec![(0, 0)];
    let mut counts = [0; 4];
    for (neighbour, weight) in [(around.above, 2), (around.left, 2), (around.above_left, 1)] {
        if neighbour.reference == 0 {
            continue;
        }
        let vector = neighbour.vector();
        if vector == (0, 0) {
            counts[0] += weight;
            continue;
        }
        if vectors.len() == 1 || vectors.last() != Some(&vector) {
            vectors.push(vector);
        }
        counts[vectors.len() - 1] += weight;
    }
    if counts[3] > 0 && vectors[3] == vectors[1] {
        counts[1] += 1;
    }
    vectors.resize(4, (0, 0));
    let split = |neighbour: &Macroblock| usize::from(neighbour.mode == SPLIT);
    counts[3] = (split(around.above) + split(around.left)) * 2 + split(around.above_left);
    if counts[2] > counts[1] {
        counts.swap(1, 2);
        vectors.swap(1, 2);
    }
    if counts[1] >= counts[0] {
        vectors[0] = vectors[1];
    }
    ([vectors[0], vectors[1], vectors[2]], counts)
}
