//! Pictures of another size than their track began with.

use media_recorder_encode::convert::Fitter;
use media_recorder_types::{FrameSize, VideoFrame};

use crate::error::{ErrorKind, RecorderError};
use crate::options::SizeChange;

/// Gives every picture of a file the size that is encoded there, or refuses.
pub(crate) struct SizePolicy {
    /// What the track has in this file.
    size: FrameSize,
    /// What is encoded: the same, or less.
    encoded: FrameSize,
    change: SizeChange,
    /// Made when the first picture needs it.
    fitter: Option<Box<Fitter>>,
}

impl SizePolicy {
    pub(super) fn new(size: FrameSize, change: SizeChange) -> Self {
        Self {
            size,
            encoded: size,
            change,
            fitter: None,
        }
    }

    /// The size to encode when it is so many times smaller.
    pub(super) fn divided(&self, divisor: u32) -> FrameSize {
        let side = |side: u32| side.div_ceil(divisor.max(1));
        FrameSize::new(side(self.size.width), side(self.size.height))
    }

    /// From now on, pictures are encoded in this size.
    pub(super) fn encode_as(&mut self, size: FrameSize) {
        if size != self.encoded {
            self.encoded = size;
            self.fitter = None;
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

    /// The picture in the size that is encoded.
    pub(super) fn apply(&mut self, frame: &VideoFrame) -> Result<VideoFrame, RecorderError> {
        if self.change == SizeChange::Error && self.concerns(frame) {
            let message = format!("a picture of {} in a track of {}", frame.size(), self.size);
            return Err(RecorderError::new(ErrorKind::InvalidModification, message));
        }
        if frame.size() == self.encoded {
            return Ok(frame.clone());
        }
        // With `NewFile`, too: until the new file begins, a picture has to have a size.
        let size = self.encoded;
        let fitter = self
            .fitter
            .get_or_insert_with(|| Box::new(Fitter::new(size)));
        Ok(fitter.fit(frame))
    }
}
