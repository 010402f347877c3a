//! Trees and probabilities of the prediction modes.

use super::{Code, Probability, code};

/// The tree of luma modes in key frames (RFC 6386 §11.2).
pub(crate) const KEY_FRAME_LUMA_TREE: [i8; 8] = [0, 2, 4, 6, 0, 0, 0, 0];
/// The ways to DC, vertical, horizontal, true motion, and to blocks of their own.
pub(crate) const KEY_FRAME_LUMA_CODES: [Code; 5] = [
    code("100"),
    code("101"),
    code("110"),
    code("111"),
    code("0"),
];
pub(crate) const KEY_FRAME_LUMA: [Probability; 4] = [145, 156, 163, 128];

/// The tree of luma modes in other frames (RFC 6386 §16.1).
pub(crate) const LUMA_TREE: [i8; 8] = [0, 2, 4, 6, 0, 0, 0, 0];
pub(crate) const LUMA_CODES: [Code; 5] = [
    code("0"),
    code("100"),
    code("101"),
    code("110"),
    code("111"),
];
pub(crate) const DEFAULT_LUMA: [Probability; 4] = [112, 86, 140, 37];

/// The tree of chroma modes (RFC 6386 §11.4).
pub(crate) const CHROMA_TREE: [i8; 6] = [0, 2, 0, 4, 0, 0];
pub(crate) const CHROMA_CODES: [Code; 4] = [code("0"), code("10"), code("110"), code("111")];
pub(crate) const KEY_FRAME_CHROMA: [Probability; 3] = [142, 114, 183];
pub(crate) const DEFAULT_CHROMA: [Probability; 3] = [162, 101, 204];

/// The tree of the modes of 4x4 blocks (RFC 6386 §11.2).
pub(crate) const BLOCK_TREE: [i8; 18] = [0, 2, 0, 4, 0, 6, 8, 12, 0, 10, 0, 0, 0, 14, 0, 16, 0, 0];
/// The ways to DC, true motion, vertical, horizontal, and the diagonals: left-down, right-down,
/// vertical-right, vertical-left, horizontal-down, horizontal-up.
pub(crate) const BLOCK_CODES: [Code; 10] = [
    code("0"),
    code("10"),
    code("110"),
    code("11100"),
    code("11110"),
    code("111010"),
    code("111011"),
    code("111110"),
    code("1111110"),
    code("1111111"),
];
/// Of blocks in frames that are no key frames (RFC 6386 §16.1).
pub(crate) const BLOCK: [Probability; 9] = [120, 90, 79, 133, 87, 85, 80, 111, 151];

/// The tree of segments (RFC 6386 §10).
pub(crate) const SEGMENT_TREE: [i8; 6] = [2, 4, 0, 0, 0, 0];
pub(crate) const SEGMENT_CODES: [Code; 4] = [code("00"), code("01"), code("10"), code("11")];
