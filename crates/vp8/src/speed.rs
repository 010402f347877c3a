//! How much work goes into each macroblock.

use crate::macroblock::{IntraMode, Split};
use crate::search::{Fraction, SearchEffort};

/// How much work goes into making a frame smaller, or better at the same size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Speed {
    /// The least work: for large live pictures.
    Fastest,
    /// For live pictures.
    #[default]
    Live,
    /// For live pictures on a machine that has time.
    Balanced,
    /// For what is kept.
    Thorough,
    /// All that this encoder can do.
    Slowest,
}

impl Speed {
    /// All of them, the fastest first.
    pub const ALL: [Self; 5] = [
        Self::Fastest,
        Self::Live,
        Self::Balanced,
        Self::Thorough,
        Self::Slowest,
    ];
}

/// What is tried in frames that are no key frames. In those, which all others follow, every mode
/// is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Effort {
    pub(crate) search: SearchEffort,
    /// Golden is searched as the last frame is, not only where it stood.
    pub(crate) golden_search: bool,
    /// How many modes of 4x4 blocks are tried, the likeliest first.
    pub(crate) block_modes: usize,
    /// How macroblocks may be split into parts with vectors of their own.
    pub(crate) splits: &'static [Split],
    /// They are only tried where one vector leaves a larger difference than so many of the
    /// quantizer's steps.
    pub(crate) split_difference: u32,
    /// Only what is said in the fewest bits: no motion, or the first mode of whole macroblocks.
    pub(crate) plain: bool,
}

impl Effort {
    /// The modes of macroblocks that are predicted as a whole from what is around them.
    pub(crate) fn whole_modes(&self) -> &'static [IntraMode] {
        match self.plain {
            true => &[IntraMode::Dc],
            false => &IntraMode::ALL,
        }
    }

    pub(crate) fn new(speed: Speed) -> Self {
        let search = |first_step, far_step, steps, fraction| SearchEffort {
            first_step,
            far_step,
            steps,
            fraction,
        };
        match speed {
            Speed::Fastest => Self {
                search: search(4, 32, 8, Fraction::Estimated),
                golden_search: false,
                block_modes: 4,
                splits: &[],
                split_difference: 0,
                plain: false,
            },
            Speed::Live => Self {
                search: search(4, 32, 8, Fraction::Estimated),
                golden_search: true,
                block_modes: 4,
                splits: &[Split::Quarters],
                split_difference: 16,
                plain: false,
            },
            Speed::Balanced => Self {
                search: search(8, 64, 16, Fraction::Exhaustive),
                golden_search: true,
                block_modes: 10,
                splits: &[Split::Quarters],
                split_difference: 16,
                plain: false,
            },
            Speed::Thorough => Self {
                search: search(8, 64, 16, Fraction::Exhaustive),
                golden_search: true,
                block_modes: 10,
                splits: &[Split::Quarters, Split::TopBottom, Split::LeftRight],
                split_difference: 8,
                plain: false,
            },
            Speed::Slowest => Self {
                search: search(16, 64, 32, Fraction::Exhaustive),
                golden_search: true,
                block_modes: 10,
                splits: &[
                    Split::Quarters,
                    Split::TopBottom,
                    Split::LeftRight,
                    Split::Sixteenths,
                ],
                split_difference: 0,
                plain: false,
            },
        }
    }
}
