//! `MediaRecorder-pause-resume`

use media_recorder::{Event, RecordingState};

use super::registry::Check::{EachSupported, EachUnsupported};
use super::registry::{SourceFile, differs, same};
use super::sources::{
    LEFT_TO_START, VARIANTS, assert_start_refused, names_until, recorder_of, video,
};

pub(crate) const FILE: SourceFile = SourceFile {
    path: "mediacapture-record/MediaRecorder-pause-resume.html",
    subtests: &[
        same(
            "MediaRecorder handles pause() and resume() state and events, mimeType \"{mimeType}\"",
            EachSupported(&[VARIANTS], pause_and_resume),
        ),
        same(
            "MediaRecorder handles stop() in paused state appropriately, mimeType \"{mimeType}\"",
            EachSupported(&[VARIANTS], stop_while_paused),
        ),
        differs(
            "MediaRecorder constructor throws on no support 1st, {mimeType}",
            LEFT_TO_START,
            EachUnsupported(&[VARIANTS], |mime| assert_start_refused(&video(), mime)),
        ),
        differs(
            "MediaRecorder constructor throws on no support 2nd, {mimeType}",
            LEFT_TO_START,
            EachUnsupported(&[VARIANTS], |mime| assert_start_refused(&video(), mime)),
        ),
    ],
};

fn pause_and_resume(mime: &str) {
    let (recorder, mut events) = recorder_of(&video(), mime);
    recorder.start().unwrap();
    assert_eq!(recorder.state(), RecordingState::Recording);
    assert!(matches!(events.next(), Some(Event::Start)));
    for _ in 0..2 {
        recorder.pause().unwrap();
        assert_eq!(recorder.state(), RecordingState::Paused);
    }
    assert!(matches!(events.next(), Some(Event::Pause)));
    for _ in 0..2 {
        recorder.resume().unwrap();
        assert_eq!(recorder.state(), RecordingState::Recording);
    }
    assert!(matches!(events.next(), Some(Event::Resume)));
    recorder.stop().unwrap();
    assert_eq!(names_until(&mut events, "stop"), ["dataavailable", "stop"]);
}

fn stop_while_paused(mime: &str) {
    let (recorder, mut events) = recorder_of(&video(), mime);
    recorder.start().unwrap();
    assert_eq!(recorder.state(), RecordingState::Recording);
    assert!(matches!(events.next(), Some(Event::Start)));
    recorder.pause().unwrap();
    assert_eq!(recorder.state(), RecordingState::Paused);
    assert!(matches!(events.next(), Some(Event::Pause)));
    recorder.stop().unwrap();
    assert_eq!(recorder.state(), RecordingState::Inactive);
    assert_eq!(names_until(&mut events, "stop"), ["dataavailable", "stop"]);

    assert!(events.next().is_none(), "the events of one recording");
    recorder.start().unwrap();
    assert_eq!(recorder.state(), RecordingState::Recording);
    assert!(matches!(events.next(), Some(Event::Start)));
}
