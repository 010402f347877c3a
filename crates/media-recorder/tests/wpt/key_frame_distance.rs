//! `MediaRecorder-video-key-frame-distance`

use std::time::Duration;

use media_recorder::{MediaRecorder, RecorderOptions};

use super::registry::Check::Once;
use super::registry::{SourceFile, same};
use super::sources::StillVideo;
use crate::common::{read_back, take};

pub(crate) const FILE: SourceFile = SourceFile {
    path: "mediacapture-record/MediaRecorder-video-key-frame-distance.html",
    subtests: &[
        same(
            "MediaRecorder interprets videoKeyFrameIntervalDuration",
            Once(|| {
                let second = Duration::from_secs(1);
                let options = RecorderOptions::new().video_key_frame_interval_duration(second);
                assert_eq!(
                    key_frame_times(options),
                    [0, 1040],
                    "the first after a second"
                );
            }),
        ),
        same(
            "MediaRecorder interprets videoKeyFrameIntervalCount",
            Once(|| {
                let options = RecorderOptions::new().video_key_frame_interval_count(5);
                assert_eq!(
                    key_frame_times(options)[..3],
                    [0, 240, 480],
                    "five others between"
                );
            }),
        ),
    ],
};

/// Of 50 frames in two seconds, in milliseconds.
fn key_frame_times(options: RecorderOptions) -> Vec<u64> {
    let video = StillVideo::new();
    let (recorder, mut events) = MediaRecorder::new(&video.stream, options).unwrap();
    recorder.start().unwrap();
    for _ in 0..50 {
        video.add_frame();
    }
    recorder.stop().unwrap();
    let file = read_back(take(&mut events).concatenated());
    let keys = file.blocks.iter().filter(|block| block.key);
    keys.map(|block| block.millis).collect()
}
