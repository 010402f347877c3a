//! `MediaRecorder-mimetype`

use std::time::Duration;

use media_recorder::{Event, MediaRecorder, MediaStream, TestPattern};
use media_recorder_state::Machine;

use super::registry::Check::{EachSupported, EachUnsupported, Once};
use super::registry::{SourceFile, differs, same};
use super::sources::{
    LEFT_TO_START, assert_refused, assert_start_refused, audio, audio_video, recorder, recorder_of,
    video,
};
use crate::common::take;

const AUDIO_ONLY: &[&str] = &["audio/mp4", "audio/ogg", "audio/webm"];
const AUDIO_CODECS: &[&str] = &[
    "audio/ogg; codecs=\"opus\"",
    "audio/webm; codecs=\"opus\"",
    "audio/mp4; codecs=\"opus\"",
];
const VIDEO_ONLY: &[&str] = &["video/mp4", "video/webm", "video/x-matroska"];
const VIDEO_CODECS: &[&str] = &[
    "video/webm; codecs=\"vp8\"",
    "video/webm; codecs=\"vp9\"",
    "video/webm; codecs=\"av1\"",
    "video/mp4; codecs=\"avc1\"",
    "video/mp4; codecs=\"vp9\"",
    "video/mp4; codecs=\"hvc1.1.6.L186.B0\"",
    "video/x-matroska; codecs=\"hvc1.1.6.L186.B0\"",
];
const AUDIO_VIDEO: &[&str] = &[
    "video/webm; codecs=\"vp8, opus\"",
    "video/webm; codecs=\"vp9, opus\"",
    "video/webm; codecs=\"av1, opus\"",
    "video/mp4; codecs=\"vp9, opus\"",
    "video/mp4; codecs=\"hvc1.1.6.L186.B0, opus\"",
    "video/x-matroska; codecs=\"hvc1.1.6.L186.B0, opus\"",
];
/// As `AUDIO_CODECS`, with codecs that the specification does not list.
const UNLISTED_AUDIO: &[&str] = &[
    "audio/ogg; codecs=\"vorbis\"",
    "audio/webm; codecs=\"vorbis\"",
    "audio/mp4; codecs=\"mp4a.40.2\"",
];
/// As `AUDIO_VIDEO`, with codecs that the specification does not list.
const UNLISTED_AUDIO_VIDEO: &[&str] = &[
    "video/webm; codecs=\"vp8, vorbis\"",
    "video/webm; codecs=\"vp9, vorbis\"",
    "video/mp4; codecs=\"avc1, mp4a.40.2\"",
    "video/mp4; codecs=\"hvc1.1.6.L186.B0, mp4a.40.2\"",
];

const ANOTHER_THREAD: &str =
    "another thread may have fired `start` already: asserted of the recorder's machine";

pub(crate) const FILE: SourceFile = SourceFile {
    path: "mediacapture-record/MediaRecorder-mimetype.html",
    subtests: &[
        same(
            "MediaRecorder sets no default mimeType in the constructor for audio",
            Once(|| assert_no_default(&audio())),
        ),
        same(
            "MediaRecorder sets no default mimeType in the constructor for video",
            Once(|| assert_no_default(&video())),
        ),
        same(
            "MediaRecorder sets no default mimeType in the constructor for audio/video",
            Once(|| assert_no_default(&audio_video())),
        ),
        same(
            "MediaRecorder invalid audio mimeType throws",
            Once(|| assert_refused(&MediaStream::default(), "audio/banana")),
        ),
        same(
            "MediaRecorder invalid audio mimeType is unsupported",
            Once(|| assert!(!MediaRecorder::is_type_supported("audio/banana"))),
        ),
        same(
            "MediaRecorder invalid video mimeType throws",
            Once(|| assert_refused(&MediaStream::default(), "video/pineapple")),
        ),
        same(
            "MediaRecorder invalid video mimeType is unsupported",
            Once(|| assert!(!MediaRecorder::is_type_supported("video/pineapple"))),
        ),
        same(
            "Supported mimeType {mimeType} is set immediately after constructing",
            EachSupported(
                &[
                    AUDIO_ONLY,
                    AUDIO_CODECS,
                    VIDEO_ONLY,
                    VIDEO_CODECS,
                    AUDIO_VIDEO,
                ],
                |mime| {
                    let (recorder, _events) = recorder_of(&MediaStream::default(), mime);
                    assert_eq!(recorder.mime_type(), mime);
                },
            ),
        ),
        same(
            "Unsupported mimeType {mimeType} throws",
            EachUnsupported(
                &[
                    AUDIO_ONLY,
                    AUDIO_CODECS,
                    VIDEO_ONLY,
                    VIDEO_CODECS,
                    AUDIO_VIDEO,
                ],
                |mime| assert_refused(&MediaStream::default(), mime),
            ),
        ),
        differs(
            "Unsupported mimeType {mimeType} throws",
            LEFT_TO_START,
            EachUnsupported(&[UNLISTED_AUDIO, UNLISTED_AUDIO_VIDEO], |mime| {
                assert_start_refused(&audio(), mime);
            }),
        ),
        same(
            "MediaRecorder sets a nonempty mimeType on 'onstart' for audio",
            Once(|| assert_ne!(type_after_start(&audio()), "")),
        ),
        same(
            "MediaRecorder start() does not throw with {mimeType} for audio",
            EachSupported(
                &[AUDIO_ONLY, AUDIO_CODECS, AUDIO_VIDEO, VIDEO_ONLY],
                |mime| {
                    assert_starts(&audio(), mime);
                },
            ),
        ),
        same(
            "Unsupported mimeType {mimeType} throws for audio",
            EachUnsupported(&[AUDIO_ONLY, AUDIO_CODECS, AUDIO_VIDEO], |mime| {
                assert_refused(&audio(), mime);
            }),
        ),
        differs(
            "Unsupported mimeType {mimeType} throws for audio",
            LEFT_TO_START,
            EachUnsupported(&[UNLISTED_AUDIO, UNLISTED_AUDIO_VIDEO], |mime| {
                assert_start_refused(&audio(), mime);
            }),
        ),
        same(
            "MediaRecorder start() does not throw with {mimeType} for video",
            EachSupported(&[VIDEO_ONLY, VIDEO_CODECS, AUDIO_VIDEO], |mime| {
                assert_starts(&video(), mime);
            }),
        ),
        same(
            "Unsupported mimeType {mimeType} throws for video",
            EachUnsupported(&[VIDEO_ONLY, VIDEO_CODECS, AUDIO_VIDEO], |mime| {
                assert_refused(&video(), mime);
            }),
        ),
        differs(
            "Unsupported mimeType {mimeType} throws for video",
            LEFT_TO_START,
            EachUnsupported(&[UNLISTED_AUDIO_VIDEO], |mime| {
                assert_start_refused(&video(), mime);
            }),
        ),
        same(
            "MediaRecorder sets a nonempty mimeType on 'onstart' for video",
            Once(|| assert_ne!(type_after_start(&video()), "")),
        ),
        same(
            "MediaRecorder sets a nonempty mimeType on 'onstart' for audio/video",
            Once(|| assert_ne!(type_after_start(&audio_video()), "")),
        ),
        differs(
            "MediaRecorder mimeType is not set before 'onstart' for audio",
            ANOTHER_THREAD,
            Once(|| assert_set_by_the_task_that_fires_start("audio/webm;codecs=opus")),
        ),
        differs(
            "MediaRecorder mimeType is not set before 'onstart' for video",
            ANOTHER_THREAD,
            Once(|| assert_set_by_the_task_that_fires_start("video/webm;codecs=vp9")),
        ),
        differs(
            "MediaRecorder mimeType is not set before 'onstart' for audio/video",
            ANOTHER_THREAD,
            Once(|| assert_set_by_the_task_that_fires_start("video/webm;codecs=vp9,opus")),
        ),
        same(
            "MediaRecorder doesn't fire 'onstart' multiple times for audio",
            Once(|| assert_starts_once(&TestPattern::new().video(false))),
        ),
        same(
            "MediaRecorder doesn't fire 'onstart' multiple times for video",
            Once(|| assert_starts_once(&TestPattern::new().audio(false))),
        ),
        same(
            "MediaRecorder doesn't fire 'onstart' multiple times for audio/video",
            Once(|| assert_starts_once(&TestPattern::new())),
        ),
        same(
            "MediaRecorder formats mimeType well after 'start' for audio",
            Once(|| assert_well_formed(&type_after_start(&audio()), "audio", 1)),
        ),
        same(
            "MediaRecorder formats mimeType well after 'start' for video",
            Once(|| assert_well_formed(&type_after_start(&video()), "video", 1)),
        ),
        same(
            "MediaRecorder formats mimeType well after 'start' for audio/video",
            Once(|| assert_well_formed(&type_after_start(&audio_video()), "video", 2)),
        ),
    ],
};

fn assert_no_default(stream: &MediaStream) {
    assert_eq!(recorder(stream).0.mime_type(), "");
}

fn assert_starts(stream: &MediaStream, mime: &str) {
    recorder_of(stream, mime).0.start().unwrap();
}

/// Of a recorder that was free to choose.
fn type_after_start(stream: &MediaStream) -> String {
    let (recorder, mut events) = recorder(stream);
    recorder.start().unwrap();
    assert!(matches!(events.next(), Some(Event::Start)));
    recorder.mime_type()
}

fn assert_set_by_the_task_that_fires_start(chosen: &str) {
    let mut machine = Machine::new("");
    let task = machine.start(chosen).unwrap();
    assert_eq!(machine.mime_type(), "");
    machine.perform(task);
    assert_eq!(machine.mime_type(), chosen);
}

fn assert_starts_once(pattern: &TestPattern) {
    let second = pattern
        .clone()
        .size(64, 48)
        .duration(Duration::from_secs(1));
    let stream = second.as_fast_as_possible().capture_stream().unwrap();
    let (recorder, mut events) = recorder(&stream);
    recorder.start().unwrap();
    let names = take(&mut events).names;
    let starts = names.iter().filter(|name| **name == "start").count();
    assert_eq!(starts, 1, "{names:?}");
}

fn assert_well_formed(mime: &str, kind: &str, codecs: usize) {
    let (essence, parameter) = mime.split_once(';').expect("a parameter");
    let (top, container) = essence.split_once('/').expect("a container");
    assert_eq!(top, kind);
    let letters = container.trim_start_matches("x-");
    assert!(!letters.is_empty() && letters.bytes().all(|b| b.is_ascii_lowercase()));
    let named = parameter.trim_start().strip_prefix("codecs=");
    let named: Vec<&str> = named.expect("codecs").split(',').collect();
    assert_eq!(named.len(), codecs, "{mime}");
    assert!(named.iter().all(|codec| !codec.is_empty()), "{mime}");
}
