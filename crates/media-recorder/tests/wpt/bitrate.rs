//! `MediaRecorder-bitrate`

use media_recorder::{MediaRecorder, MediaStream, RecorderOptions};

use super::registry::Check::Once;
use super::registry::{SourceFile, same};
use super::sources::{audio, audio_video, video};

const AUDIO: u32 = 100_000;
const VIDEO: u32 = 1_000_000;
const LOW_TOTAL: u32 = 500_000;
const HIGH_TOTAL: u32 = 2_000_000;
/// How far "close to" reaches.
const EPSILON: u32 = 100_000;

pub(crate) const FILE: SourceFile = SourceFile {
    path: "mediacapture-record/MediaRecorder-bitrate.https.html",
    subtests: &[
        same(
            "Passing no bitrate config results in defaults",
            Once(|| assert_none_is_zero(at_rest(RecorderOptions::new()))),
        ),
        same(
            "Passing bitsPerSecond:0 results in targets close to 0",
            Once(|| {
                let bits = at_rest(RecorderOptions::new().bits_per_second(0));
                assert_none_is_zero(bits);
                assert_sum(bits, 0);
            }),
        ),
        same(
            "Passing only audioBitsPerSecond:0 results in 0 for audio, default for video",
            Once(|| {
                let bits = at_rest(RecorderOptions::new().audio_bits_per_second(0));
                assert_eq!(bits.audio, 0);
                assert_ne!(bits.video, 0);
            }),
        ),
        same(
            "Passing only videoBitsPerSecond:0 results in 0 for video, default for audio",
            Once(|| {
                let bits = at_rest(RecorderOptions::new().video_bits_per_second(0));
                assert_ne!(bits.audio, 0);
                assert_eq!(bits.video, 0);
            }),
        ),
        same(
            "Passing bitsPerSecond:0 overrides audio/video-specific values",
            Once(|| {
                let bits = at_rest(both().bits_per_second(0));
                assert_none_is_zero(bits);
                assert_sum(bits, 0);
            }),
        ),
        same(
            "Passing bitsPerSecond overrides audio/video zero values",
            Once(|| {
                let zeros = RecorderOptions::new()
                    .audio_bits_per_second(0)
                    .video_bits_per_second(0);
                let bits = at_rest(zeros.bits_per_second(HIGH_TOTAL));
                assert_none_is_zero(bits);
                assert_sum(bits, HIGH_TOTAL);
            }),
        ),
        same(
            "Passing bitsPerSecond sets audio/video bitrate values",
            Once(|| {
                let bits = at_rest(total());
                assert_none_is_zero(bits);
                assert_sum(bits, HIGH_TOTAL);
            }),
        ),
        same(
            "Passing only audioBitsPerSecond results in default for video",
            Once(|| assert_audio_alone_is_given(&audio_video())),
        ),
        same(
            "Passing only videoBitsPerSecond results in default for audio",
            Once(|| assert_video_alone_is_given(&audio_video())),
        ),
        same(
            "Passing videoBitsPerSecond for audio-only stream still results in something for video",
            Once(|| assert_video_alone_is_given(&audio())),
        ),
        same(
            "Passing audioBitsPerSecond for video-only stream still results in something for audio",
            Once(|| assert_audio_alone_is_given(&video())),
        ),
        same(
            "Passing bitsPerSecond for audio-only stream still results in something for video",
            Once(|| assert_none_is_zero(read(&recorder(&audio(), total())))),
        ),
        same(
            "Passing bitsPerSecond for video-only stream still results in something for audio",
            Once(|| assert_none_is_zero(read(&recorder(&video(), total())))),
        ),
        same(
            "Selected default track bitrates are not changed by start()",
            Once(|| assert_start_changes_nothing(RecorderOptions::new())),
        ),
        same(
            "Passed-in track bitrates are not changed by start()",
            Once(|| assert_start_changes_nothing(both())),
        ),
        same(
            "Passing bitsPerSecond for audio/video stream does not change track bitrates in start()",
            Once(|| assert_start_changes_nothing(total())),
        ),
        same(
            "Passing bitsPerSecond for audio stream sets video track bitrate to 0 in start()",
            Once(|| {
                let options = RecorderOptions::new().bits_per_second(LOW_TOTAL);
                let (before, after) = around_start(&audio(), options);
                assert!(after.audio.abs_diff(LOW_TOTAL) <= EPSILON);
                assert_eq!(after.video, 0);
                assert_ne!(after.audio, before.audio);
                assert_ne!(after.video, before.video);
            }),
        ),
        same(
            "Passing bitsPerSecond for video stream sets audio track bitrate to 0 in start()",
            Once(|| {
                let (before, after) = around_start(&video(), total());
                assert_eq!(after.audio, 0);
                assert!(after.video.abs_diff(HIGH_TOTAL) <= EPSILON);
                assert_ne!(after.audio, before.audio);
                assert_ne!(after.video, before.video);
            }),
        ),
    ],
};

#[derive(Clone, Copy, Debug, PartialEq)]
struct Bits {
    audio: u32,
    video: u32,
}

fn both() -> RecorderOptions {
    RecorderOptions::new()
        .audio_bits_per_second(AUDIO)
        .video_bits_per_second(VIDEO)
}

fn total() -> RecorderOptions {
    RecorderOptions::new().bits_per_second(HIGH_TOTAL)
}

fn recorder(stream: &MediaStream, options: RecorderOptions) -> MediaRecorder {
    MediaRecorder::new(stream, options).unwrap().0
}

fn read(recorder: &MediaRecorder) -> Bits {
    Bits {
        audio: recorder.audio_bits_per_second(),
        video: recorder.video_bits_per_second(),
    }
}

/// Of a recorder of picture and sound that was not started.
fn at_rest(options: RecorderOptions) -> Bits {
    read(&recorder(&audio_video(), options))
}

/// Before `start` and after.
fn around_start(stream: &MediaStream, options: RecorderOptions) -> (Bits, Bits) {
    let recorder = recorder(stream, options);
    let before = read(&recorder);
    recorder.start().unwrap();
    (before, read(&recorder))
}

fn assert_none_is_zero(bits: Bits) {
    assert_ne!(bits.audio, 0);
    assert_ne!(bits.video, 0);
}

fn assert_sum(bits: Bits, total: u32) {
    assert!(
        (bits.audio + bits.video).abs_diff(total) <= EPSILON,
        "{bits:?}"
    );
}

fn assert_start_changes_nothing(options: RecorderOptions) {
    let (before, after) = around_start(&audio_video(), options);
    assert_eq!(before, after);
}

fn assert_audio_alone_is_given(stream: &MediaStream) {
    let options = RecorderOptions::new().audio_bits_per_second(AUDIO);
    let bits = read(&recorder(stream, options));
    assert_eq!(bits.audio, AUDIO);
    assert_ne!(bits.video, 0);
}

fn assert_video_alone_is_given(stream: &MediaStream) {
    let options = RecorderOptions::new().video_bits_per_second(VIDEO);
    let bits = read(&recorder(stream, options));
    assert_ne!(bits.audio, 0);
    assert_eq!(bits.video, VIDEO);
}
