//! Pictures without information.

use bytes::Bytes;
use media_recorder_types::{ColorRange, PixelFormat, Plane, VideoFrame};

/// A black picture with the size, the colour description and the time of `like`: what a
/// disabled track shows.
pub(crate) fn black(like: &VideoFrame) -> VideoFrame {
    let (format, fill) = match like.format() {
        PixelFormat::Rgb | PixelFormat::Rgba | PixelFormat::Bgra => (like.format(), [0; 3]),
        _ if like.color.range == Some(ColorRange::Full) => (PixelFormat::I420, [0, 128, 128]),
        _ => (PixelFormat::I420, [16, 128, 128]),
    };
    let planes = (0..format.plane_count())
        .filter_map(|index| format.plane_layout(like.size(), index))
        .zip(fill)
        .map(|(layout, value)| {
            Plane::new(Bytes::from(vec![value; layout.bytes()]), layout.row_bytes)
        })
        .collect();
    VideoFrame::new(format, like.size(), planes, like.time)
        .expect("the planes were made for this format and size")
        .with_color(like.color)
}

#[cfg(test)]
mod tests {
    use super::*;
    use media_recorder_types::{ColorInfo, FrameSize, MediaTime};

    #[test]
    fn keeps_shape_colour_and_time() {
        let size = FrameSize::new(5, 3);
        for (format, color, luma) in [
            (PixelFormat::I420, ColorInfo::BT601, 16),
            (
                PixelFormat::Nv12,
                ColorInfo {
                    range: Some(ColorRange::Full),
                    ..ColorInfo::BT709
                },
                0,
            ),
            (PixelFormat::Rgba, ColorInfo::SRGB, 0),
        ] {
            let data = Bytes::from(vec![77; format.packed_len(size)]);
            let frame = VideoFrame::packed(format, size, data, MediaTime::SECOND)
                .unwrap()
                .with_color(color);
            let dark = black(&frame);
            assert_eq!(
                (dark.size(), dark.color, dark.time),
                (size, color, MediaTime::SECOND)
            );
            assert!(dark.planes()[0].data.iter().all(|&byte| byte == luma));
        }
    }
}
