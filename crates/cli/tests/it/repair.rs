//! `media-recorder repair`.

use std::fs;
use std::path::Path;

use crate::support::{CUES, count_elements, frame_times_of, info, record, run};

/// Recorded to standard output, as a killed process leaves a file, and cut to `part` of a whole.
fn broken(directory: &Path, part: f64) -> Vec<u8> {
    let arguments = ["record", "-", "--as-fast-as-possible", "--duration", "3s"];
    let size = ["--size", "64x48", "--frame-rate", "10"];
    let mut bytes = run(directory, &[&arguments[..], &size].concat()).stdout;
    bytes.truncate((bytes.len() as f64 * part) as usize);
    fs::write(directory.join("cut.webm"), &bytes).unwrap();
    bytes
}

/// That it seeks, knows how long it is, and is readable to its end.
fn assert_finished(directory: &Path, file: &str) {
    let path = directory.join(file);
    assert_eq!(count_elements(&path, CUES), 2, "in the SeekHead and itself");
    let info = info(directory, file);
    assert_eq!(
        (&info["duration_in_header"], &info["damage"]),
        (&true.into(), &().into())
    );
    assert!(!frame_times_of(&path)[0].is_empty());
}

#[test]
fn a_file_that_broke_off_becomes_a_finished_one() {
    let directory = tempfile::tempdir().unwrap();
    broken(directory.path(), 0.7);
    let outcome = run(directory.path(), &["repair", "cut.webm"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let said = &outcome.stderr;
    assert!(said.starts_with("cut.webm: repaired: 00:00:0"), "{said}");
    assert!(
        said.contains("packets kept; ") && said.ends_with(" bytes lost\n"),
        "{said}"
    );
    assert_finished(directory.path(), "cut.webm");

    let repaired = fs::read(directory.path().join("cut.webm")).unwrap();
    let outcome = run(directory.path(), &["repair", "cut.webm"]);
    assert_eq!(outcome.code, Some(0));
    assert!(
        outcome.stderr.starts_with("cut.webm: is whole: "),
        "{}",
        outcome.stderr
    );
    assert_eq!(
        fs::read(directory.path().join("cut.webm")).unwrap(),
        repaired
    );
    assert_eq!(
        fs::read_dir(directory.path()).unwrap().count(),
        1,
        "nothing is left"
    );
}

#[test]
fn an_mp4_that_broke_off_becomes_a_finished_one() {
    let directory = tempfile::tempdir().unwrap();
    let size = ["--size", "64x48", "--frame-rate", "10"];
    record(
        directory.path(),
        &[&["cut.mp4", "--duration", "3s"][..], &size].concat(),
    );
    let path = directory.path().join("cut.mp4");
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() * 7 / 10]).unwrap();
    let outcome = run(directory.path(), &["repair", "cut.mp4"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let said = &outcome.stderr;
    assert!(said.starts_with("cut.mp4: repaired: 00:00:0"), "{said}");
    assert!(
        said.contains(" packets kept; ") && said.contains(" bytes lost"),
        "{said}"
    );
    let outcome = run(directory.path(), &["repair", "cut.mp4", "-o", "copy.mp4"]);
    assert!(
        outcome.stderr.starts_with("cut.mp4: is whole: "),
        "{}",
        outcome.stderr
    );
    let copy = directory.path().join("copy.mp4");
    assert!(fs::read(copy).unwrap() == fs::read(path).unwrap());
}

#[test]
fn a_copy_leaves_the_file_alone() {
    let directory = tempfile::tempdir().unwrap();
    let bytes = broken(directory.path(), 0.7);
    let arguments = ["repair", "cut.webm", "-o", "good.webm"];
    let outcome = run(directory.path(), &arguments);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert_finished(directory.path(), "good.webm");
    assert_eq!(fs::read(directory.path().join("cut.webm")).unwrap(), bytes);

    let good = fs::read(directory.path().join("good.webm")).unwrap();
    let outcome = run(directory.path(), &arguments);
    assert_eq!(outcome.code, Some(1));
    assert!(
        outcome.stderr.contains("cannot create good.webm"),
        "{}",
        outcome.stderr
    );
    assert_eq!(fs::read(directory.path().join("good.webm")).unwrap(), good);
}

#[test]
fn what_cannot_be_saved_is_said_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let bytes = broken(directory.path(), 1.0);
    let write = |name: &str, bytes: &[u8]| fs::write(directory.path().join(name), bytes).unwrap();
    write("text.webm", b"hello, this is text");
    write("empty.webm", b"");
    write("head.webm", &bytes[..60]);
    write("tracks.webm", &bytes[..400]);
    for (file, told) in [
        ("missing.webm", "cannot open missing.webm: "),
        (".", "cannot open .: "),
        ("text.webm", "text.webm: it cannot be repaired: "),
        ("empty.webm", "empty.webm: it cannot be repaired: "),
        ("head.webm", "head.webm: there is nothing to save: "),
        ("tracks.webm", "tracks.webm: there is nothing to save: "),
    ] {
        let before = fs::read(directory.path().join(file)).ok();
        let outcome = run(directory.path(), &["repair", file]);
        assert_eq!(outcome.code, Some(1), "{file}");
        let said = &outcome.stderr;
        assert!(
            said.starts_with("media-recorder: ") && said.contains(told),
            "{said}"
        );
        assert_eq!(said.lines().count(), 1, "{said}");
        assert_eq!(fs::read(directory.path().join(file)).ok(), before, "{file}");
    }
    let outcome = run(directory.path(), &["repair", "text.webm", "-o", "new.webm"]);
    assert_eq!(outcome.code, Some(1));
    assert!(
        outcome.stderr.contains("cannot repair text.webm: "),
        "{}",
        outcome.stderr
    );
    assert!(!directory.path().join("new.webm").exists());
}
