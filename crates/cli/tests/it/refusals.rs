//! What cannot be recorded is said, in one line, and destroys nothing.

use std::fs;

use crate::support::{frame_times_of, info, run, wav, y4m};

#[test]
fn what_cannot_be_recorded_is_said() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &[u8]| fs::write(directory.path().join(name), content);
    write("in.y4m", &y4m(3)).unwrap();
    write("in.wav", &wav(100)).unwrap();
    write("text.txt", b"hello, this is text\n").unwrap();
    write("empty.y4m", b"").unwrap();
    write("out.webm", b"precious").unwrap();
    fs::create_dir(directory.path().join("folder.webm")).unwrap();

    for (arguments, code, told) in [
        (&["out"][..], 2, "--mime-type"),
        (&["out.avi"], 2, "use .webm, .mkv, .mka, .mp4 or .m4a"),
        (
            &["out.webm", "--video", "none", "--audio", "none"],
            2,
            "nothing to record",
        ),
        (
            &["out.webm", "--video", "in.y4m", "--size", "64x48"],
            2,
            "--size",
        ),
        (&["out.webm", "--size", "64"], 2, "640x360"),
        (&["out.webm", "--frame-rate", "0"], 2, "30000/1001"),
        (&["out.webm", "--duration", "ten"], 2, "1m30s"),
        (&["out.webm", "--duration", "0s"], 2, "longer than nothing"),
        (&["out.webm", "--video-bits-per-second", "lots"], 2, "2.5M"),
        (&["out.webm", "--size", "0x0"], 1, "0x0"),
        (&["out.webm", "--size", "70000x2"], 1, "70000x2"),
        (&["out.webm", "--mime-type", "webm"], 1, "`webm`"),
        (
            &["out.webm", "--mime-type", "video/webm;codecs=theora"],
            1,
            "theora",
        ),
        (&["out.webm", "--mime-type", "audio/webm"], 1, "video"),
        (
            &[
                "out.webm",
                "--mime-type",
                "video/webm;codecs=av01",
                "--size",
                "8x8",
            ],
            1,
            "8x8",
        ),
        (
            &["out.webm", "--video", "missing.y4m"],
            1,
            "missing.y4m does not exist",
        ),
        (&["out.webm", "--video", "folder.webm"], 1, "folder.webm"),
        (
            &["out.webm", "--video", "text.txt"],
            1,
            "cannot use text.txt as --video",
        ),
        (
            &["out.webm", "--audio", "empty.y4m"],
            1,
            "cannot use empty.y4m as --audio",
        ),
        (
            &["out.webm", "--video", "in.wav"],
            1,
            "in.wav as --video: it has no video",
        ),
        (
            &["out.webm", "--audio", "in.y4m"],
            1,
            "in.y4m as --audio: it has no audio",
        ),
        (&["nowhere/out.webm"], 1, "cannot create nowhere/out.webm"),
        (&["folder.webm"], 1, "cannot create folder.webm"),
    ] {
        let limits = ["record", "--as-fast-as-possible"];
        let outcome = run(directory.path(), &[&limits, arguments].concat());
        assert_eq!(
            outcome.code,
            Some(code),
            "{arguments:?}: {}",
            outcome.stderr
        );
        assert!(
            outcome.stderr.contains(told),
            "{arguments:?}: {}",
            outcome.stderr
        );
        assert_eq!(outcome.stdout, b"");
        if outcome.stderr.starts_with("media-recorder: ") {
            assert_eq!(outcome.stderr.lines().count(), 1, "{}", outcome.stderr);
        }
    }
    assert_eq!(
        fs::read(directory.path().join("out.webm")).unwrap(),
        b"precious"
    );
}

#[test]
fn an_input_is_never_the_output() {
    let directory = tempfile::tempdir().unwrap();
    let input = directory.path().join("in.y4m");
    fs::write(&input, y4m(3)).unwrap();
    fs::hard_link(&input, directory.path().join("same.webm")).unwrap();
    for output in ["in.y4m", "./in.y4m", "same.webm"] {
        let mime_type = ["--mime-type", "video/webm"];
        let arguments = [&["record", output, "--video", "in.y4m"], &mime_type[..]].concat();
        let outcome = run(directory.path(), &arguments);
        assert_eq!(outcome.code, Some(1));
        assert!(
            outcome.stderr.contains("is also an input"),
            "{}",
            outcome.stderr
        );
        assert_eq!(fs::read(&input).unwrap(), y4m(3), "{output}");
    }
}

#[test]
fn what_came_before_the_damage_is_recorded() {
    let directory = tempfile::tempdir().unwrap();
    let mut video = y4m(8);
    video.truncate(video.len() - 100);
    fs::write(directory.path().join("cut.y4m"), video).unwrap();
    let arguments = [
        "record",
        "out.webm",
        "--video",
        "cut.y4m",
        "--as-fast-as-possible",
    ];
    let outcome = run(directory.path(), &arguments);

    assert_eq!(outcome.code, Some(1));
    let lines: Vec<&str> = outcome.stderr.lines().collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].contains("7 frames"), "{}", lines[0]);
    assert!(lines[1].starts_with("media-recorder: "), "{}", lines[1]);
    assert!(
        lines[1].contains("ends in the middle of a frame"),
        "{}",
        lines[1]
    );
    let times = frame_times_of(directory.path().join("out.webm"));
    assert_eq!(times, [(0..7).map(|n| n * 100).collect::<Vec<_>>()]);
    let info = info(directory.path(), "out.webm");
    assert_eq!(
        (&info["duration"], &info["duration_in_header"]),
        (&0.7.into(), &true.into())
    );
}

#[test]
fn a_source_without_a_frame_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("none.y4m"), y4m(0)).unwrap();
    let arguments = [
        "record",
        "out.webm",
        "--video",
        "none.y4m",
        "--as-fast-as-possible",
    ];
    let outcome = run(directory.path(), &arguments);
    assert_eq!(outcome.code, Some(1));
    assert_eq!(outcome.stderr, "media-recorder: nothing was recorded\n");
}
