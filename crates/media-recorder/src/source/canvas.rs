//! A canvas that a program paints on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use media_recorder_capture::{CanvasSurface, CaptureSchedule, SteppedCapture, VideoFormat};
use media_recorder_types::{ColorInfo, FrameSize, MediaTime, Rate, VideoFrame};

use crate::clock;
use crate::error::{ErrorKind, RecorderError};
use crate::sync::{Mutex, lock};
use crate::threads::spawn;

use crate::stream::{
    Feed, Media, MediaStream, MediaStreamTrack, SourceId, Timing, TrackSettings, WhilePaused,
};

/// How often a canvas is captured: the argument of `captureStream()`.
///
/// A number is the most frames per second, 0 means on [request](Canvas::request_frame) only,
/// `None` every painting.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CaptureRate(Option<f64>);

impl From<Option<f64>> for CaptureRate {
    fn from(rate: Option<f64>) -> Self {
        Self(rate)
    }
}

impl From<f64> for CaptureRate {
    fn from(rate: f64) -> Self {
        Self(Some(rate))
    }
}

impl From<i32> for CaptureRate {
    fn from(rate: i32) -> Self {
        Self(Some(rate.into()))
    }
}

impl From<Rate> for CaptureRate {
    fn from(rate: Rate) -> Self {
        Self(Some(rate.as_f64()))
    }
}

/// A picture that a program paints, captured as a stream.
///
/// This is a handle: its clones are the same canvas. When the last one is dropped, its tracks
/// end, and with them a recording.
///
/// By default a canvas is **live**: painting never waits, frames are stamped with the instant at
/// which they are captured, and only what is newly painted is captured, at most as often as the
/// rate says. [With back-pressure](Self::with_back_pressure) it is **rendered**: each painting is
/// one frame.
///
/// Specification: <https://w3c.github.io/mediacapture-fromelement/#html-canvas-element-media-capture-extensions>
#[derive(Clone, Debug)]
pub struct Canvas {
    handle: Arc<Handle>,
}

/// Dropped with the last handle.
#[derive(Debug)]
struct Handle {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    size: FrameSize,
    back_pressure: AtomicBool,
    painted: Mutex<Painted>,
    /// Held while rendered frames are handed over, so that they stay in order.
    turn: Mutex<()>,
}

#[derive(Debug)]
struct Painted {
    surface: CanvasSurface,
    live: Vec<LiveCapture>,
    rendered: Vec<RenderedCapture>,
}

#[derive(Debug)]
struct LiveCapture {
    feed: Arc<Feed>,
    schedule: CaptureSchedule,
}

#[derive(Debug)]
struct RenderedCapture {
    feed: Arc<Feed>,
    steps: SteppedCapture,
}

impl Canvas {
    /// A canvas of `width` times `height` pixels, transparent black.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Type`] for a size that no picture has: sides are 1 to 65535 pixels.
    pub fn new(width: u32, height: u32) -> Result<Self, RecorderError> {
        let size = FrameSize::new(width, height);
        let surface = CanvasSurface::new(size)?;
        let painted = Painted {
            surface,
            live: Vec::new(),
            rendered: Vec::new(),
        };
        let shared = Arc::new(Shared {
            size,
            back_pressure: AtomicBool::new(false),
            painted: Mutex::new(painted),
            turn: Mutex::default(),
        });
        Ok(Self {
            handle: Arc::new(Handle { shared }),
        })
    }

    /// Makes the streams that are captured from now on rendered ones: **each painting is one
    /// frame, stamped n/rate exactly, however long it took to paint, and painting waits while
    /// the recorder has no room.** For programs that render as fast as the encoder goes. What is
    /// painted while nobody records, or while the recorder is paused, is not recorded.
    #[must_use]
    pub fn with_back_pressure(self) -> Self {
        self.handle
            .shared
            .back_pressure
            .store(true, Ordering::Relaxed);
        self
    }

    /// The size in pixels.
    pub fn size(&self) -> FrameSize {
        self.handle.shared.size
    }

    /// A stream of one picture track. `rate` is a number of frames per second, 0 for frames on
    /// [request](Self::request_frame) only, or `None` for a frame of every painting. There is a
    /// frame of what is on the canvas when a recording begins, and then of what is newly
    /// painted.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotSupported`] if the rate is negative or no number, or not above zero with
    /// back-pressure; [`ErrorKind::Unknown`] if the operating system gives no thread.
    pub fn capture_stream(
        &self,
        rate: impl Into<CaptureRate>,
    ) -> Result<MediaStream, RecorderError> {
        let CaptureRate(frame_rate) = rate.into();
        let schedule = CaptureSchedule::new(frame_rate)?;
        let format = VideoFormat {
            size: self.size(),
            rate: schedule.rate(),
            color: ColorInfo::SRGB,
            label: "canvas".to_owned(),
        };
        let settings = TrackSettings::Video(format);
        let shared = &self.handle.shared;
        let track = if shared.back_pressure.load(Ordering::Relaxed) {
            let rate = schedule.rate().ok_or_else(|| {
                let message = "a canvas with back-pressure is captured at a rate above zero";
                RecorderError::new(ErrorKind::NotSupported, message)
            })?;
            let feed = Feed::new(Timing::Offline, WhilePaused::GoesOn, SourceId::unique());
            let track = MediaStreamTrack::new(settings, &feed);
            let steps = SteppedCapture::new(rate);
            lock(&shared.painted)
                .rendered
                .push(RenderedCapture { feed, steps });
            track
        } else {
            let feed = Feed::new(Timing::Live, WhilePaused::GoesOn, SourceId::unique());
            let track = MediaStreamTrack::new(settings, &feed);
            let thread = (Arc::clone(shared), Arc::clone(&feed));
            spawn("canvas", move || thread.0.run_live(&thread.1))?;
            lock(&shared.painted)
                .live
                .push(LiveCapture { feed, schedule });
            track
        };
        Ok(MediaStream::new([track]))
    }

    /// Lets `paint` change the pixels: rows from the top without padding, four bytes a pixel
    /// (red, green, blue, alpha), holding what was painted before. With back-pressure this
    /// waits for room.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotReadable`] after 292 years of frames.
    pub fn draw<T>(&self, paint: impl FnOnce(&mut [u8]) -> T) -> Result<T, RecorderError> {
        self.paint(|surface| Ok(surface.draw(paint)))
    }

    /// Replaces the whole picture by `pixels`, laid out as for [`draw`](Self::draw).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Type`] if it is not exactly one picture; the canvas stays as it was.
    /// Else as [`draw`](Self::draw).
    pub fn put_rgba(&self, pixels: &[u8]) -> Result<(), RecorderError> {
        self.paint(|surface| Ok(surface.put_rgba(pixels)?))
    }

    /// Replaces the whole picture by a frame of any format, I420 for one, without a copy. Its
    /// time does not matter. Format and colour must stay the same during a recording.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Type`] if it has another size than the canvas, which stays as it was. Else
    /// as [`draw`](Self::draw).
    pub fn put_frame(&self, frame: VideoFrame) -> Result<(), RecorderError> {
        self.paint(|surface| Ok(surface.put_frame(frame)?))
    }

    /// Asks for a frame of what is newly painted, whatever the rate; if there is nothing new,
    /// of the next painting. Of a canvas with back-pressure every painting is a frame anyway.
    pub fn request_frame(&self) {
        let mut painted = lock(&self.handle.shared.painted);
        for capture in &mut painted.live {
            capture.schedule.request_frame();
        }
        painted.notify();
    }

    fn paint<T>(
        &self,
        paint: impl FnOnce(&mut CanvasSurface) -> Result<T, RecorderError>,
    ) -> Result<T, RecorderError> {
        let shared = &self.handle.shared;
        let _turn = shared
            .back_pressure
            .load(Ordering::Relaxed)
            .then(|| lock(&shared.turn));
        let (result, frames) = {
            let mut painted = lock(&shared.painted);
            let result = paint(&mut painted.surface)?;
            painted.notify();
            (result, painted.render()?)
        };
        for (feed, frame, next) in frames {
            feed.push(&Media::Video(frame), next);
        }
        Ok(result)
    }
}

impl Painted {
    /// Wakes the threads of the live captures.
    fn notify(&mut self) {
        self.live.retain(|capture| !capture.feed.status().abandoned);
        for capture in &self.live {
            capture.feed.note_changed();
        }
    }

    /// A frame for every rendered stream that somebody records, and the time of the next.
    fn render(&mut self) -> Result<Vec<(Arc<Feed>, VideoFrame, MediaTime)>, RecorderError> {
        let Self {
            surface, rendered, ..
        } = self;
        rendered.retain(|capture| !capture.feed.status().abandoned);
        let mut frames = Vec::new();
        for capture in rendered
            .iter_mut()
            .filter(|capture| capture.feed.status().heard)
        {
            let frame = capture.steps.capture(surface)?;
            let next = capture.steps.next_time().unwrap_or(MediaTime::MAX);
            frames.push((Arc::clone(&capture.feed), frame, next));
        }
        Ok(frames)
    }
}

impl Shared {
    /// The thread of one live capture.
    fn run_live(&self, feed: &Arc<Feed>) {
        let mut newcomers = 0;
        loop {
            let status = feed.status();
            if status.abandoned {
                return;
            }
            let mut due = None;
            if status.started.is_some() {
                let (frame, next) = self.poll(feed, status.newcomers != newcomers);
                newcomers = status.newcomers;
                if let Some(frame) = frame {
                    let time = frame.time;
                    feed.push(&Media::Video(frame), time);
                    continue;
                }
                due = next;
            }
            feed.wait(&status, due);
        }
    }

    /// The frame that is due now, or when the next one is. `anew` asks for what is on the
    /// canvas even if it was captured before: somebody has come who has not seen it.
    fn poll(&self, feed: &Arc<Feed>, anew: bool) -> (Option<VideoFrame>, Option<MediaTime>) {
        let mut painted = lock(&self.painted);
        let Painted { surface, live, .. } = &mut *painted;
        let Some(capture) = live
            .iter_mut()
            .find(|capture| Arc::ptr_eq(&capture.feed, feed))
        else {
            return (None, None);
        };
        // Under the lock, so that no painting lies between the instant and the picture.
        let now = clock::now();
        let frame = capture.schedule.poll(surface, now);
        let anew = anew && surface.paints() > 0;
        let frame = frame.or_else(|| anew.then(|| surface.capture(now)));
        (frame, capture.schedule.next_due(surface))
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        let painted = lock(&self.shared.painted);
        let live = painted.live.iter().map(|capture| Arc::clone(&capture.feed));
        let rendered = painted
            .rendered
            .iter()
            .map(|capture| Arc::clone(&capture.feed));
        let feeds: Vec<_> = live.chain(rendered).collect();
        drop(painted);
        for feed in feeds {
            feed.close(None);
        }
    }
}
