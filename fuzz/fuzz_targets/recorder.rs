//! Any sequence of calls, track events, frames and clock jumps on a simulated recorder, driven as
//! the real one is: events come in the specified order, and recording time never goes back.
#![no_main]

#[path = "recorder/events.rs"]
mod events;
#[path = "recorder/run.rs"]
mod run;

use std::collections::VecDeque;
use std::num::NonZeroU32;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use media_recorder_state::{
    Action, Fault, InvalidState, KeyFrameInterval, Machine, RecordingState, Signal, Task,
};
use media_recorder_types::MediaTime;
use run::{Media, Message, Recipe, Run};

use RecordingState::{Inactive, Paused, Recording};

#[derive(Arbitrary, Debug)]
struct Input {
    begin: i64,
    timeslice: Option<i64>,
    key_frames: Result<i64, NonZeroU32>,
    tracks: u8,
    operations: Vec<Operation>,
}

#[derive(Arbitrary, Debug)]
enum Operation {
    Start {
        possible: bool,
    },
    Stop,
    Pause,
    Resume,
    RequestData,
    TracksChanged,
    TrackEnded {
        track: u8,
        broken: bool,
    },
    Failed,
    Picture {
        track: u8,
        at: At,
    },
    Sound {
        track: u8,
        at: At,
        nanos: u64,
    },
    Encode {
        track: u8,
    },
    /// The one that runs the oldest recording takes its next message.
    TakeIn,
    Wait {
        twenty_millis: u8,
    },
    Jump {
        seconds: i16,
    },
    JumpAnywhere {
        nanos: i64,
    },
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum At {
    MillisAgo(u16),
    Anywhere(i64),
}

struct Recorder {
    machine: Machine,
    recipe: Recipe,
    /// What the attributes have to read, as the calls and the events say.
    state: RecordingState,
    mime_type: &'static str,
    /// What the clock says, and the latest that it has said: for a call it stands still.
    now: MediaTime,
    steady: MediaTime,
    /// The recordings whose `stop` was not fired yet, the oldest first.
    runs: VecDeque<Run>,
}

const CONSTRAINED: &str = "video/webm";
const EXTENDED: &str = "video/webm;codecs=vp9,opus";

impl Recorder {
    fn new(input: &Input) -> Self {
        let begin = MediaTime::from_nanos(input.begin);
        Self {
            machine: Machine::new(CONSTRAINED),
            recipe: Recipe {
                timeslice: input.timeslice.map(MediaTime::from_nanos),
                key_frames: match input.key_frames {
                    Ok(nanos) => KeyFrameInterval::Duration(MediaTime::from_nanos(nanos)),
                    Err(count) => KeyFrameInterval::Count(count),
                },
                tracks: usize::from(input.tracks % 3) + 1,
            },
            state: Inactive,
            mime_type: CONSTRAINED,
            now: begin,
            steady: begin,
            runs: VecDeque::new(),
        }
    }

    fn apply(&mut self, operation: &Operation) {
        match *operation {
            Operation::Start { possible } => self.start(possible),
            Operation::Stop => {
                let task = self.machine.stop();
                assert_eq!(task.is_some(), self.state != Inactive);
                if let (Some(task), Some(run)) = (task, self.runs.back_mut()) {
                    run.stop(self.steady);
                    run.send(Message::Task(task));
                    self.inactivate();
                }
            }
            Operation::Pause => {
                let result = self.machine.pause();
                if self.changed(result, Recording, Paused) {
                    let steady = self.steady;
                    self.with_run(|run| run.pause(steady));
                }
            }
            Operation::Resume => {
                let result = self.machine.resume();
                if self.changed(result, Paused, Recording) {
                    let steady = self.steady;
                    self.with_run(|run| run.resume(steady));
                }
            }
            Operation::RequestData => {
                let result = self.machine.request_data();
                assert_eq!(result.is_ok(), self.state != Inactive);
                if let Ok(task) = result {
                    self.with_run(|run| run.send(Message::Task(task)));
                }
            }
            Operation::TracksChanged => {
                let fault = Task::fail(self.machine.session(), Fault::InvalidModification);
                if self.state != Inactive {
                    self.with_run(|run| run.send(Message::Task(fault)));
                }
            }
            Operation::TrackEnded { track, broken } => {
                self.with_run(|run| run.end_track(track, broken));
            }
            Operation::Failed => self.with_run(|run| run.send(Message::Failed)),
            Operation::Picture { track, at } => self.capture(track, at, None),
            Operation::Sound { track, at, nanos } => self.capture(track, at, Some(nanos)),
            Operation::Encode { track } => self.with_run(|run| run.encode(track)),
            Operation::TakeIn => self.take_in(),
            Operation::Wait { twenty_millis } => {
                self.jump(MediaTime::from_millis(20 * i64::from(twenty_millis)));
            }
            Operation::Jump { seconds } => self.jump(MediaTime::from_secs(seconds.into())),
            Operation::JumpAnywhere { nanos } => self.jump(MediaTime::from_nanos(nanos)),
        }
        assert_eq!(self.machine.state(), self.state);
        assert_eq!(self.machine.mime_type(), self.mime_type);
    }

    fn with_run(&mut self, act: impl FnOnce(&mut Run)) {
        if let Some(run) = self.runs.back_mut() {
            act(run);
        }
    }

    fn start(&mut self, possible: bool) {
        let result = self.machine.start(EXTENDED);
        assert_eq!(result.is_ok(), self.state == Inactive);
        let Ok(begin) = result else { return };
        self.state = Recording;
        let mut run = Run::new(begin.session(), self.recipe, self.steady);
        run.send(Message::Task(if possible {
            begin
        } else {
            Task::fail(begin.session(), Fault::NotSupported)
        }));
        self.runs.push_back(run);
    }

    /// Whether a call changed the state as it must where it is `from`.
    fn changed(
        &mut self,
        result: Result<Option<Task>, InvalidState>,
        from: RecordingState,
        to: RecordingState,
    ) -> bool {
        assert_eq!(result.is_err(), self.state == Inactive);
        let task = result.ok().flatten();
        assert_eq!(task.is_some(), self.state == from);
        if let Some(task) = task {
            self.state = to;
            self.with_run(|run| run.send(Message::Task(task)));
        }
        task.is_some()
    }

    fn capture(&mut self, track: u8, at: At, length: Option<u64>) {
        let from = match at {
            At::MillisAgo(millis) => self
                .now
                .saturating_sub(MediaTime::from_millis(millis.into())),
            At::Anywhere(nanos) => MediaTime::from_nanos(nanos),
        };
        let length = length.map(|nanos| i64::try_from(nanos).unwrap_or(i64::MAX));
        let to = length.map(|length| from.saturating_add(MediaTime::from_nanos(length)));
        let honest = to.unwrap_or(from) <= self.steady;
        self.with_run(|run| run.push(track, Media { from, to, honest }));
    }

    /// Before anything else is done at the new time, everybody learns it.
    fn jump(&mut self, by: MediaTime) {
        self.now = self.now.saturating_add(by);
        self.steady = self.steady.max(self.now);
        for run in &mut self.runs {
            run.tick(self.now);
        }
    }

    fn take_in(&mut self) {
        let Some(run) = self.runs.front_mut() else {
            return;
        };
        let Some(task) = run.next_task() else { return };
        let current = task.session() == self.machine.session();
        for action in self.machine.perform(task) {
            run.act(action, self.steady);
            if current && action == Action::Fire(Signal::Start) && self.state != Inactive {
                self.mime_type = EXTENDED;
            }
        }
        if run.events.stopped {
            let over = self.runs.pop_front();
            for task in over.into_iter().flat_map(Run::leftovers) {
                assert_eq!(self.machine.perform(task), [], "nothing comes after stop");
            }
            if current {
                self.inactivate();
            }
        }
    }

    fn inactivate(&mut self) {
        self.state = Inactive;
        self.mime_type = CONSTRAINED;
    }
}

fuzz_target!(|input: Input| {
    let mut recorder = Recorder::new(&input);
    for operation in &input.operations {
        recorder.apply(operation);
    }
    recorder.apply(&Operation::Stop);
    // A message comes to at most one more, so that this ends.
    while !recorder.runs.is_empty() {
        recorder.apply(&Operation::TakeIn);
    }
});
