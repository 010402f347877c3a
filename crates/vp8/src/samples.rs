//! The samples of one macroblock.

use crate::Picture;

/// One macroblock of all planes, each without gaps between its rows.
#[derive(Clone, Debug)]
pub(crate) struct Samples {
    pub(crate) y: [u8; 256],
    /// U and V.
    pub(crate) chroma: [[u8; 64]; 2],
}

/// From one row of luma to the next.
pub(crate) const LUMA_STRIDE: usize = 16;
/// From one row of chroma to the next.
pub(crate) const CHROMA_STRIDE: usize = 8;

impl Samples {
    pub(crate) const EMPTY: Self = Self {
        y: [0; 256],
        chroma: [[0; 64]; 2],
    };

    /// Takes a macroblock of a picture. Where the picture ends, its last samples are repeated,
    /// which costs the fewest bits.
    pub(crate) fn load(&mut self, picture: &Picture<'_>, column: usize, row: usize) {
        load::<16>(picture, 0, column, row, &mut self.y);
        let [u, v] = &mut self.chroma;
        load::<8>(picture, 1, column, row, u);
        load::<8>(picture, 2, column, row, v);
    }
}

fn load<const SIDE: usize>(
    picture: &Picture<'_>,
    plane: usize,
    column: usize,
    row: usize,
    out: &mut [u8],
) {
    let (samples, stride) = picture.plane(plane);
    let (width, height) = picture.plane_size(plane);
    let (x, y) = (column * SIDE, row * SIDE);
    let out = out.as_chunks_mut::<SIDE>().0;
    if x + SIDE <= width && y + SIDE <= height {
        for (line, out) in out.iter_mut().enumerate() {
            let at = (y + line) * stride + x;
            out.copy_from_slice(&samples[at..at + SIDE]);
        }
        return;
    }
    let visible = SIDE.min(width - x.min(width - 1));
    for (line, out) in out.iter_mut().enumerate() {
        let at = (y + line).min(height - 1) * stride + x.min(width - 1);
        out[..visible].copy_from_slice(&samples[at..at + visible]);
        out[visible..].fill(samples[at + visible - 1]);
    }
}
