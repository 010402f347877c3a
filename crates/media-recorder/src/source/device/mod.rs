//! Tracks of devices.

mod drive;
mod level;
mod orders;
mod output;
mod picture;

use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::thread::JoinHandle;

use media_recorder_capture::{AudioDevice, DeviceError, VideoDevice};

pub use level::AudioLevel;
pub(crate) use orders::{Open, Order, Orders, orders};
pub(crate) use output::Output;
pub(crate) use picture::PicturePlan;

use self::drive::{drive_sound, drive_video};
use crate::error::{ErrorKind, RecorderError};
use crate::stream::{
    DeviceSettings, Feed, MediaStreamTrack, SourceId, Timing, TrackSettings, WhilePaused,
};
use crate::threads::spawn;

/// A track of a device that is open, and what drives it: the device is closed on that thread, once
/// all tracks of it have ended.
pub(crate) struct Driven {
    pub(crate) track: MediaStreamTrack,
    pub(crate) feed: Arc<Feed>,
    pub(crate) thread: JoinHandle<()>,
}

/// A track of a camera or a display.
///
/// # Errors
///
/// [`ErrorKind::Unknown`](crate::ErrorKind::Unknown) if the operating system gives no thread, and
/// those of [`Output::begin`].
pub(crate) fn video_track(
    device: Box<dyn VideoDevice>,
    output: Output,
    settings: DeviceSettings,
    orders: Receiver<Order>,
) -> Result<Driven, RecorderError> {
    let (pixels, format) = output.begin(&*device, None)?;
    let thread = match output {
        Output::Pictures(_) | Output::Packets { .. } => "camera",
        Output::Display { .. } => "display",
    };
    driven(format, settings, |feed| {
        spawn(thread, move || drive_video(device, pixels, &orders, &feed))
    })
}

/// A track of a microphone.
///
/// # Errors
///
/// As [`video_track`].
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
