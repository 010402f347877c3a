//! Cameras of Windows: Media Foundation. Compiled, and not yet run on such a machine.
//!
//! A source reader calls back on a thread of Media Foundation's with each picture. `sys` has the
//! calls, which are unsafe; here is what they mean.

mod sys;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use media_recorder_types::{ColorInfo, ColorRange, FrameSize, PixelFormat, Rate, VideoCodec};
use windows::Win32::Foundation::{E_ACCESSDENIED, ERROR_SHARING_VIOLATION};
use windows::Win32::Media::MediaFoundation::{
    MF_E_HW_MFT_FAILED_START_STREAMING, MF_E_SHUTDOWN, MF_E_VIDEO_RECORDING_DEVICE_INVALIDATED,
    MF_E_VIDEO_RECORDING_DEVICE_PREEMPTED, MFNominalRange_0_255, MFNominalRange_16_235,
    MFVideoFormat_H264, MFVideoFormat_I420, MFVideoFormat_IYUV, MFVideoFormat_MJPG,
    MFVideoFormat_NV12, MFVideoFormat_UYVY, MFVideoFormat_YUY2, MFVideoTransferMatrix_BT601,
    MFVideoTransferMatrix_BT709,
};
use windows::core::{Error, GUID};

use self::sys::{NativeType, Reader, Source};
use super::delivery::Sink;
use crate::{
    CameraFormat, CameraInfo, CameraMode, Captured, CapturedPicture, DeviceCounts, DeviceError,
    DeviceInfo, DeviceKind, VideoDevice, VideoFormat,
};

pub(super) use sys::system_time;

/// Raw formats are those whose rows go from top to bottom and that a buffer holds without padding.
const FORMATS: [(GUID, CameraFormat); 7] = [
    (MFVideoFormat_NV12, CameraFormat::Raw(PixelFormat::Nv12)),
    (MFVideoFormat_YUY2, CameraFormat::Raw(PixelFormat::Yuyv)),
    (MFVideoFormat_UYVY, CameraFormat::Raw(PixelFormat::Uyvy)),
    (MFVideoFormat_I420, CameraFormat::Raw(PixelFormat::I420)),
    (MFVideoFormat_IYUV, CameraFormat::Raw(PixelFormat::I420)),
    (MFVideoFormat_MJPG, CameraFormat::Encoded(VideoCodec::Mjpeg)),
    (MFVideoFormat_H264, CameraFormat::Encoded(VideoCodec::H264)),
];

pub(super) fn cameras() -> Result<Vec<CameraInfo>, DeviceError> {
    let sources = sys::sources().map_err(|error| device_error("the cameras", error))?;
    Ok(sources.iter().filter_map(info).collect())
}

/// What is known of a camera; one that has no name is gone.
fn info(source: &Source) -> Option<CameraInfo> {
    let device = DeviceInfo {
        kind: DeviceKind::VideoInput,
        id: source.link().ok()?,
        label: source.name().ok()?,
        group: String::new(),
    };
    // One that cannot be asked has no modes.
    let types = source.native_types().unwrap_or_default();
    let mut modes = Vec::new();
    for mode in types.iter().filter_map(mode_of) {
        if !modes.contains(&mode) {
            modes.push(mode);
        }
    }
    Some(CameraInfo { device, modes })
}

fn mode_of(native: &NativeType) -> Option<CameraMode> {
    let (_, format) = FORMATS.iter().find(|(guid, _)| *guid == native.subtype)?;
    let (width, height) = native.size;
    let size = FrameSize::new(width, height);
    Some(CameraMode {
        format: *format,
        size: size.is_valid().then_some(size)?,
        rate: Rate::new(native.rate.0, native.rate.1)?,
    })
}

fn color_of(native: &NativeType, format: CameraFormat) -> ColorInfo {
    if format == CameraFormat::Encoded(VideoCodec::Mjpeg) {
        return ColorInfo::JPEG;
    }
    let is = |said: Option<u32>, value: i32| said == u32::try_from(value).ok();
    let matrix = if is(native.matrix, MFVideoTransferMatrix_BT709.0) {
        1
    } else if is(native.matrix, MFVideoTransferMatrix_BT601.0) {
        6
    } else {
        ColorInfo::UNSPECIFIED.matrix
    };
    let range = if is(native.range, MFNominalRange_0_255.0) {
        Some(ColorRange::Full)
    } else if is(native.range, MFNominalRange_16_235.0) {
        Some(ColorRange::Limited)
    } else {
        None
    };
    ColorInfo {
        matrix,
        range,
        ..ColorInfo::UNSPECIFIED
    }
}

/// Why a device cannot be had, or ends.
fn device_error(device: &str, error: Error) -> DeviceError {
    let device = device.to_owned();
    match error.code() {
        E_ACCESSDENIED => DeviceError::NotAllowed {
            device,
            remedy: "allow this program the camera in the system's privacy settings".to_owned(),
        },
        code if code == ERROR_SHARING_VIOLATION.to_hresult() => DeviceError::Busy { device },
        MF_E_VIDEO_RECORDING_DEVICE_PREEMPTED | MF_E_HW_MFT_FAILED_START_STREAMING => {
            DeviceError::Busy { device }
        }
        MF_E_VIDEO_RECORDING_DEVICE_INVALIDATED | MF_E_SHUTDOWN => DeviceError::Lost { device },
        _ => DeviceError::Failed {
            device,
            source: io::Error::other(error),
        },
    }
}

/// A camera that delivers.
pub(super) struct OpenCamera {
    sink: Arc<Sink>,
    format: VideoFormat,
    codec: Option<VideoCodec>,
    /// Delivers until it is dropped.
    _reader: Reader,
}

impl OpenCamera {
    pub(super) fn open(id: &str, mode: &CameraMode) -> Result<Self, DeviceError> {
        let sources = sys::sources().map_err(|error| device_error(id, error))?;
        let mut sources = sources.into_iter();
        let source = sources.find(|source| source.link().is_ok_and(|link| link == id));
        let source = source.ok_or_else(|| DeviceError::NotFound {
            device: id.to_owned(),
        })?;
        let label = source.name().unwrap_or_else(|_| id.to_owned());
        let failed = |error| device_error(&label, error);
        let types = source.native_types().map_err(failed)?;
        let native = types.iter().find(|native| mode_of(native) == Some(*mode));
        let native = native.ok_or_else(|| DeviceError::Unsupported {
            device: label.clone(),
            what: format!("{:?} at {} and {}", mode.format, mode.size, mode.rate),
        })?;
        let format = VideoFormat {
            size: mode.size,
            rate: Some(mode.rate),
            color: color_of(native, mode.format),
            label: label.clone(),
        };
        let sink = Sink::new(mode, &format)?;
        let ended = Arc::clone(&sink);
        let device = label.clone();
        let end = move |error: Option<Error>| {
            let device = device.clone();
            ended.end(match error {
                Some(error) => device_error(&device, error),
                None => DeviceError::Lost { device },
            });
        };
        let reader = source.start(native, Arc::clone(&sink), Box::new(end));
        Ok(Self {
            _reader: reader.map_err(failed)?,
            sink,
            format,
            codec: match mode.format {
                CameraFormat::Raw(_) => None,
                CameraFormat::Encoded(codec) => Some(codec),
            },
        })
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
        self.sink.read(timeout)
    }

    fn counts(&self) -> DeviceCounts {
        self.sink.counts()
    }
}
