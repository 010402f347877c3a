//! The one clock of live capture.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use media_recorder_types::MediaTime;

/// Monotonic time since the first use in this process: what live frames are stamped with.
pub(crate) fn now() -> MediaTime {
    at(Instant::now())
}

/// The time of an instant, negative before the first use in this process.
pub(crate) fn at(instant: Instant) -> MediaTime {
    static EPOCH: OnceLock<Instant> = OnceLock::new();
    let epoch = *EPOCH.get_or_init(Instant::now);
    match instant.checked_duration_since(epoch) {
        Some(since) => MediaTime::from(since),
        None => MediaTime::ZERO.saturating_sub(MediaTime::from(epoch.duration_since(instant))),
    }
}

/// The present instant on the clock of live capture: the time that a frame has which a program
/// captures now and [writes](crate::VideoTrackGenerator::write). It is monotonic, and begins with
/// the process's first use of it.
///
/// ```
/// let before = media_recorder::capture_time();
/// assert!(media_recorder::capture_time() >= before);
/// ```
pub fn capture_time() -> MediaTime {
    now()
}

/// How long from now until `time`; zero if it has passed.
pub(crate) fn until(time: MediaTime) -> Duration {
    time.saturating_sub(now()).to_duration().unwrap_or_default()
}
