//! Frames as a decoder has them: whole macroblocks, with a border for vectors that point outside.

/// What surrounds a luma plane, in samples: a macroblock may be predicted from one macroblock
/// beyond the picture, and the filters reach a few samples further.
const LUMA_BORDER: usize = 32;
const CHROMA_BORDER: usize = 16;

/// One plane of a frame.
#[derive(Clone, Debug)]
pub(crate) struct Plane {
    pub(crate) samples: Vec<u8>,
    pub(crate) stride: usize,
    /// The index of the top left sample of the picture.
    pub(crate) origin: usize,
    width: usize,
    height: usize,
}

impl Plane {
    fn new(width: usize, height: usize, border: usize) -> Self {
        let stride = width + 2 * border;
        Self {
            samples: vec![0; stride * (height + 2 * border)],
            stride,
            origin: border * stride + border,
            width,
            height,
        }
    }

    /// The index of a sample, which may lie in the border.
    #[inline(always)]
    pub(crate) fn index(&self, x: i32, y: i32) -> usize {
        let offset = y as isize * self.stride as isize + x as isize;
        self.origin.wrapping_add_signed(offset)
    }

    /// Takes over rows that follow each other without gaps, from row `y` on.
    fn store_rows(&mut self, y: usize, rows: &[u8]) {
        for (row, samples) in rows.chunks_exact(self.width).enumerate() {
            let at = self.origin + (y + row) * self.stride;
            self.samples[at..at + self.width].copy_from_slice(samples);
        }
    }

    /// A row of the picture.
    pub(crate) fn row(&self, y: usize) -> &[u8] {
        let at = self.origin + y * self.stride;
        &self.samples[at..at + self.width]
    }

    /// Repeats the samples at the sides all over the border (RFC 6386 §5).
    fn extend(&mut self) {
        let (stride, border) = (self.stride, self.origin % self.stride);
        let first = self.origin - border;
        let end = first + self.height * stride;
        for row in self.samples[first..end].chunks_exact_mut(stride) {
            let (left, right) = (row[border], row[border + self.width - 1]);
            row[..border].fill(left);
            row[border + self.width..].fill(right);
        }
        for row in 0..border {
            self.samples
                .copy_within(first..first + stride, row * stride);
            self.samples
                .copy_within(end - stride..end, end + row * stride);
        }
    }
}

/// A frame of whole macroblocks.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    /// Luma and the two of chroma.
    pub(crate) planes: [Plane; 3],
}

impl Frame {
    /// A frame of so many macroblocks.
    pub(crate) fn new(columns: usize, rows: usize) -> Self {
        let chroma = Plane::new(columns * 8, rows * 8, CHROMA_BORDER);
        Self {
            planes: [
                Plane::new(columns * 16, rows * 16, LUMA_BORDER),
                chroma.clone(),
                chroma,
            ],
        }
    }

    /// Takes over a row of macroblocks, without gaps between its samples.
    pub(crate) fn store_row(&mut self, row: usize, planes: &[Vec<u8>; 3]) {
        for ((plane, rows), side) in self.planes.iter_mut().zip(planes).zip([16, 8, 8]) {
            plane.store_rows(row * side, rows);
        }
    }

    /// Makes the borders of what is inside.
    pub(crate) fn extend(&mut self) {
        self.planes.iter_mut().for_each(Plane::extend);
    }
}
