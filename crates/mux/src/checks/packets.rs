//! Whether a packet can follow those before it in its track.

use media_recorder_types::{MediaTime, MediaTrack, Packet, TrackId, TrackKind};

use super::sound_length::SoundLength;
use crate::MuxError;
use crate::codec::FrameCheck;

/// What there is to remember of a track to check its next packet.
#[derive(Debug)]
pub(crate) struct PacketChecks {
    track: TrackId,
    kind: TrackKind,
    codec_delay: MediaTime,
    frame_check: FrameCheck,
    length: SoundLength,
    /// The largest packet, in bytes.
    max_bytes: usize,
    /// The time of the latest packet.
    latest: Option<MediaTime>,
}

/// What a packet turned out to be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Accepted {
    /// The time to store: with the codec's delay added, so never negative.
    pub(crate) stored: MediaTime,
    /// As the packet says or, if it does not, as long as its sound; zero if nobody knows.
    pub(crate) duration: MediaTime,
    /// Whether decoding can start with it.
    pub(crate) key: bool,
}

impl PacketChecks {
    /// Of a track that has been [checked](super::check_tracks), in a container that takes
    /// packets of up to `max_bytes`.
    pub(crate) fn new(track: &MediaTrack, frame_check: FrameCheck, max_bytes: usize) -> Self {
        Self {
            track: track.id,
            kind: track.kind(),
            codec_delay: track.codec_delay(),
            frame_check,
            length: SoundLength::of(track),
            max_bytes,
            latest: None,
        }
    }

    /// Checks `packet` against this track alone.
    pub(crate) fn check(&self, packet: &Packet) -> Result<Accepted, MuxError> {
        let (track, time) = (self.track, packet.time);
        if packet.data.is_empty() {
            return Err(MuxError::EmptyPacket { track, time });
        }
        if packet.data.len() > self.max_bytes {
            return Err(MuxError::PacketTooLarge {
                track,
                size: packet.data.len(),
                limit: self.max_bytes,
            });
        }
        let duration = self.check_spans(packet)?;
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
        let key = self.check_key(packet)?;
        Ok(Accepted {
            stored,
            duration,
            key,
        })
    }

    /// A packet of `time` has been accepted.
    pub(crate) fn accepted(&mut self, time: MediaTime) {
        self.latest = Some(time);
    }

    /// Whether no packet has been accepted yet.
    pub(crate) fn is_first(&self) -> bool {
        self.latest.is_none()
    }

    /// Gives the duration.
    fn check_spans(&self, packet: &Packet) -> Result<MediaTime, MuxError> {
        let (track, padding) = (self.track, packet.discard_padding);
        if packet.duration < MediaTime::ZERO {
            return Err(MuxError::NegativeDuration {
                track,
                duration: packet.duration,
            });
        }
        let duration = self
            .length
            .duration(packet)
            .map_err(|reason| MuxError::Payload {
                track,
                time: packet.time,
                reason,
            })?;
        let possible = match self.kind {
            TrackKind::Audio => MediaTime::ZERO..=duration,
            TrackKind::Video => MediaTime::ZERO..=MediaTime::ZERO,
        };
        if possible.contains(&padding) {
            Ok(duration)
        } else {
            Err(MuxError::DiscardPadding {
                track,
                padding,
                duration,
            })
        }
    }

    fn check_key(&self, packet: &Packet) -> Result<bool, MuxError> {
        let (track, time) = (self.track, packet.time);
        let key = self
            .frame_check
            .is_key(&packet.data)
            .map_err(|reason| MuxError::Payload {
                track,
                time,
                reason,
            })?;
        match self.kind {
            TrackKind::Audio => Ok(true),
            TrackKind::Video if key != packet.key => Err(MuxError::KeyFlag {
                track,
                time,
                declared: packet.key,
            }),
            TrackKind::Video if !key && self.is_first() => {
                Err(MuxError::FirstFrameNotKey { track, time })
            }
            TrackKind::Video => Ok(key),
        }
    }
}
