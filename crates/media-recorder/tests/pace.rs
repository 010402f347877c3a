//! How much work goes into pictures, and which codec is taken for them.

#![allow(clippy::unwrap_used, reason = "a test fails where a helper does")]

mod common;

use common::take;
use media_recorder::{
    Canvas, Event, MediaRecorder, MediaStream, Preset, RecorderOptions, Summary, TestPattern,
};

fn record(options: RecorderOptions) -> Summary {
    let pattern = TestPattern::new().size(64, 48).as_fast_as_possible();
    let pattern = pattern.duration(std::time::Duration::from_millis(200));
    let stream = pattern.capture_stream().unwrap();
    let (recorder, mut events) = MediaRecorder::new(&stream, options).unwrap();
    recorder.start().unwrap();
    take(&mut events).summary
}

#[test]
fn a_source_that_waits_is_encoded_with_care() {
    for (asked, used) in [
        (None, Preset::Quality),
        (Some(Preset::Fast), Preset::Fast),
        (Some(Preset::Archive), Preset::Archive),
    ] {
        let options = RecorderOptions::new();
        let summary = record(match asked {
            Some(preset) => options.preset(preset),
            None => options,
        });
        let paces: Vec<_> = summary.tracks.iter().map(|track| track.pace).collect();
        let [Some(picture), None] = paces[..] else {
            panic!("{paces:?}");
        };
        let steps = picture.steps_down + picture.steps_up;
        assert_eq!(
            (picture.preset, picture.frame_rate_divisor, steps),
            (used, 1, 0)
        );
        assert_eq!(summary.tracks[0].skipped, 0);
    }
}

/// The type that a live recording of this size gets where none is asked for.
fn type_of_live(width: u32, height: u32) -> String {
    let canvas = Canvas::new(width, height).unwrap();
    let stream: MediaStream = canvas.capture_stream(30).unwrap();
    let (recorder, mut events) = MediaRecorder::new(&stream, RecorderOptions::new()).unwrap();
    recorder.start().unwrap();
    assert!(matches!(events.next(), Some(Event::Start)));
    recorder.mime_type()
}

#[test]
fn a_codec_is_found_for_live_pictures_of_any_size() {
    // Which one is the machine's affair.
    for (width, height) in [(64, 48), (320, 180)] {
        let mime_type = type_of_live(width, height);
        let codecs = [
            "webm;codecs=vp8",
            "webm;codecs=av01",
            "webm;codecs=vp9",
            "x-matroska;codecs=avc1",
        ];
        let known = |codec: &&str| mime_type.starts_with(&format!("video/{codec}"));
        assert!(codecs.iter().any(known), "{mime_type}");
    }
    // AV1 has no pictures as small as this, however fast it is.
    assert!(!type_of_live(8, 8).contains("av01"));
}
