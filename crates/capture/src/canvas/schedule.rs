//! When a canvas is captured.

use media_recorder_types::{MediaTime, Rate, VideoFrame};

use crate::{CanvasSurface, CaptureError};

/// Decides which states of a [`CanvasSurface`] become frames: `captureStream()` and
/// `requestFrame()` of Media Capture from DOM Elements §4.
///
/// It knows no clock. [`poll`](Self::poll) it after every painting and request, and whenever
/// [`next_due`](Self::next_due) has come. Frames are stamped with the times that it is given.
///
/// **The first frame shows what has been painted by then, and is due as soon as anything has
/// been; every later frame shows something newly painted, and is later than the one before.** One canvas can have any number of schedules.
///
/// ```
/// use media_recorder_capture::{CanvasSurface, CaptureSchedule};
/// use media_recorder_types::{FrameSize, MediaTime};
/// let mut canvas = CanvasSurface::new(FrameSize::new(2, 2))?;
/// let mut schedule = CaptureSchedule::new(Some(25.0))?;
/// assert!(schedule.poll(&mut canvas, MediaTime::ZERO).is_none(), "nothing was painted yet");
/// canvas.draw(|rgba| rgba.fill(9));
/// assert!(schedule.poll(&mut canvas, MediaTime::ZERO).is_some());
///
/// // Painted 10 ms later: due when 1/25 s has passed.
/// canvas.draw(|rgba| rgba.fill(255));
/// assert!(schedule.poll(&mut canvas, MediaTime::from_millis(10)).is_none());
/// assert_eq!(schedule.next_due(&canvas), Some(MediaTime::from_millis(40)));
/// assert!(schedule.poll(&mut canvas, MediaTime::from_millis(40)).is_some());
/// # Ok::<(), media_recorder_capture::CaptureError>(())
/// ```
#[derive(Clone, Debug)]
pub struct CaptureSchedule {
    pace: Pace,
    /// The specification's `[[frameCaptureRequested]]`, as far as `request_frame` sets it.
    requested: bool,
    progress: Option<Progress>,
}

#[derive(Clone, Copy, Debug)]
enum Pace {
    EveryPaint,
    OnRequest,
    AtMost(Rate),
}

/// What was captured so far.
#[derive(Clone, Copy, Debug)]
struct Progress {
    /// When the first frame was captured; slot n of a limited rate is n periods later.
    start: MediaTime,
    /// When the latest frame was captured.
    last: MediaTime,
    /// How often the canvas had been painted then.
    paints: u64,
}

impl CaptureSchedule {
    /// At most `frame_rate` frames per second; 0 for frames on request only; `None` for a frame
    /// of every painting. The rate is kept to three decimals.
    ///
    /// # Errors
    ///
    /// [`CaptureError::FrameRate`] if it is negative, not a number, or too small or large for a
    /// [`Rate`].
    pub fn new(frame_rate: Option<f64>) -> Result<Self, CaptureError> {
        let pace = match frame_rate {
            None => Pace::EveryPaint,
            Some(0.0) => Pace::OnRequest,
            Some(fps) => Pace::AtMost(Rate::from_f64(fps).ok_or(CaptureError::FrameRate(fps))?),
        };
        Ok(Self {
            pace,
            requested: false,
            progress: None,
        })
    }

    /// The rate that limits it; `None` where it captures every painting or on request only.
    pub fn rate(&self) -> Option<Rate> {
        match self.pace {
            Pace::AtMost(rate) => Some(rate),
            Pace::EveryPaint | Pace::OnRequest => None,
        }
    }

    /// Asks for a frame regardless of the rate: of what is newly painted, or if there is nothing
    /// yet, of the next painting.
    pub fn request_frame(&mut self) {
        self.requested = true;
    }

    /// The frame that is due at `now`, if one is.
    pub fn poll(&mut self, canvas: &mut CanvasSurface, now: MediaTime) -> Option<VideoFrame> {
        if self.next_due(canvas)? > now {
            return None;
        }
        self.requested = false;
        self.progress = Some(Progress {
            start: self.progress.map_or(now, |progress| progress.start),
            last: now,
            paints: canvas.paints(),
        });
        Some(canvas.capture(now))
    }

    /// When the next frame is due if nothing else is painted or requested, at once if that has
    /// passed; `None` if nothing is due until then.
    pub fn next_due(&self, canvas: &CanvasSurface) -> Option<MediaTime> {
        let Some(progress) = self.progress else {
            // A canvas that nobody has painted on yet has nothing to show: a recording begins
            // with a picture, not with black.
            return (canvas.paints() > 0).then_some(MediaTime::MIN);
        };
        if canvas.paints() == progress.paints {
            return None;
        }
        let after_last = progress.last.checked_add(MediaTime::from_nanos(1))?;
        match self.pace {
            _ if self.requested => Some(after_last),
            Pace::EveryPaint => Some(after_last),
            Pace::OnRequest => None,
            Pace::AtMost(rate) => progress.next_slot(rate),
        }
    }
}

impl Progress {
    /// The first slot after the latest frame. Slots lie on a grid from the start, so that a
    /// capture that came late does not delay the following ones.
    fn next_slot(self, rate: Rate) -> Option<MediaTime> {
        let elapsed = self.last.checked_sub(self.start)?;
        let nanos = u128::try_from(elapsed.as_nanos()).ok()?;
        let past =
            nanos * u128::from(rate.numerator()) / (u128::from(rate.denominator()) * 1_000_000_000);
        let next = u64::try_from(past).ok()?.checked_add(1)?;
        // `time_of` rounds to the nearest nanosecond, so slot `next` can be `elapsed` itself.
        let slot = [next, next.saturating_add(1)]
            .into_iter()
            .filter_map(|slot| rate.time_of(slot))
            .find(|&slot| slot > elapsed)?;
        self.start.checked_add(slot)
    }
}

#[cfg(test)]
mod tests {
    use media_recorder_types::FrameSize;

    use super::*;

    /// A canvas with something on it.
    fn canvas() -> CanvasSurface {
        let mut canvas = CanvasSurface::new(FrameSize::new(2, 2)).unwrap();
        canvas.draw(|rgba| rgba.fill(0));
        canvas
    }

    fn paint(canvas: &mut CanvasSurface) {
        canvas.draw(|rgba| rgba[0] = rgba[0].wrapping_add(1));
    }

    fn ms(millis: i64) -> MediaTime {
        MediaTime::from_millis(millis)
    }

    #[test]
    fn impossible_rates_are_refused() {
        for fps in [-1.0, -0.001, f64::NAN, f64::INFINITY, 1e-9, 1e10] {
            let error = CaptureSchedule::new(Some(fps)).unwrap_err();
            assert!(
                matches!(error, CaptureError::FrameRate(found) if found.to_bits() == fps.to_bits())
            );
        }
        assert!(CaptureSchedule::new(Some(-0.0)).unwrap().rate().is_none());
    }

    #[test]
    fn nothing_is_captured_before_the_first_painting() {
        for fps in [None, Some(0.0), Some(25.0)] {
            let mut canvas = CanvasSurface::new(FrameSize::new(2, 2)).unwrap();
            let mut schedule = CaptureSchedule::new(fps).unwrap();
            assert_eq!(schedule.next_due(&canvas), None);
            assert!(schedule.poll(&mut canvas, ms(1)).is_none());
            paint(&mut canvas);
            assert_eq!(schedule.poll(&mut canvas, ms(2)).unwrap().time, ms(2));
        }
    }

    #[test]
    fn every_schedule_starts_with_one_frame_of_what_is_there() {
        for fps in [None, Some(0.0), Some(25.0)] {
            let mut canvas = canvas();
            let mut schedule = CaptureSchedule::new(fps).unwrap();
            assert_eq!(schedule.next_due(&canvas), Some(MediaTime::MIN));
            let frame = schedule.poll(&mut canvas, ms(7)).unwrap();
            assert_eq!(frame.time, ms(7));
            assert_eq!(schedule.next_due(&canvas), None);
            assert!(schedule.poll(&mut canvas, ms(100_000)).is_none(), "{fps:?}");
        }
    }

    #[test]
    fn without_a_rate_every_painting_is_a_frame() {
        let mut canvas = canvas();
        let mut schedule = CaptureSchedule::new(None).unwrap();
        schedule.poll(&mut canvas, ms(0)).unwrap();
        for n in 1..=5 {
            paint(&mut canvas);
            let frame = schedule.poll(&mut canvas, ms(n)).unwrap();
            assert_eq!(i64::from(frame.planes()[0].data[0]), n);
            assert!(schedule.poll(&mut canvas, ms(n)).is_none());
        }
        // At the very same instant again: a nanosecond later at the earliest.
        paint(&mut canvas);
        assert!(schedule.poll(&mut canvas, ms(5)).is_none());
        let due = schedule.next_due(&canvas).unwrap();
        assert_eq!(due, MediaTime::from_nanos(5_000_001));
        assert!(schedule.poll(&mut canvas, due).is_some());
    }

    #[test]
    fn rate_zero_waits_for_a_request_and_then_for_a_painting() {
        let mut canvas = canvas();
        let mut schedule = CaptureSchedule::new(Some(0.0)).unwrap();
        schedule.poll(&mut canvas, ms(0)).unwrap();
        paint(&mut canvas);
        assert_eq!(schedule.next_due(&canvas), None);
        assert!(schedule.poll(&mut canvas, ms(1000)).is_none());

        schedule.request_frame();
        assert!(schedule.poll(&mut canvas, ms(1001)).is_some());
        schedule.request_frame();
        assert!(schedule.poll(&mut canvas, ms(1002)).is_none());
        paint(&mut canvas);
        assert!(schedule.poll(&mut canvas, ms(1003)).is_some());
        // One request, one frame.
        paint(&mut canvas);
        assert!(schedule.poll(&mut canvas, ms(1004)).is_none());
    }

    #[test]
    fn a_rate_is_a_limit() {
        // Painted every millisecond for ten seconds, at rates whose period is no whole number
        // of milliseconds too.
        for (fps, frames) in [(25.0, 250), (29.97, 300), (7.5, 75), (1.0, 10)] {
            let mut canvas = canvas();
            let mut schedule = CaptureSchedule::new(Some(fps)).unwrap();
            let mut times = Vec::new();
            for now in 0..10_000 {
                paint(&mut canvas);
                times.extend(schedule.poll(&mut canvas, ms(now)).map(|frame| frame.time));
            }
            assert_eq!(times.len(), frames, "{fps}");
            let rate = schedule.rate().unwrap();
            for (n, time) in times.iter().enumerate() {
                let late = time.checked_sub(rate.time_of(n as u64).unwrap()).unwrap();
                assert!(late >= MediaTime::ZERO && late < ms(1), "{fps}: frame {n}");
            }
        }
    }

    #[test]
    fn waking_when_due_captures_exactly_on_the_grid() {
        let mut canvas = canvas();
        let mut schedule = CaptureSchedule::new(Some(30.0)).unwrap();
        schedule.poll(&mut canvas, ms(500)).unwrap();
        for n in 1..=300 {
            paint(&mut canvas);
            let due = schedule.next_due(&canvas).unwrap();
            let frame = schedule.poll(&mut canvas, due).unwrap();
            let slot = Rate::new(30, 1).unwrap().time_of(n).unwrap();
            assert_eq!(frame.time, ms(500).checked_add(slot).unwrap());
        }
    }

    #[test]
    fn a_clock_that_runs_back_captures_nothing() {
        let mut canvas = canvas();
        let mut schedule = CaptureSchedule::new(None).unwrap();
        schedule.poll(&mut canvas, ms(10)).unwrap();
        paint(&mut canvas);
        assert!(schedule.poll(&mut canvas, ms(3)).is_none());
        assert!(schedule.poll(&mut canvas, ms(11)).is_some());
    }

    #[test]
    fn the_end_of_time_is_no_panic() {
        let mut canvas = canvas();
        let mut schedule = CaptureSchedule::new(Some(4_000_000.0)).unwrap();
        schedule.poll(&mut canvas, MediaTime::MIN).unwrap();
        paint(&mut canvas);
        schedule.poll(&mut canvas, MediaTime::MAX);
        paint(&mut canvas);
        assert!(schedule.poll(&mut canvas, MediaTime::MAX).is_none());
    }

    #[test]
    fn two_schedules_do_not_take_each_others_frames() {
        let mut canvas = canvas();
        let mut schedules = [(); 2].map(|()| CaptureSchedule::new(None).unwrap());
        for n in 0..3 {
            paint(&mut canvas);
            for schedule in &mut schedules {
                assert!(schedule.poll(&mut canvas, ms(n)).is_some());
            }
        }
    }
}
