//! Whether a packet can follow those before it in its track.

use media_recorder_types::{
    AudioCodec, MediaTime, MediaTrack, Packet, TrackId, TrackKind, TrackMedia,
};

use super::options::MAX_FRAGMENT_BYTES;
use crate::codec::h264::ParameterSets;
use crate::codec::vp9_features::Vp9Features;
use crate::codec::{FrameCheck, opus, vpx};
use crate::{MuxError, PayloadError};

/// The largest packet, in bytes.
const MAX_PACKET_BYTES: usize = MAX_FRAGMENT_BYTES as usize;

/// By how much the duration that a packet says may differ from that of its sound: other
/// containers round times to milliseconds.
const DURATION_TOLERANCE: MediaTime = MediaTime::MILLISECOND;

/// What there is to remember of a track to check its next packet.
#[derive(Debug)]
pub(super) struct PacketChecks {
    track: TrackId,
    kind: TrackKind,
    codec_delay: MediaTime,
    frame_check: FrameCheck,
    configuration: Configuration,
    length: SoundLength,
    /// The time of the latest packet.
    latest: Option<MediaTime>,
}

/// What packets must not change: a track has one sample entry here. Of AV1, the [`FrameCheck`]
/// sees to it.
#[derive(Clone, Debug)]
enum Configuration {
    Unchecked,
    Vp9 {
        profile: u8,
    },
    H264 {
        sets: ParameterSets,
        length_octets: usize,
    },
}

impl Configuration {
    /// Of a track whose configuration has been checked.
    fn of(track: &MediaTrack, frame_check: &FrameCheck) -> Self {
        let private = &track.codec_private;
        match *frame_check {
            FrameCheck::Vp9 => Vp9Features::parse(private).map(|features| Self::Vp9 {
                profile: features.profile,
            }),
            FrameCheck::H264 { length_octets } => {
                ParameterSets::from_avcc(private).map(|sets| Self::H264 {
                    sets,
                    length_octets,
                })
            }
            _ => Ok(Self::Unchecked),
        }
        .unwrap_or(Self::Unchecked)
    }

    fn check(&self, packet: &Packet) -> Result<(), PayloadError> {
        match self {
            Self::Vp9 { profile }
                if packet.key && vpx::vp9_profile(&packet.data) != Some(*profile) =>
            {
                Err(PayloadError::ConfigurationChanged)
            }
            Self::H264 {
                sets,
                length_octets,
            } => sets.check(&packet.data, *length_octets),
            Self::Unchecked | Self::Vp9 { .. } => Ok(()),
        }
    }
}

/// How long a packet of sound lasts, by what is in it.
#[derive(Clone, Copy, Debug)]
enum SoundLength {
    /// Pictures do not say, and FLAC is left to who encoded it.
    Unknown,
    Opus,
    Pcm {
        /// Octets of a sample of all channels.
        octets: usize,
        /// Samples per second.
        rate: u32,
    },
}

impl PacketChecks {
    pub(super) fn new(track: &MediaTrack, frame_check: FrameCheck) -> Self {
        let length = match &track.media {
            TrackMedia::Audio(audio) => match audio.codec {
                AudioCodec::Opus => SoundLength::Opus,
                AudioCodec::Pcm(format) => SoundLength::Pcm {
                    octets: usize::from(audio.channels) * format.bits() as usize / 8,
                    rate: audio.sample_rate,
                },
                _ => SoundLength::Unknown,
            },
            TrackMedia::Video(_) => SoundLength::Unknown,
        };
        Self {
            track: track.id,
            kind: track.kind(),
            codec_delay: track.codec_delay(),
            configuration: Configuration::of(track, &frame_check),
            frame_check,
            length,
            latest: None,
        }
    }

    /// Checks `packet` against this track alone; gives the time to store, with the codec's delay
    /// added, and puts the exact duration into a packet of sound that does not say one.
    pub(super) fn check(&self, packet: &mut Packet) -> Result<MediaTime, MuxError> {
        let (track, time) = (self.track, packet.time);
        if packet.data.is_empty() {
            return Err(MuxError::EmptyPacket { track, time });
        }
        if packet.data.len() > MAX_PACKET_BYTES {
            return Err(MuxError::PacketTooLarge {
                track,
                size: packet.data.len(),
                limit: MAX_PACKET_BYTES,
            });
        }
        let payload = |reason| MuxError::Payload {
            track,
            time,
            reason,
        };
        if packet.duration < MediaTime::ZERO {
            return Err(MuxError::NegativeDuration {
                track,
                duration: packet.duration,
            });
        }
        packet.duration = self.duration(packet).map_err(payload)?;
        self.check_padding(packet)?;
        let stored = time
            .checked_add(self.codec_delay)
            .filter(|stored| *stored >= MediaTime::ZERO)
            .ok_or(MuxError::TimeOutOfRange { track, time })?;
        if let Some(previous) = self.latest.filter(|latest| time <= *latest) {
            return Err(MuxError::TimeNotIncreasing {
                track,
                time,
                previous,
            });
        }
        self.check_key(packet)?;
        Ok(stored)
    }

    /// `packet` has been accepted.
    pub(super) fn accepted(&mut self, time: MediaTime) {
        self.latest = Some(time);
    }

    fn duration(&self, packet: &Packet) -> Result<MediaTime, PayloadError> {
        let declared = packet.duration;
        let (samples, rate) = match self.length {
            SoundLength::Unknown => return Ok(declared),
            SoundLength::Opus => {
                let samples = opus::packet_samples(&packet.data)?;
                (samples, opus::RATE)
            }
            SoundLength::Pcm { octets, rate } => {
                if !packet.data.len().is_multiple_of(octets) {
                    return Err(PayloadError::Malformed {
                        what: "the last sample is cut off",
                    });
                }
                ((packet.data.len() / octets) as u64, rate)
            }
        };
        let coded = duration_of(samples, rate);
        if declared == MediaTime::ZERO {
            Ok(coded)
        } else if declared.saturating_sub(coded).saturating_abs() < DURATION_TOLERANCE {
            Ok(declared)
        } else {
            Err(PayloadError::Duration { coded, declared })
        }
    }

    fn check_padding(&self, packet: &Packet) -> Result<(), MuxError> {
        let (duration, padding) = (packet.duration, packet.discard_padding);
        let possible = match self.kind {
            TrackKind::Audio => MediaTime::ZERO..=duration,
            TrackKind::Video => MediaTime::ZERO..=MediaTime::ZERO,
        };
        if possible.contains(&padding) {
            Ok(())
        } else {
            Err(MuxError::DiscardPadding {
                track: self.track,
                padding,
                duration,
            })
        }
    }

    fn check_key(&self, packet: &mut Packet) -> Result<(), MuxError> {
        let (track, time) = (self.track, packet.time);
        let payload = |reason| MuxError::Payload {
            track,
            time,
            reason,
        };
        let key = self.frame_check.is_key(&packet.data).map_err(payload)?;
        self.configuration.check(packet).map_err(payload)?;
        if self.kind == TrackKind::Audio {
            packet.key = true;
            return Ok(());
        }
        if key != packet.key {
            return Err(MuxError::KeyFlag {
                track,
                time,
                declared: packet.key,
            });
        }
        if !key && self.latest.is_none() {
            return Err(MuxError::FirstFrameNotKey { track, time });
        }
        Ok(())
    }
}

/// To nearest. `samples` have 30 bits, as each has an octet at least.
fn duration_of(samples: u64, rate: u32) -> MediaTime {
    let rate = u64::from(rate);
    let nanos = (samples * 1_000_000_000 + rate / 2) / rate;
    MediaTime::from_nanos(nanos.cast_signed())
}
