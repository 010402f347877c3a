//! Counting the frames of a track.

use std::num::NonZeroU64;

use matroska_demuxer::Frame;

/// What was counted of one track.
#[derive(Clone, Debug)]
pub(super) struct Measure {
    /// Nanoseconds per tick.
    scale: NonZeroU64,
    /// To be taken from every time, in nanoseconds (RFC 9559 §5.1.4.1.25).
    delay: u64,
    pub(super) frames: u64,
    pub(super) bytes: u64,
    /// Ticks of the first and the last frame.
    span: Option<(u64, u64)>,
    /// Those that say so: blocks in groups do not (RFC 9559 §10.1).
    pub(super) key_frames: u64,
    key_span: Option<(u64, u64)>,
    /// Ticks that the last frame lasts, where the file says it.
    last_duration: Option<u64>,
}

impl Measure {
    /// Nothing yet, for a track with `delay` nanoseconds of codec delay.
    pub(super) fn new(scale: NonZeroU64, delay: u64) -> Self {
        Self {
            scale,
            delay,
            frames: 0,
            bytes: 0,
            span: None,
            key_frames: 0,
            key_span: None,
            last_duration: None,
        }
    }

    pub(super) fn add(&mut self, frame: &Frame) {
        self.frames += 1;
        self.bytes += frame.data.len() as u64;
        extend(&mut self.span, frame.timestamp);
        self.last_duration = frame.duration;
        if frame.is_keyframe == Some(true) {
            self.key_frames += 1;
            extend(&mut self.key_span, frame.timestamp);
        }
    }

    /// When the last frame is over, in nanoseconds. Where the file does not say how long it
    /// lasts, that is the mean of the others.
    pub(super) fn end(&self) -> Option<u128> {
        let (_, last) = self.span?;
        let scale = u128::from(self.scale.get());
        let length = match self.last_duration {
            Some(ticks) => u128::from(ticks) * scale,
            None => mean_interval(self.span, self.frames, scale).unwrap_or(0),
        };
        let end = (u128::from(last) * scale).saturating_add(length);
        Some(end.saturating_sub(u128::from(self.delay)))
    }

    /// Frames per second, if there are two at different times.
    pub(super) fn frame_rate(&self) -> Option<f64> {
        let interval = mean_interval(self.span, self.frames, self.scale.get().into())?;
        (interval > 0).then(|| 1e9 / interval as f64)
    }

    /// Seconds from one key frame to the next in the mean, if there are two.
    pub(super) fn key_interval(&self) -> Option<f64> {
        let interval = mean_interval(self.key_span, self.key_frames, self.scale.get().into())?;
        Some(interval as f64 / 1e9)
    }
}

fn extend(span: &mut Option<(u64, u64)>, time: u64) {
    let (first, last) = span.unwrap_or((time, time));
    *span = Some((first.min(time), last.max(time)));
}

/// Nanoseconds between two of `count` frames; `None` below two.
fn mean_interval(span: Option<(u64, u64)>, count: u64, scale: u128) -> Option<u128> {
    let (first, last) = span?;
    let intervals = u128::from(count.checked_sub(1).filter(|n| *n > 0)?);
    Some(u128::from(last - first) * scale / intervals)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(timestamp: u64, key: bool) -> Frame {
        let mut frame = Frame::from(vec![0; 10]);
        frame.timestamp = timestamp;
        frame.is_keyframe = Some(key);
        frame
    }

    #[test]
    fn frames_are_counted_and_timed() {
        let mut measure = Measure::new(NonZeroU64::new(1_000_000).unwrap(), 20_000_000);
        assert_eq!((measure.end(), measure.frame_rate()), (None, None));
        measure.add(&frame(0, true));
        assert_eq!((measure.end(), measure.key_interval()), (Some(0), None));
        for n in 1..=50 {
            measure.add(&frame(n * 40, n % 25 == 0));
        }
        assert_eq!(
            (measure.frames, measure.bytes, measure.key_frames),
            (51, 510, 3)
        );
        assert_eq!(measure.end(), Some(2_020_000_000));
        assert_eq!(measure.frame_rate(), Some(25.0));
        assert_eq!(measure.key_interval(), Some(1.0));
    }

    #[test]
    fn a_duration_in_the_file_counts_for_the_last_frame() {
        let mut measure = Measure::new(NonZeroU64::MIN, 0);
        measure.add(&frame(5, true));
        let mut last = frame(15, false);
        last.duration = Some(100);
        measure.add(&last);
        assert_eq!(measure.end(), Some(115));
    }

    #[test]
    fn absurd_times_do_not_overflow() {
        let mut measure = Measure::new(NonZeroU64::MAX, u64::MAX);
        measure.add(&frame(0, true));
        measure.add(&frame(u64::MAX, true));
        assert!(measure.end().is_some());
    }
}
