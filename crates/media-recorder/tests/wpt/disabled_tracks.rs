//! `MediaRecorder-disabled-tracks`

use media_recorder::{MediaStream, RecordingState};

use super::registry::Check::Once;
use super::registry::{SourceFile, same};
use super::sources::{audio, audio_video, names_until, recorder, video};

pub(crate) const FILE: SourceFile = SourceFile {
    path: "mediacapture-record/MediaRecorder-disabled-tracks.https.html",
    subtests: &[
        same("video-only", Once(|| assert_disabled_is_recorded(&video()))),
        same("audio-only", Once(|| assert_disabled_is_recorded(&audio()))),
        same(
            "audio-video",
            Once(|| assert_disabled_is_recorded(&audio_video())),
        ),
    ],
};

fn assert_disabled_is_recorded(stream: &MediaStream) {
    for track in stream.tracks() {
        track.set_enabled(false);
    }
    let (recorder, mut events) = recorder(stream);
    assert_eq!(recorder.state(), RecordingState::Inactive);
    recorder.start().unwrap();
    assert_eq!(recorder.state(), RecordingState::Recording);
    recorder.request_data().unwrap();
    assert_eq!(
        names_until(&mut events, "dataavailable"),
        ["start", "dataavailable"]
    );
    assert_eq!(recorder.state(), RecordingState::Recording);
    recorder.stop().unwrap();
    assert_eq!(
        names_until(&mut events, "stop"),
        ["dataavailable", "stop"],
        "no error comes"
    );
}
