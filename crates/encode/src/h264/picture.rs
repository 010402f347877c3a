//! Pictures in the sizes that H.264 has.

use media_recorder_types::{ColorInfo, FrameSize, PixelFormat, VideoFrame};
use rusty_h264::YuvPlanes;

use crate::EncodeError;
use crate::convert::{I420Mut, to_i420};

/// With both sides even: in 4:2:0 a picture is cropped by pairs of pixels (H.264 §7.4.2.1.1).
pub(super) fn coded_size(size: FrameSize) -> FrameSize {
    FrameSize::new(even(size.width), even(size.height))
}

fn even(side: u32) -> u32 {
    side + side % 2
}

/// Gives frames to the codec: as they are where they are I420 of an even size, else as a copy.
#[derive(Debug, Default)]
pub(super) struct Pictures {
    copy: Vec<u8>,
}

impl Pictures {
    /// The picture in its [`coded_size`]; what it has more than the frame repeats the frame's
    /// last column and row.
    pub(super) fn planes<'a>(
        &'a mut self,
        frame: &'a VideoFrame,
        color: ColorInfo,
    ) -> Result<YuvPlanes<'a>, EncodeError> {
        let size = frame.size();
        let coded = coded_size(size);
        let (width, height) = (coded.width as usize, coded.height as usize);
        if let (PixelFormat::I420, [y, u, v]) = (frame.format(), frame.planes())
            && coded == size
            && u.stride == v.stride
        {
            let (luma, chroma) = (y.stride, u.stride);
            let planes = YuvPlanes::new(width, height, &y.data, &u.data, &v.data, luma, chroma);
            return planes.ok_or(wrong_size(size));
        }
        let chroma = (width / 2) * (height / 2);
        self.copy.resize(width * height + 2 * chroma, 0);
        let (y, uv) = self.copy.split_at_mut(width * height);
        let (u, v) = uv.split_at_mut(chroma);
        let strides = [width, width / 2, width / 2];
        let target = I420Mut::new(size, [&mut *y, &mut *u, &mut *v], strides);
        to_i420(frame, color, target.ok_or(wrong_size(size))?)?;
        repeat_edges(y, size, coded);
        YuvPlanes::new(width, height, y, u, v, width, width / 2).ok_or(wrong_size(size))
    }
}

/// Fills the last column and row of luma where the coded picture has one more; chroma has as
/// many samples either way.
fn repeat_edges(luma: &mut [u8], size: FrameSize, coded: FrameSize) {
    let (width, stride) = (size.width as usize, coded.width as usize);
    if width < stride {
        for row in luma.chunks_exact_mut(stride) {
            row[width] = row[width - 1];
        }
    }
    if size.height < coded.height {
        let last = stride * (size.height as usize - 1);
        luma.copy_within(last..last + stride, last + stride);
    }
}

/// The intake has seen to it that frames have the size that the encoder was made for.
fn wrong_size(size: FrameSize) -> EncodeError {
    EncodeError::FrameSize {
        expected: size,
        found: size,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use media_recorder_types::MediaTime;

    fn frame(width: u32, height: u32) -> VideoFrame {
        let size = FrameSize::new(width, height);
        let data: Vec<u8> = (0..PixelFormat::I420.packed_len(size) as u8).collect();
        VideoFrame::packed(PixelFormat::I420, size, data.into(), MediaTime::ZERO).unwrap()
    }

    #[test]
    fn even_pictures_are_not_copied() {
        let frame = frame(4, 2);
        let mut pictures = Pictures::default();
        let planes = pictures.planes(&frame, ColorInfo::BT709).unwrap();
        assert_eq!(planes.y.as_ptr(), frame.planes()[0].data.as_ptr());
        assert_eq!((planes.width, planes.height), (4, 2));
    }

    #[test]
    fn odd_pictures_repeat_their_edges() {
        let mut pictures = Pictures::default();
        let odd = frame(3, 3);
        let planes = pictures.planes(&odd, ColorInfo::BT709).unwrap();
        assert_eq!((planes.width, planes.height), (4, 4));
        let rows = [[0, 1, 2, 2], [3, 4, 5, 5], [6, 7, 8, 8], [6, 7, 8, 8]];
        assert_eq!(planes.y, rows.as_flattened());
        assert_eq!(
            (planes.u, planes.v),
            (&[9, 10, 11, 12][..], &[13, 14, 15, 16][..])
        );
        let one = frame(1, 1);
        let planes = pictures.planes(&one, ColorInfo::BT709).unwrap();
        assert_eq!((planes.y, planes.u), (&[0; 4][..], &[1][..]));
    }
}
