//! From a thread of the system's to the one who reads a device.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::DeviceError;

/// A bounded queue. Who fills it never waits; what finds no room is given back, to be counted.
pub(crate) struct Handover<T> {
    device: String,
    places: usize,
    state: Mutex<State<T>>,
    changed: Condvar,
}

struct State<T> {
    waiting: VecDeque<T>,
    has_ended: bool,
    /// Why, until it was told.
    end: Option<DeviceError>,
}

impl<T> Handover<T> {
    /// For a device of that name, with room for so many.
    pub(crate) fn new(device: &str, places: usize) -> Self {
        Self {
            device: device.to_owned(),
            places,
            state: Mutex::new(State {
                waiting: VecDeque::with_capacity(places),
                has_ended: false,
                end: None,
            }),
            changed: Condvar::new(),
        }
    }

    /// Leaves it for the reader, or gives it back where there is no room.
    pub(crate) fn offer(&self, item: T) -> Result<(), T> {
        let mut state = self.lock();
        if state.has_ended || state.waiting.len() >= self.places {
            return Err(item);
        }
        state.waiting.push_back(item);
        self.changed.notify_one();
        Ok(())
    }

    /// What waits is the last there is. Of several reasons the first counts.
    pub(crate) fn end(&self, reason: DeviceError) {
        let mut state = self.lock();
        if !state.has_ended {
            state.has_ended = true;
            state.end = Some(reason);
            self.changed.notify_one();
        }
    }

    /// The next one; `None` if there is none until `deadline`, which may be never. The reason of
    /// the end comes once; after it, the device is lost.
    pub(crate) fn take(&self, deadline: Option<Instant>) -> Result<Option<T>, DeviceError> {
        let mut state = self.lock();
        loop {
            if let Some(item) = state.waiting.pop_front() {
                return Ok(Some(item));
            }
            if state.has_ended {
                return Err(state.end.take().unwrap_or_else(|| DeviceError::Lost {
                    device: self.device.clone(),
                }));
            }
            state = match deadline {
                None => self.changed.wait(state),
                Some(deadline) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return Ok(None);
                    }
                    let waited = self.changed.wait_timeout(state, left);
                    Ok(waited.unwrap_or_else(PoisonError::into_inner).0)
                }
            }
            .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        // Nothing that holds it can panic half-way.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread;
    use std::time::Duration;

    use super::*;

    fn at_once() -> Option<Instant> {
        Some(Instant::now())
    }

    fn busy() -> DeviceError {
        DeviceError::Busy {
            device: "mic".to_owned(),
        }
    }

    #[test]
    fn what_finds_no_room_is_given_back() {
        let handover = Handover::new("mic", 2);
        assert_eq!(handover.offer(1), Ok(()));
        assert_eq!(handover.offer(2), Ok(()));
        assert_eq!(handover.offer(3), Err(3));
        assert_eq!(handover.take(at_once()).unwrap(), Some(1));
        assert_eq!(handover.offer(4), Ok(()));
        assert_eq!(handover.take(None).unwrap(), Some(2));
        assert_eq!(handover.take(None).unwrap(), Some(4));
        assert_eq!(handover.take(at_once()).unwrap(), None);
    }

    #[test]
    fn what_waits_at_the_end_comes_before_the_first_reason_and_then_it_is_lost() {
        let handover = Handover::new("mic", 2);
        assert_eq!(handover.offer(1), Ok(()));
        handover.end(busy());
        handover.end(DeviceError::Lost {
            device: "other".to_owned(),
        });
        assert_eq!(handover.offer(2), Err(2));
        assert_eq!(handover.take(None).unwrap(), Some(1));
        let first = handover.take(None);
        assert!(matches!(first, Err(DeviceError::Busy { .. })), "{first:?}");
        let after = handover.take(None);
        let Err(DeviceError::Lost { device }) = after else {
            panic!("{after:?}");
        };
        assert_eq!(device, "mic");
    }

    #[test]
    fn who_waits_is_woken() {
        for deadline in [None, Instant::now().checked_add(Duration::from_secs(60))] {
            let handover = Arc::new(Handover::new("mic", 1));
            let reader = Arc::clone(&handover);
            let reader = thread::spawn(move || (reader.take(deadline), reader.take(deadline)));
            assert_eq!(handover.offer(7), Ok(()));
            handover.end(busy());
            let (item, end) = reader.join().unwrap();
            assert_eq!(item.unwrap(), Some(7));
            assert!(end.is_err());
        }
    }
}
