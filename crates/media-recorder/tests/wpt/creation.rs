//! `MediaRecorder-creation`

use media_recorder::{MediaStream, ReadyState, RecordingState};

use super::registry::Check::Once;
use super::registry::{SourceFile, same};
use super::sources::{audio, audio_video, recorder, video};

pub(crate) const FILE: SourceFile = SourceFile {
    path: "mediacapture-record/MediaRecorder-creation.https.html",
    subtests: &[
        same(
            "Video-only MediaRecorder",
            Once(|| assert_creation(&video(), 0, 1)),
        ),
        same(
            "Audio-only MediaRecorder",
            Once(|| assert_creation(&audio(), 1, 0)),
        ),
        same(
            "Video+Audio MediaRecorder",
            Once(|| assert_creation(&audio_video(), 1, 1)),
        ),
    ],
};

fn assert_creation(stream: &MediaStream, audio: usize, video: usize) {
    assert_eq!(stream.audio_tracks().len(), audio);
    assert_eq!(stream.video_tracks().len(), video);
    for track in stream.tracks() {
        assert_eq!(track.ready_state(), ReadyState::Live);
    }
    let (recorder, _events) = recorder(stream);
    assert_eq!(recorder.state(), RecordingState::Inactive);
    assert_ne!(recorder.video_bits_per_second(), 0);
    assert_ne!(recorder.audio_bits_per_second(), 0);
}
