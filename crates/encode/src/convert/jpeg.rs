//! Motion JPEG, which is what most cameras send at high resolutions.

use std::borrow::Cow;
use std::fmt;

use media_recorder_types::{BufferPool, ColorInfo, FrameSize, MediaTime, PixelFormat, VideoFrame};
use zune_jpeg::errors::DecodeErrors;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::I420Mut;
use super::packed::subsample;
use crate::EncodeError;

/// Pictures that may be on their way before buffers are allocated for each.
const BUFFERS: usize = 8;

/// The most pixels that a byte can stand for: a block of 8x8 has at least one bit, the one of its
/// DC coefficient (ITU-T T.81 §F.1.2.1). A header that promises more is damaged, and must not
/// make us allocate what it promises.
const PIXELS_PER_BYTE: u64 = 8 * 64;

/// Markers of ITU-T T.81 §B.1.1.3.
const DHT: u8 = 0xC4;
const EOI: u8 = 0xD9;
const SOS: u8 = 0xDA;

/// The application segment APP0 as it stands in AVI files.
const MOTION_JPEG: &[u8] = b"\xFF\xE0\x00\x07AVI1\0";

/// Makes I420 of JPEG pictures.
///
/// Takes baseline and progressive ones, grey or with any chroma subsampling, also those that
/// leave out their Huffman tables and mean those of ITU-T T.81 §K.3, as the Motion JPEG of
/// cameras and AVI files does. What comes out says that it is [`ColorInfo::JPEG`]. Chroma that is
/// finer than I420's is averaged; chroma that is not comes out a little smoother than it went
/// in, because the JPEG decoder only gives it at full size.
///
/// Buffers are reused as soon as the frames made of them are dropped.
///
/// ```
/// use media_recorder_encode::convert::JpegDecoder;
/// use media_recorder_types::{ColorInfo, FrameSize, MediaTime};
///
/// let mut decoder = JpegDecoder::new();
/// let picture = include_bytes!("../../tests/jpeg/420.jpg");
/// let frame = decoder.decode(picture, MediaTime::SECOND)?;
/// assert_eq!((frame.size(), frame.time), (FrameSize::new(45, 35), MediaTime::SECOND));
/// assert_eq!(frame.color, ColorInfo::JPEG);
/// # Ok::<(), media_recorder_encode::EncodeError>(())
/// ```
#[derive(Default)]
pub struct JpegDecoder {
    /// The picture as the JPEG decoder gives it: Y, or Y, U and V of each pixel.
    samples: Vec<u8>,
    /// For pictures of the size of the last one.
    buffers: Option<(FrameSize, BufferPool)>,
}

impl JpegDecoder {
    /// For pictures of any size.
    pub fn new() -> Self {
        Self::default()
    }

    /// The picture of `data` in I420, stamped `time`.
    ///
    /// # Errors
    ///
    /// [`EncodeError::Jpeg`] if `data` is not one whole JPEG picture of eight bits, if it is seen
    /// to be damaged, or if it is neither grey nor YCbCr.
    pub fn decode(&mut self, data: &[u8], time: MediaTime) -> Result<VideoFrame, EncodeError> {
        let side = FrameSize::MAX as usize;
        // Strict, because what is guessed where data is missing would be recorded for good.
        let options = DecoderOptions::default()
            .set_strict_mode(true)
            .set_max_width(side)
            .set_max_height(side);
        if !has_end(data) {
            return Err(refused("its end is missing"));
        }
        let data = with_tables_named(data);
        let source = ZCursor::new(&data[..]);
        let mut decoder = zune_jpeg::JpegDecoder::new_with_options(source, options);
        decoder.decode_headers().map_err(failed)?;
        let (width, height) = decoder.dimensions().ok_or_else(|| refused("no size"))?;
        let size = FrameSize::new(width as u32, height as u32);
        if !size.is_valid() || size.pixels() > PIXELS_PER_BYTE * data.len() as u64 {
            return Err(refused(format!("{size} pixels in {} bytes", data.len())));
        }
        let colors = match decoder.input_colorspace() {
            Some(colors @ (ColorSpace::Luma | ColorSpace::YCbCr)) => colors,
            other => return Err(refused(format!("neither grey nor YCbCr: {other:?}"))),
        };
        decoder.set_options(options.jpeg_set_out_colorspace(colors));
        self.samples
            .resize(width * height * colors.num_components(), 0);
        decoder.decode_into(&mut self.samples).map_err(failed)?;
        Ok(self.frame(size, colors, time))
    }

    /// A frame of the samples.
    fn frame(&mut self, size: FrameSize, colors: ColorSpace, time: MediaTime) -> VideoFrame {
        let pool = match &mut self.buffers {
            Some((of, pool)) if *of == size => pool,
            other => {
                let len = PixelFormat::I420.packed_len(size);
                &mut other.insert((size, BufferPool::new(len, BUFFERS))).1
            }
        };
        let samples = &self.samples;
        let data = pool.fill(|pixels| {
            if colors == ColorSpace::Luma {
                let (luma, chroma) = pixels.split_at_mut(samples.len());
                luma.copy_from_slice(samples);
                chroma.fill(128);
            } else {
                subsample(samples, I420Mut::packed(size, pixels));
            }
        });
        VideoFrame::packed(PixelFormat::I420, size, data, time)
            .expect("the buffer has the length of a picture")
            .with_color(ColorInfo::JPEG)
    }
}

impl fmt::Debug for JpegDecoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JpegDecoder").finish_non_exhaustive()
    }
}

/// The decoder itself does not miss the end of the last row of blocks.
fn has_end(data: &[u8]) -> bool {
    data.windows(2).rev().any(|marker| marker == [0xFF, EOI])
}

/// The picture, and where it has no Huffman table a note that it is Motion JPEG, by which the
/// decoder knows which tables are meant.
fn with_tables_named(data: &[u8]) -> Cow<'_, [u8]> {
    if !lacks_tables(data) {
        return Cow::Borrowed(data);
    }
    let (start, rest) = data.split_at(2);
    Cow::Owned([start, MOTION_JPEG, rest].concat())
}

/// Whether the first scan comes without a Huffman table before it (ITU-T T.81 §B.2.1).
fn lacks_tables(data: &[u8]) -> bool {
    let mut rest = data.get(2..).unwrap_or_default();
    while let &[0xFF, marker, high, low, ..] = rest {
        match marker {
            DHT => return false,
            SOS => return true,
            _ => {}
        }
        let len = 2 + usize::from(u16::from_be_bytes([high, low]));
        rest = rest.get(len..).unwrap_or_default();
    }
    false
}

fn failed(error: DecodeErrors) -> EncodeError {
    refused(error.to_string())
}

fn refused(message: impl Into<String>) -> EncodeError {
    EncodeError::Jpeg {
        message: message.into(),
    }
}
