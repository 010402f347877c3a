//! How long a packet of sound lasts, by what is in it.

use media_recorder_types::{AudioCodec, MediaTime, MediaTrack, Packet, TrackMedia};

use crate::PayloadError;
use crate::codec::opus;

/// By how much the duration that a packet says may differ from that of its sound: containers
/// round times to milliseconds.
const TOLERANCE: MediaTime = MediaTime::MILLISECOND;

/// How the length of a track's packets is found out.
#[derive(Clone, Copy, Debug)]
pub(super) enum SoundLength {
    /// Pictures do not say; FLAC and Vorbis are left to who encoded them.
    Unknown,
    Opus,
    Pcm {
        /// Octets of a sample of all channels.
        octets: usize,
        /// Samples per second.
        rate: u32,
    },
}

impl SoundLength {
    pub(super) fn of(track: &MediaTrack) -> Self {
        let TrackMedia::Audio(audio) = &track.media else {
            return Self::Unknown;
        };
        match audio.codec {
            AudioCodec::Opus => Self::Opus,
            AudioCodec::Pcm(format) => Self::Pcm {
                octets: usize::from(audio.channels) * format.bits() as usize / 8,
                rate: audio.sample_rate,
            },
            _ => Self::Unknown,
        }
    }

    /// How long `packet` lasts: as it says, if its sound does, and if it does not say, as long
    /// as its sound.
    pub(super) fn duration(self, packet: &Packet) -> Result<MediaTime, PayloadError> {
        let declared = packet.duration;
        let coded = match self {
            Self::Unknown => return Ok(declared),
            Self::Opus => opus::packet_duration(&packet.data)?,
            Self::Pcm { octets, rate } => {
                if !packet.data.len().is_multiple_of(octets) {
                    return Err(PayloadError::Malformed {
                        what: "the last sample is cut off",
                    });
                }
                duration_of((packet.data.len() / octets) as u64, rate)
            }
        };
        if declared == MediaTime::ZERO {
            Ok(coded)
        } else if declared.saturating_sub(coded).saturating_abs() < TOLERANCE {
            Ok(declared)
        } else {
            Err(PayloadError::Duration { coded, declared })
        }
    }
}

/// To nearest. `samples` have 30 bits, as each has an octet at least.
fn duration_of(samples: u64, rate: u32) -> MediaTime {
    let rate = u64::from(rate);
    let nanos = (samples * 1_000_000_000 + rate / 2) / rate;
    MediaTime::from_nanos(nanos.cast_signed())
}
