//! Whether a packet can follow those before it.

use media_recorder_types::{MediaTime, Packet, TrackId, TrackKind};

use super::track_checks::CheckedTrack;
use crate::codec::{FrameCheck, opus};
use crate::{MuxError, PayloadError};

/// The largest packet in bytes: ffmpeg's reader refuses binary elements above 256 MiB, and a
/// block has a few octets of its own.
const MAX_PACKET_BYTES: usize = (256 << 20) - 64;

/// Whether two durations differ by less than containers round them.
fn is_near(a: MediaTime, b: MediaTime) -> bool {
    a.saturating_sub(b).saturating_abs() < MediaTime::MILLISECOND
}

/// What there is to remember of a track.
#[derive(Debug)]
pub(super) struct Track {
    pub(super) id: TrackId,
    /// 1 to 126.
    pub(super) number: u8,
    pub(super) kind: TrackKind,
    codec_delay: MediaTime,
    frame_check: FrameCheck,
    /// The time of the latest packet.
    pub(super) latest: Option<MediaTime>,
}

/// What a packet turned out to be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Accepted {
    /// The time to store: with the codec's delay added, so never negative.
    pub(super) stored: MediaTime,
    /// Whether decoding can start with it.
    pub(super) key: bool,
}

impl Track {
    pub(super) fn new(checked: CheckedTrack<'_>) -> Self {
        Self {
            id: checked.track.id,
            number: checked.number,
            kind: checked.track.kind(),
            codec_delay: checked.track.codec_delay(),
            frame_check: checked.frame_check,
            latest: None,
        }
    }

    /// Checks `packet` against this track alone.
    pub(super) fn check(&self, packet: &Packet) -> Result<Accepted, MuxError> {
        let (track, time) = (self.id, packet.time);
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
        self.check_spans(packet)?;
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
        self.check_length(packet)?;
        Ok(Accepted { stored, key })
    }

    /// Whether an Opus packet lasts as long as its sound does (RFC 6716 §3.1), if it says how
    /// long that is.
    fn check_length(&self, packet: &Packet) -> Result<(), MuxError> {
        if !matches!(self.frame_check, FrameCheck::Opus) {
            return Ok(());
        }
        let declared = packet.duration;
        let reason = match opus::packet_duration(&packet.data) {
            Ok(coded) if declared == MediaTime::ZERO || is_near(coded, declared) => return Ok(()),
            Ok(coded) => PayloadError::Duration { coded, declared },
            Err(error) => error,
        };
        Err(MuxError::Payload {
            track: self.id,
            time: packet.time,
            reason,
        })
    }

    fn check_spans(&self, packet: &Packet) -> Result<(), MuxError> {
        let (track, duration, padding) = (self.id, packet.duration, packet.discard_padding);
        if duration < MediaTime::ZERO {
            return Err(MuxError::NegativeDuration { track, duration });
        }
        let possible = match self.kind {
            TrackKind::Audio => MediaTime::ZERO..=duration,
            TrackKind::Video => MediaTime::ZERO..=MediaTime::ZERO,
        };
        if possible.contains(&padding) {
            Ok(())
        } else {
            Err(MuxError::DiscardPadding {
                track,
                padding,
                duration,
            })
        }
    }

    fn check_key(&self, packet: &Packet) -> Result<bool, MuxError> {
        let (track, time) = (self.id, packet.time);
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
            TrackKind::Video if !key && self.latest.is_none() => {
                Err(MuxError::FirstFrameNotKey { track, time })
            }
            TrackKind::Video => Ok(key),
        }
    }
}
