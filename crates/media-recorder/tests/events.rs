//! The order of events, and what calls are refused.
//!
//! The sequences are those that web-platform-tests' `mediacapture-record` expects.

#![allow(clippy::unwrap_used, reason = "a test fails where a helper does")]

mod common;

use std::time::Duration;

use common::take;
use media_recorder::{
    AudioBitrateMode, Canvas, ErrorKind, Event, MediaRecorder, MediaStream, Parallelism,
    ReadyState, RecorderOptions, RecordingState, TestPattern,
};

fn endless() -> MediaStream {
    TestPattern::new()
        .size(64, 48)
        .as_fast_as_possible()
        .capture_stream()
        .unwrap()
}

fn recorder(stream: &MediaStream) -> (MediaRecorder, media_recorder::Events) {
    MediaRecorder::new(stream, RecorderOptions::new()).unwrap()
}

#[test]
fn calls_made_at_once_fire_in_their_order() {
    let (recorder, mut events) = recorder(&endless());
    recorder.start().unwrap();
    assert_eq!(recorder.state(), RecordingState::Recording);
    recorder.pause().unwrap();
    recorder.resume().unwrap();
    recorder.stop().unwrap();
    assert_eq!(recorder.state(), RecordingState::Inactive);
    assert_eq!(
        take(&mut events).names,
        ["start", "pause", "resume", "dataavailable", "stop"]
    );
}

#[test]
fn a_paused_recorder_stops() {
    let (recorder, mut events) = recorder(&endless());
    recorder.start().unwrap();
    recorder.pause().unwrap();
    recorder.pause().unwrap();
    recorder.stop().unwrap();
    recorder.stop().unwrap();
    assert_eq!(
        take(&mut events).names,
        ["start", "pause", "dataavailable", "stop"]
    );
}

#[test]
fn stop_at_once_still_fires_start() {
    let (recorder, mut events) = recorder(&endless());
    recorder.start().unwrap();
    recorder.stop().unwrap();
    assert_eq!(take(&mut events).names, ["start", "dataavailable", "stop"]);
    assert_eq!(recorder.mime_type(), "");
}

#[test]
fn calls_while_inactive_are_refused_and_change_nothing() {
    let (recorder, _events) = recorder(&endless());
    for call in [
        MediaRecorder::pause,
        MediaRecorder::resume,
        MediaRecorder::request_data,
    ] {
        assert_eq!(call(&recorder).unwrap_err().kind(), ErrorKind::InvalidState);
        assert_eq!(recorder.state(), RecordingState::Inactive);
    }
    recorder.stop().unwrap();
    recorder.start().unwrap();
    assert_eq!(
        recorder.start().unwrap_err().kind(),
        ErrorKind::InvalidState
    );
    assert_eq!(recorder.state(), RecordingState::Recording);
}

#[test]
fn a_stream_without_live_tracks_cannot_be_started() {
    let stream = MediaStream::default();
    let (recorder, _events) = recorder(&stream);
    assert_eq!(
        recorder.start().unwrap_err().kind(),
        ErrorKind::NotSupported
    );
    let track = endless().video_tracks().remove(0);
    track.stop();
    assert_eq!(track.ready_state(), ReadyState::Ended);
    stream.add_track(&track);
    assert_eq!(
        recorder.start().unwrap_err().kind(),
        ErrorKind::NotSupported
    );
    assert_eq!(recorder.state(), RecordingState::Inactive);
}

#[test]
fn types_that_cannot_be_recorded_are_refused() {
    let stream = endless();
    for mime in [
        "nonsense",
        "video/ogg",
        "video/x-matroska;codecs=hvc1",
        "audio/webm;codecs=vp9",
    ] {
        let options = RecorderOptions::new().mime_type(mime);
        let error = MediaRecorder::new(&stream, options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotSupported, "{mime}");
        assert!(error.message().contains(mime), "{error}");
        assert!(!MediaRecorder::is_type_supported(mime));
    }
    // Left to start: a codec that the algorithm does not know, a picture in an audio type, and
    // both ways of saying how often a key frame comes.
    for options in [
        RecorderOptions::new().mime_type("video/webm;codecs=theora"),
        RecorderOptions::new().mime_type("audio/webm"),
        RecorderOptions::new()
            .video_key_frame_interval_count(3)
            .video_key_frame_interval_duration(Duration::from_secs(1)),
    ] {
        let (recorder, _events) = MediaRecorder::new(&stream, options).unwrap();
        assert_eq!(
            recorder.start().unwrap_err().kind(),
            ErrorKind::NotSupported
        );
        assert_eq!(recorder.state(), RecordingState::Inactive);
    }
}

#[test]
fn a_picture_too_small_for_its_codec_is_refused_by_start() {
    let canvas = Canvas::new(8, 8).unwrap();
    let stream = canvas.capture_stream(25).unwrap();
    let options = RecorderOptions::new().mime_type("video/webm;codecs=av01");
    let (recorder, _events) = MediaRecorder::new(&stream, options).unwrap();
    let error = recorder.start().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotSupported);
    assert!(error.message().contains("8x8"), "{error}");
}

#[test]
fn stopping_every_track_ends_the_recording() {
    let stream = endless();
    let (recorder, mut events) = recorder(&stream);
    recorder.start().unwrap();
    for track in stream.tracks() {
        track.stop();
    }
    assert_eq!(take(&mut events).names, ["start", "dataavailable", "stop"]);
    assert_eq!(recorder.state(), RecordingState::Inactive);
}

#[test]
fn the_type_is_extended_while_recording() {
    let stream = endless();
    let options = RecorderOptions::new().mime_type("video/webm");
    let (recorder, mut events) = MediaRecorder::new(&stream, options).unwrap();
    recorder.start().unwrap();
    assert!(matches!(events.next(), Some(Event::Start)));
    assert_eq!(recorder.mime_type(), "video/webm;codecs=vp9,opus");
    recorder.stop().unwrap();
    assert_eq!(recorder.mime_type(), "video/webm");
}

#[test]
fn bitrates_follow_the_tracks() {
    let stream = TestPattern::new()
        .video(false)
        .as_fast_as_possible()
        .capture_stream()
        .unwrap();
    let options = RecorderOptions::new().bits_per_second(1_000_000);
    let (recorder, mut events) = MediaRecorder::new(&stream, options).unwrap();
    assert_eq!(
        (
            recorder.audio_bits_per_second(),
            recorder.video_bits_per_second()
        ),
        (100_000, 900_000)
    );
    recorder.start().unwrap();
    assert_eq!(
        (
            recorder.audio_bits_per_second(),
            recorder.video_bits_per_second()
        ),
        (1_000_000, 0)
    );
    recorder.stop().unwrap();
    assert_eq!(recorder.audio_bits_per_second(), 100_000);
    take(&mut events);
}

#[test]
fn handles_can_go_in_any_order() {
    // The recorder first: what was recorded still comes.
    let stream = endless();
    let (recorder, mut events) = recorder(&stream);
    recorder.start().unwrap();
    drop((recorder, stream));
    assert_eq!(take(&mut events).names, ["start", "dataavailable", "stop"]);
    assert!(events.next().is_none());

    // The events first: recording goes on and ends without anybody listening.
    let stream = endless();
    let (recorder, events) = MediaRecorder::new(&stream, RecorderOptions::new()).unwrap();
    recorder.start().unwrap();
    drop(events);
    recorder.pause().unwrap();
    recorder.stop().unwrap();

    // The canvas: its track ends, and with it the recording.
    let canvas = Canvas::new(64, 48).unwrap().with_back_pressure();
    let stream = canvas.capture_stream(25).unwrap();
    let (recorder, mut events) = MediaRecorder::new(&stream, RecorderOptions::new()).unwrap();
    recorder.start().unwrap();
    canvas.draw(|pixels| pixels.fill(3)).unwrap();
    drop(canvas);
    assert_eq!(take(&mut events).names, ["start", "dataavailable", "stop"]);
}

/// What a program holds of a recording, in the order in which it lets go of it.
fn orders() -> Vec<[usize; 4]> {
    let mut orders = Vec::new();
    for code in 0..4_usize.pow(4) {
        let order = [code % 4, code / 4 % 4, code / 16 % 4, code / 64];
        if (0..4).all(|n| order.contains(&n)) {
            orders.push(order);
        }
    }
    orders
}

#[test]
fn nothing_is_lost_whoever_goes_first() {
    for order in orders() {
        let canvas = Canvas::new(64, 48).unwrap().with_back_pressure();
        let stream = canvas.capture_stream(25).unwrap();
        let (recorder, events) = MediaRecorder::new(&stream, RecorderOptions::new()).unwrap();
        recorder.start().unwrap();
        (0..3).for_each(|n| canvas.draw(|pixels| pixels.fill(n)).unwrap());
        let (mut canvas, mut stream) = (Some(canvas), Some(stream));
        let (mut recorder, mut events) = (Some(recorder), Some(events));
        for which in order {
            match which {
                0 => drop(canvas.take()),
                1 => drop(stream.take()),
                2 => drop(recorder.take()),
                // While the recording runs on, what comes is dropped; once it has ended, all of
                // it is there.
                _ => {
                    let mut events = events.take().unwrap();
                    if canvas.is_none() || recorder.is_none() {
                        let recorded = take(&mut events);
                        assert_eq!(
                            recorded.names,
                            ["start", "dataavailable", "stop"],
                            "{order:?}"
                        );
                        assert_eq!(recorded.summary.tracks[0].packets, 3, "{order:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_receiver_that_stops_reading_ends_the_recording_before_the_memory_is_full() {
    const LIMIT: u64 = 100_000;
    // What encoders have under way at the end is delivered, too: here that is next to nothing.
    let options = || {
        RecorderOptions::new()
            .max_buffered_bytes(LIMIT)
            .parallelism(Parallelism::Within)
    };
    for timeslice in [None, Some(Duration::from_millis(100))] {
        let (recorder, mut events) = MediaRecorder::new(&endless(), options()).unwrap();
        match timeslice {
            None => recorder.start().unwrap(),
            Some(timeslice) => recorder.start_with_timeslice(timeslice).unwrap(),
        }
        // Nobody reads until the recording has ended by itself.
        while recorder.state() != RecordingState::Inactive {
            std::thread::yield_now();
        }
        let recorded = take(&mut events);
        assert!(
            recorded
                .names
                .ends_with(&["error", "dataavailable", "stop"])
        );
        let error = recorded.error.as_ref().unwrap();
        assert_eq!(error.kind(), ErrorKind::Unknown);
        assert!(error.message().contains("100000"), "{error}");
        let bytes = recorded.concatenated().len() as u64;
        assert!((LIMIT / 2..2 * LIMIT).contains(&bytes), "{bytes}");
        common::read_back(recorded.patched());
    }
    // One that reads is not stopped, however much there is.
    let (recorder, events) = MediaRecorder::new(&endless(), options()).unwrap();
    recorder
        .start_with_timeslice(Duration::from_millis(100))
        .unwrap();
    let mut bytes = 0;
    for event in events {
        match event {
            Event::DataAvailable(blob) => bytes += blob.data.size(),
            Event::Error(error) => panic!("{error}"),
            _ => {}
        }
        if bytes > 5 * LIMIT {
            recorder.stop().unwrap();
        }
    }
    assert!(bytes > 5 * LIMIT);
}

#[test]
fn without_a_receiver_nothing_waits_and_recording_goes_on() {
    const LIMIT: u64 = 50_000;
    let options = RecorderOptions::new().max_buffered_bytes(LIMIT);
    let (recorder, events) = MediaRecorder::new(&endless(), options).unwrap();
    recorder.start().unwrap();
    drop(events);
    while recorder.statistics().bytes < 5 * LIMIT {
        assert_eq!(recorder.state(), RecordingState::Recording);
        std::thread::yield_now();
    }
    recorder.stop().unwrap();
}

#[test]
fn clones_of_a_stream_end_and_are_disabled_on_their_own() {
    let stream = endless();
    let clone = stream.clone_stream();
    assert_ne!(stream.id(), clone.id());
    assert_eq!(stream.tracks().len(), clone.tracks().len());
    clone.video_tracks()[0].set_enabled(false);
    clone.audio_tracks()[0].stop();
    assert!(stream.video_tracks()[0].enabled());
    assert_eq!(stream.audio_tracks()[0].ready_state(), ReadyState::Live);
    assert_ne!(stream.tracks()[0].id(), clone.tracks()[0].id());
    assert!(clone.is_active());
    // The clone of an ended track has ended.
    let again = clone.clone_stream();
    assert_eq!(again.audio_tracks()[0].ready_state(), ReadyState::Ended);
}

#[test]
fn the_bitrate_mode_reads_back() {
    for mode in [AudioBitrateMode::Variable, AudioBitrateMode::Constant] {
        let options = RecorderOptions::new().audio_bitrate_mode(mode);
        let (recorder, _events) = MediaRecorder::new(&endless(), options).unwrap();
        assert_eq!(recorder.audio_bitrate_mode(), mode);
    }
}
