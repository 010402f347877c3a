//! What is counted while recording.

use std::fmt;
use std::time::Duration;

use media_recorder_encode::Preset;
use media_recorder_types::{Codec, MediaTime, TrackKind};

/// The counts of one track since `start`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrackStatistics {
    /// Its codec.
    pub codec: Codec,
    /// Frames that the source delivered while the recorder was recording: pictures, or runs of
    /// sound. Those that were dropped are among them.
    pub frames_in: u64,
    /// Packets that the encoder made.
    pub packets: u64,
    /// Frames that were lost because the encoder did not keep up, or that came out of order; and of
    /// a track that is [encoded already](crate::EncodedTrackGenerator), what could not be decoded
    /// because the key frame before it is missing.
    pub dropped: u64,
    /// Frames that were left out on purpose: pictures between those that are encoded while the
    /// [frame rate is lowered](Pace::frame_rate_divisor), and what a track that is encoded already
    /// delivered while it was muted or disabled.
    pub skipped: u64,
    /// Packets that came too late to be put in order with those of the other tracks, and are
    /// lost.
    pub late: u64,
    /// Frames that were put in because a live source delivered none: the last picture again, or
    /// silence.
    pub repeated: u64,
    /// Bytes of encoded payload.
    pub bytes: u64,
    /// The same as an average, in bits per second of recorded time.
    pub bits_per_second: u64,
    /// Frames that wait for the encoder now.
    pub queued: usize,
    /// How many may wait.
    pub queue_capacity: usize,
    /// How long a frame takes to encode: the median of the last 250.
    pub encode_time_median: Duration,
    /// How long a frame takes to encode: what 95 of 100 of the last 250 stay below.
    pub encode_time_95: Duration,
    /// How much work goes into its pictures at present; `None` for sound, and for what comes
    /// encoded.
    pub pace: Option<Pace>,
    /// What was done to keep the track at its times.
    pub corrections: Corrections,
}

/// How much work goes into the pictures of a track. Of a live one it changes with the load of the
/// machine: when its encoder does not keep up, it goes over to faster presets, and when there is
/// none left, to fewer or smaller pictures, as the
/// [preference](crate::RecorderOptions::degradation_preference) says. When there is time again, it
/// goes back step by step, the more slowly the more often that was too early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pace {
    /// The preset in force.
    pub preset: Preset,
    /// One of so many pictures is encoded: 1, 2 or 3.
    pub frame_rate_divisor: u32,
    /// Width and height of the pictures are so many times smaller than those that come: 1, 2 or 3.
    pub size_divisor: u32,
    /// Steps towards less work since `start`.
    pub steps_down: u64,
    /// Steps towards more work since `start`.
    pub steps_up: u64,
    /// At what recording time the last step was made, and why.
    pub last_step: Option<(MediaTime, PaceReason)>,
}

impl Pace {
    pub(crate) fn new(preset: Preset) -> Self {
        Self {
            preset,
            frame_rate_divisor: 1,
            size_divisor: 1,
            steps_down: 0,
            steps_up: 0,
            last_step: None,
        }
    }
}

/// Why a [`Pace`] was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PaceReason {
    /// Less work: pictures waited for the encoder.
    Waiting,
    /// More work: there was time to spare.
    Spare,
}

/// What was done to a track to keep it at its times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Corrections {
    /// Frames whose time went back, or lay in the future, and was replaced.
    pub restamped: u64,
    /// Pictures of another size than the first, scaled to fit.
    pub resized: u64,
    /// Runs of sound whose time was off, but only for a moment: delivered in bursts.
    pub jitter: u64,
    /// How often silence was put into a gap.
    pub gaps: u64,
    /// The silence put in, in all.
    pub silence: MediaTime,
    /// How often sound overlapped what was there already.
    pub overlaps: u64,
    /// The sound that was cut because of that, in all.
    pub cut: MediaTime,
    /// How much faster the sound's clock runs than the recording's, in parts per million; slower
    /// where negative. It is corrected by resampling. 0 until measured.
    pub clock_ppm: i32,
}

/// The counts of a recording.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statistics {
    /// Recording time that is in the container by now.
    pub duration: MediaTime,
    /// Bytes of container made by now, delivered or not.
    pub bytes: u64,
    /// Bytes in events that nobody has taken yet.
    pub unread: u64,
    /// How far the sound is from where its capture instants put it against the pictures, at
    /// present; positive where it comes late. `None` unless there are both.
    pub av_offset: Option<MediaTime>,
    /// Per track, in the order of the stream's tracks.
    pub tracks: Vec<TrackStatistics>,
}

/// `video vp9: 225 frames, 0 dropped`, `audio opus: 0 dropped`
impl fmt::Display for TrackStatistics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: ", self.codec.kind(), self.codec)?;
        if self.codec.kind() == TrackKind::Video {
            write!(f, "{} frames, ", self.packets)?;
        }
        // To the one who reads this line it is all the same why a frame is missing.
        write!(f, "{} dropped", self.dropped + self.late)?;
        if self.skipped > 0 {
            write!(f, ", {} left out", self.skipped)?;
        }
        Ok(())
    }
}
