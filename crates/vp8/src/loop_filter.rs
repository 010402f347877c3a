//! Which edges the loop filter smooths, and how much (RFC 6386 §9.4, §15).

use crate::frame::Frame;
use crate::header::FilterAdjustments;
use crate::kernels::{EdgeLimits, Kernels};
use crate::macroblock::{Macroblock, Mode, Reference, VectorMode};

/// The highest level.
pub(crate) const MAX_LEVEL: u8 = 63;

/// The loop filter of one frame.
#[derive(Clone, Debug)]
pub(crate) struct LoopFilter {
    pub(crate) key: bool,
    /// Luma alone, with fewer comparisons.
    pub(crate) simple: bool,
    /// Of each segment.
    pub(crate) levels: [u8; 4],
    pub(crate) sharpness: u8,
    pub(crate) adjustments: FilterAdjustments,
}

/// The limits of one macroblock's edges.
struct Limits {
    outer: EdgeLimits,
    inner: EdgeLimits,
}

impl LoopFilter {
    /// Whether it leaves the whole frame as it is. The level in the frame's header is the
    /// highest one of the segments, so that a decoder sees the same.
    pub(crate) fn is_off(&self) -> bool {
        self.levels == [0; 4]
    }

    /// Filters a row of macroblocks, when the row above was filtered and this one is complete.
    pub(crate) fn filter_row(
        &self,
        kernels: Kernels,
        frame: &mut Frame,
        row: usize,
        macroblocks: &[Macroblock],
    ) {
        if self.is_off() {
            return;
        }
        let [luma, u, v] = &mut frame.planes;
        for (column, macroblock) in macroblocks.iter().enumerate() {
            let Some(limits) = self.limits(macroblock) else {
                continue;
            };
            // Without coefficients there are no edges inside (RFC 6386 §15.1).
            let has_inner = macroblock.has_coefficients || !macroblock.has_y2();
            let (y, stride) = (&mut luma.samples[..], luma.stride);
            let at = luma.origin + row * 16 * stride + column * 16;
            let Limits { outer, inner } = limits;
            if self.simple {
                if column > 0 {
                    kernels.simple_left_edge(y, at, stride, outer.edge);
                }
                if has_inner {
                    kernels.simple_inner_columns(y, at, stride, inner.edge);
                }
                if row > 0 {
                    kernels.simple_top_edge(y, at, stride, outer.edge);
                }
                if has_inner {
                    kernels.simple_inner_rows(y, at, stride, inner.edge);
                }
                continue;
            }
            let chroma_stride = u.stride;
            let chroma_at = u.origin + row * 8 * chroma_stride + column * 8;
            let (u, v) = (&mut u.samples[..], &mut v.samples[..]);
            if column > 0 {
                kernels.luma_left_edge(y, at, stride, outer);
                kernels.chroma_left_edge([&mut *u, &mut *v], chroma_at, chroma_stride, outer);
            }
            if has_inner {
                kernels.luma_inner_columns(y, at, stride, inner);
                kernels.chroma_inner_column([&mut *u, &mut *v], chroma_at, chroma_stride, inner);
            }
            if row > 0 {
                kernels.luma_top_edge(y, at, stride, outer);
                kernels.chroma_top_edge([&mut *u, &mut *v], chroma_at, chroma_stride, outer);
            }
            if has_inner {
                kernels.luma_inner_rows(y, at, stride, inner);
                kernels.chroma_inner_row([&mut *u, &mut *v], chroma_at, chroma_stride, inner);
            }
        }
    }

    fn limits(&self, macroblock: &Macroblock) -> Option<Limits> {
        let level = self.level(macroblock);
        if level == 0 {
            return None;
        }
        let mut interior = level;
        if self.sharpness > 0 {
            interior >>= if self.sharpness > 4 { 2 } else { 1 };
            interior = interior.min(9 - self.sharpness);
        }
        let interior = interior.max(1);
        let high_variance = match (self.key, level) {
            (true, 40..) => 2,
            (true, 15..) => 1,
            (false, 40..) => 3,
            (false, 20..) => 2,
            (false, 15..) => 1,
            _ => 0,
        };
        let limits = |level: u8| EdgeLimits {
            edge: level * 2 + interior,
            interior,
            high_variance,
        };
        Some(Limits {
            outer: limits(level + 2),
            inner: limits(level),
        })
    }

    /// A macroblock's level (RFC 6386 §9.4).
    fn level(&self, macroblock: &Macroblock) -> u8 {
        let FilterAdjustments { references, modes } = self.adjustments;
        let level = self.levels[usize::from(macroblock.segment)];
        let adjustment = match macroblock.mode {
            Mode::Intra(_) => references[0],
            Mode::Blocks => references[0] + modes[0],
            Mode::Inter(reference, mode) => {
                let reference = match reference {
                    Reference::Last => references[1],
                    Reference::Golden => references[2],
                    Reference::Altref => references[3],
                };
                reference
                    + match mode {
                        VectorMode::Zero => modes[1],
                        VectorMode::Split(_) => modes[3],
                        _ => modes[2],
                    }
            }
        };
        level.saturating_add_signed(adjustment).min(MAX_LEVEL)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: FilterAdjustments = FilterAdjustments {
        references: [0; 4],
        modes: [0; 4],
    };

    fn limits(key: bool, level: u8, sharpness: u8) -> Option<Limits> {
        let filter = LoopFilter {
            key,
            simple: false,
            levels: [level; 4],
            sharpness,
            adjustments: NONE,
        };
        filter.limits(&Macroblock::default())
    }

    #[test]
    fn limits_are_those_of_the_rfc() {
        // RFC 6386 §15.2, §15.3: level, sharpness, interior limit.
        for (level, sharpness, interior) in [
            (1, 0, 1),
            (32, 0, 32),
            (63, 0, 63),
            (63, 1, 8),
            (12, 4, 5),
            (10, 4, 5),
            (63, 7, 2),
            (2, 5, 1),
        ] {
            let Limits { outer, inner } = limits(true, level, sharpness).expect("it is on");
            assert_eq!((outer.interior, inner.interior), (interior, interior));
            assert_eq!(outer.edge, (level + 2) * 2 + interior);
            assert_eq!(inner.edge, level * 2 + interior);
        }
        // RFC 6386 §15.3: the threshold of high edge variance.
        for (level, of_key, of_other) in
            [(14, 0, 0), (15, 1, 1), (20, 1, 2), (39, 1, 2), (40, 2, 3)]
        {
            let threshold = |key| limits(key, level, 0).map(|limits| limits.inner.high_variance);
            assert_eq!(threshold(true), Some(of_key), "{level}");
            assert_eq!(threshold(false), Some(of_other), "{level}");
        }
        assert!(limits(true, 0, 0).is_none());
    }

    #[test]
    fn adjustments_keep_the_level_in_its_range() {
        let mut filter = LoopFilter {
            key: false,
            simple: false,
            levels: [60, 10, 1, 0],
            sharpness: 0,
            adjustments: FilterAdjustments {
                references: [2, 0, -2, -2],
                modes: [4, -2, 2, 4],
            },
        };
        let mut macroblock = Macroblock {
            mode: Mode::Blocks,
            ..Macroblock::default()
        };
        assert_eq!(filter.level(&macroblock), 63);
        macroblock.segment = 1;
        macroblock.mode = Mode::Inter(Reference::Golden, VectorMode::Zero);
        assert_eq!(filter.level(&macroblock), 6);
        macroblock.segment = 2;
        assert_eq!(filter.level(&macroblock), 0);
        assert!(!filter.is_off());
        filter.levels = [0; 4];
        assert!(filter.is_off());
    }
}
