//! Sound from a source of the server.

use std::time::{Duration, Instant, SystemTime};

use media_recorder_types::AudioFrame;
use pulseaudio::protocol::sample_spec::MAX_RATE;
use pulseaudio::protocol::stream::{BufferAttr, StreamFlags};
use pulseaudio::protocol::{
    ChannelMap, Command, CreateRecordStreamReply, LatencyParams, ProtocolError, PulseError,
    RecordLatency, RecordStreamParams, SampleFormat, SampleSpec, SourceInfo, SubscriptionEvent,
    SubscriptionEventFacility, SubscriptionEventType, SubscriptionMask,
};

use super::channels::{MOST_CHANNELS, channel_map};
use super::connection::{Connection, Message, WireError};
use super::list;
use crate::microphone::AudioWanted;
use crate::microphone::intake::Intake;
use crate::{AudioDevice, AudioFormat, Captured, DeviceCounts, DeviceError};

/// How often the server is asked for its latency.
const QUESTION_INTERVAL: Duration = Duration::from_millis(100);

/// The server makes 32-bit floats of whatever the device has: of up to 24 bits exactly.
const SAMPLE_BYTES: u32 = 4;

/// Opens the source of that id, or the default one.
pub(in crate::microphone) fn open(
    id: Option<&str>,
    wanted: AudioWanted,
) -> Result<Box<dyn AudioDevice>, DeviceError> {
    let mut connection = Connection::open()?;
    let source = list::source(&mut connection, id)?;
    Ok(Box::new(PulseMicrophone::open(
        connection, &source, wanted,
    )?))
}

struct PulseMicrophone {
    connection: Connection,
    name: String,
    /// The server's numbers of our stream and of the source.
    stream: u32,
    source: u32,
    frame_bytes: u32,
    intake: Intake,
    /// The beginning of a sample whose end has not come.
    partial: Vec<u8>,
    /// Bytes of sound.
    received: i64,
    /// By how much the server's count of bytes is ahead of ours, since its first word of it.
    ahead: Option<i64>,
    question: Option<Question>,
    next_question: Instant,
    is_lost: bool,
}

/// The server was asked for its latency.
struct Question {
    number: u32,
    at: Instant,
}

impl PulseMicrophone {
    fn open(
        mut connection: Connection,
        source: &SourceInfo,
        wanted: AudioWanted,
    ) -> Result<Self, DeviceError> {
        let name = source.name.to_string_lossy().into_owned();
        let (spec, map) = layout(source, wanted).map_err(|what| DeviceError::Unsupported {
            device: name.clone(),
            what,
        })?;
        let stream = create(&mut connection, source, spec, map).map_err(|e| e.of(&name))?;
        Ok(Self {
            connection,
            intake: Intake::new(
                name.clone(),
                AudioFormat {
                    rate: spec.sample_rate,
                    channels: spec.channels.into(),
                    label: list::source_label(source),
                },
            ),
            name,
            stream: stream.channel,
            source: source.index,
            frame_bytes: SAMPLE_BYTES * u32::from(spec.channels),
            partial: Vec::new(),
            received: 0,
            ahead: None,
            question: None,
            next_question: Instant::now(),
            is_lost: false,
        })
    }

    /// Takes in what the server says next, and returns whether it said something before the
    /// deadline.
    fn listen(&mut self, deadline: Option<Instant>) -> Result<bool, WireError> {
        if self.is_lost {
            return Err(WireError::Closed);
        }
        if self.intake.is_overdue() {
            return Err(WireError::Silent);
        }
        let Some(message) = self.connection.receive(deadline)? else {
            return Ok(false);
        };
        self.take_in(message)?;
        Ok(true)
    }

    fn take_in(&mut self, message: Message) -> Result<(), WireError> {
        match message {
            Message::Sound { stream, bytes } if stream == self.stream => {
                self.take_sound(&bytes);
                self.ask_for_latency()
            }
            Message::Reply { number, body } => {
                let asked = self.question.take_if(|question| question.number == number);
                match asked {
                    Some(question) => {
                        let latency = self.connection.read(&body)?;
                        self.take_latency(&question, &latency);
                        Ok(())
                    }
                    None => Ok(()),
                }
            }
            // Of a stream that is gone, it is no longer asked.
            Message::Refused {
                why: PulseError::NoEntity,
                ..
            } => Err(WireError::Closed),
            Message::Event(event) if self.is_end(&event) => Err(WireError::Closed),
            _ => Ok(()),
        }
    }

    /// Whether the source is gone, or the stream from it.
    fn is_end(&self, event: &Command) -> bool {
        match *event {
            Command::RecordStreamKilled(stream) => stream == self.stream,
            Command::SubscribeEvent(SubscriptionEvent {
                event_facility: SubscriptionEventFacility::Source,
                event_type: SubscriptionEventType::Removed,
                index,
            }) => index == Some(self.source),
            _ => false,
        }
    }

    fn take_sound(&mut self, bytes: &[u8]) {
        self.received = self.received.saturating_add_unsigned(bytes.len() as u64);
        self.partial.extend_from_slice(bytes);
        let whole = self.partial.len() - self.partial.len() % self.frame_bytes as usize;
        let (samples, _) = self.partial[..whole].as_chunks();
        self.intake
            .push(samples.iter().copied().map(f32::from_le_bytes).collect());
        self.partial.drain(..whole);
    }

    /// Asks when sound has come: that is soon after a cycle of the server, whose latency is that
    /// of its last cycle.
    fn ask_for_latency(&mut self) -> Result<(), WireError> {
        let now = Instant::now();
        if self.question.is_none() && now >= self.next_question {
            let question = Command::GetRecordLatency(LatencyParams {
                channel: self.stream,
                now: SystemTime::now(),
            });
            let number = self.connection.send(&question)?;
            self.question = Some(Question { number, at: now });
            self.next_question = now + QUESTION_INTERVAL;
        }
        Ok(())
    }

    fn take_latency(&mut self, question: &Question, latency: &RecordLatency) {
        let frame_bytes = i64::from(self.frame_bytes);
        // Answers come in order with the sound: what the server has sent before is here. What it
        // counts more than before was lost between its queue and us.
        let ahead = latency.read_offset.saturating_sub(self.received);
        let skipped = ahead.saturating_sub(self.ahead.unwrap_or(ahead)) / frame_bytes;
        self.ahead = Some(ahead);
        self.intake.lose(u64::try_from(skipped).unwrap_or(0));

        if latency.write_offset <= 0 {
            // Nothing was captured yet.
            return;
        }
        let queued = latency.write_offset.saturating_sub(latency.read_offset) / frame_bytes;
        let position = self
            .intake
            .end()
            .saturating_add(u64::try_from(queued).unwrap_or(0));
        let now = Instant::now();
        if let Some(captured) =
            answered_at(question.at, now, SystemTime::now(), latency.remote_time)
                .checked_sub(delay(latency))
        {
            self.intake.measure(position, captured, now);
        }
    }
}

impl AudioDevice for PulseMicrophone {
    fn format(&self) -> &AudioFormat {
        self.intake.format()
    }

    fn read(&mut self, timeout: Duration) -> Result<Option<Captured<AudioFrame>>, DeviceError> {
        let deadline = Instant::now().checked_add(timeout);
        loop {
            if let Some(captured) = self.intake.take()? {
                return Ok(Some(captured));
            }
            match self.listen(deadline) {
                Ok(true) => {}
                Ok(false) => return Ok(None),
                Err(error) => {
                    self.is_lost = true;
                    self.intake.fail(error.of(&self.name));
                }
            }
        }
    }

    fn counts(&self) -> DeviceCounts {
        self.intake.counts()
    }
}

/// How samples shall come, or what of it is not to be had.
fn layout(source: &SourceInfo, wanted: AudioWanted) -> Result<(SampleSpec, ChannelMap), String> {
    let own = source.sample_spec;
    let sample_rate = wanted.rate.unwrap_or(own.sample_rate);
    let channels = wanted.channels.unwrap_or(own.channels.into());
    if !(1..=MAX_RATE).contains(&sample_rate) {
        return Err(format!("a rate of {sample_rate} Hz"));
    }
    let channels = u8::try_from(channels)
        .ok()
        .filter(|channels| (1..=MOST_CHANNELS).contains(&(*channels).into()))
        .ok_or_else(|| format!("{channels} channels"))?;
    let spec = SampleSpec {
        format: SampleFormat::Float32Le,
        channels,
        sample_rate,
    };
    let map = if source.channel_map.num_channels() == channels {
        source.channel_map
    } else {
        channel_map(channels)
    };
    Ok((spec, map))
}

fn create(
    connection: &mut Connection,
    source: &SourceInfo,
    spec: SampleSpec,
    map: ChannelMap,
) -> Result<CreateRecordStreamReply, WireError> {
    // Before the stream is there, so that the source cannot go unseen.
    connection.order(&Command::Subscribe(SubscriptionMask::SOURCE))?;
    let fragment = spec.sample_rate.div_ceil(100) * SAMPLE_BYTES * u32::from(spec.channels);
    let reply: CreateRecordStreamReply =
        connection.ask(&Command::CreateRecordStream(RecordStreamParams {
            sample_spec: spec,
            channel_map: map,
            source_index: Some(source.index),
            buffer_attr: BufferAttr {
                fragment_size: fragment,
                ..BufferAttr::default()
            },
            flags: StreamFlags {
                // Sound of another source is not what was asked for: the loss of this one shall
                // be seen.
                no_move: true,
                adjust_latency: true,
                ..StreamFlags::default()
            },
            ..RecordStreamParams::default()
        }))?;
    if reply.sample_spec != spec {
        let what = format!("{:?} where {spec:?} was asked for", reply.sample_spec);
        return Err(ProtocolError::Invalid(what).into());
    }
    Ok(reply)
}

/// When the server gave its answer: by its own clock, which is the system's, but not before it
/// was asked and not after the answer was there. That also holds where the system's time is set
/// meanwhile.
fn answered_at(asked: Instant, now: Instant, system_now: SystemTime, said: SystemTime) -> Instant {
    let age = system_now.duration_since(said).unwrap_or_default();
    now.checked_sub(age)
        .map_or(asked, |answered| answered.max(asked))
}

/// How long the youngest sample in the server's queue was on its way. What an output plays is
/// heard later than it is captured, which counts as when it is heard; but not as later than now.
fn delay(latency: &RecordLatency) -> Duration {
    Duration::from_micros(latency.source_usec.saturating_sub(latency.sink_usec))
}

#[cfg(test)]
mod tests;
