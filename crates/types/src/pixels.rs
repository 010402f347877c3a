//! Pixel formats and the shapes of their planes.

use crate::FrameSize;

/// How the pixels of a [`VideoFrame`](crate::VideoFrame) are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PixelFormat {
    /// Planar Y, U, V; chroma halved both ways, odd sizes rounded up; 8 bits.
    I420,
    /// Planar Y, then U and V interleaved; chroma halved both ways; 8 bits.
    Nv12,
    /// Planar Y, then V and U interleaved; chroma halved both ways; 8 bits.
    Nv21,
    /// Planar Y, U, V; chroma halved across only; 8 bits.
    I422,
    /// Packed Y0 U Y1 V, chroma halved across; 8 bits.
    Yuyv,
    /// Packed U Y0 V Y1, chroma halved across; 8 bits.
    Uyvy,
    /// Packed red, green, blue; 8 bits each.
    Rgb,
    /// Packed red, green, blue, alpha; 8 bits each, alpha not premultiplied.
    Rgba,
    /// Packed blue, green, red, alpha; 8 bits each.
    Bgra,
}

/// The least that a plane must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlaneLayout {
    /// Bytes of pixels in a row.
    pub row_bytes: usize,
    /// Rows.
    pub rows: usize,
}

impl PlaneLayout {
    /// All bytes without padding; saturates where they could not be addressed.
    pub const fn bytes(self) -> usize {
        self.row_bytes.saturating_mul(self.rows)
    }
}

impl PixelFormat {
    /// Whether a pixel is red, green and blue; else it is luma and chroma.
    pub const fn is_rgb(self) -> bool {
        matches!(self, Self::Rgb | Self::Rgba | Self::Bgra)
    }

    /// How many planes it has.
    pub const fn plane_count(self) -> usize {
        match self {
            Self::I420 | Self::I422 => 3,
            Self::Nv12 | Self::Nv21 => 2,
            _ => 1,
        }
    }

    /// The least size of plane `index` for a picture of `size`; `None` past the last plane.
    pub fn plane_layout(self, size: FrameSize, index: usize) -> Option<PlaneLayout> {
        if index >= self.plane_count() {
            return None;
        }
        let (width, height) = (size.width as usize, size.height as usize);
        let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
        let (row_bytes, rows) = match (self, index) {
            (Self::I420 | Self::I422 | Self::Nv12 | Self::Nv21, 0) => (width, height),
            (Self::I420, _) => (half_width, half_height),
            (Self::I422, _) => (half_width, height),
            (Self::Nv12 | Self::Nv21, _) => (half_width * 2, half_height),
            (Self::Yuyv | Self::Uyvy, _) => (half_width * 4, height),
            (Self::Rgb, _) => (width * 3, height),
            (Self::Rgba | Self::Bgra, _) => (width * 4, height),
        };
        Some(PlaneLayout { row_bytes, rows })
    }

    /// The bytes of a picture of `size` whose planes follow each other without padding.
    pub fn packed_len(self, size: FrameSize) -> usize {
        (0..self.plane_count())
            .filter_map(|index| self.plane_layout(size, index))
            .map(PlaneLayout::bytes)
            .fold(0, usize::saturating_add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_sides_are_rounded_up_where_chroma_is_halved() {
        let size = FrameSize::new(5, 3);
        for (format, planes) in [
            (PixelFormat::I420, &[(5, 3), (3, 2), (3, 2)][..]),
            (PixelFormat::I422, &[(5, 3), (3, 3), (3, 3)]),
            (PixelFormat::Nv12, &[(5, 3), (6, 2)]),
            (PixelFormat::Nv21, &[(5, 3), (6, 2)]),
            (PixelFormat::Yuyv, &[(12, 3)]),
            (PixelFormat::Uyvy, &[(12, 3)]),
            (PixelFormat::Rgb, &[(15, 3)]),
            (PixelFormat::Rgba, &[(20, 3)]),
            (PixelFormat::Bgra, &[(20, 3)]),
        ] {
            assert_eq!(format.plane_count(), planes.len(), "{format:?}");
            for (index, &(row_bytes, rows)) in planes.iter().enumerate() {
                let layout = format.plane_layout(size, index);
                assert_eq!(layout, Some(PlaneLayout { row_bytes, rows }), "{format:?}");
            }
            assert_eq!(format.plane_layout(size, planes.len()), None);
            let len: usize = planes.iter().map(|(row, rows)| row * rows).sum();
            assert_eq!(format.packed_len(size), len);
        }
    }
}
