//! `MediaRecorder-blob-timecode`

use std::time::Duration;

use media_recorder::MediaStream;

use super::registry::Check::Once;
use super::registry::{SourceFile, same};
use super::sources::{audio, audio_video, next_data, recorder, video};

pub(crate) const FILE: SourceFile = SourceFile {
    path: "mediacapture-record/MediaRecorder-blob-timecode.https.html",
    subtests: &[
        same(
            "MediaRecorder Blob timecode for first chunk must be 0 and monotonically increasing for video-only",
            Once(|| assert_timecodes(&video())),
        ),
        same(
            "MediaRecorder Blob timecode for first chunk must be 0 and monotonically increasing for audio-only",
            Once(|| assert_timecodes(&audio())),
        ),
        same(
            "MediaRecorder Blob timecode for first chunk must be 0 and monotonically increasing for audio/video",
            Once(|| assert_timecodes(&audio_video())),
        ),
    ],
};

fn assert_timecodes(stream: &MediaStream) {
    let (recorder, mut events) = recorder(stream);
    recorder.start_with_timeslice(Duration::ZERO).unwrap();
    let (mut gathered, _, mut last) = next_data(&mut events);
    assert_eq!(last, 0);
    while gathered < 2000 || last == 0 {
        let (size, _, timecode) = next_data(&mut events);
        assert!(timecode >= last, "{timecode} after {last}");
        last = timecode;
        gathered += size;
    }
    recorder.stop().unwrap();
}
