//! Video from Y4M (YUV4MPEG2), the format that every encoder's tools read and write.

mod header;

use std::fmt;
use std::io::{self, BufReader, Chain, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use media_recorder_types::{BufferPool, ColorInfo, PixelFormat, Rate, VideoFrame};
use y4m::{Colorspace, Decoder};

use self::header::Header;
use crate::error::MAX_PIXELS;
use crate::{CaptureError, VideoFormat, VideoSource};

pub(crate) use self::header::SIGNATURE;

const SUPPORTED: &str = "8-bit 4:2:0 (420jpeg, 420mpeg2, 420paldv, 420) and mono; \
                         ffmpeg's -pix_fmt yuv420p makes it";
/// Pictures that may be waiting for an encoder before a new one has to be allocated.
const POOLED_FRAMES: usize = 8;
/// Chroma without colour.
const GREY: u8 = 128;

/// Reads Y4M video: 8-bit 4:2:0 in all sitings and 8-bit mono, delivered as I420.
///
/// - The rate is the header's. Where that is absent or unknown (`F0:0`) it is 25 per second, as
///   in ffmpeg. Frame n begins at exactly n periods.
/// - The range is the header's `XCOLORRANGE`; all else of the colour is unspecified, for Y4M
///   does not say it. Aspect and interlacing are ignored.
/// - A frame that the input ends within is a [`CaptureError::Truncated`]; all frames before it
///   are delivered.
///
/// It holds one frame, however long the input; the frames that it delivers come from a pool.
///
/// ```
/// use media_recorder_capture::{VideoSource, Y4mReader};
/// let file: &[u8] = b"YUV4MPEG2 W2 H2 F25:1 C420jpeg\nFRAME\nYYYYUV";
/// let mut reader = Y4mReader::new(file)?;
/// let frame = reader.read()?.unwrap();
/// assert_eq!(&frame.planes()[0].data[..], b"YYYY");
/// assert_eq!(reader.read()?, None);
/// # Ok::<(), media_recorder_capture::CaptureError>(())
/// ```
pub struct Y4mReader<R: Read> {
    decoder: Decoder<Input<R>>,
    /// Bytes that `decoder` took of the frames so far.
    taken: Arc<AtomicU64>,
    format: VideoFormat,
    rate: Rate,
    is_mono: bool,
    pool: BufferPool,
    next: u64,
    ended: bool,
}

/// The header, which we have looked at already, and after it the frames.
type Input<R> = Chain<Cursor<Vec<u8>>, Counted<BufReader<R>>>;

impl<R: Read + Send> Y4mReader<R> {
    /// Reads the header. `reader` need not be buffered.
    ///
    /// # Errors
    ///
    /// - [`CaptureError::UnknownFormat`] if the input does not begin as Y4M,
    /// - [`CaptureError::Malformed`] if the header is none,
    /// - [`CaptureError::Size`] if no picture has the size,
    /// - [`CaptureError::Unsupported`] for another chroma format or bit depth,
    /// - [`CaptureError::Read`] if reading fails.
    pub fn new(reader: R) -> Result<Self, CaptureError> {
        let mut reader = BufReader::new(reader);
        let header = Header::read(&mut reader)?;
        let taken = Arc::new(AtomicU64::new(0));
        let frames = Counted {
            inner: reader,
            taken: Arc::clone(&taken),
        };
        let limits = y4m::Limits {
            // What the largest picture takes in 8-bit 4:2:0, with room for the crate's others.
            bytes: usize::try_from(MAX_PIXELS * 2).unwrap_or(usize::MAX),
        };
        let input = Cursor::new(header.line().to_vec()).chain(frames);
        let decoder =
            Decoder::new_with_limits(input, limits).map_err(|error| header.error(error))?;
        let is_mono = match decoder.get_colorspace() {
            Colorspace::C420
            | Colorspace::C420jpeg
            | Colorspace::C420paldv
            | Colorspace::C420mpeg2 => false,
            Colorspace::Cmono => true,
            _ => return Err(header.unsupported()),
        };
        let (size, rate) = (header.size(), header.rate()?);
        Ok(Self {
            decoder,
            taken,
            format: VideoFormat {
                size,
                rate: Some(rate),
                color: ColorInfo {
                    range: header.range(),
                    ..ColorInfo::UNSPECIFIED
                },
                label: "Y4M".to_owned(),
            },
            rate,
            is_mono,
            pool: BufferPool::new(PixelFormat::I420.packed_len(size), POOLED_FRAMES),
            next: 0,
            ended: false,
        })
    }

    /// Sets the label of its [`VideoFormat`]; `Y4M` by default.
    #[must_use]
    pub fn with_label(mut self, label: impl Into<String>) -> Self {
        self.format.label = label.into();
        self
    }

    fn next_frame(&mut self) -> Result<Option<VideoFrame>, CaptureError> {
        let time = self
            .rate
            .time_of(self.next)
            .ok_or(CaptureError::TimeOutOfRange)?;
        let start = self.taken.load(Ordering::Relaxed);
        let picture = match self.decoder.read_frame() {
            Ok(picture) => picture,
            Err(y4m::Error::EOF) if self.taken.load(Ordering::Relaxed) == start => return Ok(None),
            Err(y4m::Error::EOF) => return Err(CaptureError::Truncated { after: time }),
            Err(y4m::Error::IoError(error)) => return Err(CaptureError::Read(error)),
            Err(_) => {
                return Err(CaptureError::Malformed {
                    what: format!("frame {} does not begin with FRAME", self.next),
                    after: time,
                });
            }
        };
        let is_mono = self.is_mono;
        let data = self.pool.fill(|buffer| {
            let (luma, chroma) = buffer.split_at_mut(picture.get_y_plane().len());
            luma.copy_from_slice(picture.get_y_plane());
            if is_mono {
                chroma.fill(GREY);
            } else {
                let (u, v) = chroma.split_at_mut(picture.get_u_plane().len());
                u.copy_from_slice(picture.get_u_plane());
                v.copy_from_slice(picture.get_v_plane());
            }
        });
        let frame = VideoFrame::packed(PixelFormat::I420, self.format.size, data, time)?;
        self.next += 1;
        Ok(Some(frame.with_color(self.format.color)))
    }
}

impl<R: Read + Send> VideoSource for Y4mReader<R> {
    fn format(&self) -> &VideoFormat {
        &self.format
    }

    fn read(&mut self) -> Result<Option<VideoFrame>, CaptureError> {
        if self.ended {
            return Ok(None);
        }
        let frame = self.next_frame();
        self.ended = !matches!(frame, Ok(Some(_)));
        frame
    }
}

impl<R: Read> fmt::Debug for Y4mReader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Y4mReader")
            .field("format", &self.format)
            .field("next", &self.next)
            .finish_non_exhaustive()
    }
}

/// Counts what is read, which tells an input that ends between two frames from one that ends
/// within a frame: to the decoder both are the end.
struct Counted<R> {
    inner: R,
    taken: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.inner.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Ok(count) => {
                    self.taken.fetch_add(count as u64, Ordering::Relaxed);
                    return Ok(count);
                }
                Err(error) => return Err(error),
            }
        }
    }
}

#[cfg(test)]
mod tests;
