//! In which of its ways a device is opened.

use cpal::{
    BufferSize, SampleFormat, SupportedBufferSize, SupportedStreamConfig,
    SupportedStreamConfigRange,
};

use crate::microphone::AudioWanted;

/// What is taken where neither the caller nor the device says anything.
const USUAL_RATE: u32 = 48_000;
const USUAL_CHANNELS: u16 = 2;

/// How many pieces of sound ALSA shall deliver in a second. It captures one while another waits, so
/// that a program which does not run for as long as a piece loses nothing; what a device chooses by
/// itself may be ten milliseconds.
const PIECES_PER_SECOND: u32 = 20;

/// Formats, the best first; others are not captured.
const FORMATS: [SampleFormat; 12] = [
    SampleFormat::F32,
    SampleFormat::F64,
    SampleFormat::I32,
    SampleFormat::I24,
    SampleFormat::I16,
    SampleFormat::I64,
    SampleFormat::U32,
    SampleFormat::U24,
    SampleFormat::U16,
    SampleFormat::U64,
    SampleFormat::I8,
    SampleFormat::U8,
];

/// The way that is nearest to what is wanted: first its channels, then its rate. What is not
/// asked for is that of `default`.
pub(super) fn choose(
    offered: impl IntoIterator<Item = SupportedStreamConfigRange>,
    default: Option<&SupportedStreamConfig>,
    wanted: AudioWanted,
) -> Option<SupportedStreamConfig> {
    let own_channels = default.map(SupportedStreamConfig::channels);
    let own_rate = default.map(SupportedStreamConfig::sample_rate);
    let channels = wanted.channels.or(own_channels).unwrap_or(USUAL_CHANNELS);
    let rate = wanted.rate.or(own_rate).unwrap_or(USUAL_RATE);
    let ways = offered.into_iter().filter_map(|range| {
        let rank = FORMATS.iter().position(|&f| f == range.sample_format())?;
        let most = range.max_sample_rate();
        let nearest = rate.clamp(range.min_sample_rate().min(most), most);
        let way = range.try_with_sample_rate(nearest)?;
        let distance = (
            way.channels().abs_diff(channels),
            nearest.abs_diff(rate),
            rank,
        );
        (way.channels() > 0 && nearest > 0).then_some((distance, way))
    });
    let (_, way) = ways.min_by_key(|(distance, _)| *distance)?;
    Some(way)
}

/// The pieces in which ALSA shall deliver sound: of the length that is wanted, or as near to it as
/// the device has them.
pub(super) fn pieces(way: &SupportedStreamConfig) -> BufferSize {
    match *way.buffer_size() {
        SupportedBufferSize::Range { min, max } => {
            let wanted = way.sample_rate() / PIECES_PER_SECOND;
            BufferSize::Fixed(wanted.min(max).max(min))
        }
        SupportedBufferSize::Unknown => BufferSize::Default,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(
        channels: u16,
        (least, most): (u32, u32),
        format: SampleFormat,
    ) -> SupportedStreamConfigRange {
        let buffer = SupportedBufferSize::Unknown;
        SupportedStreamConfigRange::new(channels, least, most, buffer, format)
    }

    fn chosen(
        offered: &[SupportedStreamConfigRange],
        default: Option<&SupportedStreamConfig>,
        rate: Option<u32>,
        channels: Option<u16>,
    ) -> Option<(u16, u32, SampleFormat)> {
        let wanted = AudioWanted { rate, channels };
        let way = choose(offered.iter().copied(), default, wanted)?;
        Some((way.channels(), way.sample_rate(), way.sample_format()))
    }

    #[test]
    fn what_is_wanted_is_taken_or_what_is_next_to_it() {
        let offered = [
            range(1, (8_000, 48_000), SampleFormat::I16),
            range(2, (44_100, 44_100), SampleFormat::I16),
            range(2, (48_000, 48_000), SampleFormat::I16),
        ];
        let of = |rate, channels| chosen(&offered, None, rate, channels);
        let i16 = SampleFormat::I16;
        assert_eq!(of(Some(16_000), Some(1)), Some((1, 16_000, i16)));
        assert_eq!(of(Some(44_100), Some(2)), Some((2, 44_100, i16)));
        assert_eq!(of(Some(96_000), Some(1)), Some((1, 48_000, i16)));
        assert_eq!(of(Some(16_000), Some(6)), Some((2, 44_100, i16)));
        assert_eq!(of(None, None), Some((2, 48_000, i16)));
    }

    #[test]
    fn the_device_decides_what_nobody_asked_for() {
        let offered = [
            range(1, (8_000, 96_000), SampleFormat::I16),
            range(2, (8_000, 96_000), SampleFormat::I16),
        ];
        let default = offered[0].try_with_sample_rate(16_000).unwrap();
        let of = |rate, channels| chosen(&offered, Some(&default), rate, channels);
        let i16 = SampleFormat::I16;
        assert_eq!(of(None, None), Some((1, 16_000, i16)));
        assert_eq!(of(Some(48_000), None), Some((1, 48_000, i16)));
        assert_eq!(of(None, Some(2)), Some((2, 16_000, i16)));
    }

    #[test]
    fn pieces_are_long_enough_to_be_late_by() {
        let of = |size| {
            pieces(&SupportedStreamConfig::new(
                2,
                48_000,
                size,
                SampleFormat::I16,
            ))
        };
        let between = |min, max| of(SupportedBufferSize::Range { min, max });
        assert_eq!(between(32, 16_384), BufferSize::Fixed(2400));
        assert_eq!(between(32, 1024), BufferSize::Fixed(1024));
        assert_eq!(between(4096, 16_384), BufferSize::Fixed(4096));
        assert_eq!(of(SupportedBufferSize::Unknown), BufferSize::Default);
    }

    #[test]
    fn the_most_exact_format_is_taken_and_bit_streams_are_not() {
        let all = [
            range(2, (48_000, 48_000), SampleFormat::DsdU8),
            range(2, (48_000, 48_000), SampleFormat::U8),
            range(2, (48_000, 48_000), SampleFormat::I16),
            range(2, (48_000, 48_000), SampleFormat::F32),
        ];
        let f32 = Some((2, 48_000, SampleFormat::F32));
        assert_eq!(chosen(&all, None, None, None), f32);
        assert_eq!(chosen(&all[..1], None, None, None), None);
        assert_eq!(chosen(&[], None, None, None), None);
        let none = range(0, (0, 0), SampleFormat::F32);
        assert_eq!(chosen(&[none], None, None, None), None);
    }
}
