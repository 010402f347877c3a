//! `MediaRecorder-stop`

use std::time::Duration;

use media_recorder::RecordingState;
use media_recorder_state::{Action, Fault, Machine, Signal, Task};

use super::registry::Check::{EachSupported, Once};
use super::registry::{SourceFile, differs, same};
use super::sources::{
    StillVideo, VARIANTS, audio_video, names_until, recorder, recorder_of, remaining,
};

pub(crate) const FILE: SourceFile = SourceFile {
    path: "mediacapture-record/MediaRecorder-stop.html",
    subtests: &[
        same(
            "MediaRecorder will stop recording and fire a stop event when all tracks are ended",
            EachSupported(&[VARIANTS], the_end_of_all_tracks_stops),
        ),
        same(
            "MediaRecorder will stop recording and fire a stop event when stop() is called",
            EachSupported(&[VARIANTS], stop_stops),
        ),
        same(
            "MediaRecorder will not fire an exception when stopped after creation",
            EachSupported(&[VARIANTS], stop_before_start_does_nothing),
        ),
        same(
            "MediaRecorder will not fire an exception when stopped after having just been stopped",
            EachSupported(&[VARIANTS], stop_after_stop_does_nothing),
        ),
        same(
            "MediaRecorder will not fire an exception when stopped after having just been spontaneously stopped",
            EachSupported(&[VARIANTS], stop_after_the_end_of_all_tracks_does_nothing),
        ),
        same(
            "MediaRecorder will fire start event even if stopped synchronously",
            EachSupported(&[VARIANTS], stop_at_once_still_fires_start),
        ),
        same(
            "MediaRecorder will fire start event even if a track is removed synchronously",
            EachSupported(&[VARIANTS], removal_at_once_still_fires_start),
        ),
        same(
            "MediaRecorder will fire only start and stop events in a basic recording flow.",
            EachSupported(&[VARIANTS], a_plain_recording_fires_nothing_else),
        ),
        differs(
            "MediaRecorder will not fire an error event if a recorder is stopped synchronously after a track is removed",
            "which of two threads comes first is chance: asserted of the recorder's machine",
            Once(stop_overtakes_the_error_of_a_removed_track),
        ),
        same(
            "MediaRecorder will not fire an error event if a recorder is stopped synchronously after all tracks are ended",
            Once(stop_after_the_end_of_all_tracks_fires_no_error),
        ),
    ],
};

const WHOLE: [&str; 3] = ["start", "dataavailable", "stop"];

/// That the state changes only with the events cannot be seen from here: another thread may
/// have fired them when `stop` of the track returns.
fn the_end_of_all_tracks_stops(mime: &str) {
    let video = StillVideo::new();
    let (recorder, mut events) = recorder_of(&video.stream, mime);
    assert_eq!(video.stream.video_tracks().len(), 1);
    recorder.start().unwrap();
    video.stream.video_tracks()[0].stop();
    assert_eq!(names_until(&mut events, "stop"), WHOLE);
    assert_eq!(recorder.state(), RecordingState::Inactive);
}

fn stop_stops(mime: &str) {
    let video = StillVideo::new();
    let (recorder, mut events) = recorder_of(&video.stream, mime);
    recorder.start().unwrap();
    assert_eq!(recorder.state(), RecordingState::Recording);
    recorder.stop().unwrap();
    assert_eq!(recorder.state(), RecordingState::Inactive);
    assert_eq!(names_until(&mut events, "stop"), WHOLE);
    assert_eq!(recorder.state(), RecordingState::Inactive);
}

fn stop_before_start_does_nothing(mime: &str) {
    let video = StillVideo::new();
    let (recorder, mut events) = recorder_of(&video.stream, mime);
    recorder.stop().unwrap();
    assert!(remaining(recorder, &mut events).is_empty());
}

fn stop_after_stop_does_nothing(mime: &str) {
    let video = StillVideo::new();
    let (recorder, mut events) = recorder_of(&video.stream, mime);
    recorder.start().unwrap();
    recorder.stop().unwrap();
    names_until(&mut events, "stop");
    recorder.stop().unwrap();
    assert!(remaining(recorder, &mut events).is_empty());
}

fn stop_after_the_end_of_all_tracks_does_nothing(mime: &str) {
    let video = StillVideo::new();
    let (recorder, mut events) = recorder_of(&video.stream, mime);
    recorder.start().unwrap();
    video.stream.video_tracks()[0].stop();
    names_until(&mut events, "stop");
    recorder.stop().unwrap();
    assert!(remaining(recorder, &mut events).is_empty());
}

fn stop_at_once_still_fires_start(mime: &str) {
    let (recorder, mut events) = recorder_of(&audio_video(), mime);
    recorder.start().unwrap();
    recorder.stop().unwrap();
    assert_eq!(names_until(&mut events, "stop"), WHOLE);
}

fn removal_at_once_still_fires_start(mime: &str) {
    let stream = audio_video();
    let (recorder, mut events) = recorder_of(&stream, mime);
    recorder.start().unwrap();
    stream.remove_track(&stream.audio_tracks()[0]);
    assert_eq!(
        names_until(&mut events, "stop"),
        ["start", "error", "dataavailable", "stop"]
    );
}

fn a_plain_recording_fires_nothing_else(mime: &str) {
    let (recorder, mut events) = recorder_of(&audio_video(), mime);
    recorder.start_with_timeslice(Duration::ZERO).unwrap();
    let mut names = names_until(&mut events, "dataavailable");
    recorder.stop().unwrap();
    names.extend(names_until(&mut events, "stop"));
    names.dedup();
    assert_eq!(names, WHOLE, "but for more data");
}

/// The removal of a track is a task, and one that has not had its turn when `stop` is called
/// comes to nothing.
fn stop_overtakes_the_error_of_a_removed_track() {
    let mut machine = Machine::new("");
    let start = machine.start("video/webm;codecs=vp9,opus").unwrap();
    assert_eq!(machine.perform(start), [Action::Fire(Signal::Start)]);
    let removed = Task::fail(start.session(), Fault::InvalidModification);
    let stop = machine.stop().unwrap();
    assert_eq!(machine.perform(removed), []);
    assert_eq!(
        machine.perform(stop),
        [Action::End, Action::Deliver, Action::Fire(Signal::Stop)]
    );
}

fn stop_after_the_end_of_all_tracks_fires_no_error() {
    let stream = audio_video();
    let (recorder, mut events) = recorder(&stream);
    recorder.start().unwrap();
    let mut names = names_until(&mut events, "start");
    for track in stream.tracks() {
        track.stop();
    }
    recorder.stop().unwrap();
    names.extend(remaining(recorder, &mut events));
    assert_eq!(names, WHOLE);
}
