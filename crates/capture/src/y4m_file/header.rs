//! The first line of a Y4M file.

use std::io::{BufRead, Read};

use media_recorder_types::{ColorRange, FrameSize, MediaTime, Rate};

use super::SUPPORTED;
use crate::CaptureError;
use crate::error::check_size;

/// What every Y4M file begins with.
pub(crate) const SIGNATURE: &[u8] = b"YUV4MPEG2 ";

/// What the `y4m` crate reads of a header at most.
const MAX_LENGTH: u64 = 1024;
/// The rate where the header gives none, as in ffmpeg.
const DEFAULT_RATE: (u32, u32) = (25, 1);

/// The first line. It is looked at before the `y4m` crate sees it, whose arithmetic on width and
/// height overflows on sizes that a hostile header may claim.
pub(super) struct Header {
    line: Vec<u8>,
    size: FrameSize,
}

impl Header {
    /// Reads up to the end of the line.
    pub(super) fn read(reader: &mut impl BufRead) -> Result<Self, CaptureError> {
        let mut line = Vec::new();
        reader
            .take(MAX_LENGTH)
            .read_until(b'\n', &mut line)
            .map_err(CaptureError::Read)?;
        if !line.starts_with(SIGNATURE) {
            return Err(CaptureError::UnknownFormat);
        }
        if !line.ends_with(b"\n") {
            return Err(malformed("the Y4M header does not end"));
        }
        let mut header = Self {
            line,
            size: FrameSize::new(0, 0),
        };
        let side = |name, what| match header.parameter(name) {
            None => Err(malformed(format!("the Y4M header has no {what}"))),
            Some(value) => decimal(value)
                .ok_or_else(|| malformed(format!("the {what} of the Y4M header is no number"))),
        };
        let size = FrameSize::new(side(b'W', "width")?, side(b'H', "height")?);
        check_size(size, 1)?;
        header.size = size;
        Ok(header)
    }

    /// The whole line.
    pub(super) fn line(&self) -> &[u8] {
        &self.line
    }

    pub(super) fn size(&self) -> FrameSize {
        self.size
    }

    /// The rate, or the default where there is none or it is unknown.
    pub(super) fn rate(&self) -> Result<Rate, CaptureError> {
        let fraction = match self.parameter(b'F') {
            None | Some(b"0:0") => Some(DEFAULT_RATE),
            Some(value) => value
                .iter()
                .position(|&byte| byte == b':')
                .and_then(|colon| Some((decimal(&value[..colon])?, decimal(&value[colon + 1..])?))),
        };
        fraction
            .and_then(|(numerator, denominator)| Rate::new(numerator, denominator))
            .ok_or_else(|| malformed("the rate of the Y4M header is no fraction above zero"))
    }

    /// The range, an extension (`X`) of mjpegtools' format that ffmpeg made.
    pub(super) fn range(&self) -> Option<ColorRange> {
        match self
            .values(b'X')
            .find_map(|value| value.strip_prefix(b"COLORRANGE="))?
        {
            b"FULL" => Some(ColorRange::Full),
            b"LIMITED" => Some(ColorRange::Limited),
            _ => None,
        }
    }

    /// What the decoder's refusal of this header means.
    pub(super) fn error(&self, error: y4m::Error) -> CaptureError {
        match error {
            y4m::Error::UnknownColorspace | y4m::Error::OutOfMemory => self.unsupported(),
            y4m::Error::IoError(error) => CaptureError::Read(error),
            error => malformed(format!("the Y4M header: {error}")),
        }
    }

    /// The error for a chroma format that we do not convert.
    pub(super) fn unsupported(&self) -> CaptureError {
        let name = self.parameter(b'C').unwrap_or_default();
        CaptureError::Unsupported {
            what: format!("Y4M chroma format {}", name.escape_ascii()),
            supported: SUPPORTED,
        }
    }

    /// The value of parameter `name`; the last one wins, as in the `y4m` crate.
    fn parameter(&self, name: u8) -> Option<&[u8]> {
        self.values(name).last()
    }

    fn values(&self, name: u8) -> impl Iterator<Item = &[u8]> {
        let parameters = self.line[SIGNATURE.len()..].trim_ascii_end();
        parameters
            .split(|&byte| byte == b' ')
            .filter_map(move |parameter| parameter.strip_prefix(&[name]))
    }
}

fn malformed(what: impl Into<String>) -> CaptureError {
    CaptureError::Malformed {
        what: what.into(),
        after: MediaTime::ZERO,
    }
}

fn decimal(digits: &[u8]) -> Option<u32> {
    str::from_utf8(digits).ok()?.parse().ok()
}
