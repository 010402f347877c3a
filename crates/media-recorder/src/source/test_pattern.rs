//! A stream that needs no device.

use std::time::Duration;

use media_recorder_capture::{TestPatternAudio, TestPatternVideo};
use media_recorder_types::{FrameSize, MediaTime, Rate};

use super::Pace;
use super::drive::{Drive, audio_track, video_track};
use crate::error::{ErrorKind, RecorderError};
use crate::stream::{MediaStream, SourceId};

/// A moving picture with frame number and time code, and a flash and a beep at each full
/// second: a stream to try a recorder with, and to check the synchronisation of picture and
/// sound in what it wrote.
///
/// ```
/// use std::time::Duration;
/// use media_recorder::TestPattern;
/// let stream = TestPattern::new().size(320, 180).duration(Duration::from_secs(5))
///     .capture_stream()?;
/// assert_eq!((stream.video_tracks().len(), stream.audio_tracks().len()), (1, 1));
/// # Ok::<(), media_recorder::RecorderError>(())
/// ```
#[derive(Clone, Debug)]
pub struct TestPattern {
    size: FrameSize,
    rate: Rate,
    duration: Option<Duration>,
    video: bool,
    audio: bool,
    pace: Pace,
}

impl Default for TestPattern {
    fn default() -> Self {
        Self {
            size: FrameSize::new(640, 360),
            rate: Rate::new(30, 1).expect("neither is zero"),
            duration: None,
            video: true,
            audio: true,
            pace: Pace::RealTime,
        }
    }
}

impl TestPattern {
    /// Picture and sound, 640x360 at 30 frames a second, 48 kHz stereo, without end, in real
    /// time.
    pub fn new() -> Self {
        Self::default()
    }

    /// The size of the picture in pixels, 2x2 at least.
    #[must_use]
    pub fn size(mut self, width: u32, height: u32) -> Self {
        self.size = FrameSize::new(width, height);
        self
    }

    /// Frames per second.
    #[must_use]
    pub fn frame_rate(mut self, rate: Rate) -> Self {
        self.rate = rate;
        self
    }

    /// The length, after which the tracks end, and with them a recording.
    #[must_use]
    pub fn duration(mut self, duration: Duration) -> Self {
        self.duration = Some(duration);
        self
    }

    /// Whether there is a picture.
    #[must_use]
    pub fn video(mut self, video: bool) -> Self {
        self.video = video;
        self
    }

    /// Whether there is sound.
    #[must_use]
    pub fn audio(mut self, audio: bool) -> Self {
        self.audio = audio;
        self
    }

    /// Not in real time: as fast as it is recorded.
    #[must_use]
    pub fn as_fast_as_possible(mut self) -> Self {
        self.pace = Pace::AsFastAsPossible;
        self
    }

    /// The stream. It begins when somebody records it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Type`] for a size that no picture has; [`ErrorKind::NotSupported`] with
    /// neither picture nor sound; [`ErrorKind::Unknown`] if the operating system gives no
    /// thread.
    pub fn capture_stream(&self) -> Result<MediaStream, RecorderError> {
        let drive = Drive {
            timing: self.pace.timing(),
            source: SourceId::unique(),
            end: None,
        };
        let duration = self.duration.map(MediaTime::from);
        let mut tracks = Vec::new();
        if self.video {
            let mut source = TestPatternVideo::new(self.size, self.rate)?;
            if let Some(duration) = duration {
                source = source.with_duration(duration);
            }
            tracks.push(video_track(Box::new(source), drive)?);
        }
        if self.audio {
            let mut source = TestPatternAudio::default();
            if let Some(duration) = duration {
                source = source.with_duration(duration);
            }
            tracks.push(audio_track(Box::new(source), drive)?);
        }
        if tracks.is_empty() {
            let message = "a test pattern without picture and sound";
            return Err(RecorderError::new(ErrorKind::NotSupported, message));
        }
        Ok(MediaStream::new(tracks))
    }
}
