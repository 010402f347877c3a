//! Coefficients and their transforms (RFC 6386 §13, §14).

use super::bits::BoolDecoder;
use super::modes::Macroblock;
use crate::tables::coefficients::CoefficientProbabilities;
use crate::tables::{BANDS, ZIGZAG, steps};

/// The dequantized coefficients of a macroblock's 24 blocks.
pub(crate) type Residue = [[i32; 16]; 24];

/// The steps of the first coefficient and of the others: luma, Y2, chroma.
pub(crate) struct Steps([[i32; 2]; 3]);

impl Steps {
    /// RFC 6386 §9.6: the differences of luma DC, Y2 DC and AC, chroma DC and AC.
    pub(crate) fn new(base: i32, [y_dc, y2_dc, y2_ac, uv_dc, uv_ac]: [i32; 5]) -> Self {
        // An index outside is taken for the nearest one, as the base of a segment is.
        let dc = |delta: i32| i32::from(steps::DC_STEPS[(base + delta).clamp(0, 127) as usize]);
        let ac = |delta: i32| i32::from(steps::AC_STEPS[(base + delta).clamp(0, 127) as usize]);
        Self([
            [dc(y_dc), ac(0)],
            [dc(y2_dc) * 2, (ac(y2_ac) * 155 / 100).max(8)],
            [dc(uv_dc).min(132), ac(uv_ac)],
        ])
    }
}

const TREE: [i8; 22] = [
    -11, 2, 0, 4, -1, 6, 8, 12, -2, 10, -3, -4, 14, 16, -5, -6, 18, 20, -7, -8, -9, -10,
];
const CATEGORIES: [(i32, &[u8]); 6] = [
    (5, &[159]),
    (7, &[165, 145]),
    (11, &[173, 148, 140]),
    (19, &[176, 155, 140, 135]),
    (35, &[180, 157, 141, 134, 130]),
    (67, &[254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129]),
];

/// Which of the neighbouring blocks have coefficients: luma, U, V, Y2.
type Context = [[bool; 4]; 4];

/// Reads all coefficients. A macroblock that turns out to have none is marked as skipped, for
/// the loop filter.
pub(crate) fn read(
    macroblocks: &mut [Macroblock],
    columns: usize,
    partitions: &[&[u8]],
    probabilities: &CoefficientProbabilities,
    steps: &[Steps; 4],
) -> Vec<Residue> {
    let mut decoders: Vec<_> = partitions
        .iter()
        .map(|data| BoolDecoder::new(data))
        .collect();
    let mut above = vec![Context::default(); columns];
    let mut residues = Vec::new();
    for (row, macroblocks) in macroblocks.chunks_mut(columns).enumerate() {
        let bits = &mut decoders[row % partitions.len()];
        let mut left = Context::default();
        for (macroblock, above) in macroblocks.iter_mut().zip(&mut above) {
            if macroblock.skip {
                for context in [&mut *above, &mut left] {
                    let y2 = context[3];
                    *context = Context::default();
                    if !macroblock.has_y2() {
                        context[3] = y2;
                    }
                }
                residues.push([[0; 16]; 24]);
                continue;
            }
            let mut reader = Reader {
                bits,
                probabilities,
                above,
                left: &mut left,
                any: false,
            };
            let residue = reader.macroblock(macroblock, &steps[usize::from(macroblock.segment)]);
            macroblock.skip = !reader.any;
            residues.push(residue);
        }
    }
    residues
}

struct Reader<'a, 'b> {
    bits: &'a mut BoolDecoder<'b>,
    probabilities: &'a CoefficientProbabilities,
    above: &'a mut Context,
    left: &'a mut Context,
    any: bool,
}

impl Reader<'_, '_> {
    fn macroblock(&mut self, macroblock: &Macroblock, Steps(steps): &Steps) -> Residue {
        let mut residue = [[0; 16]; 24];
        let mut first = None;
        if macroblock.has_y2() {
            first = Some(inverse_wht(self.block(1, 0, (3, 0, 0), &steps[1])));
        }
        let (kind, from) = if first.is_some() { (0, 1) } else { (3, 0) };
        for (block, residue) in residue[..16].iter_mut().enumerate() {
            *residue = self.block(kind, from, (0, block % 4, block / 4), &steps[0]);
            if let Some(first) = first {
                residue[0] = first[block];
            }
        }
        for (block, residue) in residue[16..].iter_mut().enumerate() {
            let place = (1 + block / 4, block % 2, block % 4 / 2);
            *residue = self.block(2, 0, place, &steps[2]);
        }
        residue
    }

    fn block(
        &mut self,
        kind: usize,
        from: usize,
        (plane, x, y): (usize, usize, usize),
        steps: &[i32; 2],
    ) -> [i32; 16] {
        let mut coefficients = [0; 16];
        let mut context = usize::from(self.above[plane][x]) + usize::from(self.left[plane][y]);
        let mut any = false;
        let mut tree_from = 0;
        for position in from..16 {
            let p = &self.probabilities[kind][BANDS[position]][context];
            let token = match tree_from {
                0 => self.bits.tree(&TREE, p),
                // After a zero the block cannot end: the tree without its first branch.
                _ => match self.bits.bit(p[1]) {
                    false => 0,
                    true => {
                        let tree = TREE[4..]
                            .iter()
                            .map(|at| if *at > 0 { at - 4 } else { *at });
                        self.bits.tree(&tree.collect::<Vec<_>>(), &p[2..])
                    }
                },
            };
            if token == 11 {
                break;
            }
            tree_from = usize::from(token == 0);
            let magnitude = match token {
                0..=4 => token as i32,
                _ => {
                    let (base, bits) = CATEGORIES[token - 5];
                    let extra = bits.iter().fold(0, |value, probability| {
                        value << 1 | i32::from(self.bits.bit(*probability))
                    });
                    base + extra
                }
            };
            context = magnitude.min(2) as usize;
            if magnitude > 0 {
                any = true;
                let sign = if self.bits.flag() { -1 } else { 1 };
                let step = steps[usize::from(position > 0)];
                coefficients[ZIGZAG[position]] = sign * magnitude * step;
            }
        }
        self.above[plane][x] = any;
        self.left[plane][y] = any;
        self.any |= any;
        coefficients
    }
}

/// RFC 6386 §14.3.
fn inverse_wht(input: [i32; 16]) -> [i32; 16] {
    let pass = |[a, b, c, d]: [i32; 4]| {
        let (a1, b1, c1, d1) = (a + d, b + c, b - c, a - d);
        [a1 + b1, c1 + d1, a1 - b1, d1 - c1]
    };
    let mut middle = [0; 16];
    for x in 0..4 {
        let column = pass([0, 4, 8, 12].map(|y| input[x + y]));
        for (y, value) in column.into_iter().enumerate() {
            middle[y * 4 + x] = value;
        }
    }
    let mut out = [0; 16];
    for y in 0..4 {
        let row = pass([0, 1, 2, 3].map(|x| middle[y * 4 + x]));
        for (x, value) in row.into_iter().enumerate() {
            out[y * 4 + x] = (value + 3) >> 3;
        }
    }
    out
}

/// RFC 6386 §14.4.
pub(crate) fn inverse_dct(input: &[i32; 16]) -> [i32; 16] {
    let sin = |value: i32| (value * 35468) >> 16;
    let cos = |value: i32| value + ((value * 20091) >> 16);
    let pass = |[a, b, c, d]: [i32; 4]| {
        let (a1, b1) = (a + c, a - c);
        let (c1, d1) = (sin(b) - cos(d), cos(b) + sin(d));
        [a1 + d1, b1 + c1, b1 - c1, a1 - d1]
    };
    let mut middle = [0; 16];
    for x in 0..4 {
        let column = pass([0, 4, 8, 12].map(|y| input[x + y]));
        for (y, value) in column.into_iter().enumerate() {
            middle[y * 4 + x] = value;
        }
    }
    let mut out = [0; 16];
    for y in 0..4 {
        let row = pass([0, 1, 2, 3].map(|x| middle[y * 4 + x]));
        for (x, value) in row.into_iter().enumerate() {
            out[y * 4 + x] = (value + 4) >> 3;
        }
    }
    out
}
