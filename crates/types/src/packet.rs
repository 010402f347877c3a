//! What an encoder gives and a muxer takes.

use bytes::Bytes;

use crate::{MediaTime, TrackId};

/// One encoded frame of one track.
///
/// `data` is handed through untouched: the allocation that the encoder made is the one that the
/// recorder's caller receives.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Packet {
    /// The track it belongs to.
    pub track: TrackId,
    /// The payload, in the form that Matroska stores: AV1 without temporal delimiters, H.264
    /// with length-prefixed NAL units.
    pub data: Bytes,
    /// When its content is presented. The samples that an audio encoder puts first to prime
    /// the decoder lie before the first sound and so may be negative, by at most the track's
    /// [`codec_delay`](crate::AudioTrack::codec_delay).
    pub time: MediaTime,
    /// How long its content is presented. For audio exact (discarded samples included), for
    /// video the distance to the next frame as far as it is known.
    pub duration: MediaTime,
    /// Whether decoding can start here. Every audio packet of the codecs known here is one.
    pub key: bool,
    /// Audio only: how much at the end of this packet is padding that nobody shall hear
    /// (Matroska's `DiscardPadding`, RFC 9559 §5.1.3.5.7). Zero but for the last packet.
    pub discard_padding: MediaTime,
}

impl Packet {
    /// A packet that is no key frame and has no padding.
    pub fn new(track: TrackId, data: Bytes, time: MediaTime, duration: MediaTime) -> Self {
        Self {
            track,
            data,
            time,
            duration,
            key: false,
            discard_padding: MediaTime::ZERO,
        }
    }

    /// Sets [`key`](Self::key).
    #[must_use]
    pub fn with_key(mut self, key: bool) -> Self {
        self.key = key;
        self
    }

    /// Sets [`discard_padding`](Self::discard_padding).
    #[must_use]
    pub fn with_discard_padding(mut self, padding: MediaTime) -> Self {
        self.discard_padding = padding;
        self
    }

    /// When its content ends, padding not counted; saturates at the end of the range.
    pub fn end(&self) -> MediaTime {
        self.time
            .saturating_add(self.duration)
            .saturating_sub(self.discard_padding)
    }
}
