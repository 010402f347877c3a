//! Any pixel format and size to I420 of one size, which is what the codecs take.
//!
//! RGB is multiplied by the matrix and range of the stream; YUV keeps its numbers and is only
//! rearranged. Large pictures are converted in bands on rayon's threads.

mod buffer;
mod fit;
mod jpeg;
mod packed;
#[cfg(any(feature = "vp8", feature = "vp9"))]
mod planes;
mod rgb;
mod yuv;

use media_recorder_types::{ColorInfo, FrameSize, PixelFormat, VideoFrame};

pub use buffer::{I420Buffer, I420Mut};
pub use fit::Fitter;
pub use jpeg::JpegDecoder;
#[cfg(any(feature = "vp8", feature = "vp9"))]
pub(crate) use planes::planes_of;

use crate::EncodeError;

/// Writes `frame` as I420 into `out`, which must have the frame's size. Pixels outside of the
/// picture (the padding of rows) are left alone.
///
/// `color` says what RGB becomes: its matrix and range are used; an unspecified matrix counts as
/// BT.709 from 720 lines on and as BT.601 below, an unspecified range as studio range. Formats
/// that are YUV already keep their numbers. Where a format has more chroma than I420, it is
/// averaged. Alpha is dropped.
///
/// # Errors
///
/// [`EncodeError::FrameSize`] if the sizes differ.
///
/// ```
/// use media_recorder_encode::convert::{I420Buffer, to_i420};
/// use media_recorder_types::{ColorInfo, FrameSize, MediaTime, PixelFormat, VideoFrame};
///
/// let size = FrameSize::new(3, 5);
/// let white = vec![255; PixelFormat::Rgba.packed_len(size)];
/// let frame = VideoFrame::packed(PixelFormat::Rgba, size, white.into(), MediaTime::ZERO)?;
/// let mut i420 = I420Buffer::new(size);
/// to_i420(&frame, ColorInfo::BT709, i420.as_mut())?;
/// assert!(i420.planes()[0].iter().all(|&y| y == 235));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn to_i420(frame: &VideoFrame, color: ColorInfo, out: I420Mut<'_>) -> Result<(), EncodeError> {
    if out.size() != frame.size() {
        return Err(EncodeError::FrameSize {
            expected: out.size(),
            found: frame.size(),
        });
    }
    match frame.format() {
        PixelFormat::I420 => yuv::copy(frame, out),
        PixelFormat::I422 => yuv::average_i422(frame, out),
        PixelFormat::Nv12 => yuv::split_nv::<0>(frame, out),
        PixelFormat::Nv21 => yuv::split_nv::<1>(frame, out),
        PixelFormat::Yuyv => packed::split_packed::<0>(frame, out),
        PixelFormat::Uyvy => packed::split_packed::<1>(frame, out),
        _ => rgb::convert(frame, color, out),
    }
    Ok(())
}

/// The sides of the chroma planes.
fn chroma(size: FrameSize) -> (usize, usize) {
    let half = |side: u32| (side as usize).div_ceil(2);
    (half(size.width), half(size.height))
}
