//! `MediaRecorderOptions`.

use std::num::NonZeroU32;
use std::time::Duration;

use media_recorder_state::{BitrateRequest, KeyFrameInterval};
use media_recorder_types::MediaTime;

/// How to record. Everything has a default.
///
/// Specification:
/// <https://w3c.github.io/mediacapture-record/#mediarecorderoptions-section>
///
/// ```
/// use media_recorder::RecorderOptions;
/// let options = RecorderOptions::new()
///     .mime_type("video/webm;codecs=av01,opus")
///     .video_bits_per_second(1_500_000);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RecorderOptions {
    pub(crate) mime_type: String,
    pub(crate) bitrates: BitrateRequest,
    pub(crate) key_frame_duration: Option<MediaTime>,
    pub(crate) key_frame_count: Option<u32>,
}

impl RecorderOptions {
    /// All defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Container and codecs, such as `video/webm;codecs=vp9,opus`. Empty, the default, lets the
    /// recorder choose; so does every part that is left out.
    #[must_use]
    pub fn mime_type(mut self, mime_type: impl Into<String>) -> Self {
        self.mime_type = mime_type.into();
        self
    }

    /// Target for all sound tracks together, in bits per second. 128 000 by default.
    #[must_use]
    pub fn audio_bits_per_second(mut self, bits: u32) -> Self {
        self.bitrates.audio = Some(bits);
        self
    }

    /// Target for all picture tracks together, in bits per second. 2 500 000 by default.
    #[must_use]
    pub fn video_bits_per_second(mut self, bits: u32) -> Self {
        self.bitrates.video = Some(bits);
        self
    }

    /// Target for everything together, in bits per second; overrides the other two. A tenth of
    /// it, 6 000 to 510 000, goes to the sound where there is both.
    #[must_use]
    pub fn bits_per_second(mut self, bits: u32) -> Self {
        self.bitrates.total = Some(bits);
        self
    }

    /// The first frame that comes more than this after the last key frame is a key frame. Two
    /// seconds if neither this nor a count is given; not both may be.
    #[must_use]
    pub fn video_key_frame_interval_duration(mut self, duration: Duration) -> Self {
        self.key_frame_duration = Some(duration.into());
        self
    }

    /// After so many frames since the last key frame, the next one is a key frame. Not together
    /// with a duration.
    #[must_use]
    pub fn video_key_frame_interval_count(mut self, frames: u32) -> Self {
        self.key_frame_count = Some(frames);
        self
    }

    /// The key-frame interval; `None` if both ways of saying it were used.
    pub(crate) fn key_frames(&self) -> Option<KeyFrameInterval> {
        Some(match (self.key_frame_duration, self.key_frame_count) {
            (None, None) => KeyFrameInterval::default(),
            (Some(duration), None) => KeyFrameInterval::Duration(duration),
            (None, Some(frames)) => match NonZeroU32::new(frames) {
                Some(frames) => KeyFrameInterval::Count(frames),
                // After no frame at all: every frame is one.
                None => KeyFrameInterval::Duration(MediaTime::ZERO),
            },
            (Some(_), Some(_)) => return None,
        })
    }
}
