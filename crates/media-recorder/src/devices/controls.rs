//! What sets devices of pictures while they are open.

use std::fmt;

use media_recorder_capture::{CameraFormat, CameraMode, DeviceError, VideoDevice};
use media_recorder_types::{FrameSize, Rate};

use super::camera::camera_uses;
use super::constraints::{Candidate, select};
use super::display::{MOST_RATE, display_uses};
use super::{
    CameraInfo, DisplaySurface, MediaDevices, MediaTrackCapabilities, TrackConstraints,
    overconstrained,
};
use crate::error::RecorderError;
use crate::source::{Open, Orders, Output};
use crate::stream::{Controls, Present, Request};
use crate::sync::{Mutex, lock};

/// Whether what others require is met.
fn suits(candidate: &impl Candidate, others: &[TrackConstraints]) -> bool {
    let settings = candidate.settings();
    others.iter().all(|other| settings.meets(other))
}

/// What is asked, and, so that the numbers are looked at that they name, what others require.
fn with_others(request: &Request<'_>) -> TrackConstraints {
    let mut all = request.constraints.clone();
    let others = request.others.iter();
    all.advanced.extend(others.map(|other| other.basic.clone()));
    all
}

/// Of a camera.
pub(super) struct CameraControls {
    pub(super) devices: MediaDevices,
    pub(super) camera: CameraInfo,
    /// Its packets are passed on.
    pub(super) encoded: bool,
    /// How it is used.
    pub(super) present: Mutex<(CameraMode, Output)>,
    pub(super) orders: Orders,
}

impl fmt::Debug for CameraControls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("CameraControls");
        out.field("present", &self.present).finish_non_exhaustive()
    }
}

impl CameraControls {
    fn open(&self, mode: CameraMode) -> Open {
        let (devices, id) = (self.devices.clone(), self.camera.device.id.clone());
        Box::new(move || devices.inner.backend.open_camera(&id, &mode))
    }
}

impl Controls for CameraControls {
    fn capabilities(&self) -> MediaTrackCapabilities {
        let modes = self.camera.modes.iter();
        let passed_on = |mode: &&CameraMode| matches!(mode.format, CameraFormat::Encoded(_));
        if self.encoded {
            return MediaTrackCapabilities::of_modes(modes.filter(passed_on), false);
        }
        let decoded = modes.filter(|mode| super::camera::is_decoded(mode.format));
        MediaTrackCapabilities::of_modes(decoded, true)
    }

    fn apply(&self, request: &Request<'_>) -> Result<Option<Present>, RecorderError> {
        let mut present = lock(&self.present);
        let (mode, output) = *present;
        let mut camera = self.camera.clone();
        if request.is_recorded {
            camera.modes.retain(|other| other.format == mode.format);
        }
        let cameras = [camera];
        let all = with_others(request).encoded(self.encoded);
        let uses = camera_uses(&cameras, &all).filter(|one| suits(one, request.others));
        let chosen = select(uses, request.constraints).map_err(overconstrained)?;
        let wanted = (chosen.mode, chosen.output(self.encoded));
        if wanted == (mode, output) {
            return Ok(None);
        }
        let reopen = (wanted.0 != mode).then(|| (self.open(wanted.0), self.open(mode)));
        let settings = self.orders.give(reopen, wanted.1)?;
        Ok(settings.map(|settings| {
            *present = wanted;
            Present {
                settings,
                resize_mode: Some(chosen.resize_mode),
            }
        }))
    }
}

/// Of a monitor, a window or a part of the desktop.
pub(super) struct DisplayControls {
    pub(super) devices: MediaDevices,
    pub(super) surface: DisplaySurface,
    pub(super) cursor: bool,
    /// Its own size, when it was opened.
    pub(super) size: FrameSize,
    /// How many pictures a second there are where nothing else is asked.
    pub(super) usual: Rate,
    /// How it is used.
    pub(super) present: Mutex<(FrameSize, Rate)>,
    pub(super) orders: Orders,
}

impl fmt::Debug for DisplayControls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("DisplayControls");
        out.field("present", &self.present).finish_non_exhaustive()
    }
}

impl DisplayControls {
    fn open(&self, rate: Rate) -> Open {
        let (devices, surface) = (self.devices.clone(), self.surface.clone());
        let cursor = self.cursor;
        Box::new(move || -> Result<Box<dyn VideoDevice>, DeviceError> {
            devices.inner.backend.open_display(&surface, rate, cursor)
        })
    }
}

impl Controls for DisplayControls {
    fn capabilities(&self) -> MediaTrackCapabilities {
        let most = MOST_RATE.max(self.usual.as_f64());
        MediaTrackCapabilities::of_pictures([(self.size, most)].into_iter(), true)
    }

    fn apply(&self, request: &Request<'_>) -> Result<Option<Present>, RecorderError> {
        let mut present = lock(&self.present);
        let id = self.surface.to_string();
        let all = with_others(request);
        let uses = display_uses(&id, self.size, self.usual, &all);
        let uses = uses.filter(|one| suits(one, request.others));
        let chosen = select(uses, request.constraints).map_err(overconstrained)?;
        let wanted = (chosen.size, chosen.rate);
        if wanted == *present {
            return Ok(None);
        }
        let reopen = (self.open(wanted.1), self.open(present.1));
        let settings = self.orders.give(Some(reopen), chosen.output())?;
        Ok(settings.map(|settings| {
            *present = wanted;
            Present {
                settings,
                resize_mode: Some(chosen.resize_mode()),
            }
        }))
    }
}
