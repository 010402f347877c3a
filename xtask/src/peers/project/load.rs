//! The packets that every muxer is given.

use std::error::Error;

use bytes::Bytes;

pub type Result<T> = std::result::Result<T, Box<dyn Error>>;

pub const WIDTH: u16 = 1280;
pub const HEIGHT: u16 = 720;

/// The samples at 48 kHz that an Opus decoder puts out before the first sound.
pub const PRE_SKIP: u16 = 312;

pub const OPUS_HEAD: &[u8] = b"OpusHead\x01\x02\x38\x01\x80\xBB\x00\x00\x00\x00\x00";

/// From one packet of a track to the next: pictures at 50 a second, and sound in packets of
/// 20 ms.
pub const STEP_MILLIS: u64 = 20;

/// Of both tracks.
const PACKETS_PER_SECOND: u64 = 2 * 1000 / STEP_MILLIS;

/// Pictures from one key frame to the next.
const GROUP: u64 = 100;

/// The start of a VP9 key frame of 1280 by 720 pixels (VP9 spec §6.2).
const KEY: [u8; 9] = [0x82, 0x49, 0x83, 0x42, 0x40, 0x4F, 0xF0, 0x2C, 0xF0];

/// VP9 and Opus in turns, of one size.
pub struct Load {
    packets: u64,
    key: Bytes,
    inter: Bytes,
    sound: Bytes,
}

pub struct Packet<'a> {
    pub video: bool,
    pub key: bool,
    pub millis: u64,
    pub data: &'a Bytes,
}

impl Load {
    pub fn new(packets: u64, octets: usize) -> Self {
        let start = |start: &[u8]| {
            let mut data = start.to_vec();
            data.resize(octets, 0);
            Bytes::from(data)
        };
        Self {
            packets,
            key: start(&KEY),
            inter: start(&[0x86]),
            // CELT, one frame of 20 ms (RFC 6716 §3.1).
            sound: start(&[0xFC]),
        }
    }

    /// In the order of their times.
    pub fn packets(&self) -> impl Iterator<Item = Packet<'_>> {
        (0..self.packets).map(|n| self.packet(n))
    }

    /// A second of one track after a second of the other.
    pub fn packets_in_groups(&self) -> impl Iterator<Item = Packet<'_>> {
        let seconds = (0..self.packets).step_by(PACKETS_PER_SECOND as usize);
        seconds.flat_map(|first| {
            let second = first..self.packets.min(first + PACKETS_PER_SECOND);
            let (pictures, sounds) = (second.clone().step_by(2), second.skip(1).step_by(2));
            pictures.chain(sounds).map(|n| self.packet(n))
        })
    }

    fn packet(&self, n: u64) -> Packet<'_> {
        let (frame, video) = (n / 2, n % 2 == 0);
        let key = video && frame % GROUP == 0;
        Packet {
            video,
            key: key || !video,
            millis: frame * STEP_MILLIS,
            data: match (video, key) {
                (false, _) => &self.sound,
                (true, true) => &self.key,
                (true, false) => &self.inter,
            },
        }
    }
}
