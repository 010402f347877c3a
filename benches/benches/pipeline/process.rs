//! What the system says of this process. Everything is zero where there is no `/proc`.

use std::fs;
use std::time::Duration;

/// CPU time of the threads that live now: of those whose name begins with `name`, and of all.
pub(crate) fn cpu_time(name: &str) -> (Duration, Duration) {
    let mut sums = (Duration::ZERO, Duration::ZERO);
    for task in fs::read_dir("/proc/self/task")
        .into_iter()
        .flatten()
        .flatten()
    {
        let read = |file: &str| fs::read_to_string(task.path().join(file)).unwrap_or_default();
        let nanos = read("schedstat")
            .split(' ')
            .next()
            .and_then(|text| text.parse().ok());
        let spent = Duration::from_nanos(nanos.unwrap_or(0));
        sums.1 += spent;
        if read("comm").starts_with(name) {
            sums.0 += spent;
        }
    }
    sums
}

/// The most memory that was in use at a time, in MB.
pub(crate) fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse().ok());
    kilobytes.unwrap_or(0) / 1000
}
