//! The queue of the groups of pictures, under every schedule that a model checker comes to.
//!
//! The queue is the very source file of the crate; here its locks are `shuttle`'s, whose
//! scheduler decides at each of them which thread goes on. A thread that would wait for ever is
//! found as a deadlock.

#![allow(dead_code, reason = "the crate uses more of it than the model")]

mod sync {
    use std::sync::PoisonError;

    pub(crate) use shuttle::sync::{Condvar, Mutex, MutexGuard};

    pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn wait<'a, T>(condition: &Condvar, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
        condition
            .wait(guard)
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[path = "../src/groups/queue.rs"]
mod queue;
#[path = "../src/groups/schedule.rs"]
mod schedule;

use std::sync::Arc;

use shuttle::sync::Mutex;
use shuttle::thread;

use queue::TaskQueue;
use schedule::Limits;

const SCHEDULES: usize = 2000;

/// Checks random schedules, and then those with few changes of thread, where most faults show.
fn check(model: impl Fn() + Clone + Send + Sync + 'static) {
    shuttle::check_random(model.clone(), SCHEDULES);
    shuttle::check_pct(model, SCHEDULES, 3);
}

const LIMITS: Limits = Limits {
    workers: 2,
    waiting: 3,
    ahead: 5,
};

/// A queue, what its workers did in each lane, and the workers.
struct Model {
    queue: Arc<TaskQueue<u64>>,
    done: Arc<Mutex<Vec<Vec<u64>>>>,
    workers: Vec<thread::JoinHandle<()>>,
}

impl Model {
    fn new(lanes: usize) -> Self {
        Self {
            queue: Arc::new(TaskQueue::new(lanes, LIMITS)),
            done: Arc::new(Mutex::new(vec![Vec::new(); lanes])),
            workers: Vec::new(),
        }
    }

    fn push(&mut self, lane: usize, number: u64) {
        if self.queue.push(lane, number) {
            let (queue, done) = (Arc::clone(&self.queue), Arc::clone(&self.done));
            self.workers.push(thread::spawn(move || {
                while let Some(task) = queue.take() {
                    assert_eq!(task.number, task.work);
                    thread::yield_now();
                    sync::lock(&done)[task.lane].push(task.work);
                    queue.done(task.lane);
                }
            }));
        }
    }
}

#[test]
fn every_task_is_done_once_and_in_the_order_of_its_lane() {
    check(|| {
        let mut model = Model::new(3);
        for (number, lane) in (0..).zip([0, 0, 1, 1, 2, 0, 1]) {
            model.push(lane, number);
        }
        model.queue.wait_until_done();
        let expected = [vec![0, 1, 5], vec![2, 3, 6], vec![4]];
        assert_eq!(sync::lock(&model.done)[..], expected);
        // The workers have ended by themselves, or are about to.
        model
            .workers
            .into_iter()
            .for_each(|worker| worker.join().unwrap());
    });
}

#[test]
fn workers_end_soon_after_nobody_wants_the_rest() {
    check(|| {
        let mut model = Model::new(2);
        for (number, lane) in (0..).zip([0, 1, 0]) {
            model.push(lane, number);
        }
        model.queue.abandon();
        model
            .workers
            .into_iter()
            .for_each(|worker| worker.join().unwrap());
        let done: usize = sync::lock(&model.done).iter().map(Vec::len).sum();
        assert!(done <= 3);
    });
}
