//! The pixels of an X drawable, through memory shared with the server.

use std::ops::Range;

use media_recorder_types::{BufferPool, FrameSize, MediaTime, PixelFormat, VideoFrame};
use x11rb::connection::Connection;
use x11rb::cookie::Cookie;
use x11rb::errors::{ConnectionError, ReplyError, ReplyOrIdError};
use x11rb::protocol::shm::{self, GetImageReply, Seg};
use x11rb::protocol::xproto::{Drawable, ImageFormat};
use x11rb::rust_connection::RustConnection;

use super::super::POOLED;
use super::super::shared::{SharedPixels, make_opaque};
use super::display::Display;
use crate::DeviceError;

/// Bytes of a pixel.
const PIXEL: usize = 4;

/// The latest picture of one size. The server writes rows that have changed into it.
#[derive(Debug)]
pub(super) struct Picture {
    size: FrameSize,
    segment: Seg,
    shared: SharedPixels,
    pool: BufferPool,
}

impl Picture {
    pub(super) fn new(display: &Display, size: FrameSize) -> Result<Self, DeviceError> {
        let len = PixelFormat::Bgra.packed_len(size);
        let shared = SharedPixels::new(len).map_err(|error| display.failed_with(error))?;
        let descriptor = shared.descriptor();
        let descriptor = descriptor.map_err(|error| display.failed_with(error))?;
        let attach = || -> Result<Seg, ReplyOrIdError> {
            let segment = display.connection.generate_id()?;
            shm::attach_fd(&display.connection, segment, descriptor, false)?.check()?;
            Ok(segment)
        };
        let segment = attach().map_err(|error| match error {
            ReplyOrIdError::ConnectionError(error @ ConnectionError::IoError(_)) => {
                display.failed(error)
            }
            // Such as that no descriptor goes to another machine.
            _ => display.lacks("memory shared with this machine"),
        })?;
        Ok(Self {
            size,
            segment,
            pool: BufferPool::new(len, POOLED),
            shared,
        })
    }

    pub(super) fn size(&self) -> FrameSize {
        self.size
    }

    pub(super) fn stride(&self) -> usize {
        self.size.width as usize * PIXEL
    }

    /// Lets go of the memory.
    pub(super) fn detach(&self, display: &Display) -> Result<(), DeviceError> {
        let cookie = shm::detach(&display.connection, self.segment);
        cookie.map_err(|error| display.failed(error)).map(drop)
    }

    /// Has the server write `rows` of a drawable, the picture of which begins at `(x, y)`. Whole
    /// rows: then each lies in memory where it does in the whole picture.
    pub(super) fn refresh<'a>(
        &self,
        display: &'a Display,
        (drawable, x, y): (Drawable, i32, i32),
        rows: Range<u32>,
    ) -> Result<Cookie<'a, RustConnection, GetImageReply>, ReplyError> {
        // What the protocol cannot say is refused by the server.
        let coordinate = |value: i64| i16::try_from(value).unwrap_or(i16::MIN);
        let side = |value: u32| u16::try_from(value).unwrap_or(u16::MAX);
        let offset = rows.start as usize * self.stride();
        let cookie = shm::get_image(
            &display.connection,
            drawable,
            coordinate(x.into()),
            coordinate(i64::from(y) + i64::from(rows.start)),
            side(self.size.width),
            side(rows.end - rows.start),
            u32::MAX,
            ImageFormat::Z_PIXMAP.into(),
            self.segment,
            u32::try_from(offset).unwrap_or(u32::MAX),
        )?;
        Ok(cookie)
    }

    /// A frame of what the picture shows, after `paint` has painted on it.
    pub(super) fn frame(
        &mut self,
        display: &Display,
        paint: impl FnOnce(&mut [u8]),
    ) -> Result<VideoFrame, DeviceError> {
        let mut result = Ok(());
        let shared = &self.shared;
        let pixels = self.pool.fill(|pixels| {
            result = shared.read(0, pixels);
            make_opaque(pixels);
            paint(pixels);
        });
        result.map_err(|error| display.failed_with(error))?;
        VideoFrame::packed(PixelFormat::Bgra, self.size, pixels, MediaTime::ZERO)
            .map_err(|error| display.failed_with(std::io::Error::other(error)))
    }
}
