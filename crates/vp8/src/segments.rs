//! Which macroblocks get a finer quantizer than others (RFC 6386 §9.3): flat ones, in which
//! every error shows, at the cost of busy ones, which hide it.

use crate::Picture;
use crate::kernels::Kernels;
use crate::quantizer::MAX_INDEX;
use crate::samples::LUMA_STRIDE;

const ORDINARY: u8 = 0;
const FLAT: u8 = 1;
const BUSY: u8 = 2;
/// How much less or more activity than the mean makes a macroblock flat or busy, as a power of
/// two of its variance.
const FAR_FROM_MEAN: u32 = 2;
/// By what part of the quantizer theirs differs.
const PART: u8 = 10;

/// Each segment's quantizer, in a frame with this one.
pub(crate) fn quantizers(quantizer: u8) -> [u8; 4] {
    let part = quantizer / PART;
    let mut all = [quantizer; 4];
    all[usize::from(FLAT)] = quantizer - part;
    all[usize::from(BUSY)] = (quantizer + part).min(MAX_INDEX);
    all
}

/// Each macroblock's segment, row by row. `size` is in macroblocks.
pub(crate) fn by_activity(
    kernels: Kernels,
    picture: &Picture<'_>,
    (columns, rows): (usize, usize),
) -> Vec<u8> {
    let activities: Vec<Option<u32>> = (0..columns * rows)
        .map(|index| activity(kernels, picture, index % columns, index / columns))
        .collect();
    let known = activities.iter().flatten();
    let mean = known.clone().sum::<u32>() / known.count().max(1) as u32;
    let segment = |activity: Option<u32>| match activity {
        Some(activity) if activity + FAR_FROM_MEAN < mean => FLAT,
        Some(activity) if activity > mean + FAR_FROM_MEAN => BUSY,
        _ => ORDINARY,
    };
    activities.into_iter().map(segment).collect()
}

/// The logarithm of a macroblock's variance, unless it is partly outside of the picture.
fn activity(kernels: Kernels, picture: &Picture<'_>, column: usize, row: usize) -> Option<u32> {
    const GRAY: [u8; 256] = [128; 256];
    let (samples, stride) = picture.plane(0);
    let (x, y) = (column * 16, row * 16);
    if x + 16 > picture.width().into() || y + 16 > picture.height().into() {
        return None;
    }
    let source = &samples[y * stride + x..];
    let (sum, squares) = kernels.variance16x16(source, stride, &GRAY, LUMA_STRIDE);
    let mean_squared = (i64::from(sum) * i64::from(sum) / 256) as u32;
    Some(((squares - mean_squared) / 256 + 1).ilog2())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_flat_is_finer_and_what_is_busy_coarser() {
        // Four macroblocks: flat, two of waves, busy; and a part of one.
        const WIDTH: u16 = 70;
        let mut samples = vec![90; usize::from(WIDTH) * 16 * 3 / 2];
        for (n, sample) in samples[..usize::from(WIDTH) * 16].iter_mut().enumerate() {
            let (x, y) = (n % usize::from(WIDTH), n / usize::from(WIDTH));
            *sample += match x / 16 {
                0 => 0,
                3 => (x * 7919 + y * 104_729) as u8 % 160,
                _ => (x + y) as u8 % 16,
            };
        }
        let picture = Picture::i420(WIDTH, 16, &samples).expect("all samples are there");
        let segments = by_activity(Kernels::detect(), &picture, (5, 1));
        assert_eq!(segments, [FLAT, ORDINARY, ORDINARY, BUSY, ORDINARY]);
        for quantizer in [0, 60, 127] {
            let [ordinary, flat, busy, _] = quantizers(quantizer);
            assert!(flat <= ordinary && ordinary == quantizer && busy >= quantizer);
            assert!(busy <= MAX_INDEX);
        }
    }
}
