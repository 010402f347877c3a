//! The quantizers of a frame's segment.

use crate::kernels::BlockQuantizer;
use crate::tables::steps::{AC_STEPS, DC_STEPS};

/// The coarsest quantizer.
pub(crate) const MAX_INDEX: u8 = 127;

/// How one segment's coefficients are quantized, and what a bit is worth there.
#[derive(Clone, Debug)]
pub(crate) struct Quantizer {
    pub(crate) luma: BlockQuantizer,
    /// Of luma blocks whose first coefficients have a block of their own.
    pub(crate) luma_after_y2: BlockQuantizer,
    /// Of the first coefficients of the luma blocks.
    pub(crate) y2: BlockQuantizer,
    pub(crate) chroma: BlockQuantizer,
    /// Of most coefficients of luma.
    pub(crate) step: u32,
    /// What a bit costs in sums of absolute differences, in 256ths: compares predictions.
    pub(crate) bit_price: u32,
    /// A macroblock of luma that differs less may be still: what remains then is for the three
    /// below to say.
    pub(crate) still_difference: u32,
    /// It is still up to these sums: of the squared differences and of the differences in luma,
    /// and of the squared differences in a plane of chroma.
    pub(crate) still_luma_error: u32,
    pub(crate) still_luma_sum: u32,
    pub(crate) still_chroma_error: u32,
    /// No better prediction is looked for if a macroblock differs less.
    pub(crate) good_difference: u32,
    /// Nor one of 4x4 blocks.
    pub(crate) blocks_difference: u32,
}

/// How values between two levels are rounded, in 128ths of a step (64 is to the nearest):
/// what lies below rarely is worth its bits.
struct Rounding {
    luma: u16,
    y2: u16,
    chroma: u16,
}

const INTRA: Rounding = Rounding {
    luma: 48,
    y2: 56,
    chroma: 48,
};
const INTER: Rounding = Rounding {
    luma: 38,
    y2: 48,
    chroma: 42,
};

impl Quantizer {
    /// The steps of an index (RFC 6386 §9.6, §14.1).
    pub(crate) fn new(index: u8, key: bool) -> Self {
        let at = usize::from(index.min(MAX_INDEX));
        let (dc, ac) = (DC_STEPS[at] as u16, AC_STEPS[at] as u16);
        let step = u32::from(ac);
        let rounding = if key { INTRA } else { INTER };
        let quantizer = |dc, ac, rounding| BlockQuantizer::new(dc, ac, rounding, 0);
        let luma = quantizer(dc, ac, rounding.luma);
        Self {
            luma_after_y2: luma.without_first(),
            luma,
            y2: quantizer(dc * 2, (ac * 155 / 100).max(8), rounding.y2),
            chroma: quantizer(dc.min(132), ac, rounding.chroma),
            step,
            bit_price: step * 256 * 18 / 100,
            still_difference: 6 * step,
            still_luma_error: step * step / 16,
            // The first coefficient of Y2 is a quarter of the sum.
            still_luma_sum: u32::from(dc) * 2 * 4 * 5 / 8,
            still_chroma_error: step * step / 32,
            good_difference: 3 * step,
            blocks_difference: 40 * step,
        }
    }

    /// For a frame that shows the last one again: whatever the picture is, it is still.
    pub(crate) fn of_repetition() -> Self {
        Self {
            still_difference: u32::MAX,
            still_luma_error: u32::MAX,
            still_luma_sum: u32::MAX,
            still_chroma_error: u32::MAX,
            ..Self::new(MAX_INDEX, false)
        }
    }
}
