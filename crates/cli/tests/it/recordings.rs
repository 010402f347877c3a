//! What is recorded.

use std::fs;

use crate::support::{CLUSTER, CUES, count_elements, frame_times_of, info, record, wav, y4m};

const TINY: [&str; 4] = ["--size", "64x48", "--frame-rate", "25"];

#[test]
fn a_test_pattern_has_exactly_the_duration() {
    let directory = tempfile::tempdir().unwrap();
    let arguments = [&["out.webm", "--duration", "00:00:02"], &TINY[..]].concat();
    let said = record(directory.path(), &arguments);
    let times = frame_times_of(directory.path().join("out.webm"));
    assert_eq!(times[0], (0..50).map(|n| n * 40).collect::<Vec<_>>());

    let info = info(directory.path(), "out.webm");
    assert_eq!(info["container"], "WebM");
    assert_eq!(info["duration_in_header"], true);
    let duration = info["duration"].as_f64().unwrap();
    assert!((2.0..2.001).contains(&duration), "{duration}");
    assert_eq!(info["tracks"][0]["codec"], "VP9");
    assert_eq!(info["tracks"][0]["width"], 64);
    assert_eq!(info["tracks"][0]["height"], 48);
    assert_eq!(info["tracks"][0]["packets"], 50);
    assert_eq!(info["tracks"][1]["codec"], "OPUS");
    assert_eq!(info["tracks"][1]["sample_rate"], 48000.0);
    assert_eq!(info["tracks"][1]["channels"], 2);

    // One line, and no progress: standard error is a pipe.
    assert!(said.starts_with("out.webm: 00:00:02.0"), "{said}");
    assert!(said.contains("50 frames, 0 dropped"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(!said.contains(['\r', '\x1b']), "{said}");
}

#[test]
fn files_are_recorded_to_their_last_frame() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("in.y4m"), y4m(12)).unwrap();
    fs::write(directory.path().join("in.wav"), wav(1200)).unwrap();
    let sources = ["--video", "in.y4m", "--audio", "in.wav"];
    record(directory.path(), &[&["out.mkv"], &sources[..]].concat());

    let times = frame_times_of(directory.path().join("out.mkv"));
    assert_eq!(times[0], (0..12).map(|n| n * 100).collect::<Vec<_>>());
    let info = info(directory.path(), "out.mkv");
    assert_eq!(info["container"], "Matroska");
    assert_eq!(info["tracks"].as_array().unwrap().len(), 2);
    let duration = info["duration"].as_f64().unwrap();
    assert!((1.2..1.201).contains(&duration), "{duration}");
}

/// A pipe gives its data once: nobody may look at it before it is recorded.
#[test]
#[cfg(unix)]
fn a_named_pipe_is_recorded_like_a_file() {
    use std::process::Command;

    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("in.y4m"), y4m(5)).unwrap();
    let script = "mkfifo pipe && (cat in.y4m > pipe &)";
    let mut shell = Command::new("sh");
    let status = shell
        .args(["-c", script])
        .current_dir(directory.path())
        .status();
    assert!(status.unwrap().success());
    fs::write(directory.path().join("out.webm"), b"before").unwrap();
    record(directory.path(), &["out.webm", "--video", "pipe"]);
    let times = frame_times_of(directory.path().join("out.webm"));
    assert_eq!(times, [[0, 100, 200, 300, 400]]);
}

#[test]
fn beside_a_file_there_is_no_pattern_unless_asked_for() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("in.wav"), wav(300)).unwrap();
    record(directory.path(), &["out.mka", "--audio", "in.wav"]);
    let info = info(directory.path(), "out.mka");
    assert_eq!(info["tracks"].as_array().unwrap().len(), 1);
    assert_eq!(info["tracks"][0]["kind"], "audio");
}

#[test]
fn a_file_is_recorded_for_exactly_the_duration() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("in.y4m"), y4m(40)).unwrap();
    record(
        directory.path(),
        &["out.webm", "--video", "in.y4m", "--duration", "1.5s"],
    );
    let frames = frame_times_of(directory.path().join("out.webm"))[0].len();
    assert_eq!(frames, 15);
}

#[test]
fn the_type_chooses_container_and_codecs() {
    let directory = tempfile::tempdir().unwrap();
    let mime_type = "video/x-matroska;codecs=av01";
    let arguments = ["out.webm", "--duration", "200ms", "--mime-type", mime_type];
    record(directory.path(), &[&arguments[..], &TINY].concat());
    let info = info(directory.path(), "out.webm");
    assert_eq!(info["container"], "Matroska");
    assert_eq!(info["tracks"][0]["codec"], "AV1");
    assert_eq!(info["tracks"][0]["packets"], 5);
}

#[test]
fn the_bit_rates_are_those_asked_for() {
    let directory = tempfile::tempdir().unwrap();
    let bits_at = |rate: &str| {
        let only_sound = ["out.webm", "--video", "none", "--duration", "2s"];
        let arguments = [&only_sound[..], &["--audio-bits-per-second", rate]].concat();
        record(directory.path(), &arguments);
        let info = info(directory.path(), "out.webm");
        info["tracks"][0]["bits_per_second"].as_u64().unwrap()
    };
    let (low, high) = (bits_at("16k"), bits_at("0.256M"));
    assert!(low < high / 2, "{low} and {high}");
}

#[test]
fn a_timeslice_makes_slices_and_a_file_that_seeks_all_the_same() {
    let directory = tempfile::tempdir().unwrap();
    let clusters_with = |timeslice: &[&str]| {
        let arguments = [&["out.webm", "--duration", "2s"], &TINY[..], timeslice].concat();
        record(directory.path(), &arguments);
        let path = directory.path().join("out.webm");
        assert_eq!(frame_times_of(&path)[0].len(), 50);
        assert_eq!(count_elements(&path, CUES), 2);
        assert_eq!(
            info(directory.path(), "out.webm")["duration_in_header"],
            true
        );
        count_elements(&path, CLUSTER)
    };
    let (default, short) = (clusters_with(&[]), clusters_with(&["--timeslice", "200ms"]));
    assert!(short >= default + 5, "{default} and {short} clusters");
}
