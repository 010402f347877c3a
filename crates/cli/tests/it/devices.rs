//! On a machine where nothing serves sound and nothing shows pictures.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{Outcome, command};

/// The command where neither a sound server nor a display can be found.
fn alone(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = command(directory, arguments);
    command.env("HOME", directory);
    command.env("XDG_RUNTIME_DIR", directory);
    command.env("PULSE_SERVER", format!("unix:{}/none", directory.display()));
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    command
}

fn run(directory: &Path, arguments: &[&str]) -> Outcome {
    alone(directory, arguments).output().unwrap().into()
}

#[test]
fn what_cannot_be_had_is_said_and_destroys_nothing() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("out.webm"), b"precious").unwrap();
    for (arguments, told) in [
        (&["--microphone"][..], "no microphone"),
        (&["--microphone", "headset"], "no microphone"),
        (&["--screen"], "display"),
        (&["--screen", "window"], "window"),
    ] {
        let all = [&["record", "out.webm"], arguments].concat();
        let outcome = run(directory.path(), &all);
        assert_eq!(outcome.code, Some(1), "{arguments:?}: {}", outcome.stderr);
        assert!(outcome.stderr.contains(told), "{}", outcome.stderr);
        assert_eq!(outcome.stderr.lines().count(), 1, "{}", outcome.stderr);
        let kept = fs::read(directory.path().join("out.webm")).unwrap();
        assert_eq!(kept, b"precious");
    }
}

#[test]
fn the_list_is_there_without_a_server_and_a_display() {
    let directory = tempfile::tempdir().unwrap();
    let outcome = run(directory.path(), &["devices", "--json"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let list: serde_json::Value = serde_json::from_slice(&outcome.stdout).unwrap();
    // This machine may have a camera.
    let devices = list["devices"].as_array().unwrap();
    assert!(devices.iter().all(|device| device["kind"] == "videoinput"));
    assert_eq!(list["displays"], serde_json::json!([]));
}
