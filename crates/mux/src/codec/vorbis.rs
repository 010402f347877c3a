//! Vorbis I headers and packets (<https://xiph.org/vorbis/doc/Vorbis_I_spec.html>).

use media_recorder_types::AudioTrack;

use crate::{CodecPrivateError, PayloadError};

/// Whether `private` has the three headers in the order and the form that Matroska prescribes
/// (<https://www.matroska.org/technical/codec_specs.html>, "A_VORBIS"), and they say what
/// `track` says.
pub(crate) fn check_headers(private: &[u8], track: &AudioTrack) -> Result<(), CodecPrivateError> {
    let malformed = |what| CodecPrivateError::Malformed { what };
    let lengths = match private {
        [] => return Err(CodecPrivateError::Missing),
        // The count of headers, minus one.
        [2, lengths @ ..] => lengths,
        _ => return Err(malformed("there are three Vorbis headers")),
    };
    let cut_off = malformed("its headers are cut off");
    let (identification, rest) = split_length(lengths).ok_or(cut_off)?;
    let (comment, headers) = split_length(rest).ok_or(cut_off)?;
    let (identification, rest) = headers.split_at_checked(identification).ok_or(cut_off)?;
    let (comment, setup) = rest.split_at_checked(comment).ok_or(cut_off)?;
    let (channels, rate) = identified(identification)
        .ok_or(malformed("its first header is no identification header"))?;
    if !comment.starts_with(b"\x03vorbis") {
        return Err(malformed("its second header is no comment header"));
    }
    if !setup.starts_with(b"\x05vorbis") {
        return Err(malformed("its third header is no setup header"));
    }
    for (field, stored, described) in [
        ("the channel count", channels.into(), track.channels.into()),
        ("the sample rate", rate.into(), track.sample_rate.into()),
    ] {
        if stored != described {
            return Err(CodecPrivateError::Disagrees {
                field,
                stored,
                described,
            });
        }
    }
    Ok(())
}

/// A length in Xiph lacing (RFC 9559 §10.3.2): octets to add up, of which one that is not 255 is
/// the last.
fn split_length(data: &[u8]) -> Option<(usize, &[u8])> {
    let full = data.iter().take_while(|octet| **octet == 255).count();
    let last = *data.get(full)?;
    Some((full * 255 + usize::from(last), &data[full + 1..]))
}

/// Channels and rate of an identification header (Vorbis I §4.2.2).
fn identified(header: &[u8]) -> Option<(u8, u32)> {
    match *header.strip_prefix(b"\x01vorbis\0\0\0\0")? {
        [channels, a, b, c, d, ..] => Some((channels, u32::from_le_bytes([a, b, c, d]))),
        _ => None,
    }
}

/// Whether `data` are a packet of sound: its first bit is zero (Vorbis I §4.3.1).
pub(crate) fn check_packet(data: &[u8]) -> Result<(), PayloadError> {
    match data.first() {
        Some(first) if first & 1 == 0 => Ok(()),
        _ => Err(PayloadError::Malformed {
            what: "it is no Vorbis packet of sound",
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use media_recorder_types::{AudioCodec, MediaTime};

    fn track(sample_rate: u32, channels: u16) -> AudioTrack {
        AudioTrack {
            codec: AudioCodec::Vorbis,
            sample_rate,
            channels,
            codec_delay: MediaTime::ZERO,
            seek_pre_roll: MediaTime::ZERO,
        }
    }

    /// Headers for 44.1 kHz and two channels, the second of 300 octets.
    fn headers() -> Vec<u8> {
        let mut headers = Vec::from([2, 30, 255, 45]);
        headers.extend(b"\x01vorbis\0\0\0\0\x02\x44\xAC\0\0");
        headers.resize(4 + 30, 0);
        headers.extend(b"\x03vorbis");
        headers.resize(4 + 30 + 300, 0);
        headers.extend(b"\x05vorbis");
        headers
    }

    #[test]
    fn three_headers_are_split_and_compared() {
        assert_eq!(check_headers(&headers(), &track(44_100, 2)), Ok(()));
        for (track, field, stored, described) in [
            (track(48_000, 2), "the sample rate", 44_100, 48_000),
            (track(44_100, 1), "the channel count", 2, 1),
        ] {
            assert_eq!(
                check_headers(&headers(), &track),
                Err(CodecPrivateError::Disagrees {
                    field,
                    stored,
                    described
                })
            );
        }
    }

    #[test]
    fn what_is_no_header_is_refused() {
        let track = track(44_100, 2);
        assert_eq!(check_headers(&[], &track), Err(CodecPrivateError::Missing));
        let changed = |at: usize, octet| {
            let mut headers = headers();
            headers[at] = octet;
            headers
        };
        for bad in [
            changed(0, 1),       // two headers
            changed(1, 31),      // a length that is wrong
            changed(4, 3),       // no identification
            changed(4 + 30, 1),  // no comment
            changed(4 + 330, 3), // no setup
            changed(2, 254),     // lengths that end early
            headers()[..200].to_vec(),
            Vec::from([2, 255, 255]),
            Vec::from([2]),
        ] {
            let result = check_headers(&bad, &track);
            assert!(
                matches!(result, Err(CodecPrivateError::Malformed { .. })),
                "{result:?}"
            );
        }
    }

    #[test]
    fn packets_of_sound_are_no_headers() {
        assert_eq!(check_packet(&[0x00, 0xFF]), Ok(()));
        assert!(check_packet(b"\x03vorbis").is_err());
        assert!(check_packet(&[]).is_err());
    }
}
