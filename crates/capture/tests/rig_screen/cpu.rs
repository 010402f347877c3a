//! What waiting costs.

use std::fs;
use std::time::{Duration, Instant};

use media_recorder_capture::VideoDevice;

/// The most that is next to nothing, in percent of a core.
const LIMIT: f64 = 2.0;

/// Waits five seconds for a device that has no news, and checks what it costs.
pub(crate) fn check_idle(device: &mut dyn VideoDevice) {
    let (before, start) = (time(), Instant::now());
    assert!(device.read(Duration::from_secs(5)).unwrap().is_none());
    let waited = start.elapsed();
    assert!(waited >= Duration::from_secs(5));
    let percent = (time() - before) as f64 / waited.as_secs_f64();
    println!("{percent:.2} % of a core");
    assert!(percent < LIMIT, "{percent} % of a core");
}

/// User and system time of this process, in hundredths of a second (proc(5)).
fn time() -> u64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let (_, fields) = stat.rsplit_once(')').unwrap();
    let times = fields.split_whitespace().skip(11).take(2);
    times.map(|time| time.parse::<u64>().unwrap()).sum()
}
