//! Pictures of another size than their track began with.

use media_recorder_encode::convert::Fitter;
use media_recorder_types::{FrameSize, VideoFrame};

use crate::error::{ErrorKind, RecorderError};
use crate::options::SizeChange;

/// Gives every picture of a file the size that its track has there, or refuses.
pub(crate) struct SizePolicy {
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

    /// Whether a picture asks for a new file.
    pub(super) fn wants_new_file(&self, frame: &VideoFrame) -> bool {
        self.change == SizeChange::NewFile && self.concerns(frame)
    }

    /// The picture in the size of the track.
    pub(super) fn apply(&mut self, frame: &VideoFrame) -> Result<VideoFrame, RecorderError> {
        match self.change {
            // Until the new file begins, too, a picture has to have a size.
            SizeChange::Fit | SizeChange::NewFile => {
                let size = self.size;
                let fitter = self
                    .fitter
                    .get_or_insert_with(|| Box::new(Fitter::new(size)));
                Ok(fitter.fit(frame))
            }
            SizeChange::Error => {
                let message = format!("a picture of {} in a track of {}", frame.size(), self.size);
                Err(RecorderError::new(ErrorKind::InvalidModification, message))
            }
        }
    }
}
