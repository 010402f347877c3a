//! Cameras on Linux: Video4Linux.
//!
//! `v4l2` talks to the kernel; `list` says what there is; `stream` and `intake` make pictures
//! of what a device delivers, and know nothing of the kernel.

mod clock;
mod color;
mod error;
mod formats;
mod intake;
mod layout;
mod list;
mod modes;
mod stream;
mod v4l2;

use std::fmt;
use std::time::Duration;

use media_recorder_types::{ColorInfo, FrameSize, VideoCodec};

use self::clock::KernelClock;
use self::color::color_of;
use self::error::device_error;
use self::formats::code_of;
use self::intake::{Content, Intake};
use self::layout::RawLayout;
use self::modes::{interval_of, rate_of};
use self::stream::{End, Stream};
use self::v4l2::{MappedBuffers, Node, PictureFormat};
use crate::{
    CameraFormat, CameraMode, Captured, CapturedPicture, DeviceCounts, DeviceError, VideoDevice,
    VideoFormat,
};

pub use list::{CameraInfo, cameras};

/// `V4L2_FIELD_NONE`
const PROGRESSIVE: u32 = 1;
/// `V4L2_FIELD_ANY`, `V4L2_FIELD_NONE`, `V4L2_FIELD_INTERLACED` and its two orders: whole
/// pictures, one in a buffer.
const WHOLE_PICTURES: [u32; 5] = [0, PROGRESSIVE, 4, 8, 9];

/// A camera that is delivering pictures.
///
/// - Capture instants are the kernel's where the driver stamps by the monotonic clock, else
///   those at which the pictures were taken from the driver.
/// - Raw pictures keep the device's strides: they are copied once, out of the driver's memory.
/// - An H.264 packet is a picture in the byte-stream format (ITU-T H.264 Annex B).
///
/// A reader that is late loses pictures: the driver has four buffers.
///
/// ```no_run
/// use std::time::Duration;
/// use media_recorder_capture::{Camera, VideoDevice, cameras};
///
/// let cameras = cameras()?;
/// let Some((info, mode)) = cameras.first().and_then(|info| Some((info, info.modes.first()?)))
/// else {
///     return Ok(());
/// };
/// let mut camera = Camera::open(&info.device.id, mode)?;
/// while let Some(picture) = camera.read(Duration::from_secs(1))? {
///     println!("{:?} after capture", picture.at.elapsed());
/// }
/// # Ok::<(), media_recorder_capture::DeviceError>(())
/// ```
pub struct Camera {
    stream: Stream<MappedBuffers>,
    format: VideoFormat,
    codec: Option<VideoCodec>,
}

impl Camera {
    /// Opens a camera by its id or by the path of its node (`/dev/video0`) and starts it.
    ///
    /// [`VideoFormat::rate`] of its [`format`](VideoDevice::format) is what the device made of
    /// the mode's rate.
    ///
    /// # Errors
    ///
    /// - [`DeviceError::NotFound`] if there is no such camera,
    /// - [`DeviceError::NotAllowed`] if it may not be opened,
    /// - [`DeviceError::Busy`] if another program has it running,
    /// - [`DeviceError::Unsupported`] if it does not have the mode's format or size,
    /// - [`DeviceError::Lost`] or [`DeviceError::Failed`] if it does not start.
    pub fn open(id: &str, mode: &CameraMode) -> Result<Self, DeviceError> {
        let found = list::find(id)?;
        let (node, label) = (found.node, found.label);
        let failed = |error| device_error(&label, error);
        let unsupported = |what: String| DeviceError::Unsupported {
            device: label.clone(),
            what,
        };

        let offered = node.formats().map_err(failed)?;
        let code = code_of(mode.format, &offered)
            .ok_or_else(|| unsupported(format!("the format {:?}", mode.format)))?;
        let picture = set_format(&node, code, mode.size).map_err(failed)?;
        if (picture.pixel_format, picture.width, picture.height)
            != (code, mode.size.width, mode.size.height)
        {
            return Err(unsupported(format!("{:?} at {}", mode.format, mode.size)));
        }
        if !WHOLE_PICTURES.contains(&picture.field) {
            return Err(unsupported("whole pictures, only fields".to_owned()));
        }
        let interval = node.set_interval(interval_of(mode.rate)).map_err(failed)?;
        let format = VideoFormat {
            size: mode.size,
            rate: Some(interval.and_then(rate_of).unwrap_or(mode.rate)),
            color: color(&picture, mode.format),
            label: label.clone(),
        };
        let (content, codec) = match mode.format {
            CameraFormat::Raw(pixels) => {
                let (line, len) = (picture.bytes_per_line, picture.size_image);
                let layout = RawLayout::new(pixels, mode.size, line, len).ok_or_else(|| {
                    unsupported(format!("buffers for {pixels:?} at {}", mode.size))
                })?;
                (Content::Raw(layout), None)
            }
            CameraFormat::Encoded(codec) => (Content::Encoded(codec), Some(codec)),
        };
        let intake = Intake::new(content, format.clone(), KernelClock::now());
        let buffers = MappedBuffers::start(node).map_err(failed)?;
        Ok(Self {
            stream: Stream::new(buffers, intake),
            format,
            codec,
        })
    }
}

/// Asks for a format; what the device made of it.
fn set_format(node: &Node, code: u32, size: FrameSize) -> std::io::Result<PictureFormat> {
    let mut format = node.format()?;
    if (format.pixel_format, format.width) != (code, size.width) {
        // A padding that somebody has set for this width stays; else it is the driver's choice.
        format.bytes_per_line = 0;
    }
    format.pixel_format = code;
    format.width = size.width;
    format.height = size.height;
    format.field = PROGRESSIVE;
    format.size_image = 0;
    node.set_format(format)
}

/// What the numbers mean. JPEG pictures are what JPEG says, whatever the driver does.
fn color(picture: &PictureFormat, format: CameraFormat) -> ColorInfo {
    match format {
        CameraFormat::Encoded(VideoCodec::Mjpeg) => ColorInfo::JPEG,
        CameraFormat::Encoded(_) => color_of(picture, false),
        CameraFormat::Raw(pixels) => color_of(picture, pixels.is_rgb()),
    }
}

impl VideoDevice for Camera {
    fn format(&self) -> &VideoFormat {
        &self.format
    }

    fn codec(&self) -> Option<VideoCodec> {
        self.codec
    }

    fn read(
        &mut self,
        timeout: Duration,
    ) -> Result<Option<Captured<CapturedPicture>>, DeviceError> {
        self.stream.read(timeout).map_err(|end| match end {
            End::Lost => DeviceError::Lost {
                device: self.format.label.clone(),
            },
            End::Failed(error) => device_error(&self.format.label, error),
        })
    }

    fn counts(&self) -> DeviceCounts {
        self.stream.counts()
    }
}

impl fmt::Debug for Camera {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Camera")
            .field("format", &self.format)
            .field("codec", &self.codec)
            .finish_non_exhaustive()
    }
}
