//! Streams to record, and short ways to record them.

use media_recorder::{
    Canvas, ErrorKind, Event, Events, MediaRecorder, MediaStream, RecorderError, RecorderOptions,
    TestPattern,
};

use crate::common::name;

/// The variants of most source files that have any.
pub(crate) const VARIANTS: &[&str] = &[
    "''",
    "video/webm;codecs=vp8,opus",
    "video/webm;codecs=vp9,opus",
    "video/webm;codecs=av1,opus",
    "video/mp4;codecs=avc1.64003E,mp4a.40.2",
    "video/mp4;codecs=avc3.64003E,mp4a.40.2",
    "video/mp4;codecs=vp9,opus",
    "video/mp4;codecs=av01,opus",
    "video/mp4;codecs=av01,mp4a.40.2",
    "video/mp4;codecs=hvc1.1.6.L186.B0,opus",
    "video/mp4;codecs=hev1.1.6.L186.B0,opus",
    "video/mp4;codecs=hvc1.1.6.L186.B0,mp4a.40.2",
    "video/mp4;codecs=hev1.1.6.L186.B0,mp4a.40.2",
    "video/x-matroska;codecs=hvc1.1.6.L186.B0,opus",
    "video/x-matroska;codecs=hev1.1.6.L186.B0,opus",
    "video/mp4",
];

/// A picture and sound without end, as fast as they are recorded.
pub(crate) fn audio_video() -> MediaStream {
    endless(true, true)
}

/// A sound without end, as fast as it is recorded.
pub(crate) fn audio() -> MediaStream {
    endless(true, false)
}

/// A picture without end, as fast as it is recorded.
pub(crate) fn video() -> MediaStream {
    endless(false, true)
}

fn endless(audio: bool, video: bool) -> MediaStream {
    TestPattern::new()
        .size(64, 48)
        .audio(audio)
        .video(video)
        .as_fast_as_possible()
        .capture_stream()
        .unwrap()
}

/// A canvas that gives a frame only when told to.
pub(crate) struct StillVideo {
    canvas: Canvas,
    pub(crate) stream: MediaStream,
}

impl StillVideo {
    pub(crate) fn new() -> Self {
        let canvas = Canvas::new(64, 48).unwrap().with_back_pressure();
        let stream = canvas.capture_stream(25).unwrap();
        Self { canvas, stream }
    }

    /// A frame that is part of the recording when this returns.
    pub(crate) fn add_frame(&self) {
        self.canvas.draw(|pixels| pixels.fill(200)).unwrap();
    }
}

/// A recorder with default options.
pub(crate) fn recorder(stream: &MediaStream) -> (MediaRecorder, Events) {
    recorder_of(stream, "")
}

/// A recorder to a type.
pub(crate) fn recorder_of(stream: &MediaStream, mime: &str) -> (MediaRecorder, Events) {
    with_type(stream, mime).unwrap()
}

/// Tries to make a recorder to a type.
pub(crate) fn with_type(
    stream: &MediaStream,
    mime: &str,
) -> Result<(MediaRecorder, Events), RecorderError> {
    MediaRecorder::new(stream, RecorderOptions::new().mime_type(mime))
}

/// The constructor throws `NotSupportedError`.
pub(crate) fn assert_refused(stream: &MediaStream, mime: &str) {
    let error = with_type(stream, mime).expect_err(mime);
    assert_eq!(error.kind(), ErrorKind::NotSupported, "{mime}");
}

/// Why some types that cannot be recorded get past the constructor.
pub(crate) const LEFT_TO_START: &str =
    "codecs that the specification does not list, such as `mp4a`, are left to `start` to refuse";

/// `start` throws `NotSupportedError`, unless the constructor has.
///
/// <https://w3c.github.io/mediacapture-record/#abstract-opdef-is-type-supported>
pub(crate) fn assert_start_refused(stream: &MediaStream, mime: &str) {
    let error = match with_type(stream, mime) {
        Ok((recorder, _events)) => recorder.start().expect_err(mime),
        Err(error) => error,
    };
    assert_eq!(error.kind(), ErrorKind::NotSupported, "{mime}");
}

/// Skips to the next event of this name, and gives the names of all up to it.
pub(crate) fn names_until(events: &mut Events, last: &str) -> Vec<&'static str> {
    let mut names = Vec::new();
    for event in events {
        names.push(name(&event));
        if names.last() == Some(&last) {
            return names;
        }
    }
    panic!("no `{last}` came after {names:?}")
}

/// The next `dataavailable`: how much there is, of which type, and its timecode in
/// milliseconds.
pub(crate) fn next_data(events: &mut Events) -> (u64, String, i64) {
    let data = events.find_map(|event| match event {
        Event::DataAvailable(blob) => Some(blob),
        _ => None,
    });
    let blob = data.expect("data comes before the end");
    (
        blob.data.size(),
        blob.data.mime_type().to_owned(),
        blob.timecode.as_millis(),
    )
}

/// The names of all events that are still to come from a recorder that nobody holds any more.
pub(crate) fn remaining(recorder: MediaRecorder, events: &mut Events) -> Vec<&'static str> {
    drop(recorder);
    // The iterator ends with each recording, and at last with the recorder.
    let mut names: Vec<_> = events.map(|event| name(&event)).collect();
    names.extend(events.map(|event| name(&event)));
    names
}
