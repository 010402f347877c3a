//! What a prediction leaves over.

use crate::kernels::rows::chunk;

#[inline(always)]
pub(in super::super) fn residual(
    source: &[u8],
    source_stride: usize,
    prediction: &[u8],
    prediction_stride: usize,
    out: &mut [i16; 16],
) {
    for (y, row) in out.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        let source: &[u8; 4] = chunk(source, y * source_stride);
        let prediction: &[u8; 4] = chunk(prediction, y * prediction_stride);
        *row = [0, 1, 2, 3].map(|x| i16::from(source[x]) - i16::from(prediction[x]));
    }
}
