//! Rectangles on an I420 picture.

use media_recorder_types::{FrameSize, PixelFormat};

/// A colour in BT.709, studio range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Yuv(pub(super) u8, pub(super) u8, pub(super) u8);

pub(super) const BLACK: Yuv = Yuv(16, 128, 128);
pub(super) const WHITE: Yuv = Yuv(235, 128, 128);

/// A part of a picture, in pixels; what lies outside of the picture is not painted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rect {
    pub(super) x: usize,
    pub(super) y: usize,
    pub(super) width: usize,
    pub(super) height: usize,
}

impl Rect {
    pub(super) fn new(x: usize, y: usize, width: usize, height: usize) -> Self {
        Self {
            x,
            y,
            width,
            height,
        }
    }
}

/// The three planes of an I420 picture in one buffer.
pub(super) struct Painter<'a> {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) luma: &'a mut [u8],
    pub(super) chroma: [&'a mut [u8]; 2],
}

impl<'a> Painter<'a> {
    /// `picture` has the length of an I420 picture of `size`.
    pub(super) fn new(size: FrameSize, picture: &'a mut [u8]) -> Self {
        let luma_len = size.width as usize * size.height as usize;
        debug_assert_eq!(picture.len(), PixelFormat::I420.packed_len(size));
        let (luma, chroma) = picture.split_at_mut(luma_len);
        let (u, v) = chroma.split_at_mut(chroma.len() / 2);
        Self {
            width: size.width as usize,
            height: size.height as usize,
            luma,
            chroma: [u, v],
        }
    }

    /// Chroma samples in a row.
    pub(super) fn chroma_width(&self) -> usize {
        self.width.div_ceil(2)
    }

    pub(super) fn fill(&mut self, rect: Rect, color: Yuv) {
        let right = (rect.x.saturating_add(rect.width)).min(self.width);
        let bottom = (rect.y.saturating_add(rect.height)).min(self.height);
        if rect.x >= right || rect.y >= bottom {
            return;
        }
        for row in self
            .luma
            .chunks_exact_mut(self.width)
            .take(bottom)
            .skip(rect.y)
        {
            row[rect.x..right].fill(color.0);
        }
        let chroma_width = self.chroma_width();
        for (plane, value) in self.chroma.iter_mut().zip([color.1, color.2]) {
            let rows = plane.chunks_exact_mut(chroma_width);
            for row in rows.take(bottom.div_ceil(2)).skip(rect.y / 2) {
                row[rect.x / 2..right.div_ceil(2)].fill(value);
            }
        }
    }
}
