//! The thread of one encoder.

use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::thread;
use std::time::Instant;

use media_recorder_encode::{AudioEncoder, EncodeError, VideoEncoder};
use media_recorder_state::KeyFramePolicy;
use media_recorder_types::{AudioFrame, MediaTime, MediaTrack, Packet, VideoFrame};

use super::Message;
use super::credit::Credit;
use super::input::{Queued, TrackInput};
use super::sizes::SizePolicy;
use crate::error::{ErrorKind, RecorderError};
use crate::stream::Media;
use crate::sync::lock;

/// An encoder of either kind, with what belongs to it.
pub(crate) enum TrackEncoder {
    Video {
        encoder: Box<dyn VideoEncoder>,
        keys: KeyFramePolicy,
        sizes: SizePolicy,
    },
    Audio(Box<dyn AudioEncoder>),
}

/// Takes frames from the input's queue until it is closed, and sends packets.
pub(crate) struct Worker {
    /// Which track of the recording, from 0.
    pub(crate) index: usize,
    pub(crate) input: Arc<TrackInput>,
    pub(crate) encoder: TrackEncoder,
    pub(crate) credit: Arc<Credit>,
    pub(crate) messages: Sender<Message>,
    /// The time of the last picture that went to the encoder.
    pub(crate) last: Option<MediaTime>,
    pub(crate) described: bool,
}

impl Worker {
    pub(crate) fn run(mut self) {
        while let Some(queued) = self.input.queue.pop() {
            let result = self.encode(queued);
            if let Err(error) = result.and_then(|()| Ok(self.send_packets()?)) {
                self.fail(error);
                break;
            }
        }
        // Nothing more is taken in, also after a failure.
        self.input.queue.close();
        if let Err(error) = self.encoder.finish() {
            self.fail(error.into());
        }
        if let Err(error) = self.send_packets() {
            self.fail(error.into());
        }
        // Dropping the worker says that it has finished.
    }

    fn encode(&mut self, queued: Queued) -> Result<(), RecorderError> {
        match queued.media {
            Media::Video(frame) => self.encode_video(frame, queued.repeated),
            Media::Audio(frame) => Ok(self.encode_audio(&frame, queued.repeated)?),
        }
    }

    fn encode_video(&mut self, frame: VideoFrame, repeated: bool) -> Result<(), RecorderError> {
        let TrackEncoder::Video {
            encoder,
            keys,
            sizes,
        } = &mut self.encoder
        else {
            return Ok(());
        };
        let Some(time) = lock(&self.input.timeline).map(frame.time) else {
            return Ok(());
        };
        let counters = &self.input.counters;
        let counter = if repeated {
            &counters.repeated
        } else {
            &counters.frames_in
        };
        counter.add(1);
        if self.last.is_some_and(|last| time <= last) {
            counters.dropped.add(1);
            return Ok(());
        }
        let start = Instant::now();
        let frame = if sizes.concerns(&frame) {
            counters.resized.add(1);
            sizes.apply(&frame)?
        } else {
            frame
        };
        encoder.encode(&frame.with_time(time), keys.next(time))?;
        counters.times.add(start.elapsed());
        self.last = Some(time);
        Ok(())
    }

    fn encode_audio(&mut self, frame: &AudioFrame, repeated: bool) -> Result<(), EncodeError> {
        let TrackEncoder::Audio(encoder) = &mut self.encoder else {
            return Ok(());
        };
        let end = frame.time.saturating_add(frame.duration()?);
        let spans: Vec<_> = lock(&self.input.timeline).spans(frame.time, end).collect();
        if spans.is_empty() {
            return Ok(());
        }
        let counters = &self.input.counters;
        let counter = if repeated {
            &counters.repeated
        } else {
            &counters.frames_in
        };
        counter.add(1);
        let start = Instant::now();
        for span in spans {
            if span.from == frame.time && span.to == end {
                encoder.encode(&frame.clone().with_time(span.time))?;
                continue;
            }
            let sample = |at: MediaTime| {
                let ticks = at
                    .saturating_sub(frame.time)
                    .to_ticks(frame.rate())
                    .unwrap_or(0);
                usize::try_from(ticks).unwrap_or(0).min(frame.len()) * usize::from(frame.channels())
            };
            let samples = &frame.samples()[sample(span.from)..sample(span.to)];
            if let Ok(part) = AudioFrame::new(frame.rate(), frame.channels(), samples, span.time) {
                encoder.encode(&part)?;
            }
        }
        counters.times.add(start.elapsed());
        counters.set_sound(encoder.stats());
        Ok(())
    }

    /// Sends what the encoder has ready, and ahead of the first packet the track's description.
    fn send_packets(&mut self) -> Result<(), EncodeError> {
        while let Some(packet) = self.encoder.next_packet() {
            if let Some(track) = self.encoder.track().filter(|_| !self.described) {
                self.described = true;
                let described = Message::Described(self.index, track.clone());
                let _ = self.messages.send(described);
            }
            self.input.counters.packets.add(1);
            self.input.counters.bytes.add(packet.data.len() as u64);
            self.credit.take();
            let _ = self.messages.send(Message::Packet(self.index, packet));
        }
        Ok(())
    }

    fn fail(&self, error: RecorderError) {
        let _ = self.messages.send(Message::Failed(error));
    }
}

impl From<EncodeError> for RecorderError {
    fn from(error: EncodeError) -> Self {
        Self::new(ErrorKind::Unknown, error.to_string()).caused_by(error)
    }
}

/// However the thread ends, the recording must not wait for it.
impl Drop for Worker {
    fn drop(&mut self) {
        if thread::panicking() {
            self.input.queue.close();
            let error = RecorderError::new(ErrorKind::Unknown, "an encoder panicked");
            let _ = self.messages.send(Message::Failed(error));
        }
        let _ = self.messages.send(Message::Finished(self.index));
    }
}

impl TrackEncoder {
    fn finish(&mut self) -> Result<(), EncodeError> {
        match self {
            Self::Video { encoder, .. } => encoder.finish(),
            Self::Audio(encoder) => encoder.finish(),
        }
    }

    fn next_packet(&mut self) -> Option<Packet> {
        match self {
            Self::Video { encoder, .. } => encoder.next_packet(),
            Self::Audio(encoder) => encoder.next_packet(),
        }
    }

    fn track(&self) -> Option<&MediaTrack> {
        match self {
            Self::Video { encoder, .. } => encoder.track(),
            Self::Audio(encoder) => encoder.track(),
        }
    }
}
