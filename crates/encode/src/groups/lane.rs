//! One of the encoders that work side by side.

use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;
use media_recorder_types::{Codec, MediaTime, MediaTrack, VideoCodec, VideoFrame};

use crate::video::VideoEncoder;
use crate::{EncodeError, Preset};

/// What a lane is told to do.
#[derive(Debug)]
pub(super) enum Work {
    Frame {
        picture: VideoFrame,
        key: bool,
        /// The time since the frame before, in whichever lane that is.
        elapsed: MediaTime,
        preset: Preset,
    },
    Finish,
}

/// The packet of a frame.
#[derive(Debug)]
pub(super) struct Coded {
    /// That of the frame's task.
    pub(super) number: u64,
    pub(super) data: Bytes,
    pub(super) key: bool,
}

/// An encoder that gets some of the groups, one after the other.
///
/// **It runs on a clock of its own, which stands still during the groups of other lanes.** So it
/// keeps the bitrate over the frames that it gets, with what it learned from the groups before,
/// and all lanes together keep it over the whole.
pub(super) struct Lane {
    codec: VideoCodec,
    /// `None` after a failure.
    encoder: Option<Box<dyn VideoEncoder>>,
    clock: MediaTime,
    /// The frames whose packets are not there yet.
    numbers: VecDeque<u64>,
}

impl Lane {
    pub(super) fn new(codec: VideoCodec, encoder: Box<dyn VideoEncoder>) -> Self {
        Self {
            codec,
            encoder: Some(encoder),
            clock: MediaTime::ZERO,
            numbers: VecDeque::new(),
        }
    }

    /// Does it, and returns the packets that came out. After a failure it does nothing more.
    pub(super) fn run(&mut self, number: u64, work: Work) -> Result<Vec<Coded>, EncodeError> {
        let result = catch_unwind(AssertUnwindSafe(|| self.encode(number, work)));
        let result = result.unwrap_or_else(|panic| Err(self.failed(message_of(&*panic))));
        if result.is_err() {
            self.encoder = None;
        }
        result
    }

    fn encode(&mut self, number: u64, work: Work) -> Result<Vec<Coded>, EncodeError> {
        let Some(encoder) = &mut self.encoder else {
            return Ok(Vec::new());
        };
        match work {
            Work::Frame {
                picture,
                key,
                elapsed,
                preset,
            } => {
                self.clock = self.clock.saturating_add(elapsed);
                encoder.set_preset(preset);
                encoder.set_size(picture.size());
                encoder.encode(&picture.with_time(self.clock), key)?;
                self.numbers.push_back(number);
            }
            Work::Finish => encoder.finish()?,
        }
        let mut coded = Vec::new();
        while let Some(packet) = encoder.next_packet() {
            let Some(number) = self.numbers.pop_front() else {
                return Err(self.failed("more packets than frames"));
            };
            coded.push(Coded {
                number,
                data: packet.data,
                key: packet.key,
            });
        }
        Ok(coded)
    }

    pub(super) fn track(&self) -> Option<&MediaTrack> {
        self.encoder.as_ref()?.track()
    }

    fn failed(&self, message: &str) -> EncodeError {
        EncodeError::Codec {
            codec: Codec::Video(self.codec),
            message: message.to_owned(),
        }
    }
}

fn message_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("it panicked")
}
