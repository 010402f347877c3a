//! What a decoder shows.

use crate::frame::Frame;

/// The last frame as a decoder shows it, sample for sample.
#[derive(Clone, Copy)]
pub struct Reconstruction<'a> {
    frame: &'a Frame,
    width: u16,
    height: u16,
}

impl<'a> Reconstruction<'a> {
    pub(crate) fn new(frame: &'a Frame, width: u16, height: u16) -> Self {
        Self {
            frame,
            width,
            height,
        }
    }

    /// The rows of plane 0 (luma), 1 or 2 (chroma, half as large, rounded up), from above.
    ///
    /// # Panics
    ///
    /// If there is no such plane.
    pub fn rows(&self, plane: usize) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let (mut width, mut height) = (usize::from(self.width), usize::from(self.height));
        if plane > 0 {
            (width, height) = (width.div_ceil(2), height.div_ceil(2));
        }
        let plane = &self.frame.planes[plane];
        (0..height).map(move |y| &plane.row(y)[..width])
    }

    /// All samples as I420: luma, then the two planes of chroma.
    pub fn to_i420(&self) -> Vec<u8> {
        (0..3)
            .flat_map(|plane| self.rows(plane).flatten().copied())
            .collect()
    }
}

impl std::fmt::Debug for Reconstruction<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reconstruction")
            .field("width", &self.width)
            .field("height", &self.height)
            .finish_non_exhaustive()
    }
}
