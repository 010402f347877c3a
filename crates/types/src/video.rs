//! A picture on its way to an encoder.

use core::fmt;
use core::num::ParseIntError;
use core::str::FromStr;

use alloc::vec::Vec;
use bytes::Bytes;

use crate::{ColorInfo, MediaTime, PixelFormat};

/// Width and height in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FrameSize {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
}

impl FrameSize {
    /// The largest width and height that any format here can carry (16 bits).
    pub const MAX: u32 = 65_535;

    /// A size. Not checked: [`is_valid`](Self::is_valid) says whether a picture can have it.
    pub const fn new(width: u32, height: u32) -> Self {
        Self { width, height }
    }

    /// Whether both sides lie in 1 to [`FrameSize::MAX`].
    pub const fn is_valid(self) -> bool {
        self.width >= 1 && self.height >= 1 && self.width <= Self::MAX && self.height <= Self::MAX
    }

    /// Pixels in all.
    pub const fn pixels(self) -> u64 {
        self.width as u64 * self.height as u64
    }
}

/// `640x360`.
impl fmt::Display for FrameSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

/// The text is not of the form `WIDTHxHEIGHT`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a size is WIDTHxHEIGHT, such as 640x360")]
pub struct FrameSizeError(#[source] Option<ParseIntError>);

impl FromStr for FrameSize {
    type Err = FrameSizeError;

    fn from_str(text: &str) -> Result<Self, FrameSizeError> {
        let (width, height) = text.split_once(['x', 'X']).ok_or(FrameSizeError(None))?;
        let parse = |side: &str| side.parse::<u32>().map_err(|e| FrameSizeError(Some(e)));
        Ok(Self::new(parse(width)?, parse(height)?))
    }
}

/// One plane of a picture: rows of `stride` bytes, the pixels first in each row. The last row
/// may end with its last pixel.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Plane {
    /// The rows.
    pub data: Bytes,
    /// Bytes from the start of a row to the start of the next.
    pub stride: usize,
}

impl Plane {
    /// Rows of `stride` bytes.
    pub fn new(data: Bytes, stride: usize) -> Self {
        Self { data, stride }
    }
}

impl fmt::Debug for Plane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plane")
            .field("len", &self.data.len())
            .field("stride", &self.stride)
            .finish()
    }
}

/// A picture that does not fit its own description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VideoFrameError {
    /// A side is zero or above [`FrameSize::MAX`].
    #[error("a picture of {0} pixels: sides are 1 to 65535")]
    Size(FrameSize),
    /// The format has another number of planes.
    #[error("{format:?} has {expected} planes, not {found}")]
    PlaneCount {
        /// The format.
        format: PixelFormat,
        /// Planes of the format.
        expected: usize,
        /// Planes given.
        found: usize,
    },
    /// A stride is less than a row of pixels.
    #[error("plane {plane}: a stride of {stride} bytes is less than a row of {row_bytes}")]
    Stride {
        /// Which plane, from 0.
        plane: usize,
        /// The stride given, in bytes.
        stride: usize,
        /// A row's pixels, in bytes.
        row_bytes: usize,
    },
    /// A plane is too short.
    #[error("plane {plane}: {found} bytes where {expected} are needed")]
    PlaneLength {
        /// Which plane, from 0.
        plane: usize,
        /// The bytes needed.
        expected: usize,
        /// The bytes given.
        found: usize,
    },
}

/// No format has more.
const MAX_PLANES: usize = 3;

/// One picture: format, size, planes, colour, time.
///
/// Cloning is cheap: the planes are shared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VideoFrame {
    format: PixelFormat,
    size: FrameSize,
    /// As many as the format has, then empty ones. In place, so that a frame costs no allocation
    /// but that of its pixels.
    planes: [Plane; MAX_PLANES],
    /// What the numbers mean.
    pub color: ColorInfo,
    /// When it was captured, on its source's clock.
    pub time: MediaTime,
}

impl VideoFrame {
    /// A picture from planes with strides; colour unspecified for YUV formats and sRGB for RGB.
    ///
    /// # Errors
    ///
    /// [`VideoFrameError`] where the planes cannot hold a picture of that size and format.
    pub fn new(
        format: PixelFormat,
        size: FrameSize,
        planes: Vec<Plane>,
        time: MediaTime,
    ) -> Result<Self, VideoFrameError> {
        if !size.is_valid() {
            return Err(VideoFrameError::Size(size));
        }
        if planes.len() != format.plane_count() {
            let (expected, found) = (format.plane_count(), planes.len());
            return Err(VideoFrameError::PlaneCount {
                format,
                expected,
                found,
            });
        }
        let mut places = <[Plane; MAX_PLANES]>::default();
        for (place, plane) in places.iter_mut().zip(planes) {
            *place = plane;
        }
        Self::of_planes(format, size, places, time)
    }

    /// A picture of as many planes as `format` has, and empty ones.
    fn of_planes(
        format: PixelFormat,
        size: FrameSize,
        planes: [Plane; MAX_PLANES],
        time: MediaTime,
    ) -> Result<Self, VideoFrameError> {
        for (index, plane) in planes.iter().enumerate() {
            let Some(layout) = format.plane_layout(size, index) else {
                continue;
            };
            if plane.stride < layout.row_bytes {
                return Err(VideoFrameError::Stride {
                    plane: index,
                    stride: plane.stride,
                    row_bytes: layout.row_bytes,
                });
            }
            let expected = (layout.rows - 1)
                .saturating_mul(plane.stride)
                .saturating_add(layout.row_bytes);
            if plane.data.len() < expected {
                let found = plane.data.len();
                return Err(VideoFrameError::PlaneLength {
                    plane: index,
                    expected,
                    found,
                });
            }
        }
        let color = if format.is_rgb() {
            ColorInfo::SRGB
        } else {
            ColorInfo::UNSPECIFIED
        };
        Ok(Self {
            format,
            size,
            planes,
            color,
            time,
        })
    }

    /// A picture from one buffer in which the planes follow each other without padding.
    ///
    /// # Errors
    ///
    /// [`VideoFrameError`] where the buffer is too short or the size impossible.
    ///
    /// ```
    /// use media_recorder_types::{FrameSize, MediaTime, PixelFormat, VideoFrame};
    /// let size = FrameSize::new(3, 3);
    /// let frame = VideoFrame::packed(PixelFormat::I420, size, vec![0; 9 + 4 + 4].into(), MediaTime::ZERO)?;
    /// assert_eq!(frame.plane(1).map(|plane| plane.stride), Some(2));
    /// # Ok::<(), media_recorder_types::VideoFrameError>(())
    /// ```
    pub fn packed(
        format: PixelFormat,
        size: FrameSize,
        data: Bytes,
        time: MediaTime,
    ) -> Result<Self, VideoFrameError> {
        if !size.is_valid() {
            return Err(VideoFrameError::Size(size));
        }
        let mut planes = <[Plane; MAX_PLANES]>::default();
        let mut offset = 0;
        for (index, plane) in planes.iter_mut().enumerate() {
            let Some(layout) = format.plane_layout(size, index) else {
                break;
            };
            let len = layout.bytes();
            let found = data.len() - offset;
            if found < len {
                return Err(VideoFrameError::PlaneLength {
                    plane: index,
                    expected: len,
                    found,
                });
            }
            *plane = Plane::new(data.slice(offset..offset + len), layout.row_bytes);
            offset += len;
        }
        Self::of_planes(format, size, planes, time)
    }

    /// The same picture with another colour description.
    #[must_use]
    pub fn with_color(mut self, color: ColorInfo) -> Self {
        self.color = color;
        self
    }

    /// The same picture at another time.
    #[must_use]
    pub fn with_time(mut self, time: MediaTime) -> Self {
        self.time = time;
        self
    }

    /// How its pixels are stored.
    pub fn format(&self) -> PixelFormat {
        self.format
    }

    /// Its size in pixels.
    pub fn size(&self) -> FrameSize {
        self.size
    }

    /// Its planes, as many as the format has.
    pub fn planes(&self) -> &[Plane] {
        &self.planes[..self.format.plane_count()]
    }

    /// Plane `index`; `None` past the last.
    pub fn plane(&self, index: usize) -> Option<&Plane> {
        self.planes().get(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn planes_must_hold_the_picture() {
        let size = FrameSize::new(5, 3);
        let plane = |len: usize, stride| Plane::new(vec![0; len].into(), stride);
        let i420 = |planes| VideoFrame::new(PixelFormat::I420, size, planes, MediaTime::ZERO);

        // Strided rows, the last one without its padding.
        assert!(i420(vec![plane(8 + 8 + 5, 8), plane(3 + 3, 3), plane(6, 3)]).is_ok());
        assert_eq!(
            i420(vec![plane(8 + 8 + 4, 8), plane(6, 3), plane(6, 3)]),
            Err(VideoFrameError::PlaneLength {
                plane: 0,
                expected: 21,
                found: 20
            })
        );
        assert_eq!(
            i420(vec![plane(15, 5), plane(6, 2), plane(6, 3)]),
            Err(VideoFrameError::Stride {
                plane: 1,
                stride: 2,
                row_bytes: 3
            })
        );
        assert_eq!(
            i420(vec![plane(15, 5)]),
            Err(VideoFrameError::PlaneCount {
                format: PixelFormat::I420,
                expected: 3,
                found: 1
            })
        );
        let huge = FrameSize::new(70_000, 1);
        assert_eq!(
            VideoFrame::packed(PixelFormat::Rgba, huge, Bytes::new(), MediaTime::ZERO),
            Err(VideoFrameError::Size(huge))
        );
        // A stride that would overflow is an error, not a panic.
        assert!(i420(vec![plane(15, usize::MAX), plane(6, 3), plane(6, 3)]).is_err());
    }

    #[test]
    fn packed_shares_one_buffer() {
        let size = FrameSize::new(5, 3);
        assert_eq!(PixelFormat::I420.packed_len(size), 15 + 6 + 6);
        let data = Bytes::from(vec![7; 27]);
        let start = data.as_ptr();
        let frame = VideoFrame::packed(PixelFormat::I420, size, data, MediaTime::ZERO).unwrap();
        assert_eq!(frame.planes()[0].data.as_ptr(), start);
        assert_eq!(frame.planes()[2].data.len(), 6);
    }

    #[test]
    fn sizes_parse() {
        assert_eq!("640x360".parse(), Ok(FrameSize::new(640, 360)));
        for bad in ["640", "640x", "x360", "-1x5", "640x360x2", "a×b"] {
            assert!(bad.parse::<FrameSize>().is_err(), "{bad}");
        }
    }
}
