//! What can be asked of a writer.

use arbitrary::Arbitrary;
use media_recorder_types::{MediaTime, MediaTrack, Packet, TrackId, TrackKind};

use crate::payload::{has_inter_frames, payload};

/// A call to a writer.
#[derive(Arbitrary, Debug)]
pub enum Operation {
    Start,
    Write {
        packet: Next,
        cut: bool,
    },
    /// Of a packet that is not good, but by chance.
    WriteAny {
        packet: Any,
        cut: bool,
    },
    Flush,
    Finish,
}

/// A packet that is good for its track; its time is a step from the latest accepted one, and
/// may lie before it.
#[derive(Arbitrary, Debug)]
pub struct Next {
    track: u8,
    /// In nanoseconds.
    step: i32,
    /// In nanoseconds; or whether it is said at all, if the data say it.
    duration: u32,
    padding: u32,
    key: bool,
    variant: u8,
    len: u16,
}

impl Next {
    /// The packet, if there is a track, after what has been stored at `reached`.
    pub fn packet(&self, tracks: &[MediaTrack], reached: MediaTime) -> Option<Packet> {
        let track = tracks.get(usize::from(self.track) % tracks.len().max(1))?;
        let nanos = MediaTime::from_nanos;
        let key = self.key || !has_inter_frames(track);
        let (data, coded) = payload(track, key, self.variant, usize::from(self.len % 2048));
        let duration = match coded {
            Some(coded) if self.duration % 2 != 0 => coded,
            Some(_) => MediaTime::ZERO,
            None => nanos(self.duration.into()),
        };
        let padding = match track.kind() {
            // No more than it lasts.
            TrackKind::Audio => i64::from(self.padding) % (duration.as_nanos() + 1),
            TrackKind::Video => 0,
        };
        let stored = reached.saturating_add(nanos(self.step.into()));
        let time = stored.saturating_sub(track.codec_delay());
        let packet = Packet::new(track.id, data, time, duration).with_key(key);
        Some(packet.with_discard_padding(nanos(padding)))
    }
}

/// A packet of whatever kind.
#[derive(Arbitrary, Debug)]
pub struct Any {
    track: u8,
    data: Vec<u8>,
    time: i64,
    duration: i64,
    padding: i64,
    key: bool,
}

impl Any {
    /// The packet, unless its track cannot be one.
    pub fn packet(self) -> Option<Packet> {
        let nanos = MediaTime::from_nanos;
        let track = TrackId::new(self.track.into())?;
        let packet = Packet::new(
            track,
            self.data.into(),
            nanos(self.time),
            nanos(self.duration),
        );
        let packet = packet.with_key(self.key);
        Some(packet.with_discard_padding(nanos(self.padding)))
    }
}
