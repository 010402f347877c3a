//! The schedule, shared between the one who brings frames and the workers.

use crate::sync::{Condvar, Mutex, lock, wait};

use super::schedule::{Limits, Schedule, Task};

/// A [`Schedule`] behind a lock. **No worker ever waits here**: one that finds nothing to do
/// ends. Only who brings tasks waits, for room or for the end.
#[derive(Debug)]
pub(crate) struct TaskQueue<T> {
    schedule: Mutex<Schedule<T>>,
    done: Condvar,
}

impl<T> TaskQueue<T> {
    pub(crate) fn new(lanes: usize, limits: Limits) -> Self {
        Self {
            schedule: Mutex::new(Schedule::new(lanes, limits)),
            done: Condvar::new(),
        }
    }

    /// Adds a task as soon as there is room. Says whether a worker is to be started.
    pub(crate) fn push(&self, lane: usize, work: T) -> bool {
        let mut schedule = lock(&self.schedule);
        while !schedule.has_room() {
            schedule = wait(&self.done, schedule);
        }
        schedule.push(lane, work)
    }

    /// Adds one of the last tasks, whose room is kept free. Says whether a worker is to be started.
    pub(crate) fn push_last(&self, lane: usize, work: T) -> bool {
        lock(&self.schedule).push(lane, work)
    }

    /// What a worker does next; `None` ends it. [`done`](Self::done) must follow each task.
    pub(crate) fn take(&self) -> Option<Task<T>> {
        lock(&self.schedule).take()
    }

    /// The task that ran in `lane` is done.
    pub(crate) fn done(&self, lane: usize) {
        lock(&self.schedule).done(lane);
        self.done.notify_all();
    }

    /// Waits until one more task is done, if there is any.
    pub(crate) fn wait_for_one(&self) {
        let mut schedule = lock(&self.schedule);
        let before = schedule.tasks();
        while before > 0 && schedule.tasks() >= before {
            schedule = wait(&self.done, schedule);
        }
    }

    /// Waits until every task is done.
    pub(crate) fn wait_until_done(&self) {
        let mut schedule = lock(&self.schedule);
        while schedule.tasks() > 0 {
            schedule = wait(&self.done, schedule);
        }
    }

    /// How many tasks wait or run.
    pub(crate) fn tasks(&self) -> usize {
        lock(&self.schedule).tasks()
    }

    /// Forgets what waits: the workers end with what they are at.
    pub(crate) fn abandon(&self) {
        lock(&self.schedule).clear();
        self.done.notify_all();
    }
}
