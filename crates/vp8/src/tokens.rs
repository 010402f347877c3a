//! Levels as tokens: how a block's coefficients are said (RFC 6386 §13).

use crate::bool_coder::BoolEncoder;
use crate::tables::coefficients::{CoefficientProbabilities, TOKEN_BRANCHES};
use crate::tables::{BANDS, Probability, ZIGZAG};

/// What a block is (RFC 6386 §13.3), in the RFC's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BlockKind {
    /// Luma whose first coefficient is said in the block of first coefficients.
    LumaAfterY2,
    /// The first coefficients of the luma blocks.
    Y2,
    Chroma,
    Luma,
}

/// Which blocks at a side of a macroblock have coefficients that are not 0, as bits.
pub(crate) mod nonzero {
    /// The first of the four luma blocks.
    pub(crate) const LUMA: u32 = 0;
    /// The first of two blocks each of U and V.
    pub(crate) const CHROMA: [u32; 2] = [4, 6];
    /// The block of first coefficients.
    pub(crate) const Y2: u32 = 8;
}

/// How many combinations of kind, band and context there are.
const CONTEXTS: usize = 4 * 8 * 3;

/// A token with all that it takes to write it: in the lowest bits the index of its
/// probabilities, then the token, whether a block could end before it, and the bits of its
/// extra value with the sign as the lowest.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token(u32);

const TOKEN_SHIFT: u32 = 7;
const NO_END_SHIFT: u32 = 11;
const EXTRA_SHIFT: u32 = 12;

const ZERO: u32 = 0;
const FOUR: u32 = 4;
/// Tokens from here on say a range, in which an extra value says where.
const CATEGORY1: u32 = 5;
const END: u32 = 11;

/// Where each range begins, and where those after the last would.
const RANGES: [u32; 6] = [5, 7, 11, 19, 35, 67];
/// The probabilities of the extra values' bits.
const EXTRA_BITS: [&[Probability]; 6] = [
    &[159],
    &[165, 145],
    &[173, 148, 140],
    &[176, 155, 140, 135],
    &[180, 157, 141, 134, 130],
    &[254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129],
];

impl Token {
    fn new(context: usize, token: u32, no_end: bool, extra: u32) -> Self {
        Self(
            context as u32
                | token << TOKEN_SHIFT
                | u32::from(no_end) << NO_END_SHIFT
                | extra << EXTRA_SHIFT,
        )
    }

    fn context(self) -> usize {
        (self.0 & ((1 << TOKEN_SHIFT) - 1)) as usize
    }

    fn token(self) -> u32 {
        self.0 >> TOKEN_SHIFT & 15
    }

    fn no_end(self) -> bool {
        self.0 >> NO_END_SHIFT & 1 != 0
    }

    /// Calls with each branch that leads to the token: its index and the bit.
    #[inline(always)]
    fn branches(self, mut visit: impl FnMut(usize, bool)) {
        let token = self.token();
        if !self.no_end() {
            visit(0, token != END);
            if token == END {
                return;
            }
        }
        visit(1, token != ZERO);
        if token == ZERO {
            return;
        }
        visit(2, token != 1);
        if token == 1 {
            return;
        }
        visit(3, token > FOUR);
        if token <= FOUR {
            visit(4, token != 2);
            if token != 2 {
                visit(5, token == FOUR);
            }
        } else if token <= CATEGORY1 + 1 {
            visit(6, false);
            visit(7, token == CATEGORY1 + 1);
        } else {
            visit(6, true);
            let high = token >= CATEGORY1 + 4;
            visit(8, high);
            match high {
                false => visit(9, token == CATEGORY1 + 3),
                true => visit(10, token == CATEGORY1 + 5),
            }
        }
    }

    #[inline(always)]
    fn write(self, encoder: &mut BoolEncoder, probabilities: &[Probability; TOKEN_BRANCHES]) {
        let token = self.token();
        self.branches(|branch, bit| encoder.write(bit, probabilities[branch]));
        if token == ZERO || token == END {
            return;
        }
        let extra = self.0 >> EXTRA_SHIFT;
        if token >= CATEGORY1 {
            let bits = EXTRA_BITS[(token - CATEGORY1) as usize];
            for (shift, probability) in (1..=bits.len()).rev().zip(bits) {
                encoder.write(extra >> shift & 1 != 0, *probability);
            }
        }
        encoder.write_flag(extra & 1 != 0);
    }
}

/// Says a block's levels, given in raster order: those from `first` in zigzag order up to `end`.
/// `context` is how many of the neighbours above and to the left have any.
#[inline]
pub(crate) fn push_block(
    tokens: &mut Vec<Token>,
    kind: BlockKind,
    levels: &[i16; 16],
    first: usize,
    end: usize,
    context: usize,
) {
    let kind = kind as usize * 24;
    let mut context = context;
    let mut no_end = false;
    for position in first..end {
        let level = levels[ZIGZAG[position]];
        let magnitude = u32::from(level.unsigned_abs());
        let at = kind + BANDS[position] * 3 + context;
        let sign = u32::from(level < 0);
        let (token, extra) = match magnitude {
            0..=4 => (magnitude, sign),
            _ => {
                let range = RANGES.iter().rposition(|start| *start <= magnitude);
                let range = range.unwrap_or(0);
                let offset = magnitude - RANGES[range];
                (CATEGORY1 + range as u32, offset << 1 | sign)
            }
        };
        tokens.push(Token::new(at, token, no_end, extra));
        no_end = magnitude == 0;
        context = magnitude.min(2) as usize;
    }
    if end < 16 {
        let at = kind + BANDS[end.max(first)] * 3 + context;
        tokens.push(Token::new(at, END, false, 0));
    }
}

/// Writes tokens with these probabilities.
pub(crate) fn write(
    tokens: &[Token],
    probabilities: &CoefficientProbabilities,
    encoder: &mut BoolEncoder,
) {
    let probabilities = probabilities.as_flattened().as_flattened();
    for token in tokens {
        token.write(encoder, &probabilities[token.context()]);
    }
}

/// How often each branch was taken each way.
#[derive(Clone, Debug)]
pub(crate) struct TokenCounts([[[u32; 2]; TOKEN_BRANCHES]; CONTEXTS]);

impl TokenCounts {
    pub(crate) const ZERO: Self = Self([[[0; 2]; TOKEN_BRANCHES]; CONTEXTS]);

    pub(crate) fn add(&mut self, tokens: &[Token]) {
        for token in tokens {
            let counts = &mut self.0[token.context()];
            token.branches(|branch, bit| counts[branch][usize::from(bit)] += 1);
        }
    }

    /// The counts in the order of the probabilities, as they follow each other in the header.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u32; 2]> {
        self.0.as_flattened().iter()
    }
}
