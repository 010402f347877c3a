//! What is encoded: a picture in planes.

use crate::Error;

/// A picture in 4:2:0: a plane of luma and two of chroma with half of its size, rounded up.
///
/// It borrows its samples. Rows may be longer than the picture is wide.
#[derive(Clone, Copy, Debug)]
pub struct Picture<'a> {
    width: u16,
    height: u16,
    planes: [(&'a [u8], usize); 3],
}

impl<'a> Picture<'a> {
    /// A picture of three planes, each with its stride: the distance from one row to the next,
    /// in samples.
    ///
    /// # Errors
    ///
    /// [`Error::UnsupportedSize`] if a side is 0 or above 16383, [`Error::TooFewSamples`] if a
    /// plane has fewer samples than its rows need.
    pub fn new(
        width: u16,
        height: u16,
        y: (&'a [u8], usize),
        u: (&'a [u8], usize),
        v: (&'a [u8], usize),
    ) -> Result<Self, Error> {
        check_size(width, height)?;
        let planes = [y, u, v];
        for (plane, (samples, stride)) in planes.into_iter().enumerate() {
            let (width, height) = plane_size(width, height, plane);
            let needed = stride
                .checked_mul(height - 1)
                .and_then(|rows| rows.checked_add(width));
            if stride < width || needed.is_none_or(|needed| samples.len() < needed) {
                return Err(Error::TooFewSamples {
                    samples: samples.len(),
                    width,
                    height,
                    stride,
                });
            }
        }
        Ok(Self {
            width,
            height,
            planes,
        })
    }

    /// A picture whose three planes follow each other without gaps, as I420 is stored.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn i420(width: u16, height: u16, samples: &'a [u8]) -> Result<Self, Error> {
        check_size(width, height)?;
        let [luma, chroma] = [0, 1].map(|plane| plane_size(width, height, plane));
        let (luma_len, chroma_len) = (luma.0 * luma.1, chroma.0 * chroma.1);
        if samples.len() < luma_len + 2 * chroma_len {
            return Err(Error::TooFewSamples {
                samples: samples.len(),
                width: luma.0,
                height: luma.1,
                stride: luma.0,
            });
        }
        let (y, rest) = samples.split_at(luma_len);
        let (u, v) = rest.split_at(chroma_len);
        Self::new(width, height, (y, luma.0), (u, chroma.0), (v, chroma.0))
    }

    /// In samples of luma.
    pub fn width(&self) -> u16 {
        self.width
    }

    /// In samples of luma.
    pub fn height(&self) -> u16 {
        self.height
    }

    /// The samples of plane 0 (luma), 1 or 2 (chroma), and their stride.
    ///
    /// # Panics
    ///
    /// If there is no such plane.
    pub fn plane(&self, plane: usize) -> (&'a [u8], usize) {
        self.planes[plane]
    }

    /// Width and height of a plane, in samples.
    pub(crate) fn plane_size(&self, plane: usize) -> (usize, usize) {
        plane_size(self.width, self.height, plane)
    }
}

/// Whether a frame's header can say this size (RFC 6386 §9.1).
pub(crate) fn check_size(width: u16, height: u16) -> Result<(), Error> {
    const LONGEST: u16 = (1 << 14) - 1;
    if (1..=LONGEST).contains(&width) && (1..=LONGEST).contains(&height) {
        Ok(())
    } else {
        Err(Error::UnsupportedSize { width, height })
    }
}

fn plane_size(width: u16, height: u16, plane: usize) -> (usize, usize) {
    let (width, height) = (usize::from(width), usize::from(height));
    match plane {
        0 => (width, height),
        _ => (width.div_ceil(2), height.div_ceil(2)),
    }
}
