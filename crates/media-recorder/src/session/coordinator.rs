//! The thread that runs a recording: does what the machine decides, fires the events.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};

use media_recorder_mux::MuxError;
use media_recorder_state::{Action, Fault, Plan, Session, Signal, Task};
use media_recorder_types::{Codec, MediaTime, MediaTrack};

use super::counters::SessionCounters;
use super::credit::Credit;
use super::files::Files;
use super::sleep::SleepWatch;
use super::{Message, RecordedTrack};
use crate::clock;
use crate::error::{ErrorKind, RecorderError};
use crate::event::{BlobEvent, Event, Summary};
use crate::recorder::Shared;
use crate::sync::lock;

/// How often live tracks are looked after. A track that turns black does so within this.
const TICK: MediaTime = MediaTime::from_millis(200);

pub(super) struct Coordinator {
    pub(super) shared: Arc<Shared>,
    pub(super) session: Session,
    pub(super) tracks: Vec<RecordedTrack>,
    pub(super) credit: Arc<Credit>,
    pub(super) counters: Arc<SessionCounters>,
    pub(super) files: Files,
    pub(super) timeslice: Option<MediaTime>,
    /// With the codecs of the present file.
    pub(super) plan: Plan,
    pub(super) messages: Receiver<Message>,
    /// To queue tasks of its own behind those of the recorder.
    pub(super) to_self: Sender<Message>,
    /// Tracks whose source has not ended.
    pub(super) live_tracks: usize,
    /// Tracks whose encoder is not done.
    pub(super) unfinished: usize,
    /// When live tracks are looked after again.
    pub(super) next_tick: MediaTime,
    pub(super) sleep: Arc<SleepWatch>,
    /// Nothing more is taken in.
    pub(super) ending: bool,
    /// The first thing that went wrong, until it is reported.
    pub(super) error: Option<RecorderError>,
    /// An error was reported; there is one for a recording.
    pub(super) has_failed: bool,
    /// The container takes nothing more.
    pub(super) broken: bool,
    /// More data waits than may.
    pub(super) full: bool,
}

impl Coordinator {
    /// Runs the recording to its end; `previous` is the thread of the recording before, whose
    /// events come first.
    pub(super) fn run(mut self, previous: Option<JoinHandle<()>>) {
        if let Some(previous) = previous {
            // It ended, well or badly: either way its events are out.
            let _ = previous.join();
            // To have waited for it is not to have slept.
            self.sleep.restart(clock::now());
        }
        while let Some(message) = self.next_message() {
            let Message::Task(task) = message else {
                self.take_in(message);
                continue;
            };
            let actions = lock(&self.shared.state).machine.perform(task);
            for action in actions {
                self.act(action);
                if action == Action::Fire(Signal::Stop) {
                    return;
                }
            }
        }
    }

    /// The next message. While it waits, live tracks are kept going.
    fn next_message(&mut self) -> Option<Message> {
        if !self.has_live_track() {
            return self.messages.recv().ok();
        }
        loop {
            let now = clock::now();
            if now >= self.next_tick {
                self.tick(now);
                self.next_tick = now.saturating_add(TICK);
            }
            match self.messages.recv_timeout(clock::until(self.next_tick)) {
                Ok(message) => return Some(message),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
    }

    fn has_live_track(&self) -> bool {
        self.tracks.iter().any(|track| track.input.is_live())
    }

    /// What live tracks need from time to time, at capture time `now`.
    fn tick(&mut self, now: MediaTime) {
        self.sleep.tick(now);
        self.tracks.iter().for_each(|track| track.tick(now));
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Fire(signal) => {
                let event = self.event(signal);
                self.shared.fire(event);
            }
            Action::Deliver => self.deliver(),
            Action::End => {
                self.end();
                self.report_what_failed_last();
            }
            Action::Abandon => {
                // What comes now is for nobody.
                self.broken = true;
                self.drain();
            }
        }
    }

    fn event(&mut self, signal: Signal) -> Event {
        match signal {
            Signal::Start => Event::Start,
            Signal::Pause => Event::Pause,
            Signal::Resume => Event::Resume,
            Signal::Error(fault) => Event::Error(self.error_of(fault)),
            Signal::Stop => Event::Stop(self.summary(false)),
        }
    }

    /// Of the present file, which is complete.
    fn summary(&mut self, continues: bool) -> Summary {
        let queues = self.tracks.iter().map(|track| track.input.queue.depth());
        let statistics = self.counters.read(queues, 0);
        let file = self.files.current();
        Summary {
            mime_type: file.mime_type().to_owned(),
            duration: file.duration(),
            bytes: file.bytes(),
            tracks: statistics.tracks,
            patches: file.take_patches(),
            continues,
        }
    }

    /// If the present file has everything that belongs into it, completes it and goes on with the
    /// next.
    fn turn_over_if_due(&mut self) {
        if self.broken || !self.files.is_current_complete() {
            return;
        }
        let result = self.files.current().finish(true);
        self.note(result);
        self.deliver();
        let summary = self.summary(true);
        self.shared.fire(Event::Stop(summary));
        let result = self.files.turn_over();
        self.publish_type();
        self.shared.fire(Event::Start);
        self.note(result);
    }

    fn error_of(&mut self, fault: Fault) -> RecorderError {
        self.has_failed = true;
        match (fault, self.error.take()) {
            (Fault::InvalidModification, _) => RecorderError::new(
                ErrorKind::InvalidModification,
                "a track was added to or removed from the stream while recording",
            ),
            (_, Some(error)) => error,
            (Fault::NotSupported, None) => {
                RecorderError::new(ErrorKind::NotSupported, "this cannot be recorded")
            }
            (Fault::Unknown, None) => {
                RecorderError::new(ErrorKind::Unknown, "the recording cannot go on")
            }
        }
    }

    /// Anything but a task.
    fn take_in(&mut self, message: Message) {
        let timeslice = self.present_timeslice();
        self.files.current().set_timeslice(timeslice);
        match message {
            Message::Task(_) => {}
            Message::Described(index, track) => self.describe(index, track),
            Message::Packet(index, _) if self.broken => self.credit.give(index, 1),
            Message::Packet(index, packet) => {
                let result = self.files.packet(index, packet);
                self.note(result);
            }
            Message::Passed(..) if self.broken => {}
            Message::Passed(index, boundary, codec) => {
                self.change_codec(index, codec);
                let mime_type = &self.plan.mime_type;
                let result = self.files.passed(index, boundary, mime_type);
                self.note(result);
                self.turn_over_if_due();
            }
            Message::Finished(index) => {
                self.unfinished -= 1;
                if !self.broken {
                    let stopped = self.stopped();
                    let result = self.files.finished(index, stopped);
                    self.note(result);
                    self.turn_over_if_due();
                }
                self.stop_if_over();
            }
            Message::TrackEnded(index, error) => {
                self.files.ended(index);
                self.live_tracks = self.live_tracks.saturating_sub(1);
                if let Some(error) = error {
                    self.fail(error);
                }
                self.stop_if_over();
            }
            Message::Failed(error) => self.fail(error),
        }
    }

    /// Ends the recording if all tracks have ended. What their encoders still have is part of it
    /// like all before, in slices as long: they may be seconds behind.
    fn stop_if_over(&self) {
        if self.live_tracks == 0 && self.unfinished == 0 {
            let ended = Task::tracks_ended(self.session);
            let _ = self.to_self.send(Message::Task(ended));
        }
    }

    /// A track is described. Where its source encodes, that may be with another codec than before.
    fn describe(&mut self, index: usize, track: MediaTrack) {
        let codec = track.codec();
        self.change_codec(index, codec);
        self.counters.tracks[index].set_codec(codec);
        self.files.describe(index, track, &self.plan.mime_type);
        self.publish_type();
    }

    fn change_codec(&mut self, index: usize, codec: Codec) {
        if let Err(error) = self.plan.change_codec(index, codec) {
            self.fail(error.into());
        }
    }

    /// Shows the type of the present file.
    fn publish_type(&mut self) {
        let mime_type = self.files.current().mime_type();
        let mut state = lock(&self.shared.state);
        state.machine.rename(self.session, mime_type);
    }

    /// The recording time of the stop, if a track is live and the recording has been stopped.
    fn stopped(&self) -> Option<MediaTime> {
        let tracks = self.tracks.iter();
        tracks.filter_map(|track| track.input.stopped()).max()
    }

    /// Whoever saves the events as they come wants them in short slices, whatever the caller's
    /// timeslice is. What is left at the end of a live recording comes in one, and so it does after
    /// an error; the encoders of others may be seconds behind.
    fn present_timeslice(&self) -> Option<MediaTime> {
        if self.ending && (self.has_failed || self.has_live_track()) {
            None
        } else {
            self.shared.save_slice().or(self.timeslice)
        }
    }

    /// Fires the blobs that are due, keeps the counts.
    fn note(&mut self, result: Result<(), MuxError>) {
        for index in 0..self.tracks.len() {
            let passage = self.files.take_passage(index);
            if passage.passed > 0 {
                self.credit.give(index, passage.passed);
                self.counters.tracks[index].late.add(passage.late as u64);
            }
        }
        for blob in self.files.take_due() {
            self.fire_data(blob);
        }
        if let Err(error) = result {
            self.break_down(&error);
        }
        let duration = self.files.duration().as_nanos();
        self.counters.duration.store(duration, Ordering::Relaxed);
        self.counters
            .bytes
            .store(self.files.bytes(), Ordering::Relaxed);
        self.limit_memory();
    }

    /// Nobody takes the data as fast as it is made: the recording ends before it fills the memory.
    fn limit_memory(&mut self) {
        if self.shared.is_unheard() {
            // What nobody can ever take does not have to wait.
            self.deliver();
            return;
        }
        let (limit, pending) = (self.shared.max_buffered_bytes(), self.files.pending());
        let held = pending.saturating_add(self.shared.unread());
        if held > limit && !std::mem::replace(&mut self.full, true) {
            let message = format!(
                "{held} bytes of recorded data wait in memory to be taken, more than the {limit} \
                 that may"
            );
            self.fail(RecorderError::new(ErrorKind::Unknown, message));
        }
    }

    fn break_down(&mut self, error: &MuxError) {
        self.broken = true;
        // Those who wait for credit would wait for ever.
        self.credit.open();
        let message = format!("the container refused a packet: {error}");
        self.fail(RecorderError::new(ErrorKind::Unknown, message).caused_by(error.clone()));
    }

    fn fail(&mut self, error: RecorderError) {
        self.error.get_or_insert(error);
        let task = Task::fail(self.session, Fault::Unknown);
        let _ = self.to_self.send(Message::Task(task));
    }

    /// What failed while the recording was being completed, after its `stop()`.
    fn report_what_failed_last(&mut self) {
        if let Some(error) = self.error.take().filter(|_| !self.has_failed) {
            self.has_failed = true;
            self.shared.fire(Event::Error(error));
        }
    }

    fn deliver(&mut self) {
        match self.files.current().deliver() {
            Ok(blob) => self.fire_data(blob),
            Err(error) => self.break_down(&error),
        }
    }

    fn fire_data(&self, blob: BlobEvent) {
        self.shared.fire(Event::DataAvailable(blob));
    }

    /// Stops gathering and completes the container with everything that was taken in.
    fn end(&mut self) {
        self.ending = true;
        self.drain();
        let result = self.files.current().finish(false);
        self.note(result);
    }

    /// Takes nothing in any more, and waits for the encoders to be done with what they have.
    fn drain(&mut self) {
        let now = clock::now();
        for track in &self.tracks {
            track.detach();
            track.input.stop(now);
        }
        self.credit.open();
        while self.unfinished > 0 {
            match self.messages.recv() {
                Ok(message) => self.take_in(message),
                Err(_) => break,
            }
        }
    }
}

/// Should this thread panic, those who wait for the recording's end must not wait for ever.
impl Drop for Coordinator {
    fn drop(&mut self) {
        if !thread::panicking() {
            return;
        }
        for track in &self.tracks {
            track.detach();
            track.input.stop(clock::now());
        }
        self.credit.open();
        let failed = Task::fail(self.session, Fault::Unknown);
        lock(&self.shared.state).machine.perform(failed);
        let message = "the thread that runs the recording panicked";
        let error = RecorderError::new(ErrorKind::Unknown, message);
        self.shared.fire(Event::Error(error));
        self.shared.fire(Event::Stop(Summary::default()));
    }
}
