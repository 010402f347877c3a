//! `MediaRecorder-peerconnection` and `-peerconnection-no-sink`.
//!
//! Here, a test pattern takes the part of the remote peer: to a recorder, a track is a track.

use std::time::Duration;

use media_recorder::{Event, MediaStream, RecordingState};

use super::registry::Check::{EachSupported, EachUnsupported, Once};
use super::registry::{SourceFile, differs, same};
use super::sources::{
    LEFT_TO_START, assert_refused, assert_start_refused, audio, audio_video, names_until,
    next_data, recorder_of, video,
};

const VIDEO: &[&str] = &[
    "''",
    "video/webm;codecs=vp8",
    "video/webm;codecs=vp9",
    "video/mp4;codecs=vp9",
];
const AUDIO: &[&str] = &["''", "audio/webm;codecs=opus", "audio/mp4;codecs=opus"];
const BOTH: &[&str] = &[
    "''",
    "video/webm;codecs=vp8,opus",
    "video/webm;codecs=vp9,opus",
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

pub(crate) const FILE: SourceFile = SourceFile {
    path: "mediacapture-record/MediaRecorder-peerconnection.https.html",
    subtests: &[
        same(
            "PeerConnection MediaRecorder receives data after onstart, kinds \"video \"mimeType \"{mimeType}\"",
            EachSupported(&[VIDEO], |mime| assert_data_after_start(&video(), mime)),
        ),
        same(
            "PeerConnection MediaRecorder receives data after onstart, kinds \"audio \"mimeType \"{mimeType}\"",
            EachSupported(&[AUDIO], |mime| assert_data_after_start(&audio(), mime)),
        ),
        same(
            "PeerConnection MediaRecorder receives data after onstart, kinds \"video,audio \"mimeType \"{mimeType}\"",
            EachSupported(&[BOTH], |mime| {
                assert_data_after_start(&audio_video(), mime)
            }),
        ),
        same(
            "PeerConnection MediaRecorder gets ondata on stopping tracks, kinds \"video \"mimeType \"{mimeType}\"",
            EachSupported(&[VIDEO], |mime| {
                assert_data_when_tracks_stop(&video(), mime)
            }),
        ),
        same(
            "PeerConnection MediaRecorder gets ondata on stopping tracks, kinds \"audio \"mimeType \"{mimeType}\"",
            EachSupported(&[AUDIO], |mime| {
                assert_data_when_tracks_stop(&audio(), mime)
            }),
        ),
        same(
            "PeerConnection MediaRecorder gets ondata on stopping tracks, kinds \"video,audio \"mimeType \"{mimeType}\"",
            EachSupported(&[BOTH], |mime| {
                assert_data_when_tracks_stop(&audio_video(), mime)
            }),
        ),
        same(
            "MediaRecorder constructor throws on no support 1, kinds \"video \"mimeType \"{mimeType}\"",
            EachUnsupported(&[VIDEO], |mime| assert_refused(&video(), mime)),
        ),
        same(
            "MediaRecorder constructor throws on no support 1, kinds \"audio \"mimeType \"{mimeType}\"",
            EachUnsupported(&[AUDIO], |mime| assert_refused(&audio(), mime)),
        ),
        differs(
            "MediaRecorder constructor throws on no support 1, kinds \"video,audio \"mimeType \"{mimeType}\"",
            LEFT_TO_START,
            EachUnsupported(&[BOTH], |mime| assert_start_refused(&audio_video(), mime)),
        ),
        same(
            "MediaRecorder constructor throws on no support 2, kinds \"video \"mimeType \"{mimeType}\"",
            EachUnsupported(&[VIDEO], |mime| assert_refused(&video(), mime)),
        ),
        same(
            "MediaRecorder constructor throws on no support 2, kinds \"audio \"mimeType \"{mimeType}\"",
            EachUnsupported(&[AUDIO], |mime| assert_refused(&audio(), mime)),
        ),
        differs(
            "MediaRecorder constructor throws on no support 2, kinds \"video,audio \"mimeType \"{mimeType}\"",
            LEFT_TO_START,
            EachUnsupported(&[BOTH], |mime| assert_start_refused(&audio_video(), mime)),
        ),
    ],
};

pub(crate) const NO_SINK: SourceFile = SourceFile {
    path: "mediacapture-record/MediaRecorder-peerconnection-no-sink.https.html",
    subtests: &[
        same(
            "MediaRecorder records from PeerConnection without sinks, {\"audio\":{}}",
            Once(|| assert_data_after_start(&audio(), "")),
        ),
        same(
            "MediaRecorder records from PeerConnection without sinks, {\"video\":{}}",
            Once(|| assert_data_after_start(&video(), "")),
        ),
        same(
            "MediaRecorder records from PeerConnection without sinks, {\"audio\":{},\"video\":{}}",
            Once(|| assert_data_after_start(&audio_video(), "")),
        ),
    ],
};

fn assert_data_after_start(stream: &MediaStream, mime: &str) {
    let (recorder, mut events) = recorder_of(stream, mime);
    recorder
        .start_with_timeslice(Duration::from_millis(200))
        .unwrap();
    assert!(matches!(events.next(), Some(Event::Start)));
    let mut gathered = 0;
    while gathered < 2000 {
        gathered += next_data(&mut events).0;
    }
    recorder.stop().unwrap();
}

fn assert_data_when_tracks_stop(stream: &MediaStream, mime: &str) {
    let clone = MediaStream::new(stream.tracks().iter().map(|track| track.clone_track()));
    let (recorder, mut events) = recorder_of(&clone, mime);
    recorder.start().unwrap();
    assert!(matches!(events.next(), Some(Event::Start)));
    while recorder
        .statistics()
        .tracks
        .iter()
        .any(|track| track.frames_in < 10)
    {
        std::thread::yield_now();
    }
    for track in clone.tracks() {
        track.stop();
    }
    assert!(next_data(&mut events).0 > 0);
    assert_eq!(names_until(&mut events, "stop"), ["stop"]);
    assert_eq!(recorder.state(), RecordingState::Inactive);
}
