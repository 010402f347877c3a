//! Codecs that give back each frame as it goes in, and change their size between two of them.

use std::collections::VecDeque;

use bytes::Bytes;
use media_recorder_types::{FrameSize, MediaTrack, Packet, TrackId, VideoFrame};

use super::{Intake, StreamColor, VideoEncoder};
use crate::{EncodeError, Preset, VideoConfig};

/// What such a codec does by itself.
pub(crate) trait PictureCodec: Send {
    /// Encodes a frame that was let in, as a key frame if `key` asks for one.
    fn encode(
        &mut self,
        frame: &VideoFrame,
        color: StreamColor,
        key: bool,
    ) -> Result<Encoded, EncodeError>;

    /// The description for the container's header.
    fn describe(&self, color: StreamColor) -> MediaTrack;

    /// Goes over to another size, with a key frame. False, and nothing happens, if it cannot.
    fn set_size(&mut self, size: FrameSize) -> bool;

    /// See [`VideoEncoder::set_preset`].
    fn set_preset(&mut self, preset: Preset);

    /// See [`VideoEncoder::preset`].
    fn preset(&self) -> Preset;
}

/// What a frame has become.
pub(crate) struct Encoded {
    pub(crate) data: Bytes,
    pub(crate) key: bool,
}

/// The encoder around such a codec.
pub(crate) struct OneByOne<C> {
    codec: C,
    id: TrackId,
    intake: Intake,
    packets: VecDeque<Packet>,
    track: Option<MediaTrack>,
}

impl<C: PictureCodec> OneByOne<C> {
    /// Of a codec that was made for the same frames.
    pub(crate) fn new(codec: C, config: &VideoConfig) -> Self {
        Self {
            codec,
            id: config.track,
            intake: Intake::new(config.size, config.rate),
            packets: VecDeque::new(),
            track: None,
        }
    }
}

impl<C: PictureCodec> VideoEncoder for OneByOne<C> {
    fn encode(&mut self, frame: &VideoFrame, key: bool) -> Result<(), EncodeError> {
        let color = self.intake.check(frame)?;
        let encoded = self.codec.encode(frame, color, key)?;
        if self.track.is_none() {
            self.track = Some(self.codec.describe(color));
        }
        self.intake.accept(frame, color);
        if let Some((time, duration)) = self.intake.next_time() {
            let packet = Packet::new(self.id, encoded.data, time, duration);
            self.packets.push_back(packet.with_key(encoded.key));
        }
        Ok(())
    }

    fn set_preset(&mut self, preset: Preset) {
        self.codec.set_preset(preset);
    }

    fn preset(&self) -> Preset {
        self.codec.preset()
    }

    fn set_size(&mut self, size: FrameSize) -> bool {
        if size == self.intake.size() {
            return true;
        }
        let is_set = self.codec.set_size(size);
        if is_set {
            self.intake.set_size(size);
        }
        is_set
    }

    fn finish(&mut self) -> Result<(), EncodeError> {
        // Nothing waits in the codec.
        self.intake.finish();
        Ok(())
    }

    fn next_packet(&mut self) -> Option<Packet> {
        self.packets.pop_front()
    }

    fn track(&self) -> Option<&MediaTrack> {
        self.track.as_ref()
    }
}
