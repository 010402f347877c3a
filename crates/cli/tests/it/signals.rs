//! Ctrl-C and its like.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::{CUES, Outcome, command, count_elements, frame_times_of, info};

/// How long something may take that takes a second at most on an idle machine.
const LONG: Duration = Duration::from_secs(60);

fn wait_until(mut condition: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < LONG, "it did not come true");
        thread::yield_now();
    }
}

fn send(signal: &str, child: &Child) {
    let kill = format!("kill -{signal} {}", child.id());
    assert!(
        Command::new("sh")
            .args(["-c", &kill])
            .status()
            .unwrap()
            .success()
    );
}

#[test]
fn a_signal_to_end_leaves_a_complete_file() {
    for signal in ["INT", "TERM"] {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("out.webm");
        // In real time and without an end.
        let arguments = [
            "record",
            "out.webm",
            "--size",
            "64x48",
            "--timeslice",
            "100ms",
        ];
        let child = command(directory.path(), &arguments)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        wait_until(|| fs::metadata(&path).is_ok_and(|file| file.len() > 0));
        send(signal, &child);
        let outcome = Outcome::from(child.wait_with_output().unwrap());

        assert_eq!(outcome.code, Some(0), "{signal}: {}", outcome.stderr);
        assert!(
            outcome.stderr.starts_with("out.webm: 00:00:"),
            "{}",
            outcome.stderr
        );
        assert!(!frame_times_of(&path)[0].is_empty());
        assert_eq!(count_elements(&path, CUES), 2, "in the SeekHead and itself");
        let info = info(directory.path(), "out.webm");
        assert_eq!(
            (&info["duration_in_header"], &info["damage"]),
            (&true.into(), &().into())
        );
    }
}

/// The recording cannot be completed, for its output is a pipe that takes nothing more.
#[test]
#[cfg(target_os = "linux")]
fn a_second_one_ends_at_once() {
    use std::io::{Write, pipe};

    let directory = tempfile::tempdir().unwrap();
    let (_reader, mut writer) = pipe().unwrap();
    // As much as a pipe holds (man 7 pipe).
    writer.write_all(&[0; 65536]).unwrap();
    let mut child = command(directory.path(), &["record", "-", "--size", "64x48"])
        .stdout(writer)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    wait_until(|| catches_sigint(&child));
    let mut status = None;
    // Two that come too fast for the process are one to it.
    wait_until(|| {
        send("INT", &child);
        status = child.try_wait().unwrap();
        status.is_some()
    });
    assert_eq!(status.and_then(|status| status.code()), Some(130));
}

/// Whether the process has a handler for SIGINT, signal 2 (man 5 proc: `SigCgt`).
#[cfg(target_os = "linux")]
fn catches_sigint(child: &Child) -> bool {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let mask = status
        .lines()
        .find_map(|line| line.strip_prefix("SigCgt:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap();
    mask & 1 << (2 - 1) != 0
}
