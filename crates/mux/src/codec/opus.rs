//! The Opus identification header (RFC 7845 §5.1).

use media_recorder_types::{AudioTrack, MediaTime};

use crate::{CodecPrivateError, PayloadError};

/// The rate at which Opus counts, as an `OpusHead` its pre-skip, whatever the input's rate was.
pub(crate) const RATE: u32 = 48_000;

/// An `OpusHead` (RFC 7845 §5.1).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head<'a> {
    pub(crate) channels: u8,
    /// In samples at 48 kHz.
    pub(crate) pre_skip: u16,
    /// In samples per second; zero if nobody knows.
    pub(crate) input_rate: u32,
    /// In 256ths of a decibel.
    pub(crate) output_gain: i16,
    pub(crate) mapping_family: u8,
    /// The counts of streams and the channels' places; empty in family 0.
    pub(crate) mapping_table: &'a [u8],
}

impl<'a> Head<'a> {
    /// Reads a head.
    pub(crate) fn parse(head: &'a [u8]) -> Result<Self, CodecPrivateError> {
        let malformed = |what| Err(CodecPrivateError::Malformed { what });
        if head.is_empty() {
            return Err(CodecPrivateError::Missing);
        }
        let Some(fields) = head.strip_prefix(b"OpusHead") else {
            return malformed("it does not begin with OpusHead");
        };
        let &[
            version,
            channels,
            skip_0,
            skip_1,
            rate_0,
            rate_1,
            rate_2,
            rate_3,
            gain_0,
            gain_1,
            mapping_family,
            ref mapping @ ..,
        ] = fields
        else {
            return malformed("an OpusHead has at least 19 octets");
        };
        // Minor versions are compatible, major ones are not.
        if version & 0xF0 != 0 {
            return malformed("the major version of an OpusHead is 0");
        }
        // Family 0 has one stream of one or two channels and no table; the others have two
        // counts and an octet per channel.
        let most_channels = match mapping_family {
            0 => 2,
            1 => 8,
            _ => 255,
        };
        if channels == 0 || channels > most_channels {
            return malformed("the mapping family does not have this many channels");
        }
        let table_octets = if mapping_family == 0 {
            0
        } else {
            2 + usize::from(channels)
        };
        let Some(mapping_table) = mapping.get(..table_octets) else {
            return malformed("the channel mapping table is cut off");
        };
        Ok(Self {
            channels,
            pre_skip: u16::from_le_bytes([skip_0, skip_1]),
            input_rate: u32::from_le_bytes([rate_0, rate_1, rate_2, rate_3]),
            output_gain: i16::from_le_bytes([gain_0, gain_1]),
            mapping_family,
            mapping_table,
        })
    }
}

/// Whether `head` is an `OpusHead` and says what `track` says.
pub(crate) fn check_head(head: &[u8], track: &AudioTrack) -> Result<(), CodecPrivateError> {
    let head = Head::parse(head)?;
    agree(
        "the channel count",
        head.channels.into(),
        track.channels.into(),
    )?;
    // Zero means that the rate is not known.
    if head.input_rate != 0 {
        agree(
            "the input sample rate",
            head.input_rate.into(),
            track.sample_rate.into(),
        )?;
    }
    // Players use one or the other: if they differed, sound would be shifted in some of them.
    let delay = track.codec_delay.to_ticks(RATE).unwrap_or_default();
    agree("the pre-skip", head.pre_skip.into(), delay.unsigned_abs())
}

fn agree(field: &'static str, stored: u64, described: u64) -> Result<(), CodecPrivateError> {
    if stored == described {
        Ok(())
    } else {
        Err(CodecPrivateError::Disagrees {
            field,
            stored,
            described,
        })
    }
}

/// The most that a packet lasts: 120 ms (RFC 6716 §3.2.5).
const MAX_PACKET_SAMPLES: u64 = 5_760;

/// How long a packet lasts at 48 kHz, by its first octets (RFC 6716 §3.1, §3.2).
pub(crate) fn packet_samples(data: &[u8]) -> Result<u64, PayloadError> {
    let malformed = |what| PayloadError::Malformed { what };
    let toc = *data.first().ok_or(malformed("there is no TOC octet"))?;
    let frame = match toc >> 3 {
        // SILK, hybrid, CELT.
        config @ 0..12 => [480, 960, 1_920, 2_880][usize::from(config % 4)],
        config @ 12..16 => [480, 960][usize::from(config % 2)],
        config => [120, 240, 480, 960][usize::from(config % 4)],
    };
    let frames = match toc & 0x03 {
        0 => 1,
        1 | 2 => 2,
        _ => data.get(1).ok_or(malformed("there is no frame count"))? & 0x3F,
    };
    match frame * u64::from(frames) {
        0 => Err(malformed("there is no frame")),
        samples if samples > MAX_PACKET_SAMPLES => Err(malformed("a packet lasts 120 ms at most")),
        samples => Ok(samples),
    }
}

/// How long a packet lasts, to the nanosecond below.
pub(crate) fn packet_duration(data: &[u8]) -> Result<MediaTime, PayloadError> {
    // A sample is 62500/3 ns; without the 128 bits of a general conversion, for each packet.
    packet_samples(data).map(|samples| MediaTime::from_nanos((samples * 62_500 / 3).cast_signed()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use media_recorder_types::AudioCodec;

    fn track(channels: u16) -> AudioTrack {
        AudioTrack {
            codec: AudioCodec::Opus,
            sample_rate: 44_100,
            channels,
            codec_delay: MediaTime::from_nanos(6_500_000),
            seek_pre_roll: MediaTime::from_millis(80),
        }
    }

    fn head(version: u8, channels: u8, pre_skip: u16, rate: u32, family: u8) -> Vec<u8> {
        let mut head = b"OpusHead".to_vec();
        head.extend([version, channels]);
        head.extend(pre_skip.to_le_bytes());
        head.extend(rate.to_le_bytes());
        head.extend([0, 0, family]);
        head
    }

    fn surround(channels: u8, family: u8) -> Vec<u8> {
        let mut head = head(1, channels, 312, 44_100, family);
        head.extend([channels, 0]);
        head.extend(0..channels);
        head
    }

    #[test]
    fn accepts_what_the_specification_allows() {
        assert_eq!(check_head(&head(1, 2, 312, 44_100, 0), &track(2)), Ok(()));
        assert_eq!(check_head(&head(15, 1, 312, 0, 0), &track(1)), Ok(()));
        assert_eq!(check_head(&surround(6, 1), &track(6)), Ok(()));
        assert_eq!(check_head(&surround(16, 255), &track(16)), Ok(()));
    }

    #[test]
    fn refuses_what_is_no_head() {
        assert_eq!(check_head(&[], &track(2)), Err(CodecPrivateError::Missing));
        let good = head(1, 2, 312, 44_100, 0);
        for bad in [
            b"OpusTags".to_vec(),
            good[..18].to_vec(),
            head(16, 2, 312, 44_100, 0),
            head(1, 0, 312, 44_100, 0),
            head(1, 3, 312, 44_100, 0),
            surround(9, 1),
            surround(6, 1)[..24].to_vec(),
        ] {
            let result = check_head(&bad, &track(2));
            assert!(
                matches!(result, Err(CodecPrivateError::Malformed { .. })),
                "{bad:?}: {result:?}"
            );
        }
    }

    #[test]
    fn refuses_what_disagrees_with_the_track() {
        for (bad, field, stored, described) in [
            (head(1, 1, 312, 44_100, 0), "the channel count", 1, 2),
            (
                head(1, 2, 312, 48_000, 0),
                "the input sample rate",
                48_000,
                44_100,
            ),
            (head(1, 2, 313, 44_100, 0), "the pre-skip", 313, 312),
        ] {
            assert_eq!(
                check_head(&bad, &track(2)),
                Err(CodecPrivateError::Disagrees {
                    field,
                    stored,
                    described
                })
            );
        }
    }

    #[test]
    fn the_first_octets_tell_how_long_a_packet_lasts() {
        let toc = |config: u8, code: u8| config << 3 | code;
        for (data, samples) in [
            (&[toc(0, 0)][..], 480),
            (&[toc(11, 0)], 2_880),
            (&[toc(15, 1)], 1_920),
            (&[toc(16, 2)], 240),
            (&[toc(31, 0)], 960),
            (&[toc(31, 3), 6], 5_760),
            (&[toc(28, 3), 0xC0 | 48], 5_760),
        ] {
            assert_eq!(packet_samples(data), Ok(samples), "{data:x?}");
        }
        for bad in [
            &[][..],
            &[toc(31, 3)],
            &[toc(31, 3), 0],
            &[toc(31, 3), 7],
            &[toc(28, 3), 49],
        ] {
            let result = packet_samples(bad);
            assert!(
                matches!(result, Err(PayloadError::Malformed { .. })),
                "{bad:x?}: {result:?}"
            );
        }
    }

    #[test]
    fn a_packet_lasts_as_long_as_its_samples() {
        // 20 ms and 2.5 ms of CELT; two frames of 60 ms of SILK.
        for (toc, nanos) in [(0xF8, 20_000_000), (0xE0, 2_500_000), (0x19, 120_000_000)] {
            let duration = packet_duration(&[toc, 0]);
            assert_eq!(duration, Ok(MediaTime::from_nanos(nanos)), "{toc:x}");
        }
    }
}
