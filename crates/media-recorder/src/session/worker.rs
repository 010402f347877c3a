//! The thread of one encoder.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Sender;
use std::thread;

use media_recorder_encode::{AudioEncoder, EncodeError, VideoEncoder};
use media_recorder_state::KeyFramePolicy;
use media_recorder_types::{AudioFrame, MediaTime, MediaTrack, Packet, VideoFrame};

use super::Message;
use super::credit::Credit;
use super::input::TrackInput;
use crate::error::{ErrorKind, RecorderError};
use crate::statistics::count;
use crate::stream::Media;
use crate::threads::lock;

/// An encoder of either kind, with what belongs to it.
pub(crate) enum TrackEncoder {
    Video(Box<dyn VideoEncoder>, KeyFramePolicy),
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
        while let Some(media) = self.input.queue.pop() {
            if let Err(error) = self.encode(media).and_then(|()| self.send_packets()) {
                self.fail(&error);
                break;
            }
        }
        // Nothing more is taken in, also after a failure.
        self.input.queue.close();
        if let Err(error) = self.encoder.finish() {
            self.fail(&error);
        }
        if let Err(error) = self.send_packets() {
            self.fail(&error);
        }
        // Dropping the worker says that it has finished.
    }

    fn encode(&mut self, media: Media) -> Result<(), EncodeError> {
        match media {
            Media::Video(frame) => self.encode_video(frame),
            Media::Audio(frame) => self.encode_audio(&frame),
        }
    }

    fn encode_video(&mut self, frame: VideoFrame) -> Result<(), EncodeError> {
        let TrackEncoder::Video(encoder, keys) = &mut self.encoder else {
            return Ok(());
        };
        let Some(time) = lock(&self.input.timeline).map(frame.time) else {
            return Ok(());
        };
        count(&self.input.counters.frames_in);
        if self.last.is_some_and(|last| time <= last) {
            count(&self.input.counters.dropped);
            return Ok(());
        }
        encoder.encode(&frame.with_time(time), keys.next(time))?;
        self.last = Some(time);
        Ok(())
    }

    fn encode_audio(&mut self, frame: &AudioFrame) -> Result<(), EncodeError> {
        let TrackEncoder::Audio(encoder) = &mut self.encoder else {
            return Ok(());
        };
        let end = frame.time.saturating_add(frame.duration()?);
        let spans: Vec<_> = lock(&self.input.timeline).spans(frame.time, end).collect();
        if spans.is_empty() {
            return Ok(());
        }
        count(&self.input.counters.frames_in);
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
            count(&self.input.counters.packets);
            self.input
                .counters
                .bytes
                .fetch_add(packet.data.len() as u64, Ordering::Relaxed);
            self.credit.take();
            let _ = self.messages.send(Message::Packet(self.index, packet));
        }
        Ok(())
    }

    fn fail(&self, error: &EncodeError) {
        let kind = ErrorKind::Unknown;
        let error = RecorderError::new(kind, error.to_string()).caused_by(error.clone());
        let _ = self.messages.send(Message::Failed(error));
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
            Self::Video(encoder, _) => encoder.finish(),
            Self::Audio(encoder) => encoder.finish(),
        }
    }

    fn next_packet(&mut self) -> Option<Packet> {
        match self {
            Self::Video(encoder, _) => encoder.next_packet(),
            Self::Audio(encoder) => encoder.next_packet(),
        }
    }

    fn track(&self) -> Option<&MediaTrack> {
        match self {
            Self::Video(encoder, _) => encoder.track(),
            Self::Audio(encoder) => encoder.track(),
        }
    }
}
