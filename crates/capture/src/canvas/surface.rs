//! The pixels of a canvas.

use std::fmt;

use bytes::Bytes;
use media_recorder_types::{BufferPool, FrameSize, MediaTime, PixelFormat, VideoFrame};

use crate::CaptureError;
use crate::error::check_size;

/// Pictures that may be waiting for an encoder before a capture has to allocate.
const POOLED_FRAMES: usize = 8;

/// A picture that any program paints, and that can be captured at any time.
///
/// It starts as transparent black: four zeros for each pixel. What was painted stays until it is
/// painted over.
///
/// **Between painting and the captured frame a picture is copied once at most**, and a picture
/// given as a [`VideoFrame`] not at all. Capturing the same content again shares the first copy.
///
/// ```
/// use media_recorder_capture::CanvasSurface;
/// use media_recorder_types::{FrameSize, MediaTime};
/// let mut canvas = CanvasSurface::new(FrameSize::new(4, 2))?;
/// canvas.draw(|rgba| rgba.fill(255));
/// let frame = canvas.capture(MediaTime::ZERO);
/// assert!(frame.planes()[0].data.iter().all(|&byte| byte == 255));
/// # Ok::<(), media_recorder_capture::CaptureError>(())
/// ```
pub struct CanvasSurface {
    size: FrameSize,
    pool: BufferPool,
    /// What [`draw`](Self::draw) paints on.
    rgba: Vec<u8>,
    /// The content as a frame, once there is one. Where it was put in RGBA, `rgba` lags behind.
    frame: Option<VideoFrame>,
    rgba_is_behind: bool,
    paints: u64,
}

impl CanvasSurface {
    /// A canvas of `size` pixels.
    ///
    /// # Errors
    ///
    /// [`CaptureError::Size`] if no picture has that size.
    pub fn new(size: FrameSize) -> Result<Self, CaptureError> {
        check_size(size, 1)?;
        let len = PixelFormat::Rgba.packed_len(size);
        Ok(Self {
            size,
            pool: BufferPool::new(len, POOLED_FRAMES),
            rgba: vec![0; len],
            frame: None,
            rgba_is_behind: false,
            paints: 0,
        })
    }

    /// The size in pixels.
    pub fn size(&self) -> FrameSize {
        self.size
    }

    /// How often it was painted. A capture that remembers this number knows whether there is
    /// something new.
    pub fn paints(&self) -> u64 {
        self.paints
    }

    /// Lets `paint` change the pixels: rows from the top without padding, four bytes per pixel
    /// (red, green, blue, alpha), holding the last picture that was painted in RGBA. A picture
    /// of another format that was put since is replaced, not converted.
    pub fn draw<T>(&mut self, paint: impl FnOnce(&mut [u8]) -> T) -> T {
        if self.rgba_is_behind {
            self.catch_up();
        }
        self.frame = None;
        self.paints += 1;
        paint(&mut self.rgba)
    }

    /// Replaces the whole picture by `pixels`, laid out as for [`draw`](Self::draw).
    ///
    /// # Errors
    ///
    /// [`CaptureError::WrongLength`] if it is not exactly one picture; the canvas then stays as
    /// it was.
    pub fn put_rgba(&mut self, pixels: &[u8]) -> Result<(), CaptureError> {
        if pixels.len() != self.rgba.len() {
            return Err(CaptureError::WrongLength {
                format: PixelFormat::Rgba,
                expected: self.rgba.len(),
                found: pixels.len(),
            });
        }
        // Straight into the buffer that will be captured, so that this is the only copy.
        let data = self.pool.fill(|buffer| buffer.copy_from_slice(pixels));
        self.put_frame(rgba_frame(self.size, data))
    }

    /// Replaces the whole picture by `frame`, whose format and colour stay as they are; its time
    /// does not matter.
    ///
    /// # Errors
    ///
    /// [`CaptureError::WrongSize`] if it has another size than the canvas, which then stays as
    /// it was.
    pub fn put_frame(&mut self, frame: VideoFrame) -> Result<(), CaptureError> {
        if frame.size() != self.size {
            return Err(CaptureError::WrongSize {
                expected: self.size,
                found: frame.size(),
            });
        }
        if frame.format() == PixelFormat::Rgba {
            self.rgba_is_behind = true;
        } else if self.rgba_is_behind {
            // `frame` below drops the only copy of the last RGBA picture.
            self.catch_up();
        }
        self.frame = Some(frame);
        self.paints += 1;
        Ok(())
    }

    /// The picture as it is now, stamped `time`.
    pub fn capture(&mut self, time: MediaTime) -> VideoFrame {
        let frame = self.frame.get_or_insert_with(|| {
            let data = self.pool.fill(|buffer| buffer.copy_from_slice(&self.rgba));
            rgba_frame(self.size, data)
        });
        frame.clone().with_time(time)
    }

    /// Copies a picture that was put in RGBA to where `draw` paints.
    fn catch_up(&mut self) {
        self.rgba_is_behind = false;
        let Some(plane) = self.frame.as_ref().and_then(|frame| frame.plane(0)) else {
            return;
        };
        let row_bytes = self.size.width as usize * 4;
        let rows = self.rgba.chunks_exact_mut(row_bytes);
        for (to, from) in rows.zip(plane.data.chunks(plane.stride)) {
            to.copy_from_slice(&from[..row_bytes]);
        }
    }
}

/// A frame of `data`, which holds exactly one RGBA picture of `size`.
fn rgba_frame(size: FrameSize, data: Bytes) -> VideoFrame {
    VideoFrame::packed(PixelFormat::Rgba, size, data, MediaTime::ZERO)
        .expect("the size was checked and the buffer has the length of a picture")
}

impl fmt::Debug for CanvasSurface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CanvasSurface")
            .field("size", &self.size)
            .field("paints", &self.paints)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canvas() -> CanvasSurface {
        CanvasSurface::new(FrameSize::new(3, 2)).unwrap()
    }

    fn content(canvas: &mut CanvasSurface) -> Vec<u8> {
        let frame = canvas.capture(MediaTime::ZERO);
        frame.planes()[0].data.to_vec()
    }

    fn i420(size: FrameSize, value: u8) -> VideoFrame {
        let len = PixelFormat::I420.packed_len(size);
        let data = vec![value; len].into();
        VideoFrame::packed(PixelFormat::I420, size, data, MediaTime::ZERO).unwrap()
    }

    #[test]
    fn starts_as_transparent_black() {
        assert_eq!(content(&mut canvas()), [0; 24]);
    }

    #[test]
    fn impossible_sizes_are_refused() {
        for (width, height) in [(0, 1), (1, 0), (65_536, 1), (65_535, 65_535)] {
            let size = FrameSize::new(width, height);
            let error = CanvasSurface::new(size).unwrap_err();
            assert!(matches!(error, CaptureError::Size { size: found, .. } if found == size));
        }
    }

    #[test]
    fn what_was_painted_stays_until_it_is_painted_over() {
        let mut canvas = canvas();
        canvas.draw(|rgba| rgba[0] = 1);
        canvas.draw(|rgba| rgba[1] = 2);
        assert_eq!(content(&mut canvas)[..3], [1, 2, 0]);
        canvas.put_rgba(&[7; 24]).unwrap();
        canvas.draw(|rgba| rgba[1] = 2);
        assert_eq!(content(&mut canvas)[..3], [7, 2, 7]);
        assert_eq!(canvas.paints(), 4);
    }

    #[test]
    fn a_captured_frame_never_changes() {
        let mut canvas = canvas();
        canvas.draw(|rgba| rgba.fill(1));
        let first = canvas.capture(MediaTime::ZERO);
        canvas.draw(|rgba| rgba.fill(2));
        let second = canvas.capture(MediaTime::SECOND);
        assert!(first.planes()[0].data.iter().all(|&byte| byte == 1));
        assert!(second.planes()[0].data.iter().all(|&byte| byte == 2));
        assert_eq!(second.time, MediaTime::SECOND);
    }

    #[test]
    fn the_same_content_is_copied_once_and_a_frame_never() {
        let mut canvas = canvas();
        canvas.draw(|rgba| rgba.fill(1));
        let pointer = |frame: &VideoFrame| frame.planes()[0].data.as_ptr();
        let first = canvas.capture(MediaTime::ZERO);
        let again = canvas.capture(MediaTime::SECOND);
        assert_eq!(pointer(&first), pointer(&again));

        let given = i420(canvas.size(), 9);
        canvas.put_frame(given.clone()).unwrap();
        let captured = canvas.capture(MediaTime::SECOND);
        assert_eq!(captured.format(), PixelFormat::I420);
        assert_eq!(pointer(&captured), pointer(&given));
    }

    #[test]
    fn drawing_goes_on_from_the_last_rgba_picture() {
        let mut canvas = canvas();
        // Rows with padding, as a frame may have them.
        let mut padded = vec![5; 20 + 12];
        padded[12..20].fill(99);
        let plane = media_recorder_types::Plane::new(padded.into(), 20);
        let format = PixelFormat::Rgba;
        let frame = VideoFrame::new(format, canvas.size(), vec![plane], MediaTime::ZERO).unwrap();
        canvas.put_frame(frame).unwrap();
        canvas.put_frame(i420(canvas.size(), 9)).unwrap();
        canvas.draw(|rgba| rgba[0] = 6);
        let mut expected = [5; 24];
        expected[0] = 6;
        assert_eq!(content(&mut canvas), expected);
    }

    #[test]
    fn what_does_not_fit_changes_nothing() {
        let mut canvas = canvas();
        canvas.draw(|rgba| rgba.fill(3));
        for len in [0, 23, 25] {
            let error = canvas.put_rgba(&vec![0; len]).unwrap_err();
            assert!(matches!(
                error,
                CaptureError::WrongLength { expected: 24, found, .. } if found == len
            ));
        }
        let wrong = FrameSize::new(2, 3);
        let error = canvas.put_frame(i420(wrong, 0)).unwrap_err();
        assert!(matches!(error, CaptureError::WrongSize { found, .. } if found == wrong));
        assert_eq!(content(&mut canvas), [3; 24]);
        assert_eq!(canvas.paints(), 1);
    }
}
