//! Tracks of frames that a program writes.

use std::sync::Arc;

use media_recorder_capture::{AudioFormat, VideoFormat};
use media_recorder_types::{AudioFrame, ColorInfo, FrameSize, MediaTime, Rate, VideoFrame};

use crate::error::{ErrorKind, RecorderError};
use crate::stream::{Feed, Media, MediaStreamTrack, SourceId, Timing, TrackSettings, WhilePaused};

/// A picture track of frames that the program writes: from a decoder, a simulation, a camera with
/// its own driver.
///
/// By default it is **live**: a frame's time is the instant at which it was captured, on the
/// clock of [`capture_time`](crate::capture_time), writing never waits, and where nothing is
/// written the last picture is repeated each second. [With back-pressure](Self::with_back_pressure)
/// frames have a time of the program's own, and writing waits for the encoder.
///
/// Pictures may change their size; [`SizeChange`](crate::SizeChange) says what becomes of them.
/// The track ends with [`close`](Self::close), or when the generator is dropped.
///
/// Specification: <https://w3c.github.io/mediacapture-transform/#videotrackgenerator>
///
/// ```
/// use media_recorder::{
///     AudioFrame, AudioTrackGenerator, ColorInfo, FrameSize, MediaRecorder, MediaStream,
///     MediaTime, PixelFormat, RecorderOptions, VideoFrame, VideoTrackGenerator,
/// };
/// let picture = VideoTrackGenerator::new(64, 48)?.with_back_pressure();
/// let sound = AudioTrackGenerator::new(48_000, 1)?.with_back_pressure();
/// let stream = MediaStream::new([picture.track().clone(), sound.track().clone()]);
/// let (recorder, events) = MediaRecorder::new(&stream, RecorderOptions::new())?;
/// recorder.start()?;
/// for n in 0..25 {
///     let time = MediaTime::from_millis(40 * n);
///     let size = FrameSize::new(64, 48);
///     let pixels = vec![10 * n as u8; PixelFormat::Rgba.packed_len(size)];
///     let frame = VideoFrame::packed(PixelFormat::Rgba, size, pixels.into(), time).unwrap();
///     picture.write(frame.with_color(ColorInfo::SRGB))?;
///     sound.write(AudioFrame::new(48_000, 1, vec![0.0; 1920], time).unwrap())?;
/// }
/// recorder.stop()?;
/// assert!(events.count() > 0);
/// # Ok::<(), media_recorder::RecorderError>(())
/// ```
#[derive(Debug)]
pub struct VideoTrackGenerator {
    format: VideoFormat,
    generator: Generator,
}

/// A sound track of samples that the program writes. See [`VideoTrackGenerator`], whose sound it
/// is made to go with.
///
/// A live track counts its samples and measures their clock by the frames' times: what drifts is
/// resampled, what is missing becomes silence. Where nothing is written for a second, silence
/// follows.
///
/// Specification: <https://w3c.github.io/mediacapture-transform/>, whose proposal for sound this
/// follows.
#[derive(Debug)]
pub struct AudioTrackGenerator {
    format: AudioFormat,
    generator: Generator,
}

impl VideoTrackGenerator {
    /// A live track whose pictures have `width` times `height` pixels.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Type`] for a size that no picture has: sides are 1 to 65535 pixels.
    pub fn new(width: u32, height: u32) -> Result<Self, RecorderError> {
        let size = FrameSize::new(width, height);
        if !size.is_valid() {
            let message = format!(
                "a picture of {size}: sides are 1 to {} pixels",
                FrameSize::MAX
            );
            return Err(RecorderError::new(ErrorKind::Type, message));
        }
        let format = VideoFormat {
            size,
            rate: None,
            color: ColorInfo::SRGB,
            label: "generator".to_owned(),
        };
        Ok(Self {
            generator: Generator::new(TrackSettings::Video(format.clone()), Timing::Live),
            format,
        })
    }

    /// Sets the nominal frame rate, which helps the encoder to plan. None by default. The track
    /// that there was ends.
    #[must_use]
    pub fn with_frame_rate(mut self, rate: Rate) -> Self {
        self.format.rate = Some(rate);
        let timing = self.generator.feed.timing;
        self.renew(timing)
    }

    /// **Frames have times of the program's own, from any origin, and [`write`](Self::write) waits
    /// while the recorder has no room.** All generators with back-pressure count the same time.
    /// Write picture and sound in turn: the recorder waits for the one that is behind. The track
    /// that there was ends.
    #[must_use]
    pub fn with_back_pressure(self) -> Self {
        self.renew(Timing::Offline)
    }

    fn renew(self, timing: Timing) -> Self {
        let settings = TrackSettings::Video(self.format.clone());
        Self {
            format: self.format,
            generator: Generator::new(settings, timing),
        }
    }

    /// The track.
    pub fn track(&self) -> &MediaStreamTrack {
        &self.generator.track
    }

    /// Hands a picture to the recorders of the track; where there is none, it is dropped. A
    /// picture that is not after the one before is dropped by the recorder, and counted.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidState`] once the track has ended.
    pub fn write(&self, frame: VideoFrame) -> Result<(), RecorderError> {
        let period = self.format.rate.map_or(MediaTime::ZERO, Rate::period);
        let next = frame.time.saturating_add(period);
        self.generator.write(Media::Video(frame), next)
    }

    /// See [`set_muted`](Self::set_muted).
    pub fn muted(&self) -> bool {
        self.generator.feed.is_muted()
    }

    /// Says that the source delivers nothing for now: the track is `muted`, and black is recorded
    /// in place of what is written.
    ///
    /// Specification: <https://w3c.github.io/mediacapture-transform/#dom-videotrackgenerator-muted>
    pub fn set_muted(&self, muted: bool) {
        self.generator.feed.set_muted(muted);
    }

    /// Ends the track, as when the generator is dropped.
    pub fn close(&self) {
        self.generator.feed.close(None);
    }
}

impl AudioTrackGenerator {
    /// A live track of `sample_rate` samples per second, interleaved of `channels` channels.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Type`] for a rate that is not 1 to 768000 or a number of channels that is not
    /// 1 to 255.
    pub fn new(sample_rate: u32, channels: u16) -> Result<Self, RecorderError> {
        // No sound at all is refused just as sound would be.
        AudioFrame::new(sample_rate, channels, Vec::new(), MediaTime::ZERO)
            .map_err(|error| RecorderError::new(ErrorKind::Type, error.to_string()))?;
        let format = AudioFormat {
            rate: sample_rate,
            channels,
            label: "generator".to_owned(),
        };
        Ok(Self {
            generator: Generator::new(TrackSettings::Audio(format.clone()), Timing::Live),
            format,
        })
    }

    /// As [`VideoTrackGenerator::with_back_pressure`].
    #[must_use]
    pub fn with_back_pressure(self) -> Self {
        let settings = TrackSettings::Audio(self.format.clone());
        Self {
            format: self.format,
            generator: Generator::new(settings, Timing::Offline),
        }
    }

    /// The track.
    pub fn track(&self) -> &MediaStreamTrack {
        &self.generator.track
    }

    /// Hands a run of sound to the recorders of the track; where there is none, it is dropped.
    /// Its time is that of its first sample.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Type`] for another rate or another number of channels than the track has;
    /// [`ErrorKind::InvalidState`] once the track has ended.
    pub fn write(&self, frame: AudioFrame) -> Result<(), RecorderError> {
        let (rate, channels) = (frame.rate(), frame.channels());
        if (rate, channels) != (self.format.rate, self.format.channels) {
            let message = format!(
                "{channels} channels at {rate} Hz in a track of {} at {} Hz",
                self.format.channels, self.format.rate
            );
            return Err(RecorderError::new(ErrorKind::Type, message));
        }
        let duration = frame.duration().unwrap_or(MediaTime::MAX);
        let next = frame.time.saturating_add(duration);
        self.generator.write(Media::Audio(frame), next)
    }

    /// See [`set_muted`](Self::set_muted).
    pub fn muted(&self) -> bool {
        self.generator.feed.is_muted()
    }

    /// Says that the source delivers nothing for now: the track is `muted`, and silence is
    /// recorded in place of what is written.
    pub fn set_muted(&self, muted: bool) {
        self.generator.feed.set_muted(muted);
    }

    /// Ends the track, as when the generator is dropped.
    pub fn close(&self) {
        self.generator.feed.close(None);
    }
}

/// What all kinds are made of. The track ends with it.
#[derive(Debug)]
pub(super) struct Generator {
    pub(super) feed: Arc<Feed>,
    pub(super) track: MediaStreamTrack,
}

impl Generator {
    pub(super) fn new(settings: TrackSettings, timing: Timing) -> Self {
        let feed = Feed::new(timing, WhilePaused::GoesOn, SourceId::PROGRAM);
        let track = MediaStreamTrack::new(settings, &feed);
        Self { feed, track }
    }

    pub(super) fn write(&self, media: Media, next: MediaTime) -> Result<(), RecorderError> {
        if self.feed.is_closed() {
            let message = format!("the {} track has ended", self.track.kind());
            return Err(RecorderError::new(ErrorKind::InvalidState, message));
        }
        self.feed.push(&media, next.max(self.feed.position()));
        Ok(())
    }
}

impl Drop for Generator {
    fn drop(&mut self) {
        self.feed.close(None);
    }
}
