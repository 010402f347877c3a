//! What a track's source delivers.

use media_recorder_types::{FrameSize, Rate};

use crate::devices::ResizeMode;

/// `MediaTrackSettings`: what a track's source delivers.
///
/// Specification: <https://w3c.github.io/mediacapture-main/#dom-mediatracksettings>
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct MediaTrackSettings {
    /// Pixels across, of a picture.
    pub width: Option<u32>,
    /// Pixels down, of a picture.
    pub height: Option<u32>,
    /// Frames per second, of a picture whose source has a rate.
    pub frame_rate: Option<f64>,
    /// Samples per second, of sound.
    pub sample_rate: Option<u32>,
    /// Channels, of sound.
    pub channel_count: Option<u16>,
    /// The device, where there is one.
    pub device_id: Option<String>,
    /// The hardware that the device is a part of, where that is known.
    pub group_id: Option<String>,
    /// How the pictures of a camera or a display get their size and rate.
    pub resize_mode: Option<ResizeMode>,
}

impl MediaTrackSettings {
    pub(super) fn of_picture(size: FrameSize, rate: Option<Rate>) -> Self {
        Self {
            width: Some(size.width),
            height: Some(size.height),
            frame_rate: rate.map(Rate::as_f64),
            ..Self::default()
        }
    }

    pub(super) fn of_sound(rate: u32, channels: u16) -> Self {
        Self {
            sample_rate: Some(rate),
            channel_count: Some(channels),
            ..Self::default()
        }
    }
}
