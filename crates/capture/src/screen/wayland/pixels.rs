//! The buffer that a compositor copies pixels into.

use media_recorder_types::{BufferPool, FrameSize, MediaTime, PixelFormat, VideoFrame};
use wayrs_client::Connection;
use wayrs_client::protocol::wl_shm::Format;
use wayrs_client::protocol::{WlBuffer, WlShm};

use super::super::POOLED;
use super::super::shared::{SharedPixels, make_opaque};
use super::display::{Told, failed, lacks};
use crate::DeviceError;

/// Bytes of a pixel.
const PIXEL: usize = 4;

/// How pixels lie in a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) format: Format,
    pub(super) width: u32,
    pub(super) height: u32,
    /// Bytes from row to row.
    pub(super) stride: u32,
}

impl Layout {
    /// Ours for the compositor's format. Its names are of numbers, and so from back to front.
    fn pixel_format(self) -> Option<PixelFormat> {
        match self.format {
            Format::Xrgb8888 | Format::Argb8888 => Some(PixelFormat::Bgra),
            Format::Xbgr8888 | Format::Abgr8888 => Some(PixelFormat::Rgba),
            _ => None,
        }
    }
}

/// Memory of one layout, and pictures made of it.
#[derive(Debug)]
pub(super) struct Pixels {
    pub(super) layout: Layout,
    pub(super) buffer: WlBuffer,
    format: PixelFormat,
    shared: SharedPixels,
    pool: BufferPool,
}

impl Pixels {
    pub(super) fn new(
        connection: &mut Connection<Told>,
        shm: WlShm,
        layout: Layout,
    ) -> Result<Self, DeviceError> {
        let format = layout.pixel_format().ok_or_else(|| {
            let format = layout.format;
            lacks(&format!(
                "pixels of 8 bits of red, green and blue ({format:?})"
            ))
        })?;
        let is_size = |side: &u32| (1..=FrameSize::MAX).contains(side);
        let sides = [layout.width, layout.height];
        let row = layout.width as usize * PIXEL;
        let sides_fit = sides.iter().all(is_size) && layout.stride as usize >= row;
        let len = layout.stride.saturating_mul(layout.height);
        let [Ok(signed_len), Ok(width), Ok(height), Ok(stride)] =
            [len, layout.width, layout.height, layout.stride].map(i32::try_from)
        else {
            return Err(lacks("pictures of less than two gigabytes"));
        };
        if !sides_fit {
            return Err(lacks("rows that hold their pixels"));
        }
        let shared = SharedPixels::new(len as usize).map_err(failed)?;
        let descriptor = shared.descriptor().map_err(failed)?;
        let pool = shm.create_pool(connection, descriptor, signed_len);
        let buffer = pool.create_buffer(connection, 0, width, height, stride, layout.format);
        pool.destroy(connection);
        Ok(Self {
            layout,
            buffer,
            format,
            shared,
            pool: BufferPool::new(row * layout.height as usize, POOLED),
        })
    }

    /// A frame of what the compositor has written.
    pub(super) fn frame(&mut self, is_upside_down: bool) -> Result<VideoFrame, DeviceError> {
        let (row, stride) = (
            self.layout.width as usize * PIXEL,
            self.layout.stride as usize,
        );
        let mut result = Ok(());
        let (shared, height) = (&self.shared, self.layout.height as usize);
        let pixels = self.pool.fill(|pixels| {
            result = if row == stride && !is_upside_down {
                shared.read(0, pixels)
            } else {
                let mut rows = pixels.chunks_exact_mut(row).enumerate();
                rows.try_for_each(|(y, pixels)| {
                    let y = if is_upside_down { height - 1 - y } else { y };
                    shared.read(y * stride, pixels)
                })
            };
            make_opaque(pixels);
        });
        result.map_err(failed)?;
        let size = FrameSize::new(self.layout.width, self.layout.height);
        VideoFrame::packed(self.format, size, pixels, MediaTime::ZERO)
            .map_err(|error| failed(std::io::Error::other(error)))
    }
}
