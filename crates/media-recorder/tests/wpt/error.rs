//! `MediaRecorder-error`

use std::time::Duration;

use media_recorder::{ErrorKind, Event, MediaRecorder, RecorderOptions, RecordingState};

use super::registry::Check::Once;
use super::registry::{SourceFile, differs, same};
use super::sources::{StillVideo, audio, recorder};

pub(crate) const FILE: SourceFile = SourceFile {
    path: "mediacapture-record/MediaRecorder-error.html",
    subtests: &[
        same(
            "MediaRecorder will stop recording when any of track is added and error event will be fired",
            Once(|| {
                assert_change_is_an_error(|video| {
                    video.stream.add_track(&audio().audio_tracks()[0]);
                });
            }),
        ),
        same(
            "MediaRecorder will stop recording when any of track is removed and error event will be fired",
            Once(|| {
                assert_change_is_an_error(|video| {
                    video.stream.remove_track(&video.stream.video_tracks()[0]);
                });
            }),
        ),
        same(
            "MediaRecorder cannot start recording when MediaRecorder' state is not inactive and an InvalidStateError should be thrown",
            Once(a_second_start_is_refused),
        ),
        differs(
            "MediaRecorder throws NotSupportedError when given both videoKeyFrameIntervalDuration and videoKeyFrameIntervalCount",
            "the specification has `start` throw, not the constructor",
            Once(two_key_frame_intervals_are_refused_by_start),
        ),
    ],
};

fn assert_change_is_an_error(change: fn(&StillVideo)) {
    let video = StillVideo::new();
    let (recorder, mut events) = recorder(&video.stream);
    recorder.start().unwrap();
    assert_eq!(recorder.state(), RecordingState::Recording);
    change(&video);
    video.add_frame();
    let error = events.find_map(|event| match event {
        Event::Error(error) => Some(error),
        _ => None,
    });
    let kind = error.map(|error| error.kind());
    assert_eq!(kind, Some(ErrorKind::InvalidModification));
    assert_eq!(recorder.state(), RecordingState::Inactive);
}

fn a_second_start_is_refused() {
    let video = StillVideo::new();
    let (recorder, _events) = recorder(&video.stream);
    recorder.start().unwrap();
    assert_eq!(recorder.state(), RecordingState::Recording);
    let error = recorder.start().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidState);
    assert_eq!(recorder.state(), RecordingState::Recording);
}

/// <https://w3c.github.io/mediacapture-record/#dom-mediarecorder-start>
fn two_key_frame_intervals_are_refused_by_start() {
    let options = RecorderOptions::new()
        .video_key_frame_interval_duration(Duration::from_millis(10))
        .video_key_frame_interval_count(10);
    let video = StillVideo::new();
    let (recorder, _events) = MediaRecorder::new(&video.stream, options).unwrap();
    let error = recorder.start().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotSupported);
    assert_eq!(recorder.state(), RecordingState::Inactive);
}
