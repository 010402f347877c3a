//! Settings dictionaries, and how far one is from what is asked.

use media_recorder_types::FrameSize;

use super::value::Bare;
use super::{ConstraintSet, FacingMode, ResizeMode, TrackConstraints};

/// What a source can be set to: a settings dictionary.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Settings<'a> {
    /// `None` if it is no device.
    pub(crate) device_id: Option<&'a str>,
    pub(crate) group_id: &'a str,
    pub(crate) media: MediaSettings,
}

/// What a kind of device can be set to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum MediaSettings {
    Video {
        size: FrameSize,
        /// Pictures per second.
        frame_rate: Option<f64>,
        resize_mode: Option<ResizeMode>,
    },
    Audio {
        sample_rate: u32,
        channels: u16,
    },
}

impl Settings<'_> {
    /// The fitness distance of each property that the kind has, under the name that scripts know it
    /// by.
    pub(super) fn distances(
        &self,
        set: &ConstraintSet,
        bare: Bare,
    ) -> impl Iterator<Item = (&'static str, f64)> + use<> {
        let group = Some(self.group_id).filter(|group| !group.is_empty());
        let devices = [
            ("deviceId", set.device_id.distance(self.device_id, bare)),
            ("groupId", set.group_id.distance(group, bare)),
        ];
        let media = match self.media {
            MediaSettings::Video {
                size,
                frame_rate,
                resize_mode,
            } => {
                let (width, height) = (f64::from(size.width), f64::from(size.height));
                vec![
                    ("width", set.width.distance(Some(width), bare)),
                    ("height", set.height.distance(Some(height), bare)),
                    (
                        "aspectRatio",
                        set.aspect_ratio.distance(Some(width / height), bare),
                    ),
                    ("frameRate", set.frame_rate.distance(frame_rate, bare)),
                    (
                        "resizeMode",
                        set.resize_mode.distance(resize_mode.as_ref(), bare),
                    ),
                    (
                        "facingMode",
                        set.facing_mode.distance(None::<&FacingMode>, bare),
                    ),
                ]
            }
            MediaSettings::Audio {
                sample_rate,
                channels,
            } => vec![
                (
                    "sampleRate",
                    set.sample_rate.distance(Some(sample_rate.into()), bare),
                ),
                (
                    "channelCount",
                    set.channel_count.distance(Some(channels.into()), bare),
                ),
            ],
        };
        devices.into_iter().chain(media)
    }

    /// Whether all that is required is met.
    pub(crate) fn meets(&self, constraints: &TrackConstraints) -> bool {
        self.distance(&constraints.basic, Bare::Ideal).is_finite()
    }

    /// The fitness distance: infinite if something required is not met.
    pub(crate) fn distance(&self, set: &ConstraintSet, bare: Bare) -> f64 {
        self.distances(set, bare)
            .map(|(_, distance)| distance)
            .sum()
    }
}
