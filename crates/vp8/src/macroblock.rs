//! What is decided about a macroblock.

use crate::vector::{Neighbour, Vector};

/// How whole planes are predicted from what is above and to the left (RFC 6386 §12.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum IntraMode {
    #[default]
    Dc,
    Vertical,
    Horizontal,
    TrueMotion,
}

impl IntraMode {
    pub(crate) const ALL: [Self; 4] =
        [Self::Dc, Self::Vertical, Self::Horizontal, Self::TrueMotion];

    /// What the neighbours of 4x4 blocks take it for (RFC 6386 §11.3).
    pub(crate) fn as_block_mode(self) -> BlockMode {
        match self {
            Self::Dc => BlockMode::Dc,
            Self::Vertical => BlockMode::Vertical,
            Self::Horizontal => BlockMode::Horizontal,
            Self::TrueMotion => BlockMode::TrueMotion,
        }
    }
}

/// How a 4x4 block is predicted from what is around it (RFC 6386 §11.2), in the RFC's order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum BlockMode {
    #[default]
    Dc,
    TrueMotion,
    Vertical,
    Horizontal,
    LeftDown,
    RightDown,
    VerticalRight,
    VerticalLeft,
    HorizontalDown,
    HorizontalUp,
}

impl BlockMode {
    pub(crate) const ALL: [Self; 10] = [
        Self::Dc,
        Self::TrueMotion,
        Self::Vertical,
        Self::Horizontal,
        Self::LeftDown,
        Self::RightDown,
        Self::VerticalRight,
        Self::VerticalLeft,
        Self::HorizontalDown,
        Self::HorizontalUp,
    ];
}

/// How a macroblock is cut into parts with vectors of their own (RFC 6386 §16.4), in the RFC's
/// order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Split {
    TopBottom,
    LeftRight,
    Quarters,
    Sixteenths,
}

impl Split {
    /// To which part each 4x4 block belongs.
    pub(crate) fn parts(self) -> &'static [u8; 16] {
        match self {
            Self::TopBottom => &[0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1],
            Self::LeftRight => &[0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1],
            Self::Quarters => &[0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 3, 3, 2, 2, 3, 3],
            Self::Sixteenths => &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
        }
    }

    /// Width and height of each part, in samples of luma.
    pub(crate) fn part_size(self) -> (i32, i32) {
        match self {
            Self::TopBottom => (16, 8),
            Self::LeftRight => (8, 16),
            Self::Quarters => (8, 8),
            Self::Sixteenths => (4, 4),
        }
    }

    /// The first 4x4 block of each part.
    pub(crate) fn first_blocks(self) -> &'static [usize] {
        match self {
            Self::TopBottom => &[0, 8],
            Self::LeftRight => &[0, 2],
            Self::Quarters => &[0, 2, 8, 10],
            Self::Sixteenths => &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
        }
    }
}

/// Where a macroblock's vector comes from (RFC 6386 §16.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum VectorMode {
    Zero,
    Nearest,
    Near,
    New,
    Split(Split),
}

/// An earlier frame that is predicted from (RFC 6386 §9.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reference {
    Last,
    Golden,
    Altref,
}

/// How the luma of a macroblock is predicted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// As a whole, from what is around it.
    Intra(IntraMode),
    /// In 4x4 blocks, from what is around each.
    Blocks,
    /// From another frame.
    Inter(Reference, VectorMode),
}

/// All that is said about a macroblock before its coefficients.
#[derive(Clone, Debug)]
pub(crate) struct Macroblock {
    pub(crate) mode: Mode,
    /// Of chroma, if it is not predicted from another frame.
    pub(crate) chroma: IntraMode,
    /// Which of the frame's quantizers and filter levels it takes.
    pub(crate) segment: u8,
    /// Whether there are any coefficients at all.
    pub(crate) has_coefficients: bool,
    /// Of the whole, or of the last part; zero if it is predicted from what is around it.
    pub(crate) vector: Vector,
    /// What a new vector is said against.
    pub(crate) best: Vector,
    /// The survey's counts, which give the probabilities of the mode.
    pub(crate) counts: [u8; 4],
    /// Of each block, where luma is predicted in blocks.
    pub(crate) block_modes: [BlockMode; 16],
    /// Of each block, where the macroblock is split.
    pub(crate) vectors: [Vector; 16],
}

impl Default for Macroblock {
    fn default() -> Self {
        Self {
            mode: Mode::Intra(IntraMode::Dc),
            chroma: IntraMode::Dc,
            segment: 0,
            has_coefficients: false,
            vector: Vector::ZERO,
            best: Vector::ZERO,
            counts: [0; 4],
            block_modes: [BlockMode::Dc; 16],
            vectors: [Vector::ZERO; 16],
        }
    }
}

impl Macroblock {
    /// Whether it is predicted from another frame.
    pub(crate) fn is_inter(&self) -> bool {
        matches!(self.mode, Mode::Inter(..))
    }

    /// Whether its parts have vectors of their own.
    pub(crate) fn is_split(&self) -> bool {
        matches!(self.mode, Mode::Inter(_, VectorMode::Split(_)))
    }

    /// Whether the first coefficients of its luma blocks are coded in a block of their own
    /// (RFC 6386 §13).
    pub(crate) fn has_y2(&self) -> bool {
        !self.is_split() && self.mode != Mode::Blocks
    }

    /// What it says to its neighbours about vectors.
    pub(crate) fn neighbour(&self) -> Neighbour {
        Neighbour {
            inter: self.is_inter(),
            split: self.is_split(),
            vector: self.vector,
        }
    }

    /// The vector of a 4x4 block, zero if it is not predicted from another frame.
    pub(crate) fn block_vector(&self, block: usize) -> Vector {
        match self.is_split() {
            true => self.vectors[block],
            false => self.vector,
        }
    }

    /// The mode of a 4x4 block, or what neighbours take the whole for.
    pub(crate) fn block_mode(&self, block: usize) -> BlockMode {
        match self.mode {
            Mode::Blocks => self.block_modes[block],
            Mode::Intra(mode) => mode.as_block_mode(),
            Mode::Inter(..) => BlockMode::Dc,
        }
    }
}
