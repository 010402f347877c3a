//! Where I420 goes.

use media_recorder_types::FrameSize;

use super::chroma;

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

    /// The picture's size in pixels.
    pub fn size(&self) -> FrameSize {
        self.size
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
        let (half_width, half_height) = chroma(size);
        let len = size.width as usize * size.height as usize + 2 * half_width * half_height;
        Self {
            size,
            data: vec![0; len],
        }
    }

    /// The picture's size in pixels.
    pub fn size(&self) -> FrameSize {
        self.size
    }

    /// Y, U, V.
    pub fn planes(&self) -> [&[u8]; 3] {
        let (luma, chroma) = self.data.split_at(self.luma_len());
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
        let (size, strides) = (self.size, self.strides());
        let luma_len = self.luma_len();
        let (luma, chroma) = self.data.split_at_mut(luma_len);
        let (u, v) = chroma.split_at_mut(chroma.len() / 2);
        I420Mut {
            size,
            planes: [luma, u, v],
            strides,
        }
    }

    fn luma_len(&self) -> usize {
        self.size.width as usize * self.size.height as usize
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
}
