//! Outputs that are no plain files.

use std::io::{Cursor, Read};
use std::process::Stdio;

use crate::support::{Outcome, command, frame_times, run};

const TINY: [&str; 5] = [
    "--size",
    "64x48",
    "--frame-rate",
    "25",
    "--as-fast-as-possible",
];

#[test]
fn standard_output_gets_the_recording_and_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    let arguments = [&["record", "-", "--duration", "1s"], &TINY[..]].concat();
    let outcome = run(directory.path(), &arguments);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(
        outcome.stderr.starts_with("standard output: "),
        "{}",
        outcome.stderr
    );
    let times = frame_times(Cursor::new(outcome.stdout));
    assert_eq!(times[0], (0..25).map(|n| n * 40).collect::<Vec<_>>());
}

#[test]
fn a_closed_pipe_ends_the_recording() {
    let directory = tempfile::tempdir().unwrap();
    // Without a duration: it would go on for ever.
    let arguments = [&["record", "-", "--timeslice", "100ms"], &TINY[..]].concat();
    let mut child = command(directory.path(), &arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut [0; 1000]).unwrap();
    drop(stdout);
    let outcome = Outcome::from(child.wait_with_output().unwrap());
    assert_eq!(outcome.code, Some(1));
    let said = outcome.stderr;
    assert!(
        said.starts_with("media-recorder: cannot write to standard output: "),
        "{said}"
    );
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_device_ends_the_recording() {
    let directory = tempfile::tempdir().unwrap();
    let arguments = [
        &["record", "/dev/full", "--mime-type", "video/webm"],
        &TINY[..],
    ]
    .concat();
    let outcome = run(directory.path(), &arguments);
    assert_eq!(outcome.code, Some(1));
    let said = outcome.stderr;
    assert!(
        said.starts_with("media-recorder: cannot write to /dev/full: "),
        "{said}"
    );
}

#[test]
#[cfg(target_os = "linux")]
fn a_device_is_written_but_not_patched() {
    let directory = tempfile::tempdir().unwrap();
    let device = [
        "record",
        "/dev/null",
        "--mime-type",
        "video/webm",
        "--duration",
        "200ms",
    ];
    let outcome = run(directory.path(), &[&device[..], &TINY].concat());
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
}
