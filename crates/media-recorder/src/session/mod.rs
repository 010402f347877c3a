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
mod coordinator;
mod credit;
mod input;
mod queue;
mod start;
mod worker;

use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::thread::JoinHandle;

use media_recorder_state::Task;
use media_recorder_types::{MediaTime, MediaTrack, Packet};

use crate::clock;
use crate::error::RecorderError;
use crate::statistics::SessionCounters;
use crate::stream::{MediaStreamTrack, Sink};
use input::TrackInput;

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

    fn sink(&self) -> Arc<dyn Sink> {
        Arc::clone(&self.input) as Arc<dyn Sink>
    }
}

/// The recorder's end of a running recording.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) messages: Sender<Message>,
    pub(crate) counters: Arc<SessionCounters>,
    tracks: Vec<RecordedTrack>,
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
        let now = clock::now();
        for track in &self.tracks {
            track.input.pause(now);
        }
    }

    pub(crate) fn resume(&self) {
        let now = clock::now();
        for track in &self.tracks {
            track.input.resume(now);
        }
    }

    /// Takes nothing in any more.
    pub(crate) fn stop(&self) {
        let now = clock::now();
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
