//! Blocks: which track and time they belong to, and how long they last.

use core::ops::Range;

use super::read;
use crate::codec::opus;

/// What a track carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Kind {
    Video,
    Audio,
    #[default]
    Other,
}

/// What tells how long a block of sound is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Sound {
    /// Its packets say it.
    Opus,
    /// Its number of octets says it.
    Pcm { octets_per_second: u64 },
    /// Nothing known here.
    #[default]
    Other,
}

/// A track, as far as it matters.
#[derive(Debug, Default)]
pub(super) struct Track {
    pub(super) number: u64,
    pub(super) kind: Kind,
    /// Nanoseconds of a frame.
    pub(super) default_duration: Option<u64>,
    /// Nanoseconds.
    pub(super) codec_delay: u64,
    pub(super) sound: Sound,
    /// The latest block.
    pub(super) latest: Option<Latest>,
}

/// What is remembered of a block, to guess how long the next one is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Latest {
    pub(super) tick: u64,
    pub(super) frames: u64,
}

/// What begins a `SimpleBlock` or `Block` (RFC 9559 §10.1, §10.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BlockHead {
    pub(super) track: u64,
    /// Ticks from the cluster's time.
    pub(super) relative: i16,
    /// Of a `SimpleBlock` only: decoding can start here.
    pub(super) key: bool,
    /// More than one if they are laced.
    pub(super) frames: u64,
    /// How long its sound is by its own data, in nanoseconds.
    pub(super) sound: Option<u64>,
}

impl BlockHead {
    /// Reads it from the first octets of a block of `size` octets; `tracks` tells what its
    /// payload is. `None` if it is no block.
    pub(super) fn parse(bytes: &[u8], size: u64, tracks: &[Track]) -> Option<Self> {
        let bytes = &bytes[..bytes.len().min(usize::try_from(size).unwrap_or(usize::MAX))];
        let (track, octets) = read::vint(bytes)?;
        let &[time_0, time_1, flags, ref payload @ ..] = bytes.get(octets.into()..)? else {
            return None;
        };
        let frames = match payload {
            [count, ..] if flags & LACING != 0 => u64::from(*count) + 1,
            _ => 1,
        };
        let known = tracks.iter().find(|known| known.number == track);
        let sound = match known.map(|known| known.sound).unwrap_or_default() {
            Sound::Opus => first_frame(flags, payload)
                .and_then(|frame| opus::packet_duration(frame).ok())
                .map(|duration| duration.as_nanos().unsigned_abs() * frames),
            Sound::Pcm { octets_per_second } if frames == 1 => {
                let octets = u128::from(size - u64::from(octets) - 3);
                u64::try_from(octets * 1_000_000_000 / u128::from(octets_per_second)).ok()
            }
            Sound::Pcm { .. } | Sound::Other => None,
        };
        Some(Self {
            track,
            relative: i16::from_be_bytes([time_0, time_1]),
            key: flags & 0x80 != 0,
            frames,
            sound,
        })
    }
}

/// The bits of a block's flags that say whether and how its frames are laced (RFC 9559 §10.3).
const LACING: u8 = 0x06;
const XIPH: u8 = 0x02;
const FIXED_SIZE: u8 = 0x04;

/// The first of a block's frames, behind the sizes of all but the last.
fn first_frame(flags: u8, payload: &[u8]) -> Option<&[u8]> {
    let lacing = flags & LACING;
    if lacing == 0 {
        return Some(payload);
    }
    let (&sizes, mut rest) = payload.split_first()?;
    if lacing == FIXED_SIZE {
        return Some(rest);
    }
    for _ in 0..sizes {
        let octets = match lacing {
            XIPH => rest.iter().position(|&octet| octet != 0xFF)? + 1,
            _ => read::vint(rest)?.1.into(),
        };
        rest = rest.get(octets..)?;
    }
    Some(rest)
}

/// A block that is whole.
#[derive(Clone, Debug)]
pub(super) struct Block {
    /// Its element in the cluster, from the start of the file.
    pub(super) range: Range<u64>,
    pub(super) head: BlockHead,
    pub(super) key: bool,
    /// What its group says, in ticks.
    pub(super) duration: Option<u64>,
    /// What its group says, in nanoseconds.
    pub(super) discard_padding: i64,
}

impl Track {
    /// When `block`, at `tick`, ends, in nanoseconds; it is the latest one.
    pub(super) fn end_of(&self, block: &Block, tick: u64, scale: u64) -> u64 {
        let head = &block.head;
        let duration = block
            .duration
            .map(|ticks| ticks.saturating_mul(scale))
            .or(head.sound)
            .or_else(|| Some(self.default_duration?.saturating_mul(head.frames)))
            .or_else(|| self.guess(head.frames, tick, scale))
            .unwrap_or_default();
        let end = tick
            .saturating_mul(scale)
            .saturating_add(duration)
            .saturating_sub(self.codec_delay);
        match u64::try_from(block.discard_padding) {
            Ok(padding) => end.saturating_sub(padding),
            // Before the first sample, not after the last (RFC 9559 §5.1.3.5.7).
            Err(_) => end,
        }
    }

    /// Its frames are as long as those before it.
    fn guess(&self, frames: u64, tick: u64, scale: u64) -> Option<u64> {
        let latest = self.latest?;
        let since = tick.saturating_sub(latest.tick).saturating_mul(scale);
        Some((since / latest.frames).saturating_mul(frames))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tracks(sound: Sound) -> [Track; 1] {
        [Track {
            number: 1,
            sound,
            ..Track::default()
        }]
    }

    #[test]
    fn sound_tells_how_long_it_is() {
        let pcm = Sound::Pcm {
            octets_per_second: 192_000,
        };
        // CELT of 20 ms, twice 60 ms of SILK, three times 2.5 ms of CELT.
        for (payload, sound, millis) in [
            (&[0xF8, 0][..], Sound::Opus, Some(20.0)),
            (&[3 << 3 | 1], Sound::Opus, Some(120.0)),
            (&[16 << 3 | 3, 3], Sound::Opus, Some(7.5)),
            (&[16 << 3 | 3], Sound::Opus, None),
            (&[], Sound::Opus, None),
            (&[0; 192], pcm, Some(1.0)),
            (&[0; 192], Sound::Other, None),
        ] {
            let bytes = [&[0x81, 0, 5, 0x80], payload].concat();
            let head = BlockHead::parse(&bytes, bytes.len() as u64, &tracks(sound)).unwrap();
            let nanos = millis.map(|millis| (millis * 1e6) as u64);
            assert_eq!((head.sound, head.relative, head.key), (nanos, 5, true));
        }
    }

    #[test]
    fn a_lace_is_as_long_as_its_frames() {
        // Xiph, fixed size and EBML lacing of frames of 20 ms.
        for (flags, lace, frames) in [
            (0x02, &[2, 255, 3, 8, 0xF8, 0][..], 3),
            (0x04, &[3, 0xF8, 0], 4),
            (0x06, &[2, 0x40, 0x80, 0x81, 0xF8, 0], 3),
        ] {
            let bytes = [&[0x81, 0, 0, flags], lace].concat();
            let head = BlockHead::parse(&bytes, 1000, &tracks(Sound::Opus)).unwrap();
            let nanos = frames * 20_000_000;
            assert_eq!((head.frames, head.sound), (frames, Some(nanos)));
            let head = BlockHead::parse(&bytes, 1000, &tracks(Sound::Other)).unwrap();
            assert_eq!((head.frames, head.sound), (frames, None));
        }
        let cut = [0x81, 0, 0, 0x02, 2, 255];
        let head = BlockHead::parse(&cut, 1000, &tracks(Sound::Opus)).unwrap();
        assert_eq!((head.frames, head.sound), (3, None));
    }

    #[test]
    fn what_is_no_block_is_refused() {
        let tracks = tracks(Sound::Other);
        for (bytes, size) in [
            (&[][..], 0),
            (&[0x81, 0, 0], 3),
            (&[0, 0, 0, 0], 4),
            (&[0x81, 0, 0, 0x80], 3),
        ] {
            assert_eq!(BlockHead::parse(bytes, size, &tracks), None, "{bytes:x?}");
        }
    }
}
