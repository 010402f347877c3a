//! A writer that knows where it is.

use std::io::{Result, Seek, SeekFrom, Write};

/// libwebm asks for the position all the time: a buffered file would write out its buffer for
/// each answer, and a device that forgets everything would always say zero.
pub struct Positioned<W> {
    inner: W,
    position: u64,
}

impl<W> Positioned<W> {
    pub fn new(inner: W) -> Self {
        Self { inner, position: 0 }
    }
}

impl<W: Write> Write for Positioned<W> {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        let written = self.inner.write(data)?;
        self.position += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> Result<()> {
        self.inner.flush()
    }
}

impl<W: Seek> Seek for Positioned<W> {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let sought = self.inner.seek(to)?;
        self.position = match to {
            SeekFrom::Start(position) => position,
            _ => sought,
        };
        Ok(self.position)
    }

    fn stream_position(&mut self) -> Result<u64> {
        Ok(self.position)
    }
}
