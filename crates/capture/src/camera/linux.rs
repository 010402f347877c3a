//! A camera of Video4Linux: set to a mode, started and read.

use std::time::Duration;

use media_recorder_types::{ColorInfo, FrameSize, VideoCodec};
use rustix::time::{ClockId, Timespec, clock_gettime};

use super::answers::PictureFormat;
use super::clock::SystemClock;
use super::color::color_of;
use super::error::device_error;
use super::formats::code_of;
use super::intake::{Content, Intake};
use super::kernel::{MappedBuffers, Node};
use super::layout::RawLayout;
use super::list;
use super::modes::{interval_of, rate_of};
use super::stream::{End, Stream};
use crate::{
    CameraFormat, CameraMode, Captured, CapturedPicture, DeviceCounts, DeviceError, VideoDevice,
    VideoFormat,
};

pub(super) use list::cameras;

/// `V4L2_FIELD_NONE`
const PROGRESSIVE: u32 = 1;
/// `V4L2_FIELD_ANY`, `V4L2_FIELD_NONE`, `V4L2_FIELD_INTERLACED` and its two orders: whole
/// pictures, one in a buffer.
const WHOLE_PICTURES: [u32; 5] = [0, PROGRESSIVE, 4, 8, 9];

/// A camera that streams.
pub(super) struct OpenCamera {
    stream: Stream<MappedBuffers>,
    format: VideoFormat,
    codec: Option<VideoCodec>,
}

impl OpenCamera {
    pub(super) fn open(id: &str, mode: &CameraMode) -> Result<Self, DeviceError> {
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
        let intake = Intake::new(content, format.clone(), SystemClock::now());
        let buffers = MappedBuffers::start(node).map_err(failed)?;
        Ok(Self {
            stream: Stream::new(buffers, intake),
            format,
            codec,
        })
    }
}

/// The kernel's monotonic clock, by which drivers stamp.
pub(super) fn system_time() -> Duration {
    let Timespec { tv_sec, tv_nsec } = clock_gettime(ClockId::Monotonic);
    // It counts up from zero, and nanoseconds are below a thousand million.
    Duration::new(
        u64::try_from(tv_sec).unwrap_or(0),
        u32::try_from(tv_nsec).unwrap_or(0),
    )
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

impl VideoDevice for OpenCamera {
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
