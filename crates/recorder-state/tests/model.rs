//! [`Machine`] against a second, naive model, written straight from the steps of
//! <https://w3c.github.io/mediacapture-record/>: a list of queued tasks, each a list of steps.
//!
//! The text leaves three things open, or says them in a way that no browser follows. Model and
//! machine read it alike there:
//!
//! - **A recording fires nothing after its `stop` event.** Tasks that still wait for it are void.
//! - **Steps of one recording do not touch another's.** "Inactivate the recorder" of a recording
//!   that was stopped does not end the one begun after it, and the task that fires `start` does
//!   not set the `mimeType` of a recording that was stopped meanwhile.
//! - **Where `stop()` came before the task of a changed or ended track, it is an ordinary stop**:
//!   web-platform-tests, `mediacapture-record/MediaRecorder-stop.html`, "… will not fire an error
//!   event if a recorder is stopped synchronously after …".

use media_recorder_state::{
    Action, Fault, InvalidState, Machine, RecordingState, Session, Signal, Task,
};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

use RecordingState::{Inactive, Paused, Recording};

/// A sentence of a task.
#[derive(Clone, Debug)]
enum Step {
    /// "Inactivate the recorder with recorder."
    Inactivate,
    /// "Set recorder's mimeType attribute to extendedMimeType."
    SetMimeType(String),
    /// "Fire an event …"
    Fire(Signal),
    /// "Fire a blob event named dataavailable …"
    FireBlob,
}

#[derive(Clone, Debug)]
struct QueuedTask {
    recording: usize,
    /// Whether a `stop()` that came first makes it void.
    void_once_stopped: bool,
    steps: Vec<Step>,
}

/// What "start recording … in parallel" keeps for one call of `start()`.
#[derive(Clone, Copy, Debug, Default)]
struct ModelRecording {
    inactivated: bool,
    stop_fired: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fired {
    Event(Signal),
    Blob,
}

#[derive(Debug)]
struct Model {
    /// `[[ConstrainedMimeType]]`
    constrained_mime_type: String,
    mime_type: String,
    state: RecordingState,
    /// The first is over already: what the machine's session is before the first `start()`.
    recordings: Vec<ModelRecording>,
    tasks: Vec<QueuedTask>,
}

impl Model {
    /// <https://w3c.github.io/mediacapture-record/#dom-mediarecorder-mediarecorder>
    fn new(mime_type: &str) -> Self {
        let over = ModelRecording {
            inactivated: true,
            stop_fired: true,
        };
        Self {
            constrained_mime_type: mime_type.into(),
            mime_type: mime_type.into(),
            state: Inactive,
            recordings: vec![over],
            tasks: Vec::new(),
        }
    }

    fn invalid_state(&self, method: &'static str) -> InvalidState {
        InvalidState {
            method,
            state: self.state,
        }
    }

    fn present(&self) -> usize {
        self.recordings.len() - 1
    }

    fn queue(&mut self, recording: usize, steps: Vec<Step>) {
        self.tasks.push(QueuedTask {
            recording,
            void_once_stopped: false,
            steps,
        });
    }

    /// <https://w3c.github.io/mediacapture-record/#dom-mediarecorder-start>; the steps that run
    /// in parallel find out at once whether the configuration is `possible`.
    fn start(&mut self, extended_type: &str, possible: bool) -> Result<(), InvalidState> {
        if self.state != Inactive {
            return Err(self.invalid_state("start"));
        }
        self.state = Recording;
        self.recordings.push(ModelRecording::default());
        if possible {
            let steps = vec![
                Step::SetMimeType(extended_type.into()),
                Step::Fire(Signal::Start),
            ];
            self.queue(self.present(), steps);
        } else {
            self.fail(self.present(), Fault::NotSupported);
        }
        Ok(())
    }

    /// <https://w3c.github.io/mediacapture-record/#dom-mediarecorder-stop>; whether a task was
    /// queued.
    fn stop(&mut self) -> bool {
        if self.state == Inactive {
            return false;
        }
        self.inactivate(self.present());
        self.queue(
            self.present(),
            vec![Step::FireBlob, Step::Fire(Signal::Stop)],
        );
        true
    }

    /// <https://w3c.github.io/mediacapture-record/#dom-mediarecorder-pause>
    fn pause(&mut self) -> Result<bool, InvalidState> {
        if self.state == Inactive {
            return Err(self.invalid_state("pause"));
        }
        if self.state == Paused {
            return Ok(false);
        }
        self.state = Paused;
        self.queue(self.present(), vec![Step::Fire(Signal::Pause)]);
        Ok(true)
    }

    /// <https://w3c.github.io/mediacapture-record/#dom-mediarecorder-resume>
    fn resume(&mut self) -> Result<bool, InvalidState> {
        if self.state == Inactive {
            return Err(self.invalid_state("resume"));
        }
        if self.state == Recording {
            return Ok(false);
        }
        self.state = Recording;
        self.queue(self.present(), vec![Step::Fire(Signal::Resume)]);
        Ok(true)
    }

    /// <https://w3c.github.io/mediacapture-record/#dom-mediarecorder-requestdata>
    fn request_data(&mut self) -> Result<(), InvalidState> {
        if self.state == Inactive {
            return Err(self.invalid_state("request_data"));
        }
        self.queue(self.present(), vec![Step::FireBlob]);
        Ok(())
    }

    /// `start()`: "If all recorded tracks become ended …"
    fn tracks_ended(&mut self, recording: usize) {
        self.tasks.push(QueuedTask {
            recording,
            void_once_stopped: true,
            steps: vec![Step::Inactivate, Step::FireBlob, Step::Fire(Signal::Stop)],
        });
    }

    /// `start()`: "If the User Agent does not support the specified combination …", "If at any
    /// point, a track is added to or removed …", "If the UA at any point is unable to continue …"
    fn fail(&mut self, recording: usize, fault: Fault) {
        let mut steps = vec![Step::Inactivate, Step::Fire(Signal::Error(fault))];
        if fault != Fault::NotSupported {
            steps.push(Step::FireBlob);
        }
        steps.push(Step::Fire(Signal::Stop));
        self.tasks.push(QueuedTask {
            recording,
            void_once_stopped: fault == Fault::InvalidModification,
            steps,
        });
    }

    /// <https://w3c.github.io/mediacapture-record/#abstract-opdef-inactivate-the-recorder>
    fn inactivate(&mut self, recording: usize) {
        if !self.recordings[recording].inactivated {
            self.recordings[recording].inactivated = true;
            self.mime_type = self.constrained_mime_type.clone();
            self.state = Inactive;
        }
    }

    /// Takes the next task off the list and runs its steps.
    fn perform_next(&mut self) -> Option<Vec<Fired>> {
        let next = oldest(&self.tasks, |task| task.recording)?;
        let task = self.tasks.remove(next);
        let mut fired = Vec::new();
        let recording = self.recordings[task.recording];
        if recording.stop_fired || (task.void_once_stopped && recording.inactivated) {
            return Some(fired);
        }
        for step in task.steps {
            match step {
                Step::Inactivate => self.inactivate(task.recording),
                Step::SetMimeType(mime_type) => {
                    if !self.recordings[task.recording].inactivated {
                        self.mime_type = mime_type;
                    }
                }
                Step::Fire(signal) => {
                    self.recordings[task.recording].stop_fired |= signal == Signal::Stop;
                    fired.push(Fired::Event(signal));
                }
                Step::FireBlob => fired.push(Fired::Blob),
            }
        }
        Some(fired)
    }
}

/// The place of the task that is next: of two recordings, the older one's come first.
fn oldest<T, K: Ord>(tasks: &[T], recording: impl Fn(&T) -> K) -> Option<usize> {
    (0..tasks.len()).min_by_key(|n| recording(&tasks[*n]))
}

#[derive(Clone, Debug)]
enum Operation {
    Start {
        possible: bool,
    },
    Stop,
    Pause,
    Resume,
    RequestData,
    /// Of the recording so many before the present one.
    TracksEnded {
        before: usize,
    },
    Fail {
        before: usize,
        fault: Fault,
    },
    Perform,
}

fn operation() -> impl Strategy<Value = Operation> {
    let fault = prop_oneof![
        Just(Fault::NotSupported),
        Just(Fault::InvalidModification),
        Just(Fault::Unknown)
    ];
    let before = prop_oneof![4 => Just(0_usize), 1 => 1_usize..4];
    prop_oneof![
        4 => prop::bool::weighted(0.8).prop_map(|possible| Operation::Start { possible }),
        2 => Just(Operation::Stop),
        2 => Just(Operation::Pause),
        2 => Just(Operation::Resume),
        2 => Just(Operation::RequestData),
        1 => before.clone().prop_map(|before| Operation::TracksEnded { before }),
        2 => (before, fault).prop_map(|(before, fault)| Operation::Fail { before, fault }),
        8 => Just(Operation::Perform),
    ]
}

/// The machine, driven as by one who runs recordings.
struct Driven {
    machine: Machine,
    tasks: Vec<Task>,
    /// As the model's recordings.
    sessions: Vec<Session>,
}

impl Driven {
    fn session(&self, before: usize) -> (usize, Session) {
        let index = (self.sessions.len() - 1).saturating_sub(before);
        (index, self.sessions[index])
    }

    fn queue(&mut self, task: Option<Task>) -> bool {
        self.tasks.extend(task);
        task.is_some()
    }

    fn perform_next(&mut self) -> Option<Vec<Action>> {
        let next = oldest(&self.tasks, Task::session)?;
        let task = self.tasks.remove(next);
        Some(self.machine.perform(task))
    }
}

/// Events are compared; that a last blob holds everything, or that there is none, is checked.
fn fired(actions: &[Action]) -> Result<Vec<Fired>, TestCaseError> {
    let mut fired = Vec::new();
    let mut ended = None;
    for action in actions {
        match action {
            Action::Fire(signal) => fired.push(Fired::Event(*signal)),
            Action::Deliver => {
                prop_assert_ne!(ended, Some(Action::Abandon), "{:?}", actions);
                fired.push(Fired::Blob);
            }
            Action::End | Action::Abandon => {
                prop_assert_eq!(ended.replace(*action), None, "ended twice: {:?}", actions);
                prop_assert!(!fired.contains(&Fired::Blob), "too late: {:?}", actions);
            }
        }
    }
    let stops = fired.last() == Some(&Fired::Event(Signal::Stop));
    prop_assert_eq!(ended.is_some(), stops, "{:?}", actions);
    Ok(fired)
}

fn compare_call(operation: &Operation, driven: &mut Driven, model: &mut Model) -> TestCaseResult {
    let before = format!("{:?}", driven.machine);
    let machine = &mut driven.machine;
    let result = match *operation {
        Operation::Start { possible } => {
            prop_assert_eq!(machine.check_start().is_ok(), model.state == Inactive);
            let extended = format!("video/webm;codecs=number-{}", model.recordings.len());
            let result = machine.start(&extended);
            if let Ok(begin) = result {
                let session = begin.session();
                prop_assert_eq!(machine.session(), session);
                driven.sessions.push(session);
                let impossible = Task::fail(session, Fault::NotSupported);
                driven.queue(Some(if possible { begin } else { impossible }));
            }
            let result = result.map(|_| ());
            prop_assert_eq!(result, model.start(&extended, possible));
            result
        }
        Operation::Stop => {
            let task = machine.stop();
            prop_assert_eq!(driven.queue(task), model.stop());
            Ok(())
        }
        Operation::Pause => {
            let result = machine.pause().map(|task| driven.queue(task));
            prop_assert_eq!(result, model.pause());
            result.map(|_| ())
        }
        Operation::Resume => {
            let result = machine.resume().map(|task| driven.queue(task));
            prop_assert_eq!(result, model.resume());
            result.map(|_| ())
        }
        Operation::RequestData => {
            let result = machine.request_data().map(|task| {
                driven.queue(Some(task));
            });
            prop_assert_eq!(result, model.request_data());
            result
        }
        Operation::TracksEnded { before } => {
            let (recording, session) = driven.session(before);
            driven.queue(Some(Task::tracks_ended(session)));
            model.tracks_ended(recording);
            Ok(())
        }
        Operation::Fail { before, fault } => {
            let (recording, session) = driven.session(before);
            driven.queue(Some(Task::fail(session, fault)));
            model.fail(recording, fault);
            Ok(())
        }
        Operation::Perform => compare_task(driven, model).map(|_| Ok(()))?,
    };
    if result.is_err() {
        prop_assert_eq!(before, format!("{:?}", driven.machine));
    }
    Ok(())
}

/// Whether there was a task to perform.
fn compare_task(driven: &mut Driven, model: &mut Model) -> Result<bool, TestCaseError> {
    let actions = driven.perform_next();
    let found = actions
        .map(|actions: Vec<Action>| fired(&actions))
        .transpose()?;
    let expected = model.perform_next();
    prop_assert_eq!(&found, &expected);
    Ok(found.is_some())
}

fn compare_attributes(driven: &Driven, model: &Model) -> TestCaseResult {
    prop_assert_eq!(driven.machine.state(), model.state);
    prop_assert_eq!(driven.machine.mime_type(), &model.mime_type);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_machine_does_as_the_specification_says(
        mime_type in prop_oneof![Just(""), Just("video/webm")],
        operations in prop::collection::vec(operation(), 0..60),
    ) {
        let machine = Machine::new(mime_type);
        let sessions = vec![machine.session()];
        let mut driven = Driven { machine, tasks: Vec::new(), sessions };
        let mut model = Model::new(mime_type);
        for operation in operations {
            compare_call(&operation, &mut driven, &mut model)?;
            compare_attributes(&driven, &model)?;
        }
        // What is still queued has its turn in the end.
        while compare_task(&mut driven, &mut model)? {
            compare_attributes(&driven, &model)?;
        }
    }
}
