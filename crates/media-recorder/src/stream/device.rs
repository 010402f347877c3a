//! What a track knows of its device.

use crate::devices::{ResizeMode, TrackConstraints};

/// The device of a track, and what was asked of it.
#[derive(Clone, Debug)]
pub(crate) struct DeviceSettings {
    pub(crate) device_id: String,
    /// Empty where nothing is known of it.
    pub(crate) group_id: String,
    /// Of a camera.
    pub(crate) resize_mode: Option<ResizeMode>,
    pub(crate) constraints: TrackConstraints,
}
