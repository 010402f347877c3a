//! What a track knows of its device.

use std::fmt;

use super::TrackSettings;
use crate::devices::{MediaTrackCapabilities, ResizeMode, TrackConstraints};
use crate::error::RecorderError;

/// The device of a track.
#[derive(Debug)]
pub(crate) struct DeviceSettings {
    pub(crate) device_id: String,
    /// Empty where nothing is known of it.
    pub(crate) group_id: String,
    /// Of a camera or a display.
    pub(crate) resize_mode: Option<ResizeMode>,
    pub(crate) constraints: TrackConstraints,
    /// `None` if it stays as it was opened.
    pub(crate) controls: Option<Box<dyn Controls>>,
}

/// What sets a device while it is open.
pub(crate) trait Controls: Send + Sync + fmt::Debug {
    /// What it can be set to.
    fn capabilities(&self) -> MediaTrackCapabilities;

    /// Sets it to what fits `request` best; what it delivers from now on, or `None` if that is as
    /// before. One call at a time.
    ///
    /// # Errors
    ///
    /// Why it is as it was.
    fn apply(&self, request: &Request<'_>) -> Result<Option<Present>, RecorderError>;
}

/// What is asked of a device that is open.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request<'a> {
    pub(crate) constraints: &'a TrackConstraints,
    /// What was asked for other tracks of the same device, and has to hold on.
    pub(crate) others: &'a [TrackConstraints],
    /// Somebody takes the pictures, in whose file they keep their colours.
    pub(crate) is_recorded: bool,
}

/// What a source delivers at present.
#[derive(Clone, Debug)]
pub(crate) struct Present {
    pub(crate) settings: TrackSettings,
    pub(crate) resize_mode: Option<ResizeMode>,
}
