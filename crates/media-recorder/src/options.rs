//! `MediaRecorderOptions`.

use std::num::NonZeroU32;
use std::time::Duration;

use media_recorder_encode::{Parallelism, Preset};
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
#[derive(Clone, Debug, PartialEq)]
pub struct RecorderOptions {
    pub(crate) mime_type: String,
    pub(crate) bitrates: BitrateRequest,
    pub(crate) audio_bitrate_mode: AudioBitrateMode,
    pub(crate) key_frame_duration: Option<MediaTime>,
    pub(crate) key_frame_count: Option<u32>,
    pub(crate) size_change: SizeChange,
    pub(crate) self_contained_chunks: bool,
    pub(crate) max_buffered_bytes: u64,
    pub(crate) preset: Option<Preset>,
    pub(crate) degradation: DegradationPreference,
    pub(crate) parallelism: Parallelism,
}

/// `BitrateMode` of the specification: how sound is encoded.
///
/// Specification: <https://w3c.github.io/mediacapture-record/#bitratemode>
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum AudioBitrateMode {
    /// Bits go where the sound needs them; the bitrate is met on average.
    #[default]
    Variable,
    /// Every packet has the same size.
    Constant,
}

/// What happens when a picture has another size than its track had when the recording began.
/// (The specification leaves it open; a container has one size for each track.)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SizeChange {
    /// It is scaled to the size that the track began with; where the shape differs, black bars
    /// fill the rest.
    #[default]
    Fit,
    /// The recording ends with an error of kind
    /// [`InvalidModification`](crate::ErrorKind::InvalidModification).
    Error,
    /// The file ends there and a new one begins, with the new size: `stop` with
    /// [`Summary::continues`](crate::Summary::continues) and `start` are fired, and the recorder
    /// goes on recording. Nothing is lost between the two, and each begins at 0. Sound that was
    /// encoded already keeps its picture with it: until its end, at most for some tenths of a
    /// second, pictures are scaled to fit as by `Fit`.
    NewFile,
}

/// `RTCDegradationPreference` of WebRTC: what a live picture gives up when its encoder does not keep
/// up though it works at its fastest preset already. ([`Pace`](crate::Pace) says what it gave up.)
///
/// Specification: <https://w3c.github.io/mst-content-hint/#dom-rtcdegradationpreference>
///
/// A smaller picture is a smaller picture in the same stream, which players scale to the size that
/// the track began with. VP8 and VP9 have that; of other codecs, whose streams have one size, the size is
/// kept whatever is preferred.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DegradationPreference {
    /// The frame rate: every second, then every third picture is recorded.
    #[default]
    MaintainResolution,
    /// The size: half of the width and height, then a third.
    MaintainFramerate,
    /// Every second picture, then half of the width and height, then every third.
    Balanced,
    /// Nothing: pictures that find no place in the encoder's queue are dropped.
    MaintainFramerateAndResolution,
}

/// What may wait in memory by default, in bytes: 2 GiB, where addresses are that wide.
const DEFAULT_MAX_BUFFERED_BYTES: u64 = if usize::BITS > 32 { 2 << 30 } else { 512 << 20 };

impl Default for RecorderOptions {
    fn default() -> Self {
        Self {
            mime_type: String::new(),
            bitrates: BitrateRequest::default(),
            audio_bitrate_mode: AudioBitrateMode::default(),
            key_frame_duration: None,
            key_frame_count: None,
            size_change: SizeChange::default(),
            self_contained_chunks: false,
            max_buffered_bytes: DEFAULT_MAX_BUFFERED_BYTES,
            preset: None,
            degradation: DegradationPreference::default(),
            parallelism: Parallelism::Auto,
        }
    }
}

impl RecorderOptions {
    /// All defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Container and codecs, such as `video/webm;codecs=vp9,opus`. Empty, the default, lets the
    /// recorder choose; so does every part that is left out. For live pictures it takes VP8
    /// where this machine encodes that as fast as they come, else the codec with the best picture
    /// that it does, or the fastest; VP9 for others, and where the recorder was made before the track was there.
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

    /// How sound is encoded. [`AudioBitrateMode::Variable`] by default.
    #[must_use]
    pub fn audio_bitrate_mode(mut self, mode: AudioBitrateMode) -> Self {
        self.audio_bitrate_mode = mode;
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

    /// What to do with a picture of another size than its track had at the start.
    /// [`SizeChange::Fit`] by default.
    #[must_use]
    pub fn size_change(mut self, policy: SizeChange) -> Self {
        self.size_change = policy;
        self
    }

    /// Whether each blob plays by itself: for uploads in parts, and for Media Source Extensions.
    /// The first blob then is the initialisation segment, and each later one begins with a key
    /// frame and can be appended after it in any order. A blob is delivered with the first key
    /// frame after its timeslice is full; [`request_data`](crate::MediaRecorder::request_data)
    /// still delivers at once, and what it delivers is the first part of a chunk. All blobs
    /// one after the other play as ever. An MP4 stays a fragmented one. Not by default.
    #[must_use]
    pub fn self_contained_chunks(mut self, wanted: bool) -> Self {
        self.self_contained_chunks = wanted;
        self
    }

    /// How much recorded data may wait in memory, in bytes: what was gathered and not delivered
    /// (all of it where `start` has no timeslice), and delivered events that nobody took yet.
    /// Beyond that the recording ends with an error of kind
    /// [`Unknown`](crate::ErrorKind::Unknown), and what was recorded until then is delivered, with
    /// the seconds that [several cores](Self::parallelism) are still encoding.
    /// 2 GiB by default, 512 MiB where addresses have 32 bits.
    #[must_use]
    pub fn max_buffered_bytes(mut self, bytes: u64) -> Self {
        self.max_buffered_bytes = bytes;
        self
    }

    /// How much work goes into each picture. By default, pictures that wait for the encoder get
    /// [`Preset::Quality`], and live ones begin with what this machine should have the time for and
    /// [go on with what it has](crate::Pace). With a preset of the caller's own it stays at that;
    /// a live track that is too slow then still gives up what the
    /// [degradation preference](Self::degradation_preference) says.
    #[must_use]
    pub fn preset(mut self, preset: Preset) -> Self {
        self.preset = Some(preset);
        self
    }

    /// What live pictures give up when no preset is fast enough.
    /// [`DegradationPreference::MaintainResolution`] by default.
    #[must_use]
    pub fn degradation_preference(mut self, preference: DegradationPreference) -> Self {
        self.degradation = preference;
        self
    }

    /// How pictures are encoded on several cores. By default VP9 and H.264 are cut into groups of
    /// pictures that are encoded side by side, always if the source waits, and of live pictures
    /// those that one core may not manage. With [`Parallelism::Within`] packets come without
    /// delay, and key frames only where they are due.
    #[must_use]
    pub fn parallelism(mut self, parallelism: Parallelism) -> Self {
        self.parallelism = parallelism;
        self
    }

    /// The bitrate mode that is used: what cannot be done reads back as variable.
    pub(crate) fn bitrate_mode(&self) -> AudioBitrateMode {
        if cfg!(feature = "opus") {
            self.audio_bitrate_mode
        } else {
            AudioBitrateMode::Variable
        }
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
