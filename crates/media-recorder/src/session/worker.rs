//! The thread of one encoder.

use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::thread;
use std::time::{Duration, Instant};

use media_recorder_encode::EncodeError;
use media_recorder_types::{AudioFrame, FrameSize, MediaTime, VideoFrame};

use super::Message;
use super::controller::LiveController;
use super::credit::Credit;
use super::encoders::{EncoderRecipe, TrackEncoder};
use super::input::{Queued, TrackInput};
use super::pass_through::Change;
use super::queue::TimedOut;
use super::renewal::{Belongs, Renewal};
use crate::clock;
use crate::error::{ErrorKind, RecorderError};
use crate::stream::{EncodedFrame, Media};
use crate::sync::lock;

/// How often to look whether an encoder's threads have a packet ready: about as long as they take
/// for one.
const LOOK_FOR_PACKETS: Duration = Duration::from_millis(10);

/// A picture takes a moment.
const MOMENT: MediaTime = MediaTime::from_nanos(1);

/// Takes frames from the input's queue until it is closed, and sends packets.
pub(crate) struct Worker {
    /// Which track of the recording, from 0.
    pub(crate) index: usize,
    pub(crate) input: Arc<TrackInput>,
    pub(crate) recipe: EncoderRecipe,
    pub(crate) encoder: TrackEncoder,
    /// Of a live picture.
    pub(crate) controller: Option<LiveController>,
    pub(crate) renewal: Arc<Renewal>,
    pub(crate) credit: Arc<Credit>,
    pub(crate) messages: Sender<Message>,
    /// The time of the last picture that went to the encoder.
    pub(crate) last: Option<MediaTime>,
    pub(crate) described: bool,
    /// How long the encoder's own workers had been at work at the last picture.
    pub(crate) busy: Duration,
    /// Pictures that are in the encoder.
    pub(crate) without_packet: usize,
}

impl Worker {
    pub(crate) fn run(mut self) {
        loop {
            let result = match self.next_frame() {
                Ok(None) => break,
                Ok(Some(queued)) => self.encode(queued),
                Err(TimedOut) => Ok(()),
            };
            if let Err(error) = result.and_then(|()| Ok(self.send_packets()?)) {
                self.fail(error);
                break;
            }
        }
        // Nothing more is taken in, also after a failure.
        self.input.queue.close();
        if let Err(error) = self.flush() {
            self.fail(error);
        }
        // Dropping the worker says that it has finished.
    }

    /// The next frame; while the encoder's own threads make packets, not later than one of them
    /// may be there. The other tracks may have to wait for it, and the source for them.
    fn next_frame(&self) -> Result<Option<Queued>, TimedOut> {
        if let Some(queued) = self.input.queue.try_pop() {
            return Ok(Some(queued));
        }
        let _idle = self.credit.idle();
        match &self.encoder {
            // The last packet comes with the next frame, which says how long it lasts.
            TrackEncoder::Video { encoder, .. }
                if encoder.busy().is_some() && self.without_packet > 1 =>
            {
                self.input.queue.pop_within(LOOK_FOR_PACKETS)
            }
            _ => Ok(self.input.queue.pop()),
        }
    }

    fn encode(&mut self, queued: Queued) -> Result<(), RecorderError> {
        match queued.media {
            Media::Video(frame) => self.encode_video(frame, queued.repeated),
            Media::Audio(frame) => self.encode_audio(&frame, queued.repeated),
            Media::Encoded(frame) => self.pass(frame, queued.after_hole),
        }
    }

    fn encode_video(&mut self, frame: VideoFrame, repeated: bool) -> Result<(), RecorderError> {
        let Some(time) = lock(&self.input.timeline).map(frame.time) else {
            return Ok(());
        };
        self.count_frame(repeated);
        if self.last.is_some_and(|last| time <= last) {
            self.input.counters.dropped.add(1);
            return Ok(());
        }
        if !repeated && self.leaves_out() {
            self.input.counters.skipped.add(1);
            return Ok(());
        }
        let start = Instant::now();
        if let TrackEncoder::Video { sizes, .. } = &self.encoder
            && sizes.wants_new_file(&frame)
        {
            self.renewal.request(time);
        }
        let end = time.saturating_add(MOMENT);
        if let Belongs::Next(boundary) = self.renewal.place(self.index, time, end) {
            self.go_over(boundary, Some(frame.size()))?;
            self.renewal.place(self.index, time, end);
        }
        let TrackEncoder::Video {
            encoder,
            keys,
            sizes,
        } = &mut self.encoder
        else {
            return Ok(());
        };
        self.input
            .counters
            .resized
            .add(sizes.concerns(&frame).into());
        let frame = sizes.apply(&frame)?;
        encoder.encode(&frame.with_time(time), keys.next(time))?;
        self.without_packet += 1;
        // What other threads of the encoder did since the last picture, they did for one like it.
        let took = match encoder.busy() {
            Some(busy) => {
                let since = busy.saturating_sub(std::mem::replace(&mut self.busy, busy));
                since / u32::try_from(encoder.workers()).unwrap_or(u32::MAX)
            }
            None => start.elapsed(),
        };
        let backlog = encoder.backlog();
        self.input.counters.times.add(took);
        self.last = Some(time);
        self.control(time, took, backlog);
        Ok(())
    }

    /// Whether the next picture is left out to lower the frame rate.
    fn leaves_out(&mut self) -> bool {
        let controller = self.controller.as_mut();
        controller.is_some_and(LiveController::leaves_out)
    }

    /// A picture of recording time `time` took this to encode, and so many of how many places in
    /// the encoder are taken: changes what comes next by that.
    fn control(&mut self, time: MediaTime, took: Duration, backlog: (usize, usize)) {
        let Some(controller) = &mut self.controller else {
            return;
        };
        let waiting = self.input.queue.depth();
        let queue = (waiting.0 + backlog.0, waiting.1 + backlog.1);
        if !controller.observe(time, clock::now(), took, queue) {
            return;
        }
        let pace = controller.pace();
        self.recipe.preset = Some(pace.preset);
        self.input.counters.set_pace(pace);
        self.keep_pace();
    }

    /// Has the encoder work as the controller says.
    fn keep_pace(&mut self) {
        let pace = self.controller.as_ref().map(LiveController::pace);
        if let TrackEncoder::Video { encoder, sizes, .. } = &mut self.encoder
            && let Some(pace) = pace
        {
            encoder.set_preset(pace.preset);
            let size = sizes.divided(pace.size_divisor);
            if encoder.set_size(size) {
                sizes.encode_as(size);
            }
        }
    }

    fn encode_audio(&mut self, frame: &AudioFrame, repeated: bool) -> Result<(), RecorderError> {
        let end = frame.time.saturating_add(duration_of(frame)?);
        let spans: Vec<_> = lock(&self.input.timeline).spans(frame.time, end).collect();
        if spans.is_empty() {
            return Ok(());
        }
        self.count_frame(repeated);
        let start = Instant::now();
        for span in spans {
            if span.from == frame.time && span.to == end {
                self.encode_sound(&frame.clone().with_time(span.time))?;
            } else if let Some(part) = part_of(frame, span.from, span.to) {
                self.encode_sound(&part.with_time(span.time))?;
            }
        }
        self.input.counters.times.add(start.elapsed());
        if let TrackEncoder::Audio(encoder) = &self.encoder {
            self.input.counters.set_sound(encoder.stats());
        }
        Ok(())
    }

    /// Encodes a run of sound that has its recording time, in the file where it belongs.
    fn encode_sound(&mut self, sound: &AudioFrame) -> Result<(), RecorderError> {
        let end = sound.time.saturating_add(duration_of(sound)?);
        let boundary = match self.renewal.place(self.index, sound.time, end) {
            Belongs::Here => return self.give_to_encoder(sound),
            Belongs::Next(boundary) => boundary,
            Belongs::Both(boundary) => {
                if let Some(part) = part_of(sound, sound.time, boundary) {
                    self.give_to_encoder(&part)?;
                }
                boundary
            }
        };
        self.go_over(boundary, None)?;
        let from = boundary.max(sound.time);
        self.renewal.place(self.index, from, end);
        match part_of(sound, from, end) {
            Some(part) => self.give_to_encoder(&part.with_time(from)),
            None => Ok(()),
        }
    }

    fn give_to_encoder(&mut self, sound: &AudioFrame) -> Result<(), RecorderError> {
        match &mut self.encoder {
            TrackEncoder::Audio(encoder) => Ok(encoder.encode(sound)?),
            TrackEncoder::Video { .. } | TrackEncoder::Pass(_) => Ok(()),
        }
    }

    /// Passes a packet through, or leaves it out where nothing could be made of it.
    fn pass(&mut self, frame: EncodedFrame, after_hole: bool) -> Result<(), RecorderError> {
        let TrackEncoder::Pass(pass) = &mut self.encoder else {
            return Ok(());
        };
        let Some(time) = lock(&self.input.timeline).map(frame.packet.time) else {
            pass.wait_for_key();
            return Ok(());
        };
        self.input.counters.frames_in.add(1);
        let comes_late = self.last.is_some_and(|last| time <= last);
        if after_hole || comes_late {
            pass.wait_for_key();
        }
        if pass.wants_key(time) && !frame.packet.key {
            self.input.want_key_frame();
        }
        if comes_late || pass.waits_for_key() && !frame.packet.key {
            self.input.counters.dropped.add(1);
            return Ok(());
        }
        let change = pass.change_to(&frame.format)?;
        // Others may have yet to follow into the file that this one is in.
        let can_begin = frame.packet.key && self.renewal.may_pass(self.index);
        if change == Change::NewFile && !can_begin {
            pass.wait_for_key();
            self.input.want_key_frame();
            self.input.counters.dropped.add(1);
            return Ok(());
        }
        if self.begins_file(change, frame.packet.key, time) {
            self.recipe.codec = frame.format.codec();
            self.go_over(time, None)?;
            self.renewal
                .place(self.index, time, time.saturating_add(MOMENT));
        }
        if let TrackEncoder::Pass(pass) = &mut self.encoder {
            pass.take(frame, time);
        }
        self.last = Some(time);
        Ok(())
    }

    /// Whether a packet that comes at `time` is the first in the next file.
    fn begins_file(&self, change: Change, key: bool, time: MediaTime) -> bool {
        if change == Change::NewFile {
            // Other tracks may have to go on here for a while; this one cannot.
            self.renewal.request(time);
            return true;
        }
        let end = time.saturating_add(MOMENT);
        let is_next = matches!(self.renewal.place(self.index, time, end), Belongs::Next(_));
        if is_next && !key {
            // Until it can begin there, it goes on here.
            self.input.want_key_frame();
        }
        is_next && key
    }

    /// Ends the track in the present file at `boundary`, and begins it in the next.
    fn go_over(
        &mut self,
        boundary: MediaTime,
        size: Option<FrameSize>,
    ) -> Result<(), RecorderError> {
        self.flush()?;
        if let Some(size) = size {
            self.recipe.set_size(size);
        }
        self.encoder = self.recipe.make()?;
        self.keep_pace();
        self.busy = Duration::ZERO;
        self.without_packet = 0;
        self.described = false;
        let codec = self.recipe.codec;
        let _ = self
            .messages
            .send(Message::Passed(self.index, boundary, codec));
        self.renewal.pass(self.index);
        Ok(())
    }

    /// Encodes to the end what the encoder has, and sends packets as they come: that may take
    /// seconds. What it made before it failed counts.
    fn flush(&mut self) -> Result<(), RecorderError> {
        self.encoder.begin_finish();
        self.send_packets()?;
        while self.encoder.wait_for_packet() {
            self.send_packets()?;
        }
        let finished = self.encoder.finish();
        self.send_packets()?;
        Ok(finished?)
    }

    /// Sends what the encoder has ready, and ahead of the first packet the track's description.
    fn send_packets(&mut self) -> Result<(), EncodeError> {
        while let Some(packet) = self.encoder.next_packet() {
            if let Some(track) = self.encoder.track().filter(|_| !self.described) {
                self.described = true;
                let described = Message::Described(self.index, track.clone());
                let _ = self.messages.send(described);
            }
            self.without_packet = self.without_packet.saturating_sub(1);
            self.input.counters.packets.add(1);
            self.input.counters.bytes.add(packet.data.len() as u64);
            self.credit.take(self.index, packet.data.len());
            let _ = self.messages.send(Message::Packet(self.index, packet));
        }
        Ok(())
    }

    fn count_frame(&self, repeated: bool) {
        let counters = &self.input.counters;
        if repeated {
            counters.repeated.add(1);
        } else {
            counters.frames_in.add(1);
        }
    }

    fn fail(&self, error: RecorderError) {
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
        self.renewal.finish(self.index);
        let _ = self.messages.send(Message::Finished(self.index));
    }
}

impl From<EncodeError> for RecorderError {
    fn from(error: EncodeError) -> Self {
        Self::new(ErrorKind::Unknown, error.to_string()).caused_by(error)
    }
}

fn duration_of(frame: &AudioFrame) -> Result<MediaTime, EncodeError> {
    Ok(frame.duration()?)
}

/// The samples of a run between two times of its own clock; `None` if there are none.
fn part_of(frame: &AudioFrame, from: MediaTime, to: MediaTime) -> Option<AudioFrame> {
    let sample = |at: MediaTime| {
        let ticks = at.saturating_sub(frame.time).to_ticks(frame.rate());
        let ticks = usize::try_from(ticks.unwrap_or(0)).unwrap_or(0);
        ticks.min(frame.len()) * usize::from(frame.channels())
    };
    let samples = frame.samples().get(sample(from)..sample(to))?;
    let part = AudioFrame::new(frame.rate(), frame.channels(), samples, from).ok()?;
    (!part.is_empty()).then_some(part)
}
