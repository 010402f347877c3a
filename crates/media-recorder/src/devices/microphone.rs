//! The ways in which microphones can be used.

use media_recorder_capture::{AudioFormat, DeviceInfo};

use super::constraints::{
    Candidate, ConstrainNumber, ConstraintSet, MediaSettings, Preference, Settings,
    TrackConstraints,
};

/// What sound servers and devices convert to and from.
const RATES: std::ops::RangeInclusive<u32> = 8_000..=192_000;
const CHANNELS: std::ops::RangeInclusive<u16> = 1..=8;

/// What is taken for the setting of a microphone of which nothing is asked, before it is opened.
const DEFAULT_RATE: u32 = 48_000;
const DEFAULT_CHANNELS: u16 = 2;

/// A microphone with a sample rate and a number of channels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct MicrophoneUse<'a> {
    /// Where in the list it is.
    index: usize,
    pub(crate) device: &'a DeviceInfo,
    sample_rate: u32,
    channels: u16,
}

/// All ways that may fit best what is asked.
pub(crate) fn microphone_uses<'a>(
    microphones: &'a [DeviceInfo],
    constraints: &TrackConstraints,
) -> impl Iterator<Item = MicrophoneUse<'a>> {
    let mut rates = vec![DEFAULT_RATE];
    rates.extend(numbers(constraints, |set| &set.sample_rate).filter(|n| RATES.contains(n)));
    let mut channel_counts = vec![DEFAULT_CHANNELS];
    let named = numbers(constraints, |set| &set.channel_count);
    let named = named.filter_map(|count| u16::try_from(count).ok());
    channel_counts.extend(named.filter(|count| CHANNELS.contains(count)));
    let microphones = microphones.iter().enumerate();
    microphones.flat_map(move |(index, device)| {
        let channel_counts = channel_counts.clone();
        rates.clone().into_iter().flat_map(move |sample_rate| {
            let uses = channel_counts.clone().into_iter();
            uses.map(move |channels| MicrophoneUse {
                index,
                device,
                sample_rate,
                channels,
            })
        })
    })
}

/// The whole numbers next to those that are named for a property.
fn numbers(
    constraints: &TrackConstraints,
    property: fn(&ConstraintSet) -> &ConstrainNumber,
) -> impl Iterator<Item = u32> {
    let sets = [&constraints.basic]
        .into_iter()
        .chain(&constraints.advanced);
    sets.flat_map(move |set| property(set).values())
        // `as` saturates.
        .flat_map(|value| [value.floor() as u32, value.ceil() as u32])
}

impl<'a> MicrophoneUse<'a> {
    /// The sample rate and the number of channels to open it with: what nobody asked for is the
    /// device's own.
    pub(crate) fn wanted(&self, constraints: &TrackConstraints) -> (Option<u32>, Option<u16>) {
        let asked = |property| numbers(constraints, property).next().is_some();
        (
            Some(self.sample_rate).filter(|_| asked(|set| &set.sample_rate)),
            Some(self.channels).filter(|_| asked(|set| &set.channel_count)),
        )
    }

    /// The same with what the opened device delivers.
    pub(crate) fn with_format(self, format: &AudioFormat) -> Self {
        Self {
            sample_rate: format.rate,
            channels: format.channels,
            ..self
        }
    }
}

impl Candidate for MicrophoneUse<'_> {
    fn settings(&self) -> Settings<'_> {
        Settings {
            device_id: Some(&self.device.id),
            group_id: &self.device.group,
            media: MediaSettings::Audio {
                sample_rate: self.sample_rate,
                channels: self.channels,
            },
        }
    }

    fn preference(&self) -> Preference {
        let from_default = |value: u32, usual: u32| f64::from(value.abs_diff(usual));
        [
            self.index as f64,
            from_default(self.sample_rate, DEFAULT_RATE),
            from_default(self.channels.into(), DEFAULT_CHANNELS.into()),
            0.0,
            0.0,
        ]
    }
}
