//! What is encoded next, and how much may wait.

use std::collections::VecDeque;

/// How much may be under way at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Tasks that run side by side.
    pub(crate) workers: usize,
    /// Tasks that wait or run. This bounds the memory.
    pub(crate) waiting: usize,
    /// How far the newest task may be ahead of the oldest that is not done. This bounds the
    /// latency.
    pub(crate) ahead: usize,
}

/// The tasks of several lanes: those of one lane run one after the other and in order, those of
/// different lanes side by side. **The oldest task that can run is the next**: what comes out is
/// wanted in order.
#[derive(Debug)]
pub(crate) struct Schedule<T> {
    limits: Limits,
    lanes: Vec<Lane<T>>,
    /// Workers that were started and found no end of their work yet.
    workers: usize,
    /// The number of the next task, which is how many there were.
    next: u64,
}

#[derive(Debug)]
struct Lane<T> {
    waiting: VecDeque<(u64, T)>,
    running: Option<u64>,
}

/// A task that a worker took.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Task<T> {
    pub(crate) lane: usize,
    /// Tasks are numbered from 0 as they come.
    pub(crate) number: u64,
    pub(crate) work: T,
}

impl<T> Lane<T> {
    fn oldest(&self) -> Option<u64> {
        self.running.or_else(|| self.first_waiting())
    }

    fn first_waiting(&self) -> Option<u64> {
        self.waiting.front().map(|(number, _)| *number)
    }

    fn tasks(&self) -> usize {
        self.waiting.len() + usize::from(self.running.is_some())
    }
}

impl<T> Schedule<T> {
    pub(crate) fn new(lanes: usize, limits: Limits) -> Self {
        let lane = || Lane {
            waiting: VecDeque::new(),
            running: None,
        };
        Self {
            limits,
            lanes: std::iter::repeat_with(lane).take(lanes).collect(),
            workers: 0,
            next: 0,
        }
    }

    /// Whether another task may be [`push`](Self::push)ed.
    pub(crate) fn has_room(&self) -> bool {
        self.tasks() < self.limits.waiting && self.ahead() < self.limits.ahead
    }

    /// How far the newest task is ahead of the oldest that is not done.
    pub(crate) fn ahead(&self) -> usize {
        let oldest = self.lanes.iter().filter_map(Lane::oldest).min();
        oldest.map_or(0, |oldest| (self.next - oldest) as usize)
    }

    /// Adds a task. Says whether a worker is to be started for it.
    pub(crate) fn push(&mut self, lane: usize, work: T) -> bool {
        self.lanes[lane].waiting.push_back((self.next, work));
        self.next += 1;
        let busy = self.lanes.iter().filter(|lane| lane.tasks() > 0).count();
        let start = self.workers < busy.min(self.limits.workers);
        self.workers += usize::from(start);
        start
    }

    /// What a worker does next; `None` ends it.
    pub(crate) fn take(&mut self) -> Option<Task<T>> {
        let idle = |(_, lane): &(usize, &Lane<T>)| lane.running.is_none();
        let lanes = self.lanes.iter().enumerate().filter(idle);
        let waiting = lanes.filter_map(|(index, lane)| Some((lane.first_waiting()?, index)));
        let Some((_, index)) = waiting.min() else {
            self.workers -= 1;
            return None;
        };
        let (number, work) = self.lanes[index].waiting.pop_front()?;
        self.lanes[index].running = Some(number);
        Some(Task {
            lane: index,
            number,
            work,
        })
    }

    /// The task that ran in `lane` is done.
    pub(crate) fn done(&mut self, lane: usize) {
        self.lanes[lane].running = None;
    }

    /// Forgets what waits.
    pub(crate) fn clear(&mut self) {
        self.lanes.iter_mut().for_each(|lane| lane.waiting.clear());
    }

    /// How many tasks wait or run.
    pub(crate) fn tasks(&self) -> usize {
        self.lanes.iter().map(Lane::tasks).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        workers: 2,
        waiting: 5,
        ahead: 8,
    };

    fn lane_and_number<T>(task: Option<Task<T>>) -> Option<(usize, u64)> {
        task.map(|task| (task.lane, task.number))
    }

    #[test]
    fn the_oldest_of_the_idle_lanes_is_next() {
        let mut schedule = Schedule::new(3, LIMITS);
        let started = [2, 2, 0, 1].map(|lane| schedule.push(lane, ()));
        // As many workers as lanes have something to do, and no more than may be.
        assert_eq!(started, [true, false, true, false]);
        assert_eq!(lane_and_number(schedule.take()), Some((2, 0)));
        assert_eq!(lane_and_number(schedule.take()), Some((0, 2)));
        schedule.done(2);
        assert_eq!(lane_and_number(schedule.take()), Some((2, 1)));
        schedule.done(0);
        assert_eq!(lane_and_number(schedule.take()), Some((1, 3)));
        schedule.done(2);
        assert_eq!(schedule.take(), None);
        schedule.done(1);
        assert_eq!(schedule.take(), None);
        assert_eq!((schedule.workers, schedule.tasks()), (0, 0));
    }

    #[test]
    fn what_waits_is_bounded() {
        let mut schedule = Schedule::new(2, LIMITS);
        for n in 0..5 {
            assert!(schedule.has_room());
            schedule.push(n % 2, ());
        }
        assert!(!schedule.has_room());
        schedule.take();
        assert!(!schedule.has_room(), "it runs, and so its picture is there");
        schedule.done(0);
        assert!(schedule.has_room());
    }

    #[test]
    fn none_is_far_ahead_of_the_oldest() {
        let mut schedule = Schedule::new(2, LIMITS);
        schedule.push(0, ());
        schedule.take();
        for _ in 1..8 {
            assert!(schedule.has_room());
            schedule.push(1, ());
            schedule.take();
            schedule.done(1);
        }
        assert!(!schedule.has_room());
        schedule.done(0);
        assert!(schedule.has_room());
    }
}
