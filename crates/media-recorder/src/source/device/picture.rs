//! What is made of a camera's pictures before they are a track's.

use media_recorder_capture::CapturedPicture;
use media_recorder_encode::EncodeError;
use media_recorder_encode::convert::{Fitter, JpegDecoder};
use media_recorder_types::{FrameSize, MediaTime, Plane, Rate, VideoFrame};

/// What is wanted of a camera's pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PicturePlan {
    /// The size of what comes out; no side is larger than the camera's.
    pub(crate) size: FrameSize,
    /// The rate of what comes out.
    pub(crate) rate: Rate,
    /// One of so many pictures is kept.
    pub(crate) divisor: u32,
}

/// Decodes, leaves out, cuts and scales.
pub(super) struct Pictures {
    decoder: JpegDecoder,
    fitter: Fitter,
    decimator: Decimator,
}

impl Pictures {
    pub(super) fn new(plan: PicturePlan) -> Self {
        Self {
            decoder: JpegDecoder::new(),
            fitter: Fitter::new(plan.size),
            decimator: Decimator::new(plan.rate, plan.divisor),
        }
    }

    /// The picture that was captured at `time`, as it is wanted; `None` if it is left out.
    ///
    /// # Errors
    ///
    /// [`EncodeError::Jpeg`] for a damaged one.
    pub(super) fn make(
        &mut self,
        picture: CapturedPicture,
        time: MediaTime,
    ) -> Result<Option<VideoFrame>, EncodeError> {
        if !self.decimator.keeps(time) {
            return Ok(None);
        }
        let frame = match picture {
            CapturedPicture::Raw(frame) => frame.with_time(time),
            CapturedPicture::Encoded(data) => self.decoder.decode(&data, time)?,
        };
        let cut = cut_to_ratio(&frame, self.fitter.target());
        Ok(Some(self.fitter.fit(cut.as_ref().unwrap_or(&frame))))
    }
}

/// Leaves pictures out so that one of so many is left. It goes by their times, so that pictures
/// which the camera has left out count too.
#[derive(Debug)]
struct Decimator {
    divisor: u32,
    /// Between two that are kept.
    period: MediaTime,
    /// A picture may come so much earlier than it is due: half of the camera's own period.
    slack: MediaTime,
    due: Option<MediaTime>,
}

impl Decimator {
    fn new(rate: Rate, divisor: u32) -> Self {
        let period = rate.period();
        let slack = period.as_nanos() / (2 * i64::from(divisor.max(1)));
        Self {
            divisor,
            period,
            slack: MediaTime::from_nanos(slack),
            due: None,
        }
    }

    fn keeps(&mut self, time: MediaTime) -> bool {
        if self.divisor <= 1 {
            return true;
        }
        let due = self.due.unwrap_or(time);
        if time < due.saturating_sub(self.slack) {
            return false;
        }
        // The grid goes on, unless the camera paused.
        let paused = time >= due.saturating_add(self.period);
        let kept = if paused { time } else { due };
        self.due = Some(kept.saturating_add(self.period));
        true
    }
}

/// The largest part in the middle of a picture that has the aspect ratio of `target`, without a
/// copy; `None` where that is the whole picture. Chroma lies on even pixels: so does the part.
fn cut_to_ratio(frame: &VideoFrame, target: FrameSize) -> Option<VideoFrame> {
    let size = frame.size();
    let product = |a: u32, b: u32| u64::from(a) * u64::from(b);
    let scaled = |side: u32, to: u32, from: u32| {
        let exact = product(side, to) as f64 / f64::from(from);
        // Even, and never nothing.
        ((exact / 2.0).round() as u32 * 2).max(2)
    };
    let width = scaled(size.height, target.width, target.height).min(size.width);
    let height = scaled(size.width, target.height, target.width).min(size.height);
    let part = FrameSize::new(width, height);
    // What is a pixel off is due to sides being whole numbers.
    if size.width - width < 2 && size.height - height < 2 {
        return None;
    }
    let even = |margin: u32| margin / 4 * 2;
    let corner = FrameSize::new(even(size.width - width), even(size.height - height));
    let planes = frame.planes().iter().enumerate();
    let planes = planes.map(|(index, plane)| {
        let before = frame.format().plane_layout(corner, index)?;
        let start = before.rows * plane.stride + before.row_bytes;
        let data = plane
            .data
            .get(start..)
            .map(|data| plane.data.slice_ref(data));
        Some(Plane::new(data?, plane.stride))
    });
    let planes = planes.collect::<Option<Vec<Plane>>>()?;
    let cut = VideoFrame::new(frame.format(), part, planes, frame.time).ok()?;
    Some(cut.with_color(frame.color))
}

#[cfg(test)]
mod tests {
    use media_recorder_types::PixelFormat;

    use super::*;

    /// Every byte says in which column (of the plane, in pixels) and row it is.
    fn chart(format: PixelFormat, size: FrameSize) -> VideoFrame {
        let planes = (0..format.plane_count()).map(|index| {
            let layout = format.plane_layout(size, index).unwrap();
            let stride = layout.row_bytes + 3;
            let bytes = (0..stride * layout.rows).map(|at| (at % stride * 16 + at / stride) as u8);
            Plane::new(bytes.collect::<Vec<u8>>().into(), stride)
        });
        VideoFrame::new(format, size, planes.collect(), MediaTime::SECOND).unwrap()
    }

    #[test]
    fn the_middle_is_cut_out_where_the_ratio_differs() {
        let frame = chart(PixelFormat::I420, FrameSize::new(12, 8));
        let cut = cut_to_ratio(&frame, FrameSize::new(4, 4)).unwrap();
        assert_eq!(cut.size(), FrameSize::new(8, 8));
        // Two columns of luma and one of chroma are left out on the left.
        let first = |index: usize| cut.planes()[index].data[0];
        assert_eq!([first(0), first(1), first(2)], [32, 16, 16]);

        let cut = cut_to_ratio(&frame, FrameSize::new(12, 4)).unwrap();
        assert_eq!(cut.size(), FrameSize::new(12, 4));
        let first = |index: usize| cut.planes()[index].data[0];
        assert_eq!([first(0), first(1), first(2)], [2, 1, 1]);
        assert_eq!(cut.time, MediaTime::SECOND);

        let packed = chart(PixelFormat::Yuyv, FrameSize::new(12, 8));
        let cut = cut_to_ratio(&packed, FrameSize::new(4, 4)).unwrap();
        assert_eq!(cut.planes()[0].data[0], 4 * 16);
    }

    #[test]
    fn a_picture_of_the_right_ratio_is_left_whole() {
        let frame = chart(PixelFormat::Nv12, FrameSize::new(12, 8));
        for (width, height) in [(12, 8), (6, 4), (3, 2), (1, 1)] {
            let cut = cut_to_ratio(&frame, FrameSize::new(width, height));
            assert_eq!(cut.is_none(), (width, height) != (1, 1));
        }
    }

    #[test]
    fn every_third_is_kept_also_with_jitter_and_losses() {
        let mut decimator = Decimator::new(Rate::new(10, 1).unwrap(), 3);
        let kept = |times: &[i64], decimator: &mut Decimator| -> Vec<i64> {
            let times = times.iter().copied();
            times
                .filter(|time| decimator.keeps(MediaTime::from_millis(*time)))
                .collect()
        };
        let steady = [0, 33, 67, 100, 133, 167, 200, 233];
        assert_eq!(kept(&steady, &mut decimator), [0, 100, 200]);
        let jitter = [270, 290, 333, 367, 405, 433, 467, 497];
        assert_eq!(kept(&jitter, &mut decimator), [290, 405, 497]);
        let after_a_pause = [5000, 5033, 5067, 5100];
        assert_eq!(kept(&after_a_pause, &mut decimator), [5000, 5100]);
    }
}
