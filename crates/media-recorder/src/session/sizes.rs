//! Pictures of another size than their track began with.

use media_recorder_encode::convert::Fitter;
use media_recorder_types::{FrameSize, VideoFrame};

use crate::error::{ErrorKind, RecorderError};
use crate::options::SizeChange;

/// Gives every picture of a track the size that the track began with, or refuses.
pub(super) struct SizePolicy {
    size: FrameSize,
    change: SizeChange,
    /// Made when the first picture needs it.
    fitter: Option<Box<Fitter>>,
}

impl SizePolicy {
    pub(super) fn new(size: FrameSize, change: SizeChange) -> Self {
        Self {
            size,
            change,
            fitter: None,
        }
    }

    /// Whether a picture has another size than the track.
    pub(super) fn concerns(&self, frame: &VideoFrame) -> bool {
        frame.size() != self.size
    }

    /// The picture in the size of the track.
    pub(super) fn apply(&mut self, frame: &VideoFrame) -> Result<VideoFrame, RecorderError> {
        match self.change {
            SizeChange::Fit => {
                let size = self.size;
                let fitter = self.fitter.get_or_insert_with(|| Box::new(Fitter::new(size)));
                Ok(fitter.fit(frame))
            }
            SizeChange::Error => {
                let message = format!("a picture of {} in a track of {}", frame.size(), self.size);
                Err(RecorderError::new(ErrorKind::InvalidModification, message))
            }
        }
    }
}
