//! What is counted while recording.

use std::fmt;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use media_recorder_types::{Codec, MediaTime, TrackKind};

/// The counts of one track since `start`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrackStatistics {
    /// Its codec.
    pub codec: Codec,
    /// Frames that the source delivered to the recorder while it was recording: pictures, or
    /// runs of sound.
    pub frames_in: u64,
    /// Packets that the encoder made of them.
    pub packets: u64,
    /// Frames that were lost because the encoder did not keep up, or that came out of order.
    pub dropped: u64,
    /// Bytes of encoded payload.
    pub bytes: u64,
}

/// The counts of a recording.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statistics {
    /// Recording time that is in the container by now.
    pub duration: MediaTime,
    /// Bytes of container made by now, delivered or not.
    pub bytes: u64,
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
        write!(f, "{} dropped", self.dropped)
    }
}

/// The counters of one track, shared between its threads.
#[derive(Debug)]
pub(crate) struct TrackCounters {
    codec: Codec,
    pub(crate) frames_in: AtomicU64,
    pub(crate) packets: AtomicU64,
    pub(crate) dropped: AtomicU64,
    pub(crate) bytes: AtomicU64,
}

impl TrackCounters {
    pub(crate) fn new(codec: Codec) -> Self {
        Self {
            codec,
            frames_in: AtomicU64::new(0),
            packets: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
        }
    }

    fn read(&self) -> TrackStatistics {
        TrackStatistics {
            codec: self.codec,
            frames_in: self.frames_in.load(Ordering::Relaxed),
            packets: self.packets.load(Ordering::Relaxed),
            dropped: self.dropped.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
        }
    }
}

/// Adds one.
pub(crate) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

/// The counters of a recording.
#[derive(Debug, Default)]
pub(crate) struct SessionCounters {
    pub(crate) duration: AtomicI64,
    pub(crate) bytes: AtomicU64,
    pub(crate) tracks: Vec<std::sync::Arc<TrackCounters>>,
}

impl SessionCounters {
    pub(crate) fn read(&self) -> Statistics {
        Statistics {
            duration: MediaTime::from_nanos(self.duration.load(Ordering::Relaxed)),
            bytes: self.bytes.load(Ordering::Relaxed),
            tracks: self.tracks.iter().map(|track| track.read()).collect(),
        }
    }
}
