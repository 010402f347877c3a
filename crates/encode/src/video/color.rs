//! In which colour space a recording is, once its first frame is known.

use media_recorder_types::{ColorInfo, ColorRange, PixelFormat, VideoFrame};

use crate::EncodeError;

/// The colour of a stream. The first frame decides it, because codec headers must not change:
/// RGB is recorded as BT.709 in studio range, YUV as what it says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StreamColor(ColorInfo);

impl StreamColor {
    pub(crate) fn of_first(frame: &VideoFrame) -> Self {
        Self(if is_rgb(frame.format()) {
            ColorInfo::BT709
        } else {
            frame.color
        })
    }

    /// What headers say.
    pub(crate) fn info(self) -> ColorInfo {
        self.0
    }

    /// Refuses a frame that would show in wrong colours. RGB can be converted to anything, and
    /// YUV that says nothing of itself is taken at face value.
    pub(crate) fn check(self, frame: &VideoFrame) -> Result<(), EncodeError> {
        let found = frame.color;
        let unstated = found.matrix == ColorInfo::UNSPECIFIED.matrix;
        let same_matrix = unstated || found.matrix == self.0.matrix;
        let same_range = found.range.is_none() || full(found) == full(self.0);
        if is_rgb(frame.format()) || (same_matrix && same_range) {
            return Ok(());
        }
        Err(EncodeError::Color {
            expected: self.0,
            found,
        })
    }
}

pub(crate) fn is_rgb(format: PixelFormat) -> bool {
    matches!(
        format,
        PixelFormat::Rgb | PixelFormat::Rgba | PixelFormat::Bgra
    )
}

/// Unsaid is studio range, as in every decoder.
fn full(color: ColorInfo) -> bool {
    color.range == Some(ColorRange::Full)
}

#[cfg(test)]
mod tests {
    use super::*;
    use media_recorder_types::{FrameSize, MediaTime};

    fn frame(format: PixelFormat) -> VideoFrame {
        let size = FrameSize::new(2, 2);
        let data = vec![0; format.packed_len(size)];
        VideoFrame::packed(format, size, data.into(), MediaTime::ZERO).unwrap()
    }

    #[test]
    fn the_first_frame_decides() {
        let rgb = StreamColor::of_first(&frame(PixelFormat::Rgba));
        assert_eq!(rgb.info(), ColorInfo::BT709);
        let unsaid = frame(PixelFormat::I420);
        assert_eq!(rgb.check(&unsaid), Ok(()));
        assert_eq!(
            rgb.check(&unsaid.clone().with_color(ColorInfo::BT709)),
            Ok(())
        );
        assert_eq!(
            rgb.check(&unsaid.clone().with_color(ColorInfo::BT601)),
            Err(EncodeError::Color {
                expected: ColorInfo::BT709,
                found: ColorInfo::BT601
            })
        );
        let full = ColorInfo {
            range: Some(ColorRange::Full),
            ..ColorInfo::UNSPECIFIED
        };
        assert!(rgb.check(&unsaid.clone().with_color(full)).is_err());

        let yuv = StreamColor::of_first(&unsaid.with_color(ColorInfo::BT601));
        assert_eq!(yuv.info(), ColorInfo::BT601);
        assert_eq!(yuv.check(&frame(PixelFormat::Bgra)), Ok(()));
    }
}
