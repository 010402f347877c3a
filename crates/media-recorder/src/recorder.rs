//! `MediaRecorder`.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use media_recorder_state::{
    Bitrates, Fault, Machine, RecordingState, Task, TrackNeed, is_type_supported, plan,
};
use media_recorder_types::{MediaTime, TrackKind};

use crate::clock;
use crate::error::{ErrorKind, RecorderError};
use crate::event::Event;
use crate::event_queue::EventQueue;
use crate::events::Events;
use crate::options::{AudioBitrateMode, RecorderOptions};
use crate::session::{Message, Recipe, Session, prepare};
use crate::statistics::Statistics;
use crate::stream::{MediaStream, MediaStreamTrack, ReadyState, StreamListener};
use crate::support::{calibrate, capabilities, capabilities_for, need_of};
use crate::sync::{Mutex, lock};

/// The slices in which data goes to whoever saves it: what a killed process loses at most.
const SAVE_SLICE: MediaTime = MediaTime::SECOND;

/// Records a [`MediaStream`].
///
/// This is a handle: its clones are the same recorder. **Every method changes the state at once
/// and returns at once; events follow** through the [`Events`] that [`new`](Self::new) gave, in
/// the specified order. When the last handle is dropped, a running recording is stopped as by
/// [`stop`](Self::stop), and its last events can still be received.
///
/// Specification: <https://w3c.github.io/mediacapture-record/#mediarecorder-api>
///
/// ```
/// use media_recorder::{Event, MediaRecorder, RecorderOptions, TestPattern};
/// let stream = TestPattern::new().size(64, 48).duration(std::time::Duration::from_secs(1)).as_fast_as_possible()
///     .capture_stream()?;
/// let (recorder, events) = MediaRecorder::new(&stream, RecorderOptions::new())?;
/// recorder.start()?;
/// let mut bytes = 0;
/// for event in events {
///     if let Event::DataAvailable(blob) = event {
///         bytes += blob.data.size();
///     }
/// }
/// assert!(bytes > 0);
/// # Ok::<(), media_recorder::RecorderError>(())
/// ```
#[derive(Clone)]
pub struct MediaRecorder {
    handle: Arc<Handle>,
}

/// Dropped with the last handle.
struct Handle {
    shared: Arc<Shared>,
}

/// What the handles and the recording's threads share.
pub(crate) struct Shared {
    options: RecorderOptions,
    stream: MediaStream,
    pub(crate) state: Mutex<State>,
    events: Arc<EventQueue<Event>>,
    /// The events go to somebody who saves them as they come.
    saving: AtomicBool,
}

pub(crate) struct State {
    pub(crate) machine: Machine,
    /// Those of the last recording.
    bitrates: Bitrates,
    /// The last recording, running or not.
    session: Option<Session>,
}

impl MediaRecorder {
    /// A recorder of `stream`, inactive, and the events that it will fire.
    ///
    /// The stream may be empty or inactive yet.
    ///
    /// For live pictures that have to be encoded, the first recorder of a process measures how fast
    /// this machine does that, so that [`start`](Self::start) knows: that takes less than half a
    /// second for the codec that the type names, or for each one, the best first, until one keeps
    /// up.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotSupported`] if [`RecorderOptions::mime_type`] is malformed or names a
    /// container or codec that cannot be recorded: not encoded by this build, nor encoded already
    /// in a track of the stream.
    pub fn new(
        stream: &MediaStream,
        options: RecorderOptions,
    ) -> Result<(Self, Events), RecorderError> {
        let capabilities = capabilities_for(&stream.tracks());
        if !is_type_supported(&options.mime_type, &capabilities, true) {
            let message = format!("the type `{}` cannot be recorded", options.mime_type);
            return Err(RecorderError::new(ErrorKind::NotSupported, message));
        }
        calibrate(&stream.tracks(), &options.mime_type);
        let queue = Arc::new(EventQueue::new());
        let state = State {
            machine: Machine::new(&options.mime_type),
            bitrates: options.bitrates.at_rest(),
            session: None,
        };
        let shared = Arc::new(Shared {
            options,
            stream: stream.clone(),
            state: Mutex::new(state),
            events: Arc::clone(&queue),
            saving: AtomicBool::new(false),
        });
        let weak = Arc::downgrade(&shared);
        stream.listen(weak.clone() as Weak<dyn StreamListener>);
        let events = Events::new(queue, weak);
        Ok((
            Self {
                handle: Arc::new(Handle { shared }),
            },
            events,
        ))
    }

    /// Whether this build can record the type: container, codecs, both together. What follows
    /// the first dot of a codec is not looked at. The empty type is supported.
    ///
    /// Specification: <https://w3c.github.io/mediacapture-record/#dom-mediarecorder-istypesupported>
    ///
    /// ```
    /// use media_recorder::MediaRecorder;
    /// assert!(MediaRecorder::is_type_supported("video/webm;codecs=vp9,opus"));
    /// assert!(!MediaRecorder::is_type_supported("video/webm;codecs=theora"));
    /// ```
    pub fn is_type_supported(mime_type: &str) -> bool {
        is_type_supported(mime_type, &capabilities(), false)
    }

    /// Records until [`stop`](Self::stop), or until all tracks have ended. The data comes in
    /// one blob at the end, unless it is [requested](Self::request_data) or
    /// [saved](Events::save_to) before.
    ///
    /// # Errors
    ///
    /// In this order, and nothing has changed then:
    /// [`ErrorKind::InvalidState`] unless inactive;
    /// [`ErrorKind::NotSupported`] if the stream has no live track, if both a duration and a
    /// count were given for key frames, or if a track cannot be recorded as the type says;
    /// [`ErrorKind::Unknown`] if the operating system gives no thread.
    pub fn start(&self) -> Result<(), RecorderError> {
        self.handle.shared.start(None)
    }

    /// Like [`start`](Self::start), with a blob each time at least `timeslice` of media has
    /// been gathered (10 ms at least; whole milliseconds are not needed).
    ///
    /// # Errors
    ///
    /// Those of [`start`](Self::start).
    pub fn start_with_timeslice(&self, timeslice: Duration) -> Result<(), RecorderError> {
        self.handle.shared.start(Some(timeslice.into()))
    }

    /// Ends the recording: everything captured until now is encoded, the rest of the data and
    /// the `stop` event follow. Does nothing if inactive.
    ///
    /// # Errors
    ///
    /// None so far; the result is there for what a later version may have to report.
    pub fn stop(&self) -> Result<(), RecorderError> {
        self.handle.shared.stop();
        Ok(())
    }

    /// Interrupts the recording: what is captured until [`resume`](Self::resume) is left out,
    /// and leaves no gap. A file that is recorded as fast as possible waits meanwhile.
    /// Does nothing if paused.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidState`] if inactive.
    pub fn pause(&self) -> Result<(), RecorderError> {
        let mut state = lock(&self.handle.shared.state);
        if let (Some(task), Some(session)) = (state.machine.pause()?, &state.session) {
            session.pause();
            session.queue(task);
        }
        Ok(())
    }

    /// Goes on with a paused recording. Does nothing if not paused.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidState`] if inactive.
    pub fn resume(&self) -> Result<(), RecorderError> {
        let mut state = lock(&self.handle.shared.state);
        if let (Some(task), Some(session)) = (state.machine.resume()?, &state.session) {
            session.resume();
            session.queue(task);
        }
        Ok(())
    }

    /// Asks for the data gathered so far, possibly none, as an event.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidState`] if inactive.
    pub fn request_data(&self) -> Result<(), RecorderError> {
        let mut state = lock(&self.handle.shared.state);
        let task = state.machine.request_data()?;
        if let Some(session) = &state.session {
            session.queue(task);
        }
        Ok(())
    }

    /// The stream that is recorded.
    pub fn stream(&self) -> &MediaStream {
        &self.handle.shared.stream
    }

    /// Inactive, recording or paused.
    pub fn state(&self) -> RecordingState {
        lock(&self.handle.shared.state).machine.state()
    }

    /// What the options said, and from the `start` event to the end of the recording the
    /// container and codecs in use.
    pub fn mime_type(&self) -> String {
        lock(&self.handle.shared.state)
            .machine
            .mime_type()
            .to_owned()
    }

    /// The target for all picture tracks together, in bits per second.
    pub fn video_bits_per_second(&self) -> u32 {
        self.handle.shared.bitrates().video
    }

    /// The target for all sound tracks together, in bits per second.
    pub fn audio_bits_per_second(&self) -> u32 {
        self.handle.shared.bitrates().audio
    }

    /// How sound is encoded: as the options asked, where this build can.
    pub fn audio_bitrate_mode(&self) -> AudioBitrateMode {
        self.handle.shared.options.bitrate_mode()
    }

    /// What was counted since the last `start`; all zero before the first.
    pub fn statistics(&self) -> Statistics {
        let shared = &self.handle.shared;
        let state = lock(&shared.state);
        let session = state.session.as_ref();
        session
            .map(|session| session.statistics(shared.unread()))
            .unwrap_or_default()
    }
}

impl std::fmt::Debug for MediaRecorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MediaRecorder")
            .field("state", &self.state())
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shared")
    }
}

/// Neither a handle nor a recording is left: no event comes any more.
impl Drop for Shared {
    fn drop(&mut self) {
        self.events.close();
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.shared.stop();
    }
}

impl Shared {
    fn start(self: &Arc<Self>, timeslice: Option<MediaTime>) -> Result<(), RecorderError> {
        let mut state = lock(&self.state);
        state.machine.check_start()?;
        let mut tracks = self.stream.tracks();
        tracks.retain(|track| track.ready_state() == ReadyState::Live);
        let kinds: Vec<TrackKind> = tracks.iter().map(MediaStreamTrack::kind).collect();
        let needs: Vec<TrackNeed> = tracks.iter().map(need_of).collect();
        let capabilities = capabilities_for(&tracks);
        let plan = plan(&self.options.mime_type, &needs, &capabilities)?;
        let key_frames = self.options.key_frames().ok_or_else(|| {
            let message = "key frames by duration and by count exclude each other";
            RecorderError::new(ErrorKind::NotSupported, message)
        })?;
        let bitrates = self.options.bitrates.for_tracks(&kinds);
        let prepared = prepare(Recipe {
            plan,
            tracks,
            bitrates,
            key_frames,
            timeslice,
            constant_bitrate: self.options.bitrate_mode() == AudioBitrateMode::Constant,
            size_change: self.options.size_change,
            self_contained_chunks: self.options.self_contained_chunks,
            preset: self.options.preset,
            degradation: self.options.degradation,
            parallelism: self.options.parallelism,
        })?;

        // Nothing is refused from here on, but that a thread may be.
        let mut machine = state.machine.clone();
        let task = machine.start(prepared.mime_type())?;
        let previous = state.session.as_mut().and_then(Session::take_thread);
        let now = clock::now();
        let session = prepared.launch(self, task, now, previous)?;
        state.machine = machine;
        state.bitrates = bitrates;
        session.attach(now);
        state.session = Some(session);
        Ok(())
    }

    fn stop(&self) {
        let mut state = lock(&self.state);
        if let (Some(task), Some(session)) = (state.machine.stop(), &state.session) {
            session.stop();
            session.queue(task);
        }
    }

    /// For the tracks of a running recording, else as the options have it.
    fn bitrates(&self) -> Bitrates {
        let state = lock(&self.state);
        match state.machine.state() {
            RecordingState::Inactive => self.options.bitrates.at_rest(),
            _ => state.bitrates,
        }
    }

    /// Ends a running recording with an error.
    pub(crate) fn fail(&self, error: RecorderError) {
        if let Some(session) = &lock(&self.state).session {
            let _ = session.messages.send(Message::Failed(error));
        }
    }

    /// Sends an event. Where nobody receives them any more, it is dropped with its data.
    pub(crate) fn fire(&self, event: Event) {
        let weight = event.weight();
        self.events.push(event, weight);
    }

    /// What waits to be received, in bytes.
    pub(crate) fn unread(&self) -> u64 {
        self.events.weight()
    }

    /// Whether nobody receives events any more.
    pub(crate) fn is_unheard(&self) -> bool {
        self.events.is_abandoned()
    }

    /// How much may wait, in bytes.
    pub(crate) fn max_buffered_bytes(&self) -> u64 {
        self.options.max_buffered_bytes
    }

    /// From now on the events are saved as they come.
    pub(crate) fn set_saving(&self) {
        self.saving.store(true, Ordering::Relaxed);
    }

    /// The slices that one who saves wants.
    pub(crate) fn save_slice(&self) -> Option<MediaTime> {
        self.saving.load(Ordering::Relaxed).then_some(SAVE_SLICE)
    }
}

impl StreamListener for Shared {
    fn tracks_changed(&self) {
        let state = lock(&self.state);
        let active = state.machine.state() != RecordingState::Inactive;
        if let Some(session) = state.session.as_ref().filter(|_| active) {
            let id = state.machine.session();
            session.queue(Task::fail(id, Fault::InvalidModification));
        }
    }
}
