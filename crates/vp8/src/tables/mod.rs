//! Numbers of the format: trees, probabilities and steps, as RFC 6386 has them.

pub(crate) mod block_modes;
pub(crate) mod coefficients;
pub(crate) mod modes;
pub(crate) mod motion;
pub(crate) mod steps;

/// How likely a bit is to be 0, in 256ths; never 0.
pub(crate) type Probability = u8;

/// The order of a block's coefficients in the stream (RFC 6386 §13).
pub(crate) const ZIGZAG: [usize; 16] = [0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15];

/// Which positions in that order share their probabilities (RFC 6386 §13.3).
pub(crate) const BANDS: [usize; 16] = [0, 1, 2, 3, 6, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7];

/// What a bit costs that is so likely, `-log2(probability / 256)`, in 256ths of a bit.
#[rustfmt::skip]
const COSTS: [u16; 256] = [
    2304, 2048, 1792, 1642, 1536, 1454, 1386, 1329, 1280, 1236, 1198, 1162, 1130, 1101, 1073, 1048,
    1024, 1002, 980, 961, 942, 924, 906, 890, 874, 859, 845, 831, 817, 804, 792, 780,
    768, 757, 746, 735, 724, 714, 705, 695, 686, 676, 668, 659, 650, 642, 634, 626,
    618, 611, 603, 596, 589, 582, 575, 568, 561, 555, 548, 542, 536, 530, 524, 518,
    512, 506, 501, 495, 490, 484, 479, 474, 468, 463, 458, 453, 449, 444, 439, 434,
    430, 425, 420, 416, 412, 407, 403, 399, 394, 390, 386, 382, 378, 374, 370, 366,
    362, 358, 355, 351, 347, 343, 340, 336, 333, 329, 326, 322, 319, 315, 312, 309,
    305, 302, 299, 296, 292, 289, 286, 283, 280, 277, 274, 271, 268, 265, 262, 259,
    256, 253, 250, 247, 245, 242, 239, 236, 234, 231, 228, 226, 223, 220, 218, 215,
    212, 210, 207, 205, 202, 200, 197, 195, 193, 190, 188, 185, 183, 181, 178, 176,
    174, 171, 169, 167, 164, 162, 160, 158, 156, 153, 151, 149, 147, 145, 143, 140,
    138, 136, 134, 132, 130, 128, 126, 124, 122, 120, 118, 116, 114, 112, 110, 108,
    106, 104, 102, 101, 99, 97, 95, 93, 91, 89, 87, 86, 84, 82, 80, 78,
    77, 75, 73, 71, 70, 68, 66, 64, 63, 61, 59, 58, 56, 54, 53, 51,
    49, 48, 46, 44, 43, 41, 40, 38, 36, 35, 33, 32, 30, 28, 27, 25,
    24, 22, 21, 19, 18, 16, 15, 13, 12, 10, 9, 7, 6, 4, 3, 1,
];

/// What a bit costs, in 256ths of a bit.
pub(crate) fn bit_cost(bit: bool, probability: Probability) -> u32 {
    let index = match bit {
        false => usize::from(probability),
        true => 256 - usize::from(probability.max(1)),
    };
    COSTS[index].into()
}

/// The way to a leaf of a tree: `length` branches, the first in the highest of the bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Code {
    pub(crate) bits: u8,
    pub(crate) length: u8,
}

/// A code as the RFC's comments write it.
pub(crate) const fn code(text: &str) -> Code {
    let digits = text.as_bytes();
    let (mut bits, mut index) = (0, 0);
    while index < digits.len() {
        bits = bits << 1 | (digits[index] - b'0');
        index += 1;
    }
    Code {
        bits,
        length: digits.len() as u8,
    }
}

/// A tree as the RFC writes it: pairs of branches, where a positive number is the index of the
/// next pair and all others are leaves (RFC 6386 §8.1).
pub(crate) type Tree = [i8];

/// What a way through a tree costs, in 256ths of a bit.
pub(crate) fn tree_cost(tree: &Tree, probabilities: &[Probability], code: Code) -> u32 {
    let mut cost = 0;
    walk(tree, code, |branch, bit| {
        cost += bit_cost(bit, probabilities[branch]);
    });
    cost
}

/// Calls with each branch's index and the bit that is taken.
pub(crate) fn walk(tree: &Tree, code: Code, mut visit: impl FnMut(usize, bool)) {
    let mut at = 0;
    for shift in (0..code.length).rev() {
        let bit = code.bits >> shift & 1;
        visit(at >> 1, bit != 0);
        at = tree[at + usize::from(bit)].max(0) as usize;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn even_bits_cost_one_bit() {
        assert_eq!(bit_cost(false, 128), 256);
        assert_eq!(bit_cost(true, 128), 256);
        assert!(bit_cost(true, 255) > 7 * 256 && bit_cost(false, 255) < 2);
        assert_eq!(bit_cost(false, 1), 8 * 256);
    }
}
