//! Pictures and sound without information.

use bytes::Bytes;
use media_recorder_types::{
    AudioFrame, ColorInfo, ColorRange, FrameSize, MediaTime, PixelFormat, Plane, VideoFrame,
};

use crate::stream::Media;

/// Black or silence of the same shape at the same time: what a muted or disabled track shows.
/// `None` for what is encoded already, which is left out.
pub(crate) fn without_information(media: &Media) -> Option<Media> {
    match media {
        Media::Video(frame) => Some(Media::Video(black_like(frame))),
        Media::Audio(frame) => {
            let (rate, channels) = (frame.rate(), frame.channels());
            silence(rate, channels, frame.len(), frame.time).map(Media::Audio)
        }
        Media::Encoded(_) => None,
    }
}

/// A black picture of a source whose pictures have this colour description.
pub(crate) fn black(size: FrameSize, color: ColorInfo, time: MediaTime) -> VideoFrame {
    let format = if color == ColorInfo::SRGB {
        PixelFormat::Rgba
    } else {
        PixelFormat::I420
    };
    filled(format, size, color, time)
}

/// `len` samples of silence in each channel; `None` for a rate or a number of channels that
/// sound does not have.
pub(crate) fn silence(rate: u32, channels: u16, len: usize, time: MediaTime) -> Option<AudioFrame> {
    let samples = vec![0.0; len * usize::from(channels)];
    AudioFrame::new(rate, channels, samples, time).ok()
}

/// A black picture with the size, the colour description and the time of `like`.
fn black_like(like: &VideoFrame) -> VideoFrame {
    let format = match like.format() {
        format @ (PixelFormat::Rgb | PixelFormat::Rgba | PixelFormat::Bgra) => format,
        _ => PixelFormat::I420,
    };
    filled(format, like.size(), like.color, like.time)
}

fn filled(format: PixelFormat, size: FrameSize, color: ColorInfo, time: MediaTime) -> VideoFrame {
    let fill = match format {
        PixelFormat::Rgb | PixelFormat::Rgba | PixelFormat::Bgra => [0; 3],
        _ if color.range == Some(ColorRange::Full) => [0, 128, 128],
        _ => [16, 128, 128],
    };
    let planes = (0..format.plane_count())
        .filter_map(|index| format.plane_layout(size, index))
        .zip(fill)
        .map(|(layout, value)| {
            Plane::new(Bytes::from(vec![value; layout.bytes()]), layout.row_bytes)
        })
        .collect();
    VideoFrame::new(format, size, planes, time)
        .expect("the planes were made for this format and size")
        .with_color(color)
}

#[cfg(test)]
mod tests {
    use super::*;

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
            let dark = black_like(&frame);
            assert_eq!(
                (dark.size(), dark.color, dark.time),
                (size, color, MediaTime::SECOND)
            );
            assert!(dark.planes()[0].data.iter().all(|&byte| byte == luma));
        }
    }
}
