//! The Opus identification header (RFC 7845 §5.1).

use media_recorder_types::AudioTrack;

use crate::CodecPrivateError;

/// The rate at which an `OpusHead` counts its pre-skip, whatever the input's rate was.
const PRE_SKIP_RATE: u32 = 48_000;

/// Whether `head` is an `OpusHead` and says what `track` says.
pub(crate) fn check_head(head: &[u8], track: &AudioTrack) -> Result<(), CodecPrivateError> {
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
        _,
        _,
        family,
        ref mapping @ ..,
    ] = fields
    else {
        return malformed("an OpusHead has at least 19 octets");
    };
    // Minor versions are compatible, major ones are not.
    if version & 0xF0 != 0 {
        return malformed("the major version of an OpusHead is 0");
    }
    // Family 0 has one stream of one or two channels and no table; the others have two counts
    // and an octet per channel.
    let most_channels = match family {
        0 => 2,
        1 => 8,
        _ => 255,
    };
    if channels == 0 || channels > most_channels {
        return malformed("the mapping family does not have this many channels");
    }
    let table_octets = if family == 0 {
        0
    } else {
        2 + usize::from(channels)
    };
    if mapping.len() < table_octets {
        return malformed("the channel mapping table is cut off");
    }

    let pre_skip = u16::from_le_bytes([skip_0, skip_1]);
    let rate = u32::from_le_bytes([rate_0, rate_1, rate_2, rate_3]);
    agree("the channel count", channels.into(), track.channels.into())?;
    // Zero means that the rate is not known.
    if rate != 0 {
        agree(
            "the input sample rate",
            rate.into(),
            track.sample_rate.into(),
        )?;
    }
    // Players use one or the other: if they differed, sound would be shifted in some of them.
    let delay = track
        .codec_delay
        .to_ticks(PRE_SKIP_RATE)
        .unwrap_or_default();
    agree("the pre-skip", pre_skip.into(), delay.unsigned_abs())
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

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use media_recorder_types::{AudioCodec, MediaTime};

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
}
