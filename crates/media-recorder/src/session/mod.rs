//! One recording, from `start` to its `stop` event.
//!
//! ```text
//! source ─▶ TrackInput ─queue─▶ Worker (a thread per track) ─Message─▶ Coordinator (a thread)
//!                                                     Assembler: order, container, slices ─▶ Event
//! ```
//!
//! The coordinator is the only one that fires events, so their order is the order of its
//! messages. It never waits for a caller; callers never wait for it.

mod assembler;
mod continuity;
mod controller;
mod coordinator;
mod counters;
mod credit;
mod encoders;
mod files;
mod input;
mod pass_through;
mod queue;
mod renewal;
mod sizes;
mod sleep;
mod start;
mod worker;

use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::thread::JoinHandle;

use media_recorder_state::Task;
use media_recorder_types::{Codec, MediaTime, MediaTrack, Packet};

use crate::clock;
use crate::error::RecorderError;
use crate::statistics::Statistics;
use crate::stream::{MediaStreamTrack, Sink};
use counters::SessionCounters;
use input::{TrackInput, place_of};
use sleep::SleepWatch;

pub(crate) use start::{Recipe, prepare};

/// What the coordinator is told.
#[derive(Debug)]
pub(crate) enum Message {
    /// The recorder queued a task.
    Task(Task),
    /// The header's part of a track is known.
    Described(usize, MediaTrack),
    /// A packet of a track.
    Packet(usize, Packet),
    /// What follows of a track belongs into the next file, where it has this codec; the present one
    /// ends at this recording time.
    Passed(usize, MediaTime, Codec),
    /// A track's encoder is done.
    Finished(usize),
    /// A track's source has ended, with an error if it broke.
    TrackEnded(usize, Option<RecorderError>),
    /// The recording cannot go on.
    Failed(RecorderError),
}

/// A track of the stream and the input that takes its frames.
#[derive(Clone, Debug)]
pub(crate) struct RecordedTrack {
    track: MediaStreamTrack,
    input: Arc<TrackInput>,
}

impl RecordedTrack {
    fn attach(&self, now: MediaTime) {
        self.track.attach(self.sink(), now);
    }

    fn detach(&self) {
        self.track.detach(&self.sink());
    }

    fn tick(&self, now: MediaTime) {
        self.input.tick(now, self.track.is_silenced());
    }

    fn sink(&self) -> Arc<dyn Sink> {
        Arc::clone(&self.input) as Arc<dyn Sink>
    }
}

/// The recorder's end of a running recording.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) messages: Sender<Message>,
    counters: Arc<SessionCounters>,
    tracks: Vec<RecordedTrack>,
    sleep: Arc<SleepWatch>,
    thread: Option<JoinHandle<()>>,
}

impl Session {
    /// Begins to take frames: those captured from `now` on.
    pub(crate) fn attach(&self, now: MediaTime) {
        for track in &self.tracks {
            track.attach(now);
        }
    }

    pub(crate) fn pause(&self) {
        self.at_the_present(TrackInput::pause);
    }

    pub(crate) fn resume(&self) {
        self.at_the_present(TrackInput::resume);
    }

    /// The present numbers; `unread` is what waits in events, in bytes.
    pub(crate) fn statistics(&self, unread: u64) -> Statistics {
        let queues = self.tracks.iter().map(|track| track.input.queue.depth());
        self.counters.read(queues, unread)
    }

    /// Does something to every track at the same instant.
    fn at_the_present(&self, act: impl Fn(&TrackInput, MediaTime)) {
        let now = clock::now();
        self.sleep.tick(now);
        let tracks = || self.tracks.iter().map(|track| &track.track);
        // All places first: the first act may let a source go on.
        let places: Vec<_> = tracks()
            .map(|track| place_of(track, tracks(), now))
            .collect();
        for (track, place) in self.tracks.iter().zip(places) {
            act(&track.input, place);
        }
    }

    /// Takes nothing in any more.
    pub(crate) fn stop(&self) {
        let now = clock::now();
        self.sleep.tick(now);
        for track in &self.tracks {
            track.input.stop(now);
        }
    }

    /// Queues a task.
    pub(crate) fn queue(&self, task: Task) {
        // A coordinator that is gone has fired `stop`; nothing can come after that.
        let _ = self.messages.send(Message::Task(task));
    }

    /// The coordinator's thread, for the next session to wait for: events of two recordings
    /// never mix.
    pub(crate) fn take_thread(&mut self) -> Option<JoinHandle<()>> {
        self.thread.take()
    }
}
