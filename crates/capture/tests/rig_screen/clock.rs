//! Numbers that go on at a rate, and what is captured of them.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use media_recorder_capture::VideoDevice;

use crate::card::{next, next_with, number};

/// Thirty for each of `RIG_SECONDS`.
fn numbers() -> u16 {
    let seconds = std::env::var("RIG_SECONDS").ok();
    let seconds: u16 = seconds.and_then(|text| text.parse().ok()).unwrap_or(10);
    30 * seconds
}

/// Has `show` show a number each thirtieth of a second, and checks that `device` sees each of
/// them once, at even distances. It was opened while number 0 was shown.
pub(crate) fn check(device: &mut dyn VideoDevice, mut show: impl FnMut(u16) + Send + 'static) {
    let numbers = numbers();
    next_with(device, |frame| number(frame) == Some(0));
    let (stop, stopped) = mpsc::channel::<()>();
    let clock = thread::spawn(move || {
        let start = Instant::now();
        for n in 1..=numbers {
            let due = start + Duration::from_nanos(u64::from(n) * 1_000_000_000 / 30);
            // Nothing is ever sent: this waits for the time, or for the test to fail.
            let wait = due.saturating_duration_since(Instant::now());
            if stopped.recv_timeout(wait) == Err(mpsc::RecvTimeoutError::Disconnected) {
                break;
            }
            show(n);
        }
        // The window stays until it was seen.
        show
    });
    let mut seen = vec![];
    while seen.last().is_none_or(|&(last, _)| last < numbers) {
        let picture = next(device);
        let number = number(&picture.data).expect("a whole picture");
        // The window may still be appearing.
        if number > 0 {
            seen.push((number, picture.at));
        }
    }
    drop(stop);
    drop(clock.join().unwrap());
    let lost: Vec<u16> = (1..=numbers)
        .filter(|n| !seen.iter().any(|(number, _)| number == n))
        .collect();
    let time = seen[seen.len() - 1].1 - seen[0].1;
    let mean = time / (seen.len() as u32 - 1);
    println!(
        "{} pictures, lost {lost:?}, mean interval {mean:?}",
        seen.len()
    );
    assert!(seen.windows(2).all(|pair| pair[0].1 < pair[1].1));
    assert_eq!(lost, []);
    assert_eq!(seen.len(), usize::from(numbers));
    assert!(mean.abs_diff(Duration::from_micros(33_333)) < Duration::from_millis(1));
}
