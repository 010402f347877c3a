//! Prediction of whole planes from what is above and to the left (RFC 6386 §12.2, §12.3).

use crate::macroblock::IntraMode;

/// The samples around one plane of a macroblock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Surroundings<const SIDE: usize> {
    pub(crate) above: [u8; SIDE],
    pub(crate) left: [u8; SIDE],
    /// The sample above and to the left.
    pub(crate) corner: u8,
    /// Whether there is a macroblock above, and one to the left.
    pub(crate) has_above: bool,
    pub(crate) has_left: bool,
}

impl<const SIDE: usize> Surroundings<SIDE> {
    /// Predicts the plane into rows without gaps.
    #[inline(always)]
    pub(crate) fn predict(&self, mode: IntraMode, out: &mut [u8]) {
        let rows = out.as_chunks_mut::<SIDE>().0;
        match mode {
            IntraMode::Dc => out.fill(self.average()),
            IntraMode::Vertical => rows.fill(self.above),
            IntraMode::Horizontal => {
                for (row, left) in rows.iter_mut().zip(self.left) {
                    *row = [left; SIDE];
                }
            }
            IntraMode::TrueMotion => {
                for (row, left) in rows.iter_mut().zip(self.left) {
                    let offset = i16::from(left) - i16::from(self.corner);
                    *row = self
                        .above
                        .map(|above| (i16::from(above) + offset).clamp(0, 255) as u8);
                }
            }
        }
    }

    fn average(&self) -> u8 {
        let sum = |samples: &[u8; SIDE]| samples.iter().map(|s| u32::from(*s)).sum::<u32>();
        let side = SIDE as u32;
        let average = match (self.has_above, self.has_left) {
            (true, true) => (sum(&self.above) + sum(&self.left) + side) / (2 * side),
            (true, false) => (sum(&self.above) + side / 2) / side,
            (false, true) => (sum(&self.left) + side / 2) / side,
            (false, false) => 128,
        };
        average as u8
    }
}
