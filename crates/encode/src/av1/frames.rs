//! Frames in rav1e's layout, reused when rav1e is done with them.

use std::sync::Arc;

use media_recorder_types::{ColorInfo, VideoFrame};
use rav1e::prelude::{Context, Frame, Plane};

use crate::EncodeError;
use crate::convert::{I420Mut, to_i420};

/// More are not needed: rav1e looks one frame ahead and keeps one as a reference.
const KEPT: usize = 6;

#[derive(Default)]
pub(super) struct FramePool {
    frames: Vec<Arc<Frame<u8>>>,
}

impl FramePool {
    /// `frame` as I420 for `context`, which must have been made for its size.
    pub(super) fn fill(
        &mut self,
        context: &Context<u8>,
        frame: &VideoFrame,
        color: ColorInfo,
    ) -> Result<Arc<Frame<u8>>, EncodeError> {
        let free = self
            .frames
            .iter()
            .position(|frame| Arc::strong_count(frame) == 1);
        let mut shared = match free {
            Some(index) => self.frames.swap_remove(index),
            None => Arc::new(context.new_frame()),
        };
        write(Arc::make_mut(&mut shared), frame, color)?;
        if self.frames.len() < KEPT {
            self.frames.push(Arc::clone(&shared));
        }
        Ok(shared)
    }
}

fn write(target: &mut Frame<u8>, frame: &VideoFrame, color: ColorInfo) -> Result<(), EncodeError> {
    let size = frame.size();
    let strides = target.planes.each_ref().map(|plane| plane.cfg.stride);
    let planes = target.planes.each_mut().map(Plane::data_origin_mut);
    let planes = I420Mut::new(size, planes, strides).ok_or(EncodeError::FrameSize {
        expected: size,
        found: size,
    })?;
    to_i420(frame, color, planes)?;
    for plane in &mut target.planes {
        // rav1e does this itself only for frames that nobody else holds.
        plane.pad(size.width as usize, size.height as usize);
    }
    Ok(())
}
