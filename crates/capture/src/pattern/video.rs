//! The test picture.

use std::fmt;

use media_recorder_types::{
    BufferPool, ColorInfo, FrameSize, MediaTime, PixelFormat, Rate, VideoFrame,
};

use super::mark;
use super::painter::Painter;
use super::scene;
use crate::error::check_size;
use crate::{CaptureError, VideoFormat, VideoSource};

/// Pictures that may be waiting for an encoder before a new one has to be allocated.
const POOLED_FRAMES: usize = 8;
/// How long after a full second a frame may begin and still flash.
const FLASH: MediaTime = MediaTime::from_millis(50);
/// The mean luma of the top of the picture from which on it is a flash: the bars have 98.
const FLASH_LUMA: u64 = 170;

/// A moving picture with a clock, a frame number for people and for programs
/// ([`read_frame_number`](crate::read_frame_number)), and a white flash at each full second
/// ([`shows_flash`]). I420 in BT.709, studio range; endless unless
/// [`with_duration`](Self::with_duration) says otherwise.
///
/// From the top: 75 % colour bars with a bouncing disc, the time as `HH:MM:SS.mmm` and the
/// frame's number in the middle, a drifting texture, the mark along the bottom. Small pictures
/// lack the clock (below 76x36) or the mark (below 64x16).
///
/// A frame flashes if it is the first of its full second or begins within 50 ms of it: all is
/// white then but the clock and the mark. At one frame per second or less, every frame flashes.
///
/// ```
/// use media_recorder_capture::{TestPatternVideo, VideoSource, shows_flash};
/// use media_recorder_types::{FrameSize, MediaTime, Rate};
/// let size = FrameSize::new(320, 180);
/// let mut pattern = TestPatternVideo::new(size, Rate::new(25, 1).unwrap())?
///     .with_duration(MediaTime::from_secs(2));
/// let mut flashes = Vec::new();
/// while let Some(frame) = pattern.read()? {
///     if shows_flash(&frame) {
///         flashes.push(frame.time.as_millis());
///     }
/// }
/// assert_eq!(flashes, [0, 40, 1000, 1040]);
/// # Ok::<(), media_recorder_capture::CaptureError>(())
/// ```
pub struct TestPatternVideo {
    format: VideoFormat,
    rate: Rate,
    duration: MediaTime,
    next: u64,
    bars: Vec<u8>,
    pool: BufferPool,
}

impl TestPatternVideo {
    /// Pictures of `size`, at least 2x2, `rate` times a second.
    ///
    /// # Errors
    ///
    /// [`CaptureError::Size`] if no picture has that size.
    pub fn new(size: FrameSize, rate: Rate) -> Result<Self, CaptureError> {
        check_size(size, 2)?;
        let len = PixelFormat::I420.packed_len(size);
        let mut bars = vec![0; len];
        scene::paint_bars(&mut Painter::new(size, &mut bars));
        Ok(Self {
            format: VideoFormat {
                size,
                rate: Some(rate),
                color: ColorInfo::BT709,
                label: "test pattern".to_owned(),
            },
            rate,
            duration: MediaTime::MAX,
            next: 0,
            bars,
            pool: BufferPool::new(len, POOLED_FRAMES),
        })
    }

    /// Ends before the first frame that would begin at `duration` or later.
    #[must_use]
    pub fn with_duration(mut self, duration: MediaTime) -> Self {
        self.duration = duration;
        self
    }

    fn flashes(&self, number: u64, time: MediaTime) -> bool {
        let second = |time: MediaTime| time.as_nanos() / MediaTime::SECOND.as_nanos();
        let into_second = time.as_nanos() % MediaTime::SECOND.as_nanos();
        let previous = number.checked_sub(1).and_then(|n| self.rate.time_of(n));
        into_second < FLASH.as_nanos()
            || previous.is_none_or(|previous| second(previous) < second(time))
    }
}

impl VideoSource for TestPatternVideo {
    fn format(&self) -> &VideoFormat {
        &self.format
    }

    fn read(&mut self) -> Result<Option<VideoFrame>, CaptureError> {
        let number = self.next;
        let Some(time) = self
            .rate
            .time_of(number)
            .filter(|&time| time < self.duration)
        else {
            return Ok(None);
        };
        let size = self.format.size;
        let flash = self.flashes(number, time);
        let millis = u64::try_from(time.as_millis()).unwrap_or(0);
        let bars = &self.bars;
        let data = self.pool.fill(|picture| {
            if !flash {
                picture.copy_from_slice(bars);
            }
            let painter = &mut Painter::new(size, picture);
            if flash {
                scene::paint_flash(painter);
            } else {
                scene::paint_texture(painter, millis);
                scene::paint_disc(painter, millis);
            }
            scene::paint_clock(painter, number, time);
            mark::paint(painter, number);
        });
        let frame = VideoFrame::packed(PixelFormat::I420, size, data, time)?;
        self.next += 1;
        Ok(Some(frame.with_color(self.format.color)))
    }
}

impl fmt::Debug for TestPatternVideo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestPatternVideo")
            .field("format", &self.format)
            .field("duration", &self.duration)
            .field("next", &self.next)
            .finish_non_exhaustive()
    }
}

/// Whether a [`TestPatternVideo`]'s frame flashes, told from the picture alone, also after lossy
/// coding: its top eighth is white. `false` for pictures without a luma plane (I420 and NV12
/// have one).
pub fn shows_flash(frame: &VideoFrame) -> bool {
    if !matches!(frame.format(), PixelFormat::I420 | PixelFormat::Nv12) {
        return false;
    }
    let (width, height) = (frame.size().width as usize, frame.size().height as usize);
    let rows = (height / 8).max(1);
    let Some(plane) = frame.plane(0) else {
        return false;
    };
    let sum: u64 = (0..rows)
        .flat_map(|row| &plane.data[row * plane.stride..][..width])
        .map(|&luma| u64::from(luma))
        .sum();
    sum / (rows * width) as u64 >= FLASH_LUMA
}
