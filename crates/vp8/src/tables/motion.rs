//! Trees and probabilities of motion vectors and of the modes that refer to them.

use super::{Code, Probability, code};

/// The tree of a macroblock's vector modes (RFC 6386 §16.2).
pub(crate) const MODE_TREE: [i8; 8] = [0, 2, 0, 4, 0, 6, 0, 0];
/// The ways to zero, nearest, near, new and split.
pub(crate) const MODE_CODES: [Code; 5] = [
    code("0"),
    code("10"),
    code("110"),
    code("1110"),
    code("1111"),
];
/// By the census of the neighbours' vectors, for each branch (RFC 6386 §16.3).
pub(crate) const MODE_CONTEXTS: [[Probability; 4]; 6] = [
    [7, 1, 1, 143],
    [14, 18, 14, 107],
    [135, 64, 57, 68],
    [60, 56, 128, 65],
    [159, 134, 128, 34],
    [234, 188, 128, 28],
];

/// The tree of how a macroblock is split (RFC 6386 §16.4).
pub(crate) const SPLIT_TREE: [i8; 6] = [0, 2, 0, 4, 0, 0];
/// The ways to top and bottom, left and right, quarters, sixteenths.
pub(crate) const SPLIT_CODES: [Code; 4] = [code("110"), code("111"), code("10"), code("0")];
pub(crate) const SPLIT: [Probability; 3] = [110, 111, 150];

/// The tree of where the vector of a part comes from (RFC 6386 §16.4).
pub(crate) const PART_TREE: [i8; 6] = [0, 2, 0, 4, 0, 0];
/// The ways to left, above, zero and new.
pub(crate) const PART_CODES: [Code; 4] = [code("0"), code("10"), code("110"), code("111")];
/// By the neighbours: both differ, left is zero, above is zero, both are the same, both are zero.
pub(crate) const PART: [[Probability; 3]; 5] = [
    [147, 136, 18],
    [106, 145, 1],
    [179, 121, 1],
    [223, 1, 34],
    [208, 1, 1],
];

/// Where in a component's probabilities (RFC 6386 §17.1) that of its being long is,
pub(crate) const IS_LONG: usize = 0;
/// that of its sign,
pub(crate) const SIGN: usize = 1;
/// the seven of a short component's tree,
pub(crate) const SHORT: usize = 2;
/// and the ten of a long one's bits.
pub(crate) const LONG: usize = 9;
/// How many bits a long component has.
pub(crate) const LONG_BITS: usize = 10;

/// The tree of a component of less than 8.
pub(crate) const SHORT_TREE: [i8; 14] = [2, 8, 4, 6, 0, 0, 0, 0, 10, 12, 0, 0, 0, 0];

/// The probabilities of a vector's components: vertical, horizontal.
pub(crate) type VectorProbabilities = [[Probability; 19]; 2];

/// What holds from a key frame on (RFC 6386 §17.2).
#[rustfmt::skip]
pub(crate) const DEFAULT: VectorProbabilities = [
    [
        162, 128, 225, 146, 172, 147, 214, 39, 156,
        128, 129, 132, 75, 145, 178, 206, 239, 254, 254,
    ],
    [
        164, 128, 204, 170, 119, 235, 140, 230, 228,
        128, 130, 130, 74, 148, 180, 203, 236, 254, 254,
    ],
];

/// How likely each of them is to stay as it is in a frame (RFC 6386 §17.2).
#[rustfmt::skip]
pub(crate) const UPDATE: VectorProbabilities = [
    [
        237, 246, 253, 253, 254, 254, 254, 254, 254,
        254, 254, 254, 254, 254, 250, 250, 252, 254, 254,
    ],
    [
        231, 243, 245, 253, 254, 254, 254, 254, 254,
        254, 254, 254, 254, 254, 251, 251, 254, 254, 254,
    ],
];
