//! What comes of a microphone: sound with its instants, and silence for what does not come.

use std::io;
use std::num::NonZero;
use std::time::{Duration, Instant};

use media_recorder_types::{AudioFrame, MediaTime};

use super::timeline::Timeline;
use super::waiting::Waiting;
use crate::{AudioFormat, Captured, DeviceCounts, DeviceError};

/// The longest loss that is filled with silence. What is longer, such as a source that was
/// suspended, only shows in the instants.
const LONGEST_FILL_SECONDS: u64 = 10;

/// How much sound waits, at most, for a sure word of when it was captured.
const LONGEST_WAIT_SECONDS: u64 = 2;

/// Sound on its way from whoever captures it to the reader.
pub(super) struct Intake {
    /// What errors name.
    device: String,
    format: AudioFormat,
    waiting: Waiting,
    timeline: Timeline,
    counts: DeviceCounts,
    has_ended: bool,
    failure: Option<DeviceError>,
}

impl Intake {
    /// Of a microphone of that name that delivers this; its rate is not zero.
    pub(super) fn new(device: String, format: AudioFormat) -> Self {
        let channels = NonZero::new(format.channels).unwrap_or(NonZero::<u16>::MIN);
        Self {
            device,
            waiting: Waiting::new(format.rate, channels),
            timeline: Timeline::new(format.rate),
            counts: DeviceCounts::default(),
            has_ended: false,
            failure: None,
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

    /// Says that nothing more comes, and why.
    pub(super) fn fail(&mut self, why: DeviceError) {
        self.has_ended = true;
        self.failure = Some(why);
    }

    /// The first that waits, once its instant is known for sure; what [`fail`](Self::fail) was told,
    /// once, when nothing waits any more.
    pub(super) fn take(&mut self) -> Result<Option<Captured<AudioFrame>>, DeviceError> {
        let taken = self.take_sound().map_err(|source| DeviceError::Failed {
            device: self.device.clone(),
            source,
        })?;
        match (taken, self.failure.take()) {
            (None, Some(failure)) => Err(failure),
            (taken, failure) => {
                self.failure = failure;
                Ok(taken)
            }
        }
    }

    fn take_sound(&mut self) -> io::Result<Option<Captured<AudioFrame>>> {
        if !self.is_sure() {
            return Ok(None);
        }
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

    /// Whether the instants are as exact as they get.
    fn is_sure(&self) -> bool {
        self.timeline.is_settled() || self.has_ended || self.is_overdue()
    }

    /// Whether more waits than does until instants are sure.
    pub(super) fn is_overdue(&self) -> bool {
        self.waiting.len() > self.seconds(LONGEST_WAIT_SECONDS)
    }

    fn seconds(&self, seconds: u64) -> u64 {
        seconds * u64::from(self.format.rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: u32 = 48_000;

    fn mono() -> Intake {
        let label = "mic".to_owned();
        let format = AudioFormat {
            rate: RATE,
            channels: 1,
            label: label.clone(),
        };
        Intake::new(label, format)
    }

    /// Pushes a tenth of a second, and measures its end as so many milliseconds late.
    fn hear(intake: &mut Intake, start: Instant, late: u64) {
        intake.push(vec![0.5; 4800]);
        let position = intake.end();
        let now = start + Duration::from_secs(position) / RATE;
        intake.measure(position, now + Duration::from_millis(late), now);
    }

    #[test]
    fn the_first_sound_waits_until_its_instant_is_sure() {
        let (mut intake, start) = (mono(), Instant::now() - Duration::from_secs(5));
        hear(&mut intake, start, 15);
        assert!(intake.take().unwrap().is_none());
        for _ in 0..2 {
            hear(&mut intake, start, 0);
        }
        for tenth in 0..3 {
            let captured = intake.take().unwrap().unwrap();
            assert_eq!(captured.at, start + Duration::from_millis(100) * tenth);
        }
        assert!(intake.take().unwrap().is_none());
    }

    #[test]
    fn what_waits_comes_before_the_failure() {
        let (mut intake, start) = (mono(), Instant::now() - Duration::from_secs(5));
        hear(&mut intake, start, 15);
        assert!(intake.take().unwrap().is_none());
        let device = "mic".to_owned();
        intake.fail(DeviceError::Lost { device });
        assert_eq!(intake.take().unwrap().unwrap().data.len(), 4800);
        assert!(matches!(intake.take(), Err(DeviceError::Lost { .. })));
        assert!(intake.take().unwrap().is_none());
    }
}
