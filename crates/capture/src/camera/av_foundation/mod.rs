//! Cameras of macOS: AVFoundation. Compiled, and not yet run on such a machine.
//!
//! A capture session calls back on a queue of its own with each picture. `sys` has the calls,
//! which are unsafe; here is what they mean. AVFoundation decodes what a camera has encoded, so
//! that there are raw modes only.

mod sys;

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use media_recorder_types::{ColorInfo, ColorRange, FrameSize, PixelFormat, Rate, VideoCodec};
use objc2_core_video::{
    kCVPixelFormatType_420YpCbCr8BiPlanarFullRange,
    kCVPixelFormatType_420YpCbCr8BiPlanarVideoRange, kCVPixelFormatType_422YpCbCr8,
    kCVPixelFormatType_422YpCbCr8_yuvs,
};

use self::sys::{Device, NativeFormat, Session};
use super::delivery::Sink;
use crate::{
    CameraFormat, CameraInfo, CameraMode, Captured, CapturedPicture, DeviceCounts, DeviceError,
    DeviceInfo, DeviceKind, VideoDevice, VideoFormat,
};

pub(super) use sys::system_time;

/// How often a camera that delivers nothing is asked whether it is still there.
const QUESTION_INTERVAL: Duration = Duration::from_millis(250);

/// Media subtypes, each with the format and the range of its numbers.
const FORMATS: [(u32, PixelFormat, ColorRange); 4] = [
    (
        kCVPixelFormatType_420YpCbCr8BiPlanarVideoRange,
        PixelFormat::Nv12,
        ColorRange::Limited,
    ),
    (
        kCVPixelFormatType_420YpCbCr8BiPlanarFullRange,
        PixelFormat::Nv12,
        ColorRange::Full,
    ),
    (
        kCVPixelFormatType_422YpCbCr8,
        PixelFormat::Uyvy,
        ColorRange::Limited,
    ),
    (
        kCVPixelFormatType_422YpCbCr8_yuvs,
        PixelFormat::Yuyv,
        ColorRange::Limited,
    ),
];

pub(super) fn cameras() -> Result<Vec<CameraInfo>, DeviceError> {
    let devices = sys::devices();
    Ok(devices.iter().map(info).collect())
}

fn info(device: &Device) -> CameraInfo {
    let mut modes = Vec::new();
    for (mode, _) in modes_of(device) {
        if !modes.contains(&mode) {
            modes.push(mode);
        }
    }
    CameraInfo {
        device: DeviceInfo {
            kind: DeviceKind::VideoInput,
            id: device.id(),
            label: device.name(),
            group: String::new(),
        },
        modes,
    }
}

/// What it can do, with the system's own formats.
fn modes_of(device: &Device) -> impl Iterator<Item = (CameraMode, NativeFormat)> {
    device.formats().into_iter().filter_map(|native| {
        let (_, pixels, _) = FORMATS
            .iter()
            .find(|(subtype, ..)| *subtype == native.subtype)?;
        let (width, height) = native.size;
        let size = FrameSize::new(width, height);
        let mode = CameraMode {
            format: CameraFormat::Raw(*pixels),
            size: size.is_valid().then_some(size)?,
            // The shortest duration of a picture is the fastest rate.
            rate: Rate::new(native.duration.1, native.duration.0)?,
        };
        Some((mode, native))
    })
}

/// The rows of each plane, without padding.
fn planes(mode: &CameraMode) -> Vec<sys::Plane> {
    let CameraFormat::Raw(pixels) = mode.format else {
        return Vec::new();
    };
    (0..pixels.plane_count())
        .filter_map(|index| pixels.plane_layout(mode.size, index))
        .map(|plane| (plane.row_bytes, plane.rows))
        .collect()
}

fn color_of(native: &NativeFormat) -> ColorInfo {
    let mut formats = FORMATS.iter();
    let found = formats.find(|(subtype, ..)| *subtype == native.subtype);
    ColorInfo {
        range: found.map(|(.., range)| *range),
        ..ColorInfo::UNSPECIFIED
    }
}

/// A camera that delivers.
pub(super) struct OpenCamera {
    sink: Arc<Sink>,
    format: VideoFormat,
    session: Session,
}

impl OpenCamera {
    pub(super) fn open(id: &str, mode: &CameraMode) -> Result<Self, DeviceError> {
        let mut devices = sys::devices().into_iter();
        let device = devices.find(|device| device.id() == id);
        let device = device.ok_or_else(|| DeviceError::NotFound {
            device: id.to_owned(),
        })?;
        let label = device.name();
        if sys::is_refused() {
            return Err(DeviceError::NotAllowed {
                device: label,
                remedy: "allow this program the camera in the system's privacy settings".to_owned(),
            });
        }
        let native = modes_of(&device).find(|(offered, _)| offered == mode);
        let (_, native) = native.ok_or_else(|| DeviceError::Unsupported {
            device: label.clone(),
            what: format!("{:?} at {} and {}", mode.format, mode.size, mode.rate),
        })?;
        let format = VideoFormat {
            size: mode.size,
            rate: Some(mode.rate),
            color: color_of(&native),
            label: label.clone(),
        };
        let sink = Sink::new(mode, &format)?;
        let is_busy = device.is_in_use();
        let planes = planes(mode);
        let session =
            Session::start(device, &native, planes, Arc::clone(&sink)).map_err(|why| {
                if is_busy {
                    DeviceError::Busy { device: label }
                } else {
                    DeviceError::Failed {
                        device: label,
                        source: io::Error::other(why),
                    }
                }
            })?;
        Ok(Self {
            sink,
            format,
            session,
        })
    }
}

impl VideoDevice for OpenCamera {
    fn format(&self) -> &VideoFormat {
        &self.format
    }

    fn codec(&self) -> Option<VideoCodec> {
        None
    }

    fn read(
        &mut self,
        timeout: Duration,
    ) -> Result<Option<Captured<CapturedPicture>>, DeviceError> {
        let deadline = Instant::now().checked_add(timeout);
        loop {
            let left = deadline.map(|at| at.saturating_duration_since(Instant::now()));
            let wait = left.map_or(QUESTION_INTERVAL, |left| left.min(QUESTION_INTERVAL));
            if let Some(picture) = self.sink.read(wait)? {
                return Ok(Some(picture));
            }
            // That it is gone is only told to programs with an event loop.
            if !self.session.is_connected() {
                self.sink.end(DeviceError::Lost {
                    device: self.format.label.clone(),
                });
            } else if left.is_some_and(|left| left <= wait) {
                return Ok(None);
            }
        }
    }

    fn counts(&self) -> DeviceCounts {
        self.sink.counts()
    }
}
