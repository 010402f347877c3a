//! States, and the order of events.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

/// `RecordingState` of the specification.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum RecordingState {
    /// Not recording: before `start`, and from `stop` on.
    #[default]
    Inactive,
    /// Recording.
    Recording,
    /// Begun and paused.
    Paused,
}

/// A method was called in a state that does not allow it: the DOM's `InvalidStateError`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{method} is not allowed while the recorder is {state:?}")]
pub struct InvalidState {
    /// The method.
    pub method: &'static str,
    /// The state it was called in.
    pub state: RecordingState,
}

/// Why a recording ends with an `error` event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// `NotSupportedError`: the configuration turned out impossible after `start()`, before
    /// anything was gathered. Its task takes the place of the one that `start()` gave, so that no
    /// `start` event is fired.
    NotSupported,
    /// `InvalidModificationError`: a track was added to or removed from the stream.
    InvalidModification,
    /// `UnknownError`: the recording cannot go on (device, encoder, memory, disk).
    Unknown,
}

/// An event to fire, but for `dataavailable`, which is [`Action::Deliver`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Signal {
    /// `start`
    Start,
    /// `pause`
    Pause,
    /// `resume`
    Resume,
    /// `error`
    Error(Fault),
    /// `stop`
    Stop,
}

/// What the one that runs the recording has to do, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Fire an event.
    Fire(Signal),
    /// Fire `dataavailable` with all that was gathered since the last one, even if that is
    /// nothing.
    Deliver,
    /// Stop gathering and make all that was taken in so far part of the gathered data: flush
    /// the encoders, finish the container.
    End,
    /// Stop gathering and forget what was gathered.
    Abandon,
}

/// One recording, from a `start` to its `stop` event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Session(u64);

/// Something queued for later ("queue a task" in the specification), for one session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Task {
    session: Session,
    kind: TaskKind,
}

impl Task {
    /// All recorded tracks of the session have ended. The recorder's state stays until the task
    /// is performed.
    pub fn tracks_ended(session: Session) -> Self {
        Self {
            session,
            kind: TaskKind::TracksEnded,
        }
    }

    /// The session's recording cannot go on. The recorder's state stays until the task is
    /// performed.
    pub fn fail(session: Session, fault: Fault) -> Self {
        Self {
            session,
            kind: TaskKind::Fail(fault),
        }
    }

    /// The session that it belongs to.
    pub fn session(&self) -> Session {
        self.session
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum TaskKind {
    Begin,
    Pause,
    Resume,
    RequestData,
    Stop,
    TracksEnded,
    Fail(Fault),
}

/// The recorder's state.
///
/// Each method changes the state at once and gives back the [`Task`] to queue. Whoever runs the
/// recording hands the tasks back to [`perform`](Self::perform) in the order in which they were
/// made, and does what comes out. Each call of `start` begins a new session; a task of a session
/// that has ended does nothing.
///
/// ```
/// use media_recorder_state::{Action, Machine, Signal};
/// let mut machine = Machine::new("");
/// let start = machine.start("video/webm;codecs=vp9,opus")?;
/// let stop = machine.stop().unwrap();
/// assert_eq!(machine.perform(start), [Action::Fire(Signal::Start)]);
/// assert_eq!(
///     machine.perform(stop),
///     [Action::End, Action::Deliver, Action::Fire(Signal::Stop)]
/// );
/// # Ok::<(), media_recorder_state::InvalidState>(())
/// ```
#[derive(Clone, Debug)]
pub struct Machine {
    state: RecordingState,
    /// What the caller of the constructor asked for, verbatim.
    constrained_type: String,
    /// What `start` chose for the present session.
    extended_type: String,
    /// Whether `extended_type` is what the attribute shows.
    extended: bool,
    /// The present session, or the last one; 0 before the first.
    session: Session,
    /// The last session whose `stop` was fired.
    ended: Session,
}

impl Machine {
    /// An inactive recorder whose `mimeType` reads `mime_type`.
    pub fn new(mime_type: &str) -> Self {
        Self {
            state: RecordingState::Inactive,
            constrained_type: mime_type.into(),
            extended_type: String::new(),
            extended: false,
            session: Session(0),
            ended: Session(0),
        }
    }

    /// The `state` attribute.
    pub fn state(&self) -> RecordingState {
        self.state
    }

    /// The running session, or the last one.
    pub fn session(&self) -> Session {
        self.session
    }

    /// The `mimeType` attribute: what the constructor was given, and from the `start` event to
    /// the end of the recording container and codecs.
    pub fn mime_type(&self) -> &str {
        if self.extended {
            &self.extended_type
        } else {
            &self.constrained_type
        }
    }

    /// The recording of `session` goes on with other codecs: what `mimeType` reads while it runs.
    /// Does nothing if another session has begun.
    pub fn rename(&mut self, session: Session, extended_type: &str) {
        if session == self.session {
            self.extended_type = extended_type.into();
        }
    }

    /// Whether `start` is allowed now.
    ///
    /// # Errors
    ///
    /// [`InvalidState`] unless inactive.
    pub fn check_start(&self) -> Result<(), InvalidState> {
        if self.state == RecordingState::Inactive {
            Ok(())
        } else {
            Err(InvalidState {
                method: "start",
                state: self.state,
            })
        }
    }

    /// `start()`, once the caller has chosen `extended_type` (container and codecs).
    ///
    /// # Errors
    ///
    /// [`InvalidState`] unless inactive.
    pub fn start(&mut self, extended_type: &str) -> Result<Task, InvalidState> {
        self.check_start()?;
        self.state = RecordingState::Recording;
        self.extended_type = extended_type.into();
        self.session = Session(self.session.0 + 1);
        Ok(self.task(TaskKind::Begin))
    }

    /// `stop()`; `None` if inactive, where it does nothing.
    pub fn stop(&mut self) -> Option<Task> {
        if self.state == RecordingState::Inactive {
            return None;
        }
        self.inactivate();
        Some(self.task(TaskKind::Stop))
    }

    /// `pause()`; `None` if paused already.
    ///
    /// # Errors
    ///
    /// [`InvalidState`] if inactive.
    pub fn pause(&mut self) -> Result<Option<Task>, InvalidState> {
        self.require_active("pause")?;
        if self.state == RecordingState::Paused {
            return Ok(None);
        }
        self.state = RecordingState::Paused;
        Ok(Some(self.task(TaskKind::Pause)))
    }

    /// `resume()`; `None` if not paused.
    ///
    /// # Errors
    ///
    /// [`InvalidState`] if inactive.
    pub fn resume(&mut self) -> Result<Option<Task>, InvalidState> {
        self.require_active("resume")?;
        if self.state == RecordingState::Recording {
            return Ok(None);
        }
        self.state = RecordingState::Recording;
        Ok(Some(self.task(TaskKind::Resume)))
    }

    /// `requestData()`.
    ///
    /// # Errors
    ///
    /// [`InvalidState`] if inactive.
    pub fn request_data(&mut self) -> Result<Task, InvalidState> {
        self.require_active("request_data")?;
        Ok(self.task(TaskKind::RequestData))
    }

    /// What a queued task comes to now that its turn has come.
    ///
    /// Where `stop()` came before the task of changed or ended tracks, its own task ends the
    /// recording without an error, as in browsers. A failure is reported all the same: what was
    /// recorded may not be complete.
    pub fn perform(&mut self, task: Task) -> Vec<Action> {
        use Action::{Abandon, Deliver, End, Fire};
        if task.session <= self.ended {
            return Vec::new();
        }
        // A session that was stopped may still have tasks when the next one has begun.
        let active = task.session == self.session && self.state != RecordingState::Inactive;
        match task.kind {
            TaskKind::Begin => {
                // After a synchronous stop() the attribute has been reset for good.
                self.extended |= active;
                vec![Fire(Signal::Start)]
            }
            TaskKind::Pause => vec![Fire(Signal::Pause)],
            TaskKind::Resume => vec![Fire(Signal::Resume)],
            TaskKind::RequestData => vec![Deliver],
            TaskKind::TracksEnded | TaskKind::Fail(Fault::InvalidModification) if !active => {
                Vec::new()
            }
            TaskKind::Stop | TaskKind::TracksEnded => {
                self.end(task.session);
                vec![End, Deliver, Fire(Signal::Stop)]
            }
            TaskKind::Fail(fault) => {
                self.end(task.session);
                let error = Fire(Signal::Error(fault));
                match fault {
                    Fault::NotSupported => vec![Abandon, error, Fire(Signal::Stop)],
                    _ => vec![error, End, Deliver, Fire(Signal::Stop)],
                }
            }
        }
    }

    /// Nothing more is fired for `session`. One that has begun since goes on.
    fn end(&mut self, session: Session) {
        self.ended = session;
        if session == self.session {
            self.inactivate();
        }
    }

    /// "Inactivate the recorder" of the specification.
    fn inactivate(&mut self) {
        self.state = RecordingState::Inactive;
        self.extended = false;
    }

    fn require_active(&self, method: &'static str) -> Result<(), InvalidState> {
        if self.state == RecordingState::Inactive {
            Err(InvalidState {
                method,
                state: self.state,
            })
        } else {
            Ok(())
        }
    }

    fn task(&self, kind: TaskKind) -> Task {
        Task {
            session: self.session,
            kind,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Action::{Abandon, Deliver, End, Fire};

    const TYPE: &str = "video/webm;codecs=vp9";

    /// Performs the tasks in order and gathers what comes out.
    fn run(machine: &mut Machine, tasks: impl IntoIterator<Item = Task>) -> Vec<Action> {
        tasks
            .into_iter()
            .flat_map(|task| machine.perform(task))
            .collect()
    }

    #[test]
    fn events_come_in_the_order_of_the_calls() {
        let mut m = Machine::new("");
        let tasks = [
            m.start(TYPE).unwrap(),
            m.pause().unwrap().unwrap(),
            m.resume().unwrap().unwrap(),
            m.request_data().unwrap(),
            m.stop().unwrap(),
        ];
        assert_eq!(m.state(), RecordingState::Inactive);
        assert_eq!(
            run(&mut m, tasks),
            [
                Fire(Signal::Start),
                Fire(Signal::Pause),
                Fire(Signal::Resume),
                Deliver,
                End,
                Deliver,
                Fire(Signal::Stop)
            ]
        );
    }

    #[test]
    fn calls_in_the_wrong_state_change_nothing() {
        let mut m = Machine::new("");
        for method in ["pause", "resume", "request_data"] {
            let error = match method {
                "pause" => m.pause().unwrap_err(),
                "resume" => m.resume().unwrap_err(),
                _ => m.request_data().unwrap_err(),
            };
            assert_eq!(
                error,
                InvalidState {
                    method,
                    state: RecordingState::Inactive
                }
            );
        }
        assert_eq!(m.stop(), None);
        m.start(TYPE).unwrap();
        assert!(m.start(TYPE).is_err());
        assert_eq!(m.resume(), Ok(None));
        m.pause().unwrap();
        assert_eq!(m.pause(), Ok(None));
        assert!(m.start(TYPE).is_err());
        assert_eq!(m.state(), RecordingState::Paused);
    }

    #[test]
    fn the_type_is_extended_from_the_start_event_to_the_end() {
        let mut m = Machine::new("video/webm");
        let start = m.start(TYPE).unwrap();
        assert_eq!(m.mime_type(), "video/webm");
        m.perform(start);
        assert_eq!(m.mime_type(), TYPE);
        m.stop();
        assert_eq!(m.mime_type(), "video/webm");

        let (start, stop) = (m.start(TYPE).unwrap(), m.stop().unwrap());
        assert_eq!(m.perform(start), [Fire(Signal::Start)]);
        assert_eq!(m.mime_type(), "video/webm");
        m.perform(stop);
    }

    #[test]
    fn ended_tracks_stop_without_error_and_only_when_their_turn_comes() {
        let mut m = Machine::new("");
        let start = m.start(TYPE).unwrap();
        let ended = Task::tracks_ended(start.session());
        assert_eq!(m.perform(start), [Fire(Signal::Start)]);
        assert_eq!(m.state(), RecordingState::Recording);
        assert_eq!(m.perform(ended), [End, Deliver, Fire(Signal::Stop)]);
        assert_eq!(m.state(), RecordingState::Inactive);
    }

    #[test]
    fn a_stop_before_the_task_of_a_changed_track_hides_it() {
        let mut m = Machine::new("");
        let start = m.start(TYPE).unwrap();
        let fault = Task::fail(start.session(), Fault::InvalidModification);
        let stop = m.stop().unwrap();
        assert_eq!(
            run(&mut m, [start, fault, stop]),
            [Fire(Signal::Start), End, Deliver, Fire(Signal::Stop)]
        );
    }

    #[test]
    fn a_stop_before_the_task_of_a_failure_does_not_hide_it() {
        let mut m = Machine::new("");
        let start = m.start(TYPE).unwrap();
        let fault = Task::fail(start.session(), Fault::Unknown);
        let stop = m.stop().unwrap();
        // The next session begins before the tasks of the last have had their turn.
        let again = m.start(TYPE).unwrap();
        assert_eq!(
            run(&mut m, [start, fault, stop]),
            [
                Fire(Signal::Start),
                Fire(Signal::Error(Fault::Unknown)),
                End,
                Deliver,
                Fire(Signal::Stop)
            ]
        );
        assert_eq!(m.state(), RecordingState::Recording);

        let fault = Task::fail(again.session(), Fault::NotSupported);
        let stop = m.stop().unwrap();
        assert_eq!(
            run(&mut m, [fault, stop]),
            [
                Abandon,
                Fire(Signal::Error(Fault::NotSupported)),
                Fire(Signal::Stop)
            ]
        );
    }

    #[test]
    fn a_fault_keeps_the_data_unless_nothing_can_be_recorded() {
        for (fault, expected) in [
            (
                Fault::Unknown,
                vec![
                    Fire(Signal::Error(Fault::Unknown)),
                    End,
                    Deliver,
                    Fire(Signal::Stop),
                ],
            ),
            (
                Fault::NotSupported,
                vec![
                    Abandon,
                    Fire(Signal::Error(Fault::NotSupported)),
                    Fire(Signal::Stop),
                ],
            ),
        ] {
            let mut m = Machine::new("");
            let start = m.start(TYPE).unwrap();
            let failed = Task::fail(start.session(), fault);
            let paused = m.pause().unwrap().unwrap();
            m.perform(start);
            assert_eq!(m.perform(failed), expected);
            assert_eq!(
                run(&mut m, [failed, paused]),
                [],
                "nothing comes after stop"
            );
        }
    }

    #[test]
    fn a_new_session_is_not_touched_by_the_tasks_of_the_old() {
        let mut m = Machine::new("");
        let start = m.start(TYPE).unwrap();
        let changed = Task::fail(start.session(), Fault::InvalidModification);
        let failed = Task::fail(start.session(), Fault::Unknown);
        let stop = m.stop().unwrap();
        // The next session begins before the tasks of the last have had their turn.
        let again = m.start(TYPE).unwrap();
        assert_eq!(
            run(&mut m, [start, changed, stop, failed, again]),
            [
                Fire(Signal::Start),
                End,
                Deliver,
                Fire(Signal::Stop),
                Fire(Signal::Start)
            ]
        );
        assert_eq!(m.state(), RecordingState::Recording);
        assert_eq!(m.mime_type(), TYPE);
    }
}
