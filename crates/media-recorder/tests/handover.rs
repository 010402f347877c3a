//! The hand-over between threads, under every schedule that a model checker comes to.
//!
//! The queues are the very source files of the crate; here their locks are `shuttle`'s, whose
//! scheduler decides at each of them which thread goes on. A thread that would wait for ever is
//! found as a deadlock.

#![allow(dead_code, reason = "the crate uses more of the queues than the model")]

mod sync {
    use std::sync::PoisonError;
    use std::time::Duration;

    pub(crate) use shuttle::sync::{Condvar, Mutex, MutexGuard};

    pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn wait<'a, T>(condition: &Condvar, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
        condition
            .wait(guard)
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn wait_timeout<'a, T>(
        condition: &Condvar,
        guard: MutexGuard<'a, T>,
        timeout: Duration,
    ) -> MutexGuard<'a, T> {
        let waited = condition.wait_timeout(guard, timeout);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

#[path = "../src/session/credit.rs"]
mod credit;
#[path = "../src/event_queue.rs"]
mod event_queue;
#[path = "../src/session/queue.rs"]
mod queue;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use shuttle::thread;

use credit::{Credit, Limits};
use event_queue::EventQueue;
use queue::{FrameQueue, Refused};

const SCHEDULES: usize = 5000;

/// Checks random schedules, and then those with few changes of thread, where most faults show.
fn check(model: impl Fn() + Clone + Send + Sync + 'static) {
    shuttle::check_random(model.clone(), SCHEDULES);
    shuttle::check_pct(model, SCHEDULES, 3);
}

#[test]
fn frames_pass_in_order_and_none_is_lost() {
    check(|| {
        let queue = Arc::new(FrameQueue::new(2));
        let source = {
            let queue = Arc::clone(&queue);
            thread::spawn(move || {
                (0..5).for_each(|n| assert_eq!(queue.push_waiting(n), Ok(())));
                queue.close();
            })
        };
        let pauser = {
            let queue = Arc::clone(&queue);
            thread::spawn(move || {
                queue.hold(true);
                queue.hold(false);
            })
        };
        let taken: Vec<_> = std::iter::from_fn(|| queue.pop()).collect();
        assert_eq!(taken, [0, 1, 2, 3, 4]);
        source.join().unwrap();
        pauser.join().unwrap();
    });
}

#[test]
fn a_queue_is_bounded_and_says_so() {
    let model = || {
        let queue = FrameQueue::new(2);
        assert_eq!(queue.try_push(1), Ok(()));
        assert_eq!(queue.try_push(2), Ok(()));
        assert_eq!(queue.try_push(3), Err(Refused::Full));
        assert_eq!(queue.depth(), (2, 2));
        queue.close();
        assert_eq!(queue.try_push(3), Err(Refused::Closed));
        assert_eq!(
            (queue.pop(), queue.pop(), queue.pop()),
            (Some(1), Some(2), None)
        );
    };
    // One thread: there is one schedule.
    shuttle::check_random(model, 1);
}

#[test]
fn stopping_frees_everyone_and_keeps_what_was_taken_in() {
    check(|| {
        let queue = Arc::new(FrameQueue::new(1));
        let source = {
            let queue = Arc::clone(&queue);
            thread::spawn(move || {
                (0..3)
                    .take_while(|&n| queue.push_waiting(n).is_ok())
                    .count()
            })
        };
        let stopper = {
            let queue = Arc::clone(&queue);
            thread::spawn(move || {
                queue.hold(true);
                queue.close();
            })
        };
        let taken: Vec<_> = std::iter::from_fn(|| queue.pop()).collect();
        stopper.join().unwrap();
        let pushed = source.join().unwrap();
        assert_eq!(taken, (0..pushed).collect::<Vec<_>>());
        assert_eq!(queue.try_push(9), Err(Refused::Closed));
    });
}

fn limits(packets: usize) -> Limits {
    Limits {
        packets,
        bytes: 1000,
    }
}

#[test]
fn no_more_packets_wait_than_there_is_credit() {
    check(|| {
        let credit = Arc::new(Credit::new(1, limits(2)));
        let waiting = Arc::new(AtomicUsize::new(0));
        let encoder = {
            let (credit, waiting) = (Arc::clone(&credit), Arc::clone(&waiting));
            thread::spawn(move || {
                for _ in 0..5 {
                    credit.take(0, 9);
                    let now = waiting.fetch_add(1, Ordering::SeqCst) + 1;
                    assert!(now <= 2, "{now} wait");
                }
            })
        };
        let mut passed = 0;
        while passed < 5 {
            if waiting.load(Ordering::SeqCst) > 0 {
                waiting.fetch_sub(1, Ordering::SeqCst);
                passed += 1;
                credit.give(0, 1);
            } else {
                thread::yield_now();
            }
        }
        encoder.join().unwrap();
    });
}

/// What waits of a track goes on with as much of the other.
#[test]
fn who_writes_all_tracks_from_one_thread_never_waits_for_itself() {
    check(|| {
        let queues = Arc::new([FrameQueue::new(1), FrameQueue::new(1)]);
        let credit = Arc::new(Credit::new(2, limits(1)));
        let waiting = Arc::new(sync::Mutex::new([0, 0]));
        let packets = Arc::new(AtomicUsize::new(0));
        let encoder = |track: usize| {
            let (queues, credit) = (Arc::clone(&queues), Arc::clone(&credit));
            let (waiting, packets) = (Arc::clone(&waiting), Arc::clone(&packets));
            thread::spawn(move || {
                loop {
                    let ready = queues[track].try_pop();
                    let next = ready.or_else(|| {
                        let _idle = credit.idle();
                        queues[track].pop()
                    });
                    if next.is_none() {
                        return credit.open();
                    }
                    credit.take(track, 9);
                    packets.fetch_add(1, Ordering::SeqCst);
                    let mut waiting = sync::lock(&waiting);
                    waiting[track] += 1;
                    if waiting.iter().all(|packets| *packets > 0) {
                        *waiting = waiting.map(|packets: usize| packets - 1);
                        (0..2).for_each(|track| credit.give(track, 1));
                    }
                }
            })
        };
        let encoders = [encoder(0), encoder(1)];
        // Five of one between two of the other: four of them wait for the second.
        for track in [1, 0, 0, 0, 0, 0, 1] {
            assert_eq!(queues[track].push_waiting(()), Ok(()));
        }
        queues.iter().for_each(FrameQueue::close);
        for encoder in encoders {
            encoder.join().unwrap();
        }
        assert_eq!(packets.load(Ordering::SeqCst), 7);
    });
}

#[test]
fn what_waits_is_bounded_in_bytes_also_while_an_encoder_has_nothing_to_do() {
    check(|| {
        let credit = Arc::new(Credit::new(2, limits(1)));
        let taken = Arc::new(AtomicUsize::new(0));
        let encoder = {
            let (credit, taken) = (Arc::clone(&credit), Arc::clone(&taken));
            thread::spawn(move || {
                for _ in 0..9 {
                    credit.take(0, 400);
                    taken.fetch_add(1, Ordering::SeqCst);
                }
            })
        };
        let idle = credit.idle();
        while taken.load(Ordering::SeqCst) < 2 {
            thread::yield_now();
        }
        (0..5).for_each(|_| thread::yield_now());
        // The second one is the first that is beyond; a third would begin beyond the bytes, too.
        assert_eq!(taken.load(Ordering::SeqCst), 2);
        credit.give(0, 1);
        drop(idle);
        credit.open();
        encoder.join().unwrap();
    });
}

#[test]
fn the_end_frees_an_encoder_that_waits_for_credit() {
    check(|| {
        let credit = Arc::new(Credit::new(1, limits(0)));
        let encoder = {
            let credit = Arc::clone(&credit);
            thread::spawn(move || (0..3).for_each(|_| credit.take(0, 9)))
        };
        credit.open();
        encoder.join().unwrap();
    });
}

#[test]
fn events_reach_a_thread_in_order_up_to_the_end() {
    check(|| {
        let queue = Arc::new(EventQueue::new());
        let recorder = {
            let queue = Arc::clone(&queue);
            thread::spawn(move || {
                (0..4).for_each(|n| queue.push(n, 10));
                queue.close();
            })
        };
        let received: Vec<_> = std::iter::from_fn(|| queue.pop()).collect();
        assert_eq!(received, [0, 1, 2, 3]);
        assert_eq!(queue.weight(), 0);
        recorder.join().unwrap();
    });
}

/// Wakes a task that is a thread: it waits until it is woken, as an executor does.
struct Alarm {
    rung: sync::Mutex<bool>,
    changed: sync::Condvar,
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        *sync::lock(&self.rung) = true;
        self.changed.notify_all();
    }
}

impl Alarm {
    fn wait(&self) {
        let mut rung = sync::lock(&self.rung);
        while !*rung {
            rung = sync::wait(&self.changed, rung);
        }
        *rung = false;
    }
}

#[test]
fn events_wake_a_task_and_no_wake_is_lost() {
    check(|| {
        let queue = Arc::new(EventQueue::new());
        let recorder = {
            let queue = Arc::clone(&queue);
            thread::spawn(move || {
                (0..3).for_each(|n| queue.push(n, 10));
                queue.close();
            })
        };
        let alarm = Arc::new(Alarm {
            rung: sync::Mutex::new(false),
            changed: sync::Condvar::new(),
        });
        let waker = Waker::from(Arc::clone(&alarm));
        let mut received = Vec::new();
        loop {
            match queue.poll_pop(&mut Context::from_waker(&waker)) {
                Poll::Ready(Some(n)) => received.push(n),
                Poll::Ready(None) => break,
                Poll::Pending => alarm.wait(),
            }
        }
        assert_eq!(received, [0, 1, 2]);
        recorder.join().unwrap();
    });
}

#[test]
fn a_receiver_may_go_at_any_time() {
    check(|| {
        let queue = Arc::new(EventQueue::new());
        let recorder = {
            let queue = Arc::clone(&queue);
            thread::spawn(move || {
                (0..3).for_each(|n| queue.push(n, 10));
                queue.close();
            })
        };
        let first = queue.pop();
        assert_eq!(first, Some(0));
        queue.abandon();
        recorder.join().unwrap();
        assert_eq!((queue.weight(), queue.pop()), (0, None));
    });
}
