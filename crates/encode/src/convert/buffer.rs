//! Where I420 goes.

use media_recorder_types::{FrameSize, PixelFormat};
use rayon::prelude::*;

use super::chroma;

/// Pixels that one thread converts at a time: less would cost more in waking threads than they
/// save.
const BAND_PIXELS: usize = 256 * 1024;

/// Borrowed planes to write a picture into: Y, U, V, each exactly its rows of `stride` bytes.
#[derive(Debug)]
pub struct I420Mut<'a> {
    size: FrameSize,
    pub(super) planes: [&'a mut [u8]; 3],
    pub(super) strides: [usize; 3],
}

impl<'a> I420Mut<'a> {
    /// `strides` are the bytes from row to row. `None` if the planes cannot hold all rows of a
    /// picture of `size`, each `stride` bytes long.
    pub fn new(size: FrameSize, planes: [&'a mut [u8]; 3], strides: [usize; 3]) -> Option<Self> {
        let luma = (size.width as usize, size.height as usize);
        let chroma = chroma(size);
        let [y, u, v] = planes;
        let shapes = [luma, chroma, chroma];
        if !size.is_valid() || shapes.iter().zip(strides).any(|(shape, s)| s < shape.0) {
            return None;
        }
        let rows = |plane: &'a mut [u8], stride: usize, (_, rows): (usize, usize)| {
            plane.get_mut(..stride.checked_mul(rows)?)
        };
        Some(Self {
            size,
            planes: [
                rows(y, strides[0], luma)?,
                rows(u, strides[1], chroma)?,
                rows(v, strides[2], chroma)?,
            ],
            strides,
        })
    }

    /// Y, U and V one after another in `data`, which must be as long as a picture of `size`, in
    /// rows without padding.
    pub(super) fn packed(size: FrameSize, data: &'a mut [u8]) -> Self {
        let (half_width, _) = chroma(size);
        let (luma, chroma) = data.split_at_mut(size.pixels() as usize);
        let (u, v) = chroma.split_at_mut(chroma.len() / 2);
        Self {
            size,
            planes: [luma, u, v],
            strides: [size.width as usize, half_width, half_width],
        }
    }

    /// The picture's size in pixels.
    pub fn size(&self) -> FrameSize {
        self.size
    }

    /// Gives `write` the picture in bands of whole row pairs, each with the number of its first
    /// row: large pictures on rayon's threads, small ones at once and on this thread.
    pub(super) fn in_bands(self, write: impl Fn(usize, I420Mut<'_>) + Sync) {
        let (width, height) = (self.size.width, self.size.height as usize);
        let pairs = (BAND_PIXELS / (2 * width as usize)).max(1);
        if height.div_ceil(2) <= pairs {
            return write(0, self);
        }
        let strides = self.strides;
        let [y, u, v] = self.planes;
        y.par_chunks_mut(2 * pairs * strides[0])
            .zip(u.par_chunks_mut(pairs * strides[1]))
            .zip(v.par_chunks_mut(pairs * strides[2]))
            .enumerate()
            .for_each(|(index, ((y, u), v))| {
                let first = index * 2 * pairs;
                let rows = (height - first).min(2 * pairs) as u32;
                let band = I420Mut {
                    size: FrameSize::new(width, rows),
                    planes: [y, u, v],
                    strides,
                };
                write(first, band);
            });
    }
}

/// A picture in I420, rows without padding. Meant to be reused.
#[derive(Clone, Debug)]
pub struct I420Buffer {
    size: FrameSize,
    data: Vec<u8>,
}

impl I420Buffer {
    /// A buffer for pictures of `size` (sides below 1 count as 1).
    pub fn new(size: FrameSize) -> Self {
        let size = FrameSize::new(size.width.max(1), size.height.max(1));
        Self {
            size,
            data: vec![0; PixelFormat::I420.packed_len(size)],
        }
    }

    /// The picture's size in pixels.
    pub fn size(&self) -> FrameSize {
        self.size
    }

    /// Y, U, V.
    pub fn planes(&self) -> [&[u8]; 3] {
        let (luma, chroma) = self.data.split_at(self.size.pixels() as usize);
        let (u, v) = chroma.split_at(chroma.len() / 2);
        [luma, u, v]
    }

    /// Bytes from row to row, by plane.
    pub fn strides(&self) -> [usize; 3] {
        let (half_width, _) = chroma(self.size);
        [self.size.width as usize, half_width, half_width]
    }

    /// The planes to write into.
    pub fn as_mut(&mut self) -> I420Mut<'_> {
        I420Mut::packed(self.size, &mut self.data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planes_must_hold_the_picture() {
        let size = FrameSize::new(3, 3);
        let (mut y, mut u, mut v) = ([0; 4 + 4 + 4], [0; 4], [0; 4]);
        assert!(I420Mut::new(size, [&mut y, &mut u, &mut v], [4, 2, 2]).is_some());
        assert!(I420Mut::new(size, [&mut y[1..], &mut u, &mut v], [4, 2, 2]).is_none());
        assert!(I420Mut::new(size, [&mut y, &mut u, &mut v], [2, 2, 2]).is_none());
        assert!(I420Mut::new(size, [&mut y, &mut u, &mut v], [usize::MAX, 2, 2]).is_none());
        let none = FrameSize::new(0, 3);
        assert!(I420Mut::new(none, [&mut y, &mut u, &mut v], [4, 2, 2]).is_none());
    }

    #[test]
    fn bands_are_all_of_the_picture_once() {
        // One band, several with a shorter last one, and rows that are a band each.
        for (width, height) in [(3, 3), (1280, 721), (1920, 1080), (65_535, 11)] {
            let mut picture = I420Buffer::new(FrameSize::new(width, height));
            picture.as_mut().in_bands(|first, band| {
                assert_eq!(first % 2, 0);
                let rows = band.size().height as usize;
                assert_eq!(band.size().width, width);
                let lens = band.planes.each_ref().map(|plane| plane.len());
                let [y, u, v] = band.strides;
                assert_eq!(lens, [rows * y, rows.div_ceil(2) * u, rows.div_ceil(2) * v]);
                for plane in band.planes {
                    plane.iter_mut().for_each(|sample| *sample += 1);
                }
            });
            for plane in picture.planes() {
                assert!(plane.iter().all(|&sample| sample == 1), "{width}x{height}");
            }
        }
    }
}
