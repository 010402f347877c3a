//! Where the planes of a picture lie in a buffer.

use bytes::Bytes;
use media_recorder_types::{FrameSize, PixelFormat, Plane};

/// The planes of a raw picture in one buffer, one after the other, each row padded to the
/// device's stride.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RawLayout {
    format: PixelFormat,
    planes: Vec<PlaneRange>,
    len: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct PlaneRange {
    offset: usize,
    len: usize,
    stride: usize,
}

impl RawLayout {
    /// Where a device puts its planes that says `bytes_per_line` and `size_image`
    /// (`struct v4l2_pix_format`); `None` if the picture does not fit in.
    ///
    /// The stride is that of the first plane. Planes that are half as wide have half of it, and
    /// the chroma plane of a format with two planes has the same. A stride of 0 is that of a
    /// driver that never pads.
    pub(super) fn new(
        format: PixelFormat,
        size: FrameSize,
        bytes_per_line: u32,
        size_image: u32,
    ) -> Option<Self> {
        if !size.is_valid() {
            return None;
        }
        let first = format.plane_layout(size, 0)?;
        let line = match bytes_per_line as usize {
            0 => first.row_bytes,
            line => line,
        };
        let mut planes = Vec::with_capacity(format.plane_count());
        let (mut offset, mut len) = (0_usize, 0);
        for index in 0..format.plane_count() {
            let plane = format.plane_layout(size, index)?;
            let halved = index > 0 && matches!(format, PixelFormat::I420 | PixelFormat::I422);
            let stride = if halved {
                // Of an odd width the drivers' own arithmetic differs; never less than a row.
                (line / 2).max(plane.row_bytes)
            } else {
                line
            };
            if stride < plane.row_bytes {
                return None;
            }
            // The last row need not be padded.
            let used = stride
                .checked_mul(plane.rows - 1)?
                .checked_add(plane.row_bytes)?;
            len = offset.checked_add(used)?;
            planes.push(PlaneRange {
                offset,
                len: used,
                stride,
            });
            offset = offset.checked_add(stride.checked_mul(plane.rows)?)?;
        }
        (len <= size_image as usize).then_some(Self {
            format,
            planes,
            len,
        })
    }

    pub(super) fn format(&self) -> PixelFormat {
        self.format
    }

    /// Bytes up to the last pixel.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The planes of a picture, which share `data` of [`len`](Self::len) bytes.
    pub(super) fn planes(&self, data: &Bytes) -> Vec<Plane> {
        let plane = |range: &PlaneRange| {
            let data = data.slice(range.offset..range.offset + range.len);
            Plane::new(data, range.stride)
        };
        self.planes.iter().map(plane).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strides_and_offsets(layout: &RawLayout) -> Vec<(usize, usize)> {
        let planes = layout.planes.iter();
        planes.map(|plane| (plane.offset, plane.stride)).collect()
    }

    #[test]
    fn planes_follow_each_other_with_the_padding_of_the_device() {
        let size = FrameSize::new(640, 360);
        for (format, line, len, planes) in [
            (PixelFormat::Yuyv, 0, 640 * 2 * 360, &[(0, 1280)][..]),
            (PixelFormat::Yuyv, 1344, 1344 * 359 + 1280, &[(0, 1344)]),
            (PixelFormat::Rgb, 1920, 1920 * 360, &[(0, 1920)]),
            (
                PixelFormat::Nv12,
                704,
                704 * 539 + 640,
                &[(0, 704), (704 * 360, 704)],
            ),
            (
                PixelFormat::I420,
                704,
                704 * 360 + 352 * 359 + 320,
                &[(0, 704), (704 * 360, 352), (704 * 360 + 352 * 180, 352)],
            ),
            (
                PixelFormat::I422,
                640,
                640 * 720,
                &[(0, 640), (640 * 360, 320), (640 * 360 + 320 * 360, 320)],
            ),
        ] {
            let layout = RawLayout::new(format, size, line, 4_000_000).unwrap();
            assert_eq!(layout.len(), len, "{format:?}");
            assert_eq!(strides_and_offsets(&layout), planes, "{format:?}");
            let exact = u32::try_from(len).unwrap();
            assert!(RawLayout::new(format, size, line, exact).is_some());
            assert!(RawLayout::new(format, size, line, exact - 1).is_none());
        }
    }

    #[test]
    fn what_cannot_hold_a_picture_is_none() {
        let size = FrameSize::new(640, 360);
        let new = |size, line, len| RawLayout::new(PixelFormat::Yuyv, size, line, len);
        assert!(new(size, 1279, u32::MAX).is_none());
        assert!(new(FrameSize::new(0, 360), 0, u32::MAX).is_none());
        assert!(new(FrameSize::new(640, 65_535), u32::MAX, u32::MAX).is_none());
    }

    #[test]
    fn planes_share_the_buffer() {
        let size = FrameSize::new(3, 3);
        let layout = RawLayout::new(PixelFormat::I420, size, 4, 100).unwrap();
        let data = Bytes::from((0..layout.len() as u8).collect::<Vec<_>>());
        let planes = layout.planes(&data);
        assert_eq!(planes[0].data.as_ptr(), data.as_ptr());
        assert_eq!(planes[1].data[..], [12, 13, 14, 15]);
        assert_eq!(planes[2].data[..], [16, 17, 18, 19]);
    }
}
