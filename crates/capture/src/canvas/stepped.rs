//! A canvas that is rendered frame by frame, outside of real time.

use media_recorder_types::{MediaTime, Rate, VideoFrame};

use crate::{CanvasSurface, CaptureError};

/// Captures a [`CanvasSurface`] at an exact rate that no clock has a part in: frame n is stamped
/// n/rate, however long it took to paint. For programs that render as fast as the encoder goes.
///
/// ```
/// use media_recorder_capture::{CanvasSurface, SteppedCapture};
/// use media_recorder_types::{FrameSize, MediaTime, Rate};
/// let mut canvas = CanvasSurface::new(FrameSize::new(2, 2))?;
/// let mut capture = SteppedCapture::new(Rate::new(25, 1).unwrap());
/// for n in 0..225 {
///     canvas.draw(|rgba| rgba.fill(n));
///     let frame = capture.capture(&mut canvas)?;
///     assert_eq!(frame.time, MediaTime::from_millis(40 * i64::from(n)));
/// }
/// # Ok::<(), media_recorder_capture::CaptureError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SteppedCapture {
    rate: Rate,
    frames: u64,
}

impl SteppedCapture {
    /// A capture whose first frame is at zero.
    pub fn new(rate: Rate) -> Self {
        Self { rate, frames: 0 }
    }

    /// The rate.
    pub fn rate(&self) -> Rate {
        self.rate
    }

    /// The time of the next frame; `None` if it is out of range.
    pub fn next_time(&self) -> Option<MediaTime> {
        self.rate.time_of(self.frames)
    }

    /// The next frame, of the canvas as it is now, painted since the last one or not.
    ///
    /// # Errors
    ///
    /// [`CaptureError::TimeOutOfRange`] after 292 years of frames.
    pub fn capture(&mut self, canvas: &mut CanvasSurface) -> Result<VideoFrame, CaptureError> {
        let time = self.next_time().ok_or(CaptureError::TimeOutOfRange)?;
        self.frames += 1;
        Ok(canvas.capture(time))
    }
}

#[cfg(test)]
mod tests {
    use media_recorder_types::FrameSize;

    use super::*;

    #[test]
    fn times_are_exact_whatever_happens() {
        let mut canvas = CanvasSurface::new(FrameSize::new(2, 2)).unwrap();
        let mut capture = SteppedCapture::new(Rate::new(30_000, 1001).unwrap());
        let mut last = None;
        for _ in 0..=30_000 {
            last = Some(capture.capture(&mut canvas).unwrap().time);
        }
        assert_eq!(last, Some(MediaTime::from_secs(1001)));
    }

    #[test]
    fn the_end_of_time_is_an_error_that_changes_nothing() {
        let mut canvas = CanvasSurface::new(FrameSize::new(2, 2)).unwrap();
        let mut capture = SteppedCapture::new(Rate::new(1, u32::MAX).unwrap());
        capture.frames = 3;
        for _ in 0..2 {
            let error = capture.capture(&mut canvas).unwrap_err();
            assert!(matches!(error, CaptureError::TimeOutOfRange));
            assert_eq!(capture.frames, 3);
        }
    }
}
