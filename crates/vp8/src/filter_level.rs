//! How strong the loop filter is: what the quantizer asks for, and what helped in the frames
//! before.

use crate::Picture;
use crate::frame::Frame;
use crate::kernels::Kernels;
use crate::loop_filter::{LoopFilter, MAX_LEVEL};
use crate::predict::inter::Position;
use crate::worker::RowOutput;

/// A correction to the level, learned from frame to frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct FilterLevel {
    /// In 16ths of the quantizer's level.
    correction: i32,
}

/// The correction's unit, and how far it goes.
const WHOLE: i32 = 16;
const MOST: i32 = 10;
/// One row of macroblocks out of so many is filtered again to see what helps.
const ROWS_PER_TRIAL: usize = 6;

impl FilterLevel {
    /// The level for a frame with this quantizer.
    pub(crate) fn level(self, quantizer: u8) -> u8 {
        let usual = i32::from(quantizer) * 3 / 8;
        let level = usual * (WHOLE + self.correction) / WHOLE;
        level.clamp(0, MAX_LEVEL.into()) as u8
    }

    /// What follows from a frame whose rows came out so: a step towards the level that comes
    /// nearer to the picture. The edges between rows are left out, as they are like all others.
    pub(crate) fn learn(
        &mut self,
        kernels: Kernels,
        picture: &Picture<'_>,
        quantizers: [u8; 4],
        filter: &LoopFilter,
        rows: &[&RowOutput],
    ) {
        let around = [-1, 0, 1].map(|step| Self {
            correction: (self.correction + step).clamp(-MOST, MOST),
        });
        let levels = around.map(|each| quantizers.map(|quantizer| each.level(quantizer)));
        if levels[0] == levels[2] {
            return;
        }
        let Some(columns) = rows.first().map(|row| row.macroblocks.len()) else {
            return;
        };
        let mut scratch = Frame::new(columns, 1);
        let mut errors = [0; 3];
        let some = rows
            .iter()
            .enumerate()
            .skip(rows.len() / 2 % ROWS_PER_TRIAL);
        for (row, output) in some.step_by(ROWS_PER_TRIAL) {
            for (error, levels) in errors.iter_mut().zip(levels) {
                scratch.store_row(0, &output.planes);
                let filter = LoopFilter {
                    levels,
                    ..filter.clone()
                };
                filter.filter_row(kernels, &mut scratch, 0, &output.macroblocks);
                *error += luma_error(kernels, picture, row, &scratch, columns);
            }
        }
        let best = (0..3).min_by_key(|&index| (errors[index], index != 1));
        *self = around[best.unwrap_or(1)];
    }
}

/// The squared differences of a row's luma from the picture, in macroblocks that are all inside.
fn luma_error(
    kernels: Kernels,
    picture: &Picture<'_>,
    row: usize,
    filtered: &Frame,
    columns: usize,
) -> u64 {
    let (samples, stride) = picture.plane(0);
    let inside = (usize::from(picture.width()) / 16).min(columns);
    if (row + 1) * 16 > picture.height().into() {
        return 0;
    }
    let plane = &filtered.planes[0];
    let errors = (0..inside).map(|column| {
        let source = &samples[row * 16 * stride + column * 16..];
        let (x, y) = Position { column, row: 0 }.origin(16);
        let shown = &plane.samples[plane.index(x, y)..];
        let (_, squares) = kernels.variance16x16(source, stride, shown, plane.stride);
        u64::from(squares)
    });
    errors.sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::header::FilterAdjustments;

    const ADJUSTMENTS: FilterAdjustments = FilterAdjustments {
        references: [0; 4],
        modes: [0; 4],
    };

    #[test]
    fn a_correction_is_a_part_of_the_usual_level() {
        let level = |correction, quantizer| FilterLevel { correction }.level(quantizer);
        assert_eq!(
            [0, 40, 127].map(|quantizer| level(0, quantizer)),
            [0, 15, 47]
        );
        assert_eq!(
            [0, 40, 127].map(|quantizer| level(-8, quantizer)),
            [0, 7, 23]
        );
        assert_eq!(
            [0, 40, 127].map(|quantizer| level(MOST, quantizer)),
            [0, 24, 63]
        );
    }

    /// The correction after a frame with such a step between all columns of blocks, which the
    /// picture has too or has not.
    fn learned(step: u8, picture_has_it: bool) -> i32 {
        const SIDE: usize = 64;
        const QUANTIZER: u8 = 80;
        let sample = |n: usize, step: u8| 100 + (n % SIDE / 4 % 2) as u8 * step;
        let chroma = vec![128; SIDE * 8 / 2];
        let mut row = RowOutput::new(SIDE / 16);
        let luma = (0..SIDE * 16).map(|n| sample(n, step)).collect();
        row.planes = [luma, chroma.clone(), chroma];
        for macroblock in &mut row.macroblocks {
            macroblock.has_coefficients = true;
        }
        let in_picture = if picture_has_it { step } else { 0 };
        let mut samples: Vec<u8> = (0..SIDE * SIDE).map(|n| sample(n, in_picture)).collect();
        samples.resize(SIDE * SIDE * 3 / 2, 128);
        let picture = Picture::i420(SIDE as u16, SIDE as u16, &samples);
        let picture = picture.expect("all samples are there");
        let mut level = FilterLevel::default();
        let filter = LoopFilter {
            key: false,
            simple: false,
            levels: [level.level(QUANTIZER); 4],
            sharpness: 0,
            adjustments: ADJUSTMENTS,
        };
        let rows = [&row; SIDE / 16];
        level.learn(Kernels::detect(), &picture, [QUANTIZER; 4], &filter, &rows);
        level.correction
    }

    #[test]
    fn what_comes_nearer_to_the_picture_is_learned() {
        // At level 30, the steepest edge that is smoothed has a step of 36 (RFC 6386 §15.3).
        assert_eq!(learned(36, true), -1);
        assert_eq!(learned(37, false), 1);
        assert_eq!(learned(50, true), 0);
    }
}
