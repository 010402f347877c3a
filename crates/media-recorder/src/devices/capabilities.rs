//! What a track can be set to.

use std::ops::RangeInclusive;

use media_recorder_capture::CameraMode;
use media_recorder_types::FrameSize;

use super::constraints::{
    Candidate, MediaSettings, Preference, Settings, TrackConstraints, select,
};
use super::{FacingMode, ResizeMode, overconstrained};
use crate::error::RecorderError;
use crate::stream::MediaTrackSettings;

/// `MediaTrackCapabilities`: what a track's device can be set to. Not every combination can be had.
///
/// Specification: <https://w3c.github.io/mediacapture-main/#dom-mediatrackcapabilities>
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct MediaTrackCapabilities {
    /// Pixels across, of a picture.
    pub width: Option<RangeInclusive<u32>>,
    /// Pixels down, of a picture.
    pub height: Option<RangeInclusive<u32>>,
    /// Width by height, of a picture.
    pub aspect_ratio: Option<RangeInclusive<f64>>,
    /// Frames per second, of a picture; from 0 where any number of them can be left out.
    pub frame_rate: Option<RangeInclusive<f64>>,
    /// Whither the camera looks; empty where that is not known.
    pub facing_mode: Vec<FacingMode>,
    /// How pictures can get their size and rate; empty where they cannot be set.
    pub resize_mode: Vec<ResizeMode>,
    /// Samples per second, of sound.
    pub sample_rate: Option<RangeInclusive<u32>>,
    /// Channels, of sound.
    pub channel_count: Option<RangeInclusive<u16>>,
    /// The device, where there is one.
    pub device_id: Option<String>,
    /// The hardware that the device is a part of, where that is known.
    pub group_id: Option<String>,
}

impl MediaTrackCapabilities {
    /// Of a track that stays as it is.
    pub(crate) fn as_it_is(settings: &MediaTrackSettings) -> Self {
        let ratio = settings.width.zip(settings.height);
        let ratio = ratio.map(|(width, height)| f64::from(width) / f64::from(height));
        Self {
            width: only(settings.width),
            height: only(settings.height),
            aspect_ratio: only(ratio),
            frame_rate: only(settings.frame_rate),
            facing_mode: Vec::new(),
            resize_mode: settings.resize_mode.into_iter().collect(),
            sample_rate: only(settings.sample_rate),
            channel_count: only(settings.channel_count),
            device_id: settings.device_id.clone(),
            group_id: settings.group_id.clone(),
        }
    }

    /// Of pictures of these sizes and rates, and, if they can be `scaled`, of all below.
    pub(super) fn of_pictures(
        pictures: impl Iterator<Item = (FrameSize, f64)> + Clone,
        scaled: bool,
    ) -> Self {
        let width = range(pictures.clone().map(|(size, _)| size.width));
        let height = range(pictures.clone().map(|(size, _)| size.height));
        let ratio = |size: FrameSize| f64::from(size.width) / f64::from(size.height);
        let own = Self {
            aspect_ratio: range(pictures.clone().map(|(size, _)| ratio(size))),
            frame_rate: range(pictures.map(|(_, rate)| rate)),
            resize_mode: vec![ResizeMode::None],
            width,
            height,
            ..Self::default()
        };
        let (Some(width), Some(height), true) = (&own.width, &own.height, scaled) else {
            return own;
        };
        let most = |side: &RangeInclusive<u32>| f64::from(*side.end());
        Self {
            width: Some(1..=*width.end()),
            height: Some(1..=*height.end()),
            aspect_ratio: Some(1.0 / most(height)..=most(width)),
            frame_rate: own.frame_rate.map(|rate| 0.0..=*rate.end()),
            resize_mode: vec![ResizeMode::None, ResizeMode::CropAndScale],
            ..own
        }
    }

    /// Of a camera that is used in any of these modes.
    pub(super) fn of_modes<'a>(
        modes: impl Iterator<Item = &'a CameraMode> + Clone,
        scaled: bool,
    ) -> Self {
        Self::of_pictures(modes.map(|mode| (mode.size, mode.rate.as_f64())), scaled)
    }
}

fn only<T: Copy>(value: Option<T>) -> Option<RangeInclusive<T>> {
    value.map(|value| value..=value)
}

/// From the least to the greatest.
fn range<T: Copy + PartialOrd>(values: impl Iterator<Item = T>) -> Option<RangeInclusive<T>> {
    values.fold(None, |range, value| match range {
        None => Some(value..=value),
        Some(range) if value < *range.start() => Some(value..=*range.end()),
        Some(range) if value > *range.end() => Some(*range.start()..=value),
        range => range,
    })
}

/// Whether a track that stays as it is has what is required.
///
/// # Errors
///
/// [`ErrorKind::Overconstrained`](crate::ErrorKind::Overconstrained) if not.
pub(crate) fn holds_as_it_is(
    settings: &MediaTrackSettings,
    constraints: &TrackConstraints,
) -> Result<(), RecorderError> {
    select([AsItIs(settings)], constraints).map_err(overconstrained)?;
    Ok(())
}

/// The only way to use what cannot be set.
struct AsItIs<'a>(&'a MediaTrackSettings);

impl Candidate for AsItIs<'_> {
    fn settings(&self) -> Settings<'_> {
        let own = self.0;
        let media = match (own.width, own.height, own.sample_rate, own.channel_count) {
            (_, _, Some(sample_rate), Some(channels)) => MediaSettings::Audio {
                sample_rate,
                channels,
            },
            (width, height, ..) => MediaSettings::Video {
                size: FrameSize::new(width.unwrap_or_default(), height.unwrap_or_default()),
                frame_rate: own.frame_rate,
                resize_mode: own.resize_mode,
            },
        };
        Settings {
            device_id: own.device_id.as_deref(),
            group_id: own.group_id.as_deref().unwrap_or_default(),
            media,
        }
    }

    fn preference(&self) -> Preference {
        Preference::default()
    }
}
