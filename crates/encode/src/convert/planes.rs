//! A frame as a codec reads it.

use media_recorder_types::{ColorInfo, PixelFormat, VideoFrame};

use super::{I420Buffer, to_i420};
use crate::EncodeError;

/// The planes of a frame as I420 and their strides; `converted`, which is for frames of one size,
/// holds them if it is none.
pub(crate) fn planes_of<'a>(
    frame: &'a VideoFrame,
    color: ColorInfo,
    converted: &'a mut Option<I420Buffer>,
) -> Result<([&'a [u8]; 3], [usize; 3]), EncodeError> {
    if let (PixelFormat::I420, [y, u, v]) = (frame.format(), frame.planes()) {
        let planes = [&y.data[..], &u.data[..], &v.data[..]];
        return Ok((planes, [y.stride, u.stride, v.stride]));
    }
    let buffer = converted.get_or_insert_with(|| I420Buffer::new(frame.size()));
    to_i420(frame, color, buffer.as_mut())?;
    Ok((buffer.planes(), buffer.strides()))
}
