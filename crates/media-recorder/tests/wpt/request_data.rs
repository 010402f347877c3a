//! `MediaRecorder-requestData`

use media_recorder::{Event, MediaStream};

use super::registry::Check::Once;
use super::registry::{SourceFile, same};
use super::sources::{StillVideo, audio, audio_video, next_data, recorder, video};

pub(crate) const FILE: SourceFile = SourceFile {
    path: "mediacapture-record/MediaRecorder-requestData.html",
    subtests: &[
        same(
            "requestData() immediately after start() fires dataavailable with empty data for video",
            Once(|| assert_empty_before_the_first_frame(&StillVideo::new().stream)),
        ),
        same(
            "requestData() immediately after start() fires dataavailable with empty data for audio",
            Once(|| {
                let stream = audio();
                // While one recorder is paused, a source that can wait gives nothing to another.
                let (waiting, _events) = recorder(&stream);
                waiting.start().unwrap();
                waiting.pause().unwrap();
                assert_empty_before_the_first_frame(&stream);
            }),
        ),
        same(
            "requestData() immediately after start() fires dataavailable with empty data for audio/video",
            Once(|| {
                // No file can begin before its picture is known.
                let video = StillVideo::new();
                let tracks = [audio().tracks(), video.stream.tracks()].concat();
                assert_empty_before_the_first_frame(&MediaStream::new(tracks));
            }),
        ),
        same(
            "requestData() after onstart fires dataavailable with non-empty data for video",
            Once(|| assert_data_after_start(&video())),
        ),
        same(
            "requestData() after onstart fires dataavailable with non-empty data for audio",
            Once(|| assert_data_after_start(&audio())),
        ),
        same(
            "requestData() after onstart fires dataavailable with non-empty data for audio/video",
            Once(|| assert_data_after_start(&audio_video())),
        ),
    ],
};

fn assert_empty_before_the_first_frame(stream: &MediaStream) {
    let (recorder, mut events) = recorder(stream);
    recorder.start().unwrap();
    recorder.request_data().unwrap();
    let (size, _, timecode) = next_data(&mut events);
    assert_eq!((size, timecode), (0, 0));
}

/// An answer may come before the first frame has been encoded, and is empty then.
fn assert_data_after_start(stream: &MediaStream) {
    let (recorder, mut events) = recorder(stream);
    recorder.start().unwrap();
    assert!(matches!(events.next(), Some(Event::Start)));
    let mut answers = std::iter::repeat_with(|| {
        recorder.request_data().unwrap();
        next_data(&mut events)
    });
    let answer = answers.find(|(size, ..)| *size > 0);
    let (_, mime, _) = answer.expect("there will be data");
    assert_eq!(mime, recorder.mime_type());
}
