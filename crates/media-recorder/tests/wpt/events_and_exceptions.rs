//! `MediaRecorder-events-and-exceptions`

use media_recorder::{ErrorKind, Event, MediaRecorder, MediaStream, ReadyState, RecordingState};

use super::registry::Check::EachSupported;
use super::registry::{SourceFile, same};
use super::sources::{StillVideo, assert_refused, recorder_of, remaining};

const VARIANTS: &[&str] = &[
    "''",
    "video/webm;codecs=vp8,opus",
    "video/webm;codecs=vp9,opus",
    "video/webm;codecs=av1,opus",
    "video/mp4;codecs=avc1,mp4a.40.2",
    "video/mp4;codecs=vp9,opus",
    "video/mp4;codecs=av01,opus",
    "video/mp4;codecs=av01,mp4a.40.2",
    "video/mp4",
];

pub(crate) const FILE: SourceFile = SourceFile {
    path: "mediacapture-record/MediaRecorder-events-and-exceptions.html",
    subtests: &[same(
        "MediaRecorder events and exceptions",
        EachSupported(&[VARIANTS], the_life_of_a_recorder),
    )],
};

fn the_life_of_a_recorder(mime: &str) {
    let video = StillVideo::new();
    assert_eq!(video.stream.audio_tracks().len(), 0);
    assert_eq!(video.stream.video_tracks().len(), 1);
    let track = &video.stream.video_tracks()[0];
    assert_eq!(track.ready_state(), ReadyState::Live);

    assert_refused(&MediaStream::default(), "video/invalid");
    let (recorder, mut events) = recorder_of(&MediaStream::default(), mime);
    assert_inactive(&recorder);
    let error = recorder.start().unwrap_err();
    assert_eq!(
        error.kind(),
        ErrorKind::NotSupported,
        "the stream is inactive"
    );

    recorder.stream().add_track(track);
    recorder.start().unwrap();
    assert_eq!(recorder.state(), RecordingState::Recording);
    video.add_frame();

    assert!(matches!(events.next(), Some(Event::Start)));
    assert_eq!(recorder.state(), RecordingState::Recording);
    recorder.pause().unwrap();
    assert!(matches!(events.next(), Some(Event::Pause)));
    assert_eq!(recorder.state(), RecordingState::Paused);
    recorder.resume().unwrap();
    assert!(matches!(events.next(), Some(Event::Resume)));
    assert_eq!(recorder.state(), RecordingState::Recording);
    recorder.stop().unwrap();

    let Some(Event::DataAvailable(blob)) = events.next() else {
        panic!("data comes")
    };
    assert_ne!(blob.data.size(), 0);
    assert_eq!(recorder.state(), RecordingState::Inactive);
    assert!(matches!(events.next(), Some(Event::Stop(_))));
    assert_inactive(&recorder);
    assert!(remaining(recorder, &mut events).is_empty());
}

/// In this state `stop` does nothing, and what needs a recording is refused.
fn assert_inactive(recorder: &MediaRecorder) {
    assert_eq!(recorder.state(), RecordingState::Inactive);
    recorder.stop().unwrap();
    let calls = [
        MediaRecorder::pause,
        MediaRecorder::resume,
        MediaRecorder::request_data,
    ];
    for call in calls {
        assert_eq!(call(recorder).unwrap_err().kind(), ErrorKind::InvalidState);
        assert_eq!(recorder.state(), RecordingState::Inactive);
    }
}
