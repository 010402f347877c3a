//! Which channel is where.

use pulseaudio::protocol::{ChannelMap, ChannelPosition};

/// Channels that sound servers take.
pub(super) const MOST_CHANNELS: u16 = 32;

/// Positions of so many channels, in the order of WAVE files, which is that of the encoders and
/// of most devices. More than eight are taken one by one.
pub(super) fn channel_map(channels: u8) -> ChannelMap {
    use ChannelPosition::{
        FrontCenter, FrontLeft, FrontRight, Lfe, Mono, RearCenter, RearLeft, RearRight, SideLeft,
        SideRight,
    };
    let positions: &[ChannelPosition] = match channels {
        1 => &[Mono],
        2 => &[FrontLeft, FrontRight],
        3 => &[FrontLeft, FrontRight, FrontCenter],
        4 => &[FrontLeft, FrontRight, RearLeft, RearRight],
        5 => &[FrontLeft, FrontRight, FrontCenter, RearLeft, RearRight],
        6 => &[FrontLeft, FrontRight, FrontCenter, Lfe, RearLeft, RearRight],
        7 => &[
            FrontLeft,
            FrontRight,
            FrontCenter,
            Lfe,
            RearCenter,
            SideLeft,
            SideRight,
        ],
        8 => &[
            FrontLeft,
            FrontRight,
            FrontCenter,
            Lfe,
            RearLeft,
            RearRight,
            SideLeft,
            SideRight,
        ],
        _ => return ChannelMap::new(AUXILIARY.into_iter().take(channels.into())),
    };
    ChannelMap::new(positions.iter().copied())
}

const AUXILIARY: [ChannelPosition; MOST_CHANNELS as usize] = {
    use ChannelPosition as P;
    [
        P::Aux0,
        P::Aux1,
        P::Aux2,
        P::Aux3,
        P::Aux4,
        P::Aux5,
        P::Aux6,
        P::Aux7,
        P::Aux8,
        P::Aux9,
        P::Aux10,
        P::Aux11,
        P::Aux12,
        P::Aux13,
        P::Aux14,
        P::Aux15,
        P::Aux16,
        P::Aux17,
        P::Aux18,
        P::Aux19,
        P::Aux20,
        P::Aux21,
        P::Aux22,
        P::Aux23,
        P::Aux24,
        P::Aux25,
        P::Aux26,
        P::Aux27,
        P::Aux28,
        P::Aux29,
        P::Aux30,
        P::Aux31,
    ]
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_of_channels_has_as_many_different_positions() {
        for channels in 1..=MOST_CHANNELS {
            let channels = u8::try_from(channels).unwrap();
            let map = channel_map(channels);
            assert_eq!(map.num_channels(), channels);
            let mut positions: Vec<_> = map.into_iter().map(|position| position as u8).collect();
            positions.sort_unstable();
            positions.dedup();
            assert_eq!(positions.len(), usize::from(channels));
        }
    }

    #[test]
    fn left_comes_first() {
        let stereo: Vec<_> = channel_map(2).into_iter().collect();
        assert_eq!(
            stereo,
            [ChannelPosition::FrontLeft, ChannelPosition::FrontRight]
        );
    }
}
