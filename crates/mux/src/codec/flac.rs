//! FLAC's stream description (RFC 9639 §8.2) and frames (RFC 9639 §9).

use media_recorder_types::AudioTrack;

use crate::{CodecPrivateError, PayloadError};

/// Octets of `STREAMINFO`.
const STREAM_INFO_OCTETS: usize = 34;

/// The `STREAMINFO` in a stream's start, which is the signature, the block's header and the
/// block.
pub(crate) fn stream_info(private: &[u8]) -> Result<&[u8; STREAM_INFO_OCTETS], CodecPrivateError> {
    let malformed = |what| CodecPrivateError::Malformed { what };
    if private.is_empty() {
        return Err(CodecPrivateError::Missing);
    }
    let blocks = private
        .strip_prefix(b"fLaC")
        .ok_or(malformed("it does not begin with fLaC"))?;
    let (header, block) = blocks
        .split_first_chunk()
        .ok_or(malformed("its first block is cut off"))?;
    // Whether it is the last block (1 bit), the type (7), the length (24).
    match header {
        [0x00 | 0x80, 0, 0, 34] => {}
        _ => return Err(malformed("its first block is no STREAMINFO")),
    }
    block
        .first_chunk()
        .ok_or(malformed("its first block is cut off"))
}

/// Whether there is a `STREAMINFO`, and it says what `track` says.
pub(crate) fn check_stream_info(
    private: &[u8],
    track: &AudioTrack,
) -> Result<(), CodecPrivateError> {
    let info = stream_info(private)?;
    // After two block sizes (16 bits each) and two frame sizes (24): rate (20), channels - 1 (3).
    let rate = u64::from(info[10]) << 12 | u64::from(info[11]) << 4 | u64::from(info[12] >> 4);
    let channels = u64::from(info[12] >> 1 & 0x07) + 1;
    for (field, stored, described) in [
        ("the sample rate", rate, track.sample_rate.into()),
        ("the channel count", channels, track.channels.into()),
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

/// Whether `data` begin with a frame header (RFC 9639 §9.1).
pub(crate) fn check_frame(data: &[u8]) -> Result<(), PayloadError> {
    match data {
        // Fifteen bits of sync code; the sixteenth tells whether block sizes vary.
        [0xFF, 0xF8 | 0xF9, ..] => Ok(()),
        _ => Err(PayloadError::Malformed {
            what: "it does not begin with the sync code of a FLAC frame",
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
            codec: AudioCodec::Flac,
            sample_rate,
            channels,
            codec_delay: MediaTime::ZERO,
            seek_pre_roll: MediaTime::ZERO,
        }
    }

    /// 44.1 kHz, two channels.
    fn start() -> Vec<u8> {
        let mut start = b"fLaC\x80\x00\x00\x22".to_vec();
        start.extend([0; 10]);
        start.extend([0x0A, 0xC4, 0x42]);
        start.resize(4 + 4 + 34, 0);
        start
    }

    #[test]
    fn reads_rate_and_channels() {
        assert_eq!(check_stream_info(&start(), &track(44_100, 2)), Ok(()));
        for (track, field, stored, described) in [
            (track(48_000, 2), "the sample rate", 44_100, 48_000),
            (track(44_100, 1), "the channel count", 2, 1),
        ] {
            assert_eq!(
                check_stream_info(&start(), &track),
                Err(CodecPrivateError::Disagrees {
                    field,
                    stored,
                    described
                })
            );
        }
    }

    #[test]
    fn refuses_what_is_no_start() {
        assert_eq!(stream_info(&[]), Err(CodecPrivateError::Missing));
        let mut other_block = start();
        other_block[4] = 4;
        for bad in [&start()[..41], &start()[4..], &b"fLaC"[..], &other_block] {
            let result = stream_info(bad);
            assert!(
                matches!(result, Err(CodecPrivateError::Malformed { .. })),
                "{result:?}"
            );
        }
    }

    #[test]
    fn a_frame_begins_with_its_sync_code() {
        assert_eq!(check_frame(&[0xFF, 0xF8, 0xC9]), Ok(()));
        assert_eq!(check_frame(&[0xFF, 0xF9]), Ok(()));
        for bad in [&[0xFF, 0xFA][..], &[0xFF], &[0xF8, 0xFF], &[]] {
            assert!(check_frame(bad).is_err(), "{bad:x?}");
        }
    }
}
