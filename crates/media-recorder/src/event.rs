//! What a recorder tells its owner.

use std::fmt;

use media_recorder_types::MediaTime;

use crate::blob::{Blob, Patch};
use crate::error::RecorderError;
use crate::statistics::TrackStatistics;

/// An event, in the order that the specification gives.
///
/// Specification: <https://w3c.github.io/mediacapture-record/#mediarecorder-events>
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// Recording has begun; `mime_type` now reads container and codecs.
    Start,
    /// Recorded data, possibly none. All blobs of a recording, one after the other, play.
    DataAvailable(BlobEvent),
    /// The recording was paused.
    Pause,
    /// The recording goes on.
    Resume,
    /// The recording cannot go on. The data so far and `Stop` follow.
    Error(RecorderError),
    /// The recording has ended: the last event of it, unless it
    /// [continues](Summary::continues).
    Stop(Summary),
}

impl Event {
    /// What it holds in memory while it waits, in bytes.
    pub(crate) fn weight(&self) -> u64 {
        const EVENT: u64 = size_of::<Event>() as u64;
        match self {
            Self::DataAvailable(blob) => EVENT + blob.data.size(),
            _ => EVENT,
        }
    }
}

/// `BlobEvent` of the specification.
#[derive(Clone, Debug)]
pub struct BlobEvent {
    /// What was recorded since the event before.
    pub data: Blob,
    /// When the data begins, in recording time; 0 for the first.
    pub timecode: MediaTime,
}

/// What a recording came to, or one file of it.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Summary {
    /// Container and codecs.
    pub mime_type: String,
    /// How long it plays.
    pub duration: MediaTime,
    /// Bytes handed out in all blobs.
    pub bytes: u64,
    /// What became of each track since `start()` was called.
    pub tracks: Vec<TrackStatistics>,
    /// What to change in blobs that were handed out before, so that the whole seeks and its
    /// duration is known: none if everything came in one blob. Apply them with
    /// [`Blob::apply`] to the blobs put together, or in the stored file.
    pub patches: Vec<Patch>,
    /// The recorder goes on with a new file, whose `Start` follows: see
    /// [`SizeChange::NewFile`](crate::SizeChange::NewFile).
    pub continues: bool,
}

/// One line: duration, frames, drops, bytes.
impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} of {}, {} bytes",
            self.duration, self.mime_type, self.bytes
        )?;
        for track in &self.tracks {
            write!(f, "; {track}")?;
        }
        Ok(())
    }
}
