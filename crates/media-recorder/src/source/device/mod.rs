//! Tracks of devices.

mod drive;
mod level;
mod picture;

use std::sync::Arc;
use std::thread::JoinHandle;

use bytes::Bytes;
use media_recorder_capture::{AudioDevice, DeviceError, VideoDevice, VideoFormat};
use media_recorder_types::{ColorInfo, MediaTrack, Rate, TrackId, VideoTrack};

pub use level::AudioLevel;
pub(crate) use picture::PicturePlan;

use self::drive::{Pixels, drive_sound, drive_video};
use self::picture::Pictures;
use super::encoded::PacketReader;
use crate::error::{ErrorKind, RecorderError};
use crate::stream::{
    DeviceSettings, EncodedSettings, Feed, MediaStreamTrack, SourceId, Timing, TrackSettings,
    WhilePaused,
};
use crate::threads::spawn;

/// A track of a device that is open, and what drives it: the device is closed on that thread, once
/// all tracks of it have ended.
pub(crate) struct Driven {
    pub(crate) track: MediaStreamTrack,
    pub(crate) feed: Arc<Feed>,
    pub(crate) thread: JoinHandle<()>,
}

/// A track of a camera whose pictures are made as they are wanted.
///
/// # Errors
///
/// [`ErrorKind::Unknown`] if the operating system gives no thread, as for the others.
pub(crate) fn camera_track(
    camera: Box<dyn VideoDevice>,
    plan: PicturePlan,
    settings: DeviceSettings,
) -> Result<Driven, RecorderError> {
    let own = camera.format();
    let color = match camera.codec() {
        // What the decoder makes of it.
        Some(_) => ColorInfo::JPEG,
        None => own.color,
    };
    let format = VideoFormat {
        size: plan.size,
        rate: Some(plan.rate),
        color,
        label: own.label.clone(),
    };
    let pixels = Pixels::Made(Pictures::new(plan));
    driven(TrackSettings::Video(format), settings, |feed| {
        spawn("camera", move || drive_video(camera, pixels, &feed))
    })
}

/// A track of a camera whose packets are recorded as they are.
///
/// # Errors
///
/// Also [`ErrorKind::NotReadable`] if the camera does not encode.
pub(crate) fn packet_track(
    camera: Box<dyn VideoDevice>,
    rate: Rate,
    settings: DeviceSettings,
) -> Result<Driven, RecorderError> {
    let own = camera.format();
    let codec = camera.codec().ok_or_else(|| {
        let message = format!("{} does not deliver packets", own.label);
        RecorderError::new(ErrorKind::NotReadable, message)
    })?;
    let video = VideoTrack {
        codec,
        size: own.size,
        rate: own.rate.or(Some(rate)),
        color: own.color,
    };
    let mut described = MediaTrack::video(TrackId::FIRST, video, Bytes::new());
    described.name.clone_from(&own.label);
    let reader = PacketReader::new(described)?;
    let present = Arc::new(EncodedSettings::new(Arc::clone(reader.format())));
    let pixels = Pixels::Packets {
        reader,
        present: Arc::clone(&present),
    };
    driven(TrackSettings::Encoded(present), settings, |feed| {
        spawn("camera", move || drive_video(camera, pixels, &feed))
    })
}

/// A track of a screen or window, whose pictures come when something changes.
///
/// # Errors
///
/// As [`camera_track`].
pub(crate) fn display_track(
    display: Box<dyn VideoDevice>,
    settings: DeviceSettings,
) -> Result<Driven, RecorderError> {
    let format = display.format().clone();
    driven(TrackSettings::Video(format), settings, |feed| {
        spawn("display", move || {
            drive_video(display, Pixels::Still { last: None }, &feed);
        })
    })
}

/// A track of a microphone.
///
/// # Errors
///
/// As [`camera_track`].
pub(crate) fn microphone_track(
    microphone: Box<dyn AudioDevice>,
    settings: DeviceSettings,
) -> Result<Driven, RecorderError> {
    let format = microphone.format().clone();
    driven(TrackSettings::Audio(format), settings, |feed| {
        spawn("microphone", move || drive_sound(microphone, &feed))
    })
}

fn driven(
    settings: TrackSettings,
    device: DeviceSettings,
    start: impl FnOnce(Arc<Feed>) -> Result<JoinHandle<()>, RecorderError>,
) -> Result<Driven, RecorderError> {
    let feed = Feed::new(Timing::Live, WhilePaused::GoesOn, SourceId::unique());
    let track = MediaStreamTrack::of_device(settings, device, &feed);
    let thread = start(Arc::clone(&feed))?;
    Ok(Driven {
        track,
        feed,
        thread,
    })
}

/// Specification: <https://w3c.github.io/mediacapture-main/#dom-mediadevices-getusermedia>
impl From<DeviceError> for RecorderError {
    fn from(error: DeviceError) -> Self {
        use DeviceError as E;
        let kind = match &error {
            E::NotFound { .. } | E::NoService { .. } => ErrorKind::NotFound,
            E::NotAllowed { .. } => ErrorKind::NotAllowed,
            E::Busy { .. } | E::Lost { .. } | E::Failed { .. } => ErrorKind::NotReadable,
            _ => ErrorKind::Abort,
        };
        let message = match &error {
            E::Failed { source, .. } => format!("{error}: {source}"),
            _ => error.to_string(),
        };
        Self::new(kind, message).caused_by(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_tells_its_cause() {
        let failed = DeviceError::Failed {
            device: "cam".to_owned(),
            source: std::io::Error::other("bad cable"),
        };
        let error = RecorderError::from(failed);
        assert_eq!(error.kind(), ErrorKind::NotReadable);
        assert_eq!(error.message(), "cam failed: bad cable");
    }
}
