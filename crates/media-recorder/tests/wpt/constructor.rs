//! `MediaRecorder-constructor`

use media_recorder::{MediaStream, RecordingState};

use super::registry::Check::Once;
use super::registry::{SourceFile, no_meaning, same};
use super::sources::recorder;

pub(crate) const FILE: SourceFile = SourceFile {
    path: "mediacapture-record/MediaRecorder-constructor.html",
    subtests: &[
        no_meaning(
            "The MediaStream argument is required",
            "the compiler refuses a call of `MediaRecorder::new` without a stream",
        ),
        same(
            "The MediaStream instance's state attribute is set.",
            Once(|| {
                let (recorder, _events) = recorder(&MediaStream::default());
                assert_eq!(recorder.state(), RecordingState::Inactive);
            }),
        ),
    ],
};
