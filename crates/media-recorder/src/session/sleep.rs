//! Taking out of a recording what the machine slept through.

use std::sync::{OnceLock, Weak};

use media_recorder_state::SleepDetector;
use media_recorder_types::MediaTime;

use super::input::TrackInput;
use crate::sync::{Mutex, lock};

/// Is told the time by everyone who has something to do with it: the coordinator every moment, a
/// live track with each frame, the methods of the recorder. **Whoever comes first after a sleep
/// takes it out of all tracks before he goes on**, so that nothing is recorded at a time that is
/// hours off.
#[derive(Debug)]
pub(crate) struct SleepWatch {
    detector: Mutex<SleepDetector>,
    tracks: OnceLock<Vec<Weak<TrackInput>>>,
}

impl SleepWatch {
    pub(super) fn new(now: MediaTime) -> Self {
        Self {
            detector: Mutex::new(SleepDetector::new(now)),
            tracks: OnceLock::new(),
        }
    }

    /// From now on these tracks are looked after.
    pub(super) fn watch(&self, tracks: Vec<Weak<TrackInput>>) {
        // There is one call of this.
        let _ = self.tracks.set(tracks);
    }

    /// It is capture time `now`.
    pub(super) fn tick(&self, now: MediaTime) {
        // Held to the end: nobody else goes on before the sleep is out of every track.
        let mut detector = lock(&self.detector);
        let Some((from, to)) = detector.tick(now) else {
            return;
        };
        for track in self.tracks.get().into_iter().flatten() {
            if let Some(track) = track.upgrade() {
                track.slept(from, to);
            }
        }
    }

    /// It is capture time `now`, and nobody was there to say so before.
    pub(super) fn restart(&self, now: MediaTime) {
        *lock(&self.detector) = SleepDetector::new(now);
    }
}
