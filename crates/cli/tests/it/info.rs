//! `media-recorder info`.

use std::fs;
use std::path::Path;

use crate::support::{info, record, run};

const TINY: [&str; 6] = ["--duration", "5s", "--size", "64x48", "--frame-rate", "10"];

#[test]
fn a_person_can_read_it() {
    let directory = tempfile::tempdir().unwrap();
    record(directory.path(), &[&["out.webm"], &TINY[..]].concat());
    let outcome = run(directory.path(), &["info", "out.webm"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
    let text = String::from_utf8(outcome.stdout).unwrap();
    for part in [
        "container  WebM",
        "duration   00:00:05.0",
        "video VP9, 64x48, 10.000 fps, 50 frames",
        "audio OPUS, 48000 Hz, 2 channels",
    ] {
        assert!(text.contains(part), "no `{part}` in\n{text}");
    }
    // The recorder's own interval, or less where groups of pictures begin in between.
    let every = text.split_once("key frames, every ").unwrap().1;
    let every: f64 = every.split(' ').next().unwrap().parse().unwrap();
    assert!((1.0..2.5).contains(&every), "{text}");
}

/// Recorded to standard output: without index and duration, as a killed process leaves a file.
fn live_recording(directory: &Path) -> Vec<u8> {
    let arguments = ["record", "-", "--audio", "none", "--as-fast-as-possible"];
    run(directory, &[&arguments[..], &TINY].concat()).stdout
}

#[test]
fn what_the_header_does_not_say_is_counted() {
    let directory = tempfile::tempdir().unwrap();
    let live = live_recording(directory.path());
    fs::write(directory.path().join("live.webm"), live).unwrap();
    let info = info(directory.path(), "live.webm");
    assert_eq!(info["duration_in_header"], false);
    assert_eq!(
        (&info["duration"], &info["damage"]),
        (&5.0.into(), &().into())
    );
}

#[test]
fn a_file_that_broke_off_is_reported_as_far_as_it_goes() {
    let directory = tempfile::tempdir().unwrap();
    let live = live_recording(directory.path());
    let half = &live[..live.len() / 2];
    fs::write(directory.path().join("half.webm"), half).unwrap();
    let info = info(directory.path(), "half.webm");
    let packets = info["tracks"][0]["packets"].as_u64().unwrap();
    assert!((1..50).contains(&packets), "{packets}");
    assert!(info["damage"].is_string(), "{info}");
}

#[test]
fn no_input_makes_it_panic() {
    let directory = tempfile::tempdir().unwrap();
    let whole = ["out.webm", "--duration", "200ms", "--size", "64x48"];
    record(directory.path(), &whole);
    let bytes = fs::read(directory.path().join("out.webm")).unwrap();
    fs::write(directory.path().join("text.webm"), b"hello").unwrap();
    fs::write(directory.path().join("empty.webm"), b"").unwrap();
    fs::write(directory.path().join("head.webm"), &bytes[..40]).unwrap();
    for (file, told) in [
        ("missing.webm", "cannot read missing.webm: "),
        (".", "cannot read .: "),
        (
            "text.webm",
            "text.webm cannot be read as WebM or Matroska: ",
        ),
        (
            "empty.webm",
            "empty.webm cannot be read as WebM or Matroska",
        ),
        ("head.webm", "head.webm cannot be read as WebM or Matroska"),
    ] {
        let outcome = run(directory.path(), &["info", file]);
        assert_eq!(
            (outcome.code, outcome.stdout.as_slice()),
            (Some(1), &b""[..]),
            "{file}"
        );
        let said = outcome.stderr;
        assert!(
            said.starts_with("media-recorder: ") && said.contains(told),
            "{file}: {said}"
        );
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_standard_output_that_takes_nothing_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    record(directory.path(), &[&["out.webm"], &TINY[..]].concat());
    let full = fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let outcome = crate::support::command(directory.path(), &["info", "out.webm"])
        .stdout(full)
        .output()
        .unwrap();
    let outcome = crate::support::Outcome::from(outcome);
    assert_eq!(outcome.code, Some(1));
    assert!(
        outcome.stderr.contains("cannot write to standard output"),
        "{}",
        outcome.stderr
    );
}
