//! `MediaRecorder-start`

use media_recorder::{ErrorKind, MediaRecorder, RecordingState};

use super::registry::Check::Once;
use super::registry::{SourceFile, same};
use super::sources::{StillVideo, recorder_of};

pub(crate) const FILE: SourceFile = SourceFile {
    path: "mediacapture-record/MediaRecorder-start.html",
    subtests: &[same(
        "MediaRecorder cannot record the stream using the current configuration",
        Once(a_picture_in_an_audio_type_is_refused),
    )],
};

fn a_picture_in_an_audio_type_is_refused() {
    let mime = ["audio/aac", "audio/ogg", "audio/webm", "audio/mp4"]
        .into_iter()
        .find(|mime| MediaRecorder::is_type_supported(mime))
        .expect("one of them is supported");
    let (recorder, _events) = recorder_of(&StillVideo::new().stream, mime);
    let error = recorder.start().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotSupported);
    assert_eq!(recorder.state(), RecordingState::Inactive);
}
