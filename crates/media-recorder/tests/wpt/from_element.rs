//! `mediacapture-fromelement`, where it is about media elements: here, files.

use std::path::Path;
use std::time::Duration;

use media_recorder::{MediaFile, MediaStream, ReadyState, RecordingState};
use tempfile::tempdir;

use super::registry::Check::Once;
use super::registry::{SourceFile, differs, same};
use super::sources::{names_until, next_data, recorder};

pub(crate) const CREATION: SourceFile = SourceFile {
    path: "mediacapture-fromelement/creation.html",
    subtests: &[
        same("video-only", Once(|| assert_creation(true, false))),
        same("audio-only", Once(|| assert_creation(false, true))),
        same("video+audio", Once(|| assert_creation(true, true))),
    ],
};

pub(crate) const CAPTURE: SourceFile = SourceFile {
    path: "mediacapture-fromelement/capture.html",
    subtests: &[
        same("video-only", Once(|| assert_data_flows(true, false))),
        same("audio-only", Once(|| assert_data_flows(false, true))),
        same("video+audio", Once(|| assert_data_flows(true, true))),
    ],
};

const ENDED_TRACKS_STAY: &str =
    "a file plays once and its stream is for this one time: the ended tracks stay in it";

pub(crate) const ENDED: SourceFile = SourceFile {
    path: "mediacapture-fromelement/ended.html",
    subtests: &[
        differs(
            "video-only",
            ENDED_TRACKS_STAY,
            Once(|| assert_ended(true, false)),
        ),
        differs(
            "audio-only",
            ENDED_TRACKS_STAY,
            Once(|| assert_ended(false, true)),
        ),
        differs(
            "video+audio",
            ENDED_TRACKS_STAY,
            Once(|| assert_ended(true, true)),
        ),
    ],
};

fn assert_creation(video: bool, audio: bool) {
    let stream = files(video, audio);
    assert_eq!(stream.video_tracks().len(), usize::from(video));
    assert_eq!(stream.audio_tracks().len(), usize::from(audio));
    for track in stream.tracks() {
        assert_eq!(track.ready_state(), ReadyState::Live);
    }
}

fn assert_data_flows(video: bool, audio: bool) {
    let (recorder, mut events) = recorder(&files(video, audio));
    recorder.start_with_timeslice(Duration::ZERO).unwrap();
    let (size, _, _) = next_data(&mut events);
    assert!(size > 0);
}

fn assert_ended(video: bool, audio: bool) {
    let stream = files(video, audio);
    assert!(stream.is_active());
    let (recorder, mut events) = recorder(&stream);
    recorder.start().unwrap();
    assert_eq!(
        names_until(&mut events, "stop"),
        ["start", "dataavailable", "stop"]
    );
    assert_eq!(recorder.state(), RecordingState::Inactive);
    for track in stream.tracks() {
        assert_eq!(track.ready_state(), ReadyState::Ended);
    }
    assert!(!stream.is_active());
}

/// Half a second of a file with pictures, of one with sound, or of both together.
fn files(video: bool, audio: bool) -> MediaStream {
    let directory = tempdir().unwrap();
    let play = |name: &str, content: Vec<u8>| {
        let path: &Path = &directory.path().join(name);
        std::fs::write(path, content).unwrap();
        let file = MediaFile::open(path).unwrap().as_fast_as_possible();
        file.capture_stream().unwrap().tracks()
    };
    let mut tracks = Vec::new();
    if video {
        tracks.extend(play("picture.y4m", y4m()));
    }
    if audio {
        tracks.extend(play("sound.wav", wav()));
    }
    MediaStream::new(tracks)
}

/// Five grey pictures, ten a second.
fn y4m() -> Vec<u8> {
    let mut file = b"YUV4MPEG2 W32 H32 F10:1 C420jpeg\n".to_vec();
    for _ in 0..5 {
        file.extend_from_slice(b"FRAME\n");
        file.extend_from_slice(&[128; 32 * 32 * 3 / 2]);
    }
    file
}

/// 4000 samples at 8 kHz, mono, 8 bits each, of a square wave.
fn wav() -> Vec<u8> {
    const SAMPLES: u32 = 4000;
    let mut file = b"RIFF".to_vec();
    file.extend_from_slice(&(36 + SAMPLES).to_le_bytes());
    file.extend_from_slice(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    file.extend_from_slice(&8000_u32.to_le_bytes());
    file.extend_from_slice(&8000_u32.to_le_bytes());
    file.extend_from_slice(b"\x01\0\x08\0data");
    file.extend_from_slice(&SAMPLES.to_le_bytes());
    file.extend((0..SAMPLES).map(|n| if n / 10 % 2 == 0 { 96 } else { 160 }));
    file
}
