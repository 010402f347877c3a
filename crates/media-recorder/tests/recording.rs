//! Recordings, read back by a reader that is not ours.

#![allow(clippy::unwrap_used, reason = "a test fails where a helper does")]

mod common;

use std::time::Duration;

use common::{read_back, take};
use media_recorder::{
    Canvas, ErrorKind, MediaRecorder, MediaStream, Rate, RecorderOptions, RecordingState,
    TestPattern,
};

fn pattern() -> TestPattern {
    TestPattern::new()
        .size(64, 48)
        .frame_rate(Rate::new(25, 1).unwrap())
        .as_fast_as_possible()
}

fn one_second() -> TestPattern {
    pattern().duration(Duration::from_secs(1))
}

fn options(mime_type: &str) -> RecorderOptions {
    RecorderOptions::new()
        .mime_type(mime_type)
        .video_bits_per_second(200_000)
}

/// The times of 25 frames in a second.
fn frame_times(frames: u64) -> Vec<u64> {
    (0..frames).map(|n| n * 40).collect()
}

#[test]
fn picture_and_sound_come_out_whole() {
    for (mime, extended) in [
        ("", "video/webm;codecs=vp9,opus"),
        ("video/webm;codecs=av01,opus", "video/webm;codecs=av01,opus"),
        (
            "video/x-matroska;codecs=vp9,pcm",
            "video/x-matroska;codecs=vp9,pcm",
        ),
    ] {
        let stream = one_second().capture_stream().unwrap();
        let (recorder, mut events) = MediaRecorder::new(&stream, options(mime)).unwrap();
        recorder.start().unwrap();
        let recorded = take(&mut events);
        assert_eq!(recorded.names, ["start", "dataavailable", "stop"], "{mime}");
        assert_eq!(recorded.summary.mime_type, extended);
        assert_eq!(recorded.blobs[0].mime_type(), extended);
        assert!(
            recorded.summary.patches.is_empty(),
            "one blob has its patches applied"
        );

        let file = read_back(recorded.concatenated());
        assert_eq!(file.times(1), frame_times(25), "{mime}");
        assert!(file.track(1)[0].key);
        assert_eq!(file.times(2)[0], 0);
        assert_eq!(file.duration(), Some(1000.0), "{mime}");
        assert_eq!(recorded.summary.duration.as_millis(), 1000);
        let [video, audio] = &recorded.summary.tracks[..] else {
            panic!("two tracks")
        };
        assert_eq!((video.frames_in, video.packets, video.dropped), (25, 25, 0));
        assert_eq!(
            (audio.dropped, audio.packets),
            (0, file.track(2).len() as u64)
        );
        assert_eq!(recorder.state(), RecordingState::Inactive);
    }
}

#[test]
fn every_slice_concatenated_plays_and_seeks() {
    let stream = pattern()
        .duration(Duration::from_secs(5))
        .capture_stream()
        .unwrap();
    let (recorder, mut events) = MediaRecorder::new(&stream, options("")).unwrap();
    recorder
        .start_with_timeslice(Duration::from_millis(500))
        .unwrap();
    let recorded = take(&mut events);
    assert_eq!(recorded.blobs.len(), 10);
    assert_eq!(recorded.timecodes[0], 0);
    for pair in recorded.timecodes.windows(2) {
        let length = pair[1] - pair[0];
        assert!((500..=540).contains(&length), "{:?}", recorded.timecodes);
    }

    let live = read_back(recorded.concatenated());
    assert_eq!(live.times(1), frame_times(125));
    assert_eq!(live.duration(), None, "not known before the end");

    assert!(!recorded.summary.patches.is_empty());
    let header = recorded.blobs[0].size();
    for patch in &recorded.summary.patches {
        assert!(
            patch.offset + (patch.bytes.len() as u64) < header,
            "patches are in the header"
        );
    }
    let finished = read_back(recorded.patched());
    assert_eq!(finished.times(1), frame_times(125));
    assert_eq!(finished.duration(), Some(5000.0));
    let keys = finished.track(1).iter().filter(|block| block.key).count();
    assert_eq!(common::cue_points(&recorded.patched()), keys);
    assert_eq!(keys, 3, "one every two seconds");
}

#[test]
fn data_can_be_asked_for() {
    let canvas = Canvas::new(64, 48).unwrap().with_back_pressure();
    let stream = canvas.capture_stream(25).unwrap();
    let (recorder, mut events) = MediaRecorder::new(&stream, options("")).unwrap();
    recorder.start().unwrap();
    for n in 0..10 {
        canvas.draw(|pixels| pixels.fill(n * 20)).unwrap();
        if n == 5 {
            recorder.request_data().unwrap();
        }
    }
    recorder.pause().unwrap();
    recorder.request_data().unwrap();
    recorder.stop().unwrap();
    let recorded = take(&mut events);
    assert_eq!(
        recorded.names,
        [
            "start",
            "dataavailable",
            "pause",
            "dataavailable",
            "dataavailable",
            "stop"
        ]
    );
    let file = read_back(recorded.patched());
    assert_eq!(file.times(1), frame_times(10));
    assert_eq!(file.duration(), Some(400.0));
}

#[test]
fn what_is_painted_in_a_pause_is_not_recorded_and_leaves_no_gap() {
    let canvas = Canvas::new(64, 48).unwrap().with_back_pressure();
    let stream = canvas.capture_stream(25).unwrap();
    let (recorder, mut events) = MediaRecorder::new(&stream, options("")).unwrap();
    canvas.draw(|pixels| pixels.fill(1)).unwrap();
    recorder.start().unwrap();
    for round in 0..5 {
        for n in 0..5 {
            canvas.draw(|pixels| pixels.fill(round * 40 + n)).unwrap();
        }
        recorder.pause().unwrap();
        assert_eq!(recorder.state(), RecordingState::Paused);
        for _ in 0..20 {
            canvas.draw(|pixels| pixels.fill(255)).unwrap();
        }
        recorder.resume().unwrap();
    }
    recorder.stop().unwrap();
    let recorded = take(&mut events);
    let file = read_back(recorded.concatenated());
    assert_eq!(file.times(1), frame_times(25));
    assert_eq!(file.duration(), Some(1000.0));
}

#[test]
fn a_paused_file_waits() {
    let stream = one_second().capture_stream().unwrap();
    let (recorder, mut events) = MediaRecorder::new(&stream, options("")).unwrap();
    recorder.start().unwrap();
    recorder.pause().unwrap();
    recorder.resume().unwrap();
    recorder.pause().unwrap();
    recorder.resume().unwrap();
    let file = read_back(take(&mut events).concatenated());
    assert_eq!(file.times(1), frame_times(25));
    assert_eq!(file.duration(), Some(1000.0));
}

#[test]
fn a_recorder_records_again() {
    let canvas = Canvas::new(64, 48).unwrap().with_back_pressure();
    let stream = canvas.capture_stream(25).unwrap();
    let (recorder, mut events) = MediaRecorder::new(&stream, options("video/webm")).unwrap();
    for frames in [3, 7] {
        recorder.start().unwrap();
        for _ in 0..frames {
            canvas.draw(|pixels| pixels.fill(9)).unwrap();
        }
        recorder.stop().unwrap();
    }
    for frames in [3, 7] {
        let recorded = take(&mut events);
        assert_eq!(recorded.names, ["start", "dataavailable", "stop"]);
        assert_eq!(
            read_back(recorded.concatenated()).times(1),
            frame_times(frames)
        );
    }
    drop(recorder);
    assert!(events.next().is_none());
}

#[test]
fn a_disabled_track_is_black_and_goes_on() {
    let stream = one_second().capture_stream().unwrap();
    for track in stream.tracks() {
        track.set_enabled(false);
    }
    let (recorder, mut events) = MediaRecorder::new(&stream, options("")).unwrap();
    recorder.start().unwrap();
    let recorded = take(&mut events);
    assert!(recorded.error.is_none());
    let file = read_back(recorded.concatenated());
    assert_eq!(file.times(1), frame_times(25));
    let largest = file.track(1)[1..]
        .iter()
        .map(|block| block.data.len())
        .max();
    assert!(
        largest < Some(60),
        "a picture that stays black costs next to nothing"
    );
}

#[test]
fn changing_the_tracks_ends_the_recording_with_an_error() {
    let stream = pattern().capture_stream().unwrap();
    let (recorder, mut events) = MediaRecorder::new(&stream, options("")).unwrap();
    recorder.start().unwrap();
    stream.remove_track(&stream.audio_tracks()[0]);
    let recorded = take(&mut events);
    assert_eq!(recorded.names, ["start", "error", "dataavailable", "stop"]);
    assert_eq!(
        recorded.error.unwrap().kind(),
        ErrorKind::InvalidModification
    );
    assert_eq!(recorder.state(), RecordingState::Inactive);
}

#[test]
fn two_recorders_can_share_a_stream() {
    let stream = one_second().capture_stream().unwrap();
    // The second gets whatever comes once it listens; a rendered source waits for both.
    let (first, mut first_events) = MediaRecorder::new(&stream, options("")).unwrap();
    let (second, mut second_events) = MediaRecorder::new(&stream, options("")).unwrap();
    first.start().unwrap();
    first.pause().unwrap();
    second.start().unwrap();
    first.resume().unwrap();
    let (first, second) = (take(&mut first_events), take(&mut second_events));
    assert_eq!(read_back(first.concatenated()).times(1), frame_times(25));
    let second = read_back(second.concatenated());
    let first_times = (second.times(1)[0], second.times(2)[0]);
    assert_eq!(first_times.0.min(first_times.1), 0, "{first_times:?}");
}

#[test]
fn a_stream_with_two_pictures_records_both() {
    let (one, two) = (
        one_second().audio(false),
        one_second().audio(false).size(32, 32),
    );
    let tracks = [one, two].map(|pattern| pattern.capture_stream().unwrap().tracks().remove(0));
    let stream = MediaStream::new(tracks);
    let (recorder, mut events) = MediaRecorder::new(&stream, options("")).unwrap();
    recorder.start().unwrap();
    let file = read_back(take(&mut events).concatenated());
    assert_eq!(file.times(1), frame_times(25));
    assert_eq!(file.times(2), frame_times(25));
}

#[test]
fn self_contained_chunks_play_each_after_the_header() {
    let stream = pattern()
        .duration(Duration::from_secs(4))
        .capture_stream()
        .unwrap();
    let options = options("")
        .self_contained_chunks(true)
        .video_key_frame_interval_duration(Duration::from_millis(700));
    let (recorder, mut events) = MediaRecorder::new(&stream, options).unwrap();
    recorder
        .start_with_timeslice(Duration::from_millis(500))
        .unwrap();
    let recorded = take(&mut events);
    let [header, chunks @ ..] = &recorded.blobs[..] else {
        panic!("there are blobs")
    };
    assert!((4..=8).contains(&chunks.len()), "{}", chunks.len());
    let header = header.clone().into_bytes();
    let (mut pictures, mut last_end) = (0, 0);
    for chunk in chunks {
        let alone = [&header[..], &chunk.clone().into_bytes()].concat();
        let file = read_back(alone);
        assert!(file.track(1)[0].key, "a chunk begins with a key frame");
        assert!(!file.track(2).is_empty(), "and has its sound");
        assert!(file.times(1)[0] >= last_end, "chunks follow one another");
        last_end = *file.times(1).last().unwrap();
        pictures += file.track(1).len();
    }
    assert_eq!(pictures, 100);
    // And all of them together are a recording as ever.
    let file = read_back(recorded.patched());
    assert_eq!(file.times(1), frame_times(100));
    assert_eq!(file.duration(), Some(4000.0));
}

#[cfg(feature = "mp4")]
#[test]
fn self_contained_chunks_of_an_mp4_are_whole_fragments() {
    let stream = pattern()
        .duration(Duration::from_secs(4))
        .capture_stream()
        .unwrap();
    let options = options("video/mp4;codecs=vp9,opus")
        .self_contained_chunks(true)
        .video_key_frame_interval_duration(Duration::from_millis(700));
    let (recorder, mut events) = MediaRecorder::new(&stream, options).unwrap();
    recorder
        .start_with_timeslice(Duration::from_millis(500))
        .unwrap();
    let recorded = take(&mut events);
    let [header, chunks @ ..] = &recorded.blobs[..] else {
        panic!("there are blobs")
    };
    // ISO/IEC 14496-12 §4.2: a box is its size, its type, its content.
    let kind = |blob: &media_recorder::Blob| blob.clone().into_bytes()[4..8].to_vec();
    assert_eq!(kind(header), b"ftyp");
    assert!((4..=8).contains(&chunks.len()), "{}", chunks.len());
    assert!(chunks.iter().all(|chunk| kind(chunk) == b"moof"));
}

#[cfg(feature = "mp4")]
#[test]
fn an_mp4_is_an_ordinary_one_in_the_end() {
    let stream = one_second().capture_stream().unwrap();
    let (recorder, mut events) = MediaRecorder::new(&stream, options("video/mp4")).unwrap();
    recorder
        .start_with_timeslice(Duration::from_millis(300))
        .unwrap();
    let recorded = take(&mut events);
    assert_eq!(recorded.summary.mime_type, "video/mp4;codecs=vp9,opus");
    assert_eq!(recorded.summary.duration.as_millis(), 1000);
    let boxes = |file: &[u8]| {
        let (mut rest, mut kinds) = (file, Vec::new());
        while let [a, b, c, d, kind @ ..] = rest {
            let size = match u32::from_be_bytes([*a, *b, *c, *d]) {
                1 => u64::from_be_bytes(kind[4..12].try_into().unwrap()) as usize,
                size => size as usize,
            };
            kinds.push(String::from_utf8_lossy(&kind[..4]).into_owned());
            rest = &rest[size..];
        }
        kinds
    };
    // While it is made, fragments; with its last patch, media and the index of all of it.
    let fragmented = boxes(&recorded.concatenated());
    assert!(fragmented.iter().filter(|kind| *kind == "moof").count() >= 3);
    assert_eq!(boxes(&recorded.patched()), ["ftyp", "mdat", "moov"]);
}
