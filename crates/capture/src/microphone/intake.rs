//! What comes of a microphone: sound with its instants, and silence for what does not come.

use std::io;
use std::num::NonZero;
use std::time::{Duration, Instant};

use media_recorder_types::{AudioFrame, MediaTime};

use super::timeline::Timeline;
use super::waiting::Waiting;
use crate::{AudioFormat, Captured, DeviceCounts};

/// The longest loss that is filled with silence. What is longer, such as a source that was
/// suspended, only shows in the instants.
const LONGEST_FILL_SECONDS: u64 = 10;

/// How much sound waits, at most, for the first word of when it was captured.
#[cfg(target_os = "linux")]
const LONGEST_WAIT_SECONDS: u64 = 2;

/// Sound on its way from whoever captures it to the reader.
pub(super) struct Intake {
    format: AudioFormat,
    waiting: Waiting,
    timeline: Timeline,
    counts: DeviceCounts,
}

impl Intake {
    /// Of a microphone that delivers this; its rate is not zero.
    pub(super) fn new(format: AudioFormat) -> Self {
        let channels = NonZero::new(format.channels).unwrap_or(NonZero::<u16>::MIN);
        Self {
            waiting: Waiting::new(format.rate, channels),
            timeline: Timeline::new(format.rate),
            counts: DeviceCounts::default(),
            format,
        }
    }

    pub(super) fn format(&self) -> &AudioFormat {
        &self.format
    }

    pub(super) fn counts(&self) -> DeviceCounts {
        self.counts
    }

    /// The position of the next sample that comes: how many of each channel were before it.
    pub(super) fn end(&self) -> u64 {
        self.waiting.end()
    }

    /// Appends sound: whole samples of all channels.
    pub(super) fn push(&mut self, samples: Vec<f32>) {
        self.waiting.push(samples);
    }

    /// Appends silence for so many samples per channel that were lost.
    pub(super) fn lose(&mut self, len: u64) {
        if len > 0 {
            self.counts.lost += 1;
            self.fill(len);
        }
    }

    /// Says that the sample at `position` was captured at that instant, as it was measured at
    /// `now`. What has to be missing before the next one is lost.
    pub(super) fn measure(&mut self, position: u64, captured: Instant, now: Instant) {
        let missing = self.timeline.measure(position, captured, now);
        self.lose(missing);
    }

    /// As [`measure`](Self::measure) for the next sample, where it is known that some were lost
    /// just before it.
    #[cfg(any(windows, target_os = "macos", feature = "cpal"))]
    pub(super) fn resume(&mut self, captured: Instant, now: Instant) {
        let missing = self.timeline.resume(self.end(), captured, now);
        self.counts.lost += 1;
        self.fill(missing);
    }

    fn fill(&mut self, len: u64) {
        self.waiting.lose(len, self.seconds(LONGEST_FILL_SECONDS));
    }

    /// The first that waits, once its instant is known.
    pub(super) fn take(&mut self) -> io::Result<Option<Captured<AudioFrame>>> {
        let Some(position) = self.waiting.next_position() else {
            return Ok(None);
        };
        let Some(at) = self.timeline.instant(position) else {
            return Ok(None);
        };
        let Some(samples) = self.waiting.take() else {
            return Ok(None);
        };
        let AudioFormat { rate, channels, .. } = self.format;
        let frame = AudioFrame::new(rate, channels, samples, MediaTime::ZERO);
        let data = frame.map_err(io::Error::other)?;
        // The latency may be off by some milliseconds, but what is here was captured.
        let length = Duration::from_secs(data.len() as u64) / rate;
        let latest = Instant::now().checked_sub(length).unwrap_or(at);
        let at = at.min(latest);
        Ok(Some(Captured { data, at }))
    }

    /// Whether more waits than does until the first instant is told. Where the system calls back,
    /// each piece has its own.
    #[cfg(target_os = "linux")]
    pub(super) fn is_overdue(&self) -> bool {
        self.waiting.len() > self.seconds(LONGEST_WAIT_SECONDS)
    }

    fn seconds(&self, seconds: u64) -> u64 {
        seconds * u64::from(self.format.rate)
    }
}
