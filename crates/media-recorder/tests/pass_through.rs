//! Tracks of packets that are encoded already.

#![allow(clippy::unwrap_used, reason = "a test fails where a helper does")]

mod common;

use common::{Recorded, read_back, take, take_files};
use media_recorder::{
    AudioCodec, AudioFrame, AudioTrack, AudioTrackGenerator, Bytes, ColorInfo,
    EncodedTrackGenerator, ErrorKind, Event, Events, FrameSize, MediaRecorder, MediaStream,
    MediaTime, MediaTrack, Packet, RecorderOptions, SizeChange, TrackId, VideoCodec, VideoFrame,
    VideoTrack, VideoTrackGenerator,
};

const SIZE: FrameSize = FrameSize::new(64, 48);
/// Baseline, 640x360, and what belongs to it.
const SPS: [u8; 25] = [
    0x67, 0x42, 0xC0, 0x1E, 0xD9, 0x00, 0xA0, 0x2F, 0xF9, 0x70, 0x11, 0x00, 0x00, 0x03, 0x00, 0x01,
    0x00, 0x00, 0x03, 0x00, 0x32, 0x0F, 0x16, 0x2E, 0x48,
];
const PPS: [u8; 5] = [0x68, 0xCB, 0x83, 0xCB, 0x20];

fn ms(n: i64) -> MediaTime {
    MediaTime::from_millis(n)
}

fn description(codec: VideoCodec) -> MediaTrack {
    let video = VideoTrack {
        codec,
        size: SIZE,
        rate: None,
        color: ColorInfo::UNSPECIFIED,
    };
    MediaTrack::video(TrackId::FIRST, video, Bytes::new())
}

/// With times of the test's own.
fn source(codec: VideoCodec) -> EncodedTrackGenerator {
    let source = EncodedTrackGenerator::new(description(codec)).unwrap();
    source.with_back_pressure()
}

fn packet(time: i64, data: impl Into<Bytes>) -> Packet {
    Packet::new(TrackId::FIRST, data.into(), ms(time), ms(40))
}

/// A key frame of VP8 as far as anybody reads it, or a frame that is none.
fn vp8(key: bool, size: FrameSize, mark: u8) -> Vec<u8> {
    let (w, h) = (size.width as u8, size.height as u8);
    match key {
        true => vec![0x10, 0, 0, 0x9D, 0x01, 0x2A, w, 0, h, 0, mark],
        false => vec![0x31, 0, 0, mark],
    }
}

/// A key frame of VP9 of 64x48, as far as anybody reads it.
fn vp9() -> Vec<u8> {
    vec![0x82, 0x49, 0x83, 0x42, 0x20, 0x03, 0xF0, 0x02, 0xF0, 0, 0]
}

/// A picture of 64x48, as far as anybody reads it.
fn jpeg(mark: u8) -> Vec<u8> {
    vec![
        0xFF, 0xD8, 0xFF, 0xC0, 0, 11, 8, 0, 48, 0, 64, 1, 1, 0x11, 0, mark,
    ]
}

fn annex_b(units: &[&[u8]]) -> Vec<u8> {
    let start_codes = units.iter().map(|unit| [&[0, 0, 0, 1], *unit].concat());
    start_codes.collect::<Vec<_>>().concat()
}

fn record(source: &EncodedTrackGenerator, options: RecorderOptions) -> (MediaRecorder, Events) {
    let stream = MediaStream::new([source.track().clone()]);
    let (recorder, events) = MediaRecorder::new(&stream, options).unwrap();
    recorder.start().unwrap();
    (recorder, events)
}

/// The first recording to its end; it went well.
fn finish(recorder: &MediaRecorder, events: &mut Events) -> Recorded {
    recorder.stop().unwrap();
    let recorded = take(events);
    assert!(recorded.error.is_none(), "{:?}", recorded.error);
    recorded
}

/// Time and data of each block.
fn blocks(recorded: &Recorded) -> Vec<(u64, Vec<u8>)> {
    let file = read_back(recorded.patched());
    let blocks = file.blocks.into_iter();
    blocks.map(|block| (block.millis, block.data)).collect()
}

#[test]
fn packets_reach_the_blob_untouched() {
    let source = source(VideoCodec::Mjpeg);
    let (recorder, mut events) = record(&source, RecorderOptions::new());
    let pictures: Vec<Bytes> = (0..25).map(|n| jpeg(n).into()).collect();
    for (n, picture) in (0..).zip(&pictures) {
        source.write(packet(40 * n, picture.clone())).unwrap();
    }
    let recorded = finish(&recorder, &mut events);
    let mut parts = recorded.blobs.iter().flat_map(|blob| blob.parts());
    for picture in &pictures {
        // The same memory, in the same order.
        assert!(parts.any(|part| part.as_ptr() == picture.as_ptr()));
    }
    let expected: Vec<_> = (0..25).map(|n| (40 * n, jpeg(n as u8))).collect();
    assert_eq!(blocks(&recorded), expected);
    let track = &recorded.summary.tracks[0];
    assert_eq!((track.frames_in, track.packets, track.dropped), (25, 25, 0));
}

#[test]
fn the_recording_has_the_codec_of_its_source() {
    for (codec, asked, used) in [
        (VideoCodec::Vp8, "", "video/webm;codecs=vp8"),
        (
            VideoCodec::Vp8,
            "video/webm;codecs=vp8",
            "video/webm;codecs=vp8",
        ),
        (
            VideoCodec::Vp8,
            "video/x-matroska",
            "video/x-matroska;codecs=vp8",
        ),
        (VideoCodec::Mjpeg, "", "video/x-matroska;codecs=mjpeg"),
        (VideoCodec::H264, "", "video/x-matroska;codecs=avc1"),
        (VideoCodec::H264, "video/mp4", "video/mp4;codecs=avc1"),
        (
            VideoCodec::H264,
            "video/mp4;codecs=avc1.42C01E",
            "video/mp4;codecs=avc1.42C01E",
        ),
    ] {
        let source = source(codec);
        let options = RecorderOptions::new().mime_type(asked);
        let (recorder, mut events) = record(&source, options);
        assert!(matches!(events.next(), Some(Event::Start)));
        assert_eq!(recorder.mime_type(), used, "{asked}");
        let picture = match codec {
            VideoCodec::Vp8 => vp8(true, SIZE, 0),
            VideoCodec::H264 => annex_b(&[&SPS, &PPS, &[0x65, 0x88]]),
            _ => jpeg(0),
        };
        source.write(packet(0, picture)).unwrap();
        let recorded = finish(&recorder, &mut events);
        assert_eq!(recorded.summary.mime_type, used);
        assert!(recorded.blobs.iter().all(|blob| blob.mime_type() == used));
        assert_eq!(recorded.summary.tracks[0].packets, 1, "{used}");
    }
}

#[test]
fn nothing_is_encoded_again() {
    for (codec, mime) in [
        (VideoCodec::Vp8, "video/webm;codecs=vp9"),
        (VideoCodec::Mjpeg, "video/webm"),
        (VideoCodec::Vp8, "video/mp4"),
        (VideoCodec::Vp8, "audio/webm"),
    ] {
        let source = source(codec);
        let stream = MediaStream::new([source.track().clone()]);
        let options = RecorderOptions::new().mime_type(mime);
        let (recorder, mut events) = MediaRecorder::new(&stream, options).unwrap();
        let error = recorder.start().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotSupported, "{mime}");
        assert_eq!(recorder.mime_type(), mime);
        assert!(events.next_timeout(std::time::Duration::ZERO).is_none());
    }
}

#[test]
fn a_description_that_no_container_takes_is_refused_by_start() {
    let opus = AudioTrack {
        codec: AudioCodec::Opus,
        sample_rate: 48_000,
        channels: 2,
        codec_delay: MediaTime::ZERO,
        seek_pre_roll: MediaTime::ZERO,
    };
    // Without an `OpusHead`.
    let track = MediaTrack::audio(TrackId::FIRST, opus, Bytes::new());
    let source = EncodedTrackGenerator::new(track).unwrap();
    let stream = MediaStream::new([source.track().clone()]);
    let (recorder, _events) = MediaRecorder::new(&stream, RecorderOptions::new()).unwrap();
    let error = recorder.start().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotSupported);
}

#[test]
fn start_codes_become_lengths() {
    for mime in ["video/x-matroska", "video/mp4"] {
        let source = source(VideoCodec::H264);
        let options = RecorderOptions::new().mime_type(mime);
        let (recorder, mut events) = record(&source, options);
        let key = annex_b(&[&[9, 0xF0], &SPS, &PPS, &[0x65, 0x88, 1]]);
        source.write(packet(0, key)).unwrap();
        source.write(packet(40, annex_b(&[&[0x41, 0x9A]]))).unwrap();
        let recorded = finish(&recorder, &mut events);
        let file = recorded.patched();
        let holds = |bytes: &[u8]| file.windows(bytes.len()).any(|window| window == bytes);
        let head = [1, 0x42, 0xC0, 0x1E, 0xFF, 0xE1, 0, 25];
        assert!(
            holds(&[&head[..], &SPS, &[1, 0, 5], &PPS].concat()),
            "{mime}"
        );
        assert!(holds(&[0, 0, 0, 3, 0x65, 0x88, 1]));
        assert!(holds(&[0, 0, 0, 2, 0x41, 0x9A]));
        assert!(!holds(&[0, 0, 0, 1, 0x65]));
        let (width, height) = (640_u32, 360_u32);
        let settings = source.track().settings();
        assert_eq!(
            (settings.width, settings.height),
            (Some(width), Some(height))
        );
    }
}

#[test]
fn a_recording_begins_and_goes_on_with_a_key_frame() {
    let source = source(VideoCodec::Vp8);
    assert!(!source.wants_key_frame());
    let (recorder, mut events) = record(&source, RecorderOptions::new());
    let write = |time: i64, key: bool| {
        let data = vp8(key, SIZE, (time / 40) as u8);
        source.write(packet(time, data)).unwrap();
    };
    assert!(source.wants_key_frame());
    write(0, false);
    write(40, true);
    assert!(!source.wants_key_frame());
    write(80, false);
    recorder.pause().unwrap();
    write(120, true);
    write(160, false);
    recorder.resume().unwrap();
    assert!(source.wants_key_frame());
    write(200, false);
    write(240, true);
    write(280, false);
    let recorded = finish(&recorder, &mut events);
    let frames = [
        (0, 1, true),
        (40, 2, false),
        (120, 6, true),
        (160, 7, false),
    ];
    let expected = frames.map(|(time, mark, key)| (time, vp8(key, SIZE, mark)));
    assert_eq!(blocks(&recorded), expected);
    let track = &recorded.summary.tracks[0];
    assert_eq!((track.frames_in, track.dropped), (6, 2));
}

#[test]
fn nothing_of_a_silenced_track_is_recorded() {
    let source = source(VideoCodec::Vp8);
    let (recorder, mut events) = record(&source, RecorderOptions::new());
    let write = |time: i64, key: bool| {
        let data = vp8(key, SIZE, (time / 40) as u8);
        source.write(packet(time, data)).unwrap();
    };
    write(0, true);
    source.track().set_enabled(false);
    write(40, true);
    source.track().set_enabled(true);
    // What follows builds on what is not there.
    write(80, false);
    write(120, true);
    source.set_muted(true);
    write(160, true);
    source.set_muted(false);
    write(200, true);
    let recorded = finish(&recorder, &mut events);
    let expected = [(0, 0), (120, 3), (200, 5)].map(|(time, mark)| (time, vp8(true, SIZE, mark)));
    assert_eq!(blocks(&recorded), expected);
    let track = &recorded.summary.tracks[0];
    let counts = (track.frames_in, track.packets, track.dropped, track.skipped);
    assert_eq!(counts, (6, 3, 1, 2));
}

#[test]
fn another_codec_begins_a_new_file() {
    let source = source(VideoCodec::Vp8);
    let (recorder, mut events) = record(&source, RecorderOptions::new());
    source.write(packet(0, vp8(true, SIZE, 0))).unwrap();
    source.write(packet(40, vp8(false, SIZE, 1))).unwrap();
    source.set_format(description(VideoCodec::Vp9)).unwrap();
    assert!(source.wants_key_frame());
    // It waits for a key frame of the new codec.
    source.write(packet(80, vec![0x86, 0, 0])).unwrap();
    source.write(packet(120, vp9())).unwrap();
    recorder.stop().unwrap();
    let files = take_files(&mut events);
    let [first, second] = &files[..] else {
        panic!("{} files", files.len());
    };
    assert!(first.error.is_none() && first.summary.continues);
    assert_eq!(first.summary.mime_type, "video/webm;codecs=vp8");
    assert_eq!(first.summary.duration, ms(120));
    let expected = [(0, vp8(true, SIZE, 0)), (40, vp8(false, SIZE, 1))];
    assert_eq!(blocks(first), expected);
    assert!(second.error.is_none() && !second.summary.continues);
    assert_eq!(second.names, ["start", "dataavailable", "stop"]);
    assert_eq!(second.summary.mime_type, "video/webm;codecs=vp9");
    assert_eq!(second.blobs[0].mime_type(), "video/webm;codecs=vp9");
    assert_eq!(blocks(second), [(0, vp9())]);
    assert_eq!(second.summary.tracks[0].dropped, 1);
}

#[test]
fn the_type_follows_the_present_file() {
    let source = source(VideoCodec::Vp8);
    let (recorder, mut events) = record(&source, RecorderOptions::new());
    source.write(packet(0, vp8(true, SIZE, 0))).unwrap();
    assert!(matches!(events.next(), Some(Event::Start)));
    assert_eq!(recorder.mime_type(), "video/webm;codecs=vp8");
    source.set_format(description(VideoCodec::Vp9)).unwrap();
    source.write(packet(40, vp9())).unwrap();
    assert!(matches!(events.next(), Some(Event::DataAvailable(_))));
    assert!(matches!(events.next(), Some(Event::Stop(_))));
    assert!(matches!(events.next(), Some(Event::Start)));
    assert_eq!(recorder.mime_type(), "video/webm;codecs=vp9");
}

#[test]
fn a_codec_without_a_place_ends_the_recording() {
    let source = source(VideoCodec::Vp8);
    let (_recorder, mut events) = record(&source, RecorderOptions::new());
    source.write(packet(0, vp8(true, SIZE, 0))).unwrap();
    source.set_format(description(VideoCodec::Mjpeg)).unwrap();
    source.write(packet(40, jpeg(0))).unwrap();
    let mut files = take_files(&mut events);
    assert!(files[0].error.is_none() && files[0].summary.continues);
    let error = files.pop().and_then(|file| file.error);
    assert_eq!(error.unwrap().kind(), ErrorKind::NotSupported);
}

#[test]
fn other_parameter_sets_begin_a_new_file() {
    let source = source(VideoCodec::H264);
    let (recorder, mut events) = record(&source, RecorderOptions::new().mime_type("video/mp4"));
    let first = annex_b(&[&SPS, &PPS, &[0x65, 1]]);
    let second = annex_b(&[&SPS, &[0x68, 0xCE, 0x38, 0x80], &[0x65, 2]]);
    source.write(packet(0, first.clone())).unwrap();
    // The same ones again change nothing.
    source.write(packet(40, first)).unwrap();
    source.write(packet(80, second)).unwrap();
    recorder.stop().unwrap();
    let files = take_files(&mut events);
    assert_eq!(files.len(), 2);
    assert!(files.iter().all(|file| file.error.is_none()));
    assert!(files[0].summary.continues && !files[1].summary.continues);
    assert_eq!(files[0].summary.duration, ms(80));
}

#[test]
fn a_change_of_size_is_what_the_options_say() {
    let small = FrameSize::new(32, 24);
    for (change, files, failed) in [
        (SizeChange::Fit, 1, false),
        (SizeChange::NewFile, 2, false),
        (SizeChange::Error, 1, true),
    ] {
        let source = source(VideoCodec::Vp8);
        let options = RecorderOptions::new().size_change(change);
        let (recorder, mut events) = record(&source, options);
        source.write(packet(0, vp8(true, SIZE, 0))).unwrap();
        source.write(packet(40, vp8(true, small, 1))).unwrap();
        source.write(packet(80, vp8(false, small, 2))).unwrap();
        recorder.stop().unwrap();
        let recorded = take_files(&mut events);
        assert_eq!(recorded.len(), files, "{change:?}");
        let last = recorded.last().unwrap();
        assert!(!last.summary.continues, "{change:?}");
        let kind = last.error.as_ref().map(|error| error.kind());
        assert_eq!(kind, failed.then_some(ErrorKind::InvalidModification));
        let written: usize = recorded.iter().map(|file| blocks(file).len()).sum();
        assert_eq!(written, if failed { 1 } else { 3 }, "{change:?}");
    }
}

#[test]
fn sound_is_encoded_beside_it() {
    let video = source(VideoCodec::Vp8);
    let audio = AudioTrackGenerator::new(8000, 1)
        .unwrap()
        .with_back_pressure();
    let stream = MediaStream::new([video.track().clone(), audio.track().clone()]);
    let (recorder, mut events) = MediaRecorder::new(&stream, RecorderOptions::new()).unwrap();
    recorder.start().unwrap();
    for n in 0..25 {
        let data = vp8(n % 10 == 0, SIZE, n as u8);
        video.write(packet(40 * n, data)).unwrap();
        let sound = AudioFrame::new(8000, 1, vec![0.25; 320], ms(40 * n)).unwrap();
        audio.write(sound).unwrap();
    }
    let recorded = finish(&recorder, &mut events);
    assert_eq!(recorded.summary.mime_type, "video/webm;codecs=vp8,opus");
    let file = read_back(recorded.patched());
    assert_eq!(file.times(1), (0..25).map(|n| 40 * n).collect::<Vec<_>>());
    let keys = file.track(1).iter().filter(|block| block.key).count();
    assert_eq!(keys, 3);
    assert_eq!(file.duration(), Some(1000.0));
}

#[test]
fn a_new_file_that_another_track_asks_for_begins_with_a_key_frame() {
    let passed = source(VideoCodec::Vp8);
    let painted = VideoTrackGenerator::new(64, 48)
        .unwrap()
        .with_back_pressure();
    let stream = MediaStream::new([passed.track().clone(), painted.track().clone()]);
    let options = RecorderOptions::new().size_change(SizeChange::NewFile);
    let (recorder, mut events) = MediaRecorder::new(&stream, options).unwrap();
    recorder.start().unwrap();
    for n in 0..60 {
        let data = vp8(n % 7 == 0, SIZE, n as u8);
        passed.write(packet(40 * n, data)).unwrap();
        // After the fifth, another size.
        let size = FrameSize::new(if n < 5 { 64 } else { 32 }, 48);
        let pixels = vec![0; (size.pixels() * 4) as usize];
        let format = media_recorder::PixelFormat::Rgba;
        let frame = VideoFrame::packed(format, size, pixels.into(), ms(40 * n)).unwrap();
        painted.write(frame.with_color(ColorInfo::SRGB)).unwrap();
    }
    recorder.stop().unwrap();
    let files = take_files(&mut events);
    assert_eq!(files.len(), 2);
    assert!(files.iter().all(|file| file.error.is_none()));
    assert!(files[0].summary.continues && !files[1].summary.continues);
    let of_passed = |file: &Recorded| {
        let blocks = read_back(file.patched()).blocks;
        let passed = blocks.into_iter().filter(|block| block.track == 1);
        passed
            .map(|block| *block.data.last().unwrap())
            .collect::<Vec<_>>()
    };
    let (first, second) = (of_passed(&files[0]), of_passed(&files[1]));
    assert_eq!(second[0] % 7, 0);
    // Every packet is in one of them.
    let all = [first, second].concat();
    assert_eq!(all, (0..60).collect::<Vec<_>>());
}

#[test]
fn a_refused_call_changes_nothing() {
    let source = source(VideoCodec::Vp8);
    let (recorder, mut events) = record(&source, RecorderOptions::new());
    source.write(packet(0, vp8(true, SIZE, 0))).unwrap();
    let opus = AudioTrack {
        codec: AudioCodec::Opus,
        sample_rate: 48_000,
        channels: 2,
        codec_delay: MediaTime::ZERO,
        seek_pre_roll: MediaTime::ZERO,
    };
    let sound = MediaTrack::audio(TrackId::FIRST, opus, Bytes::new());
    assert_eq!(
        source.set_format(sound).unwrap_err().kind(),
        ErrorKind::Type
    );
    let error = source.write(packet(40, vec![])).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Type);
    source.write(packet(40, vp8(false, SIZE, 1))).unwrap();
    let recorded = finish(&recorder, &mut events);
    assert_eq!(blocks(&recorded).len(), 2);
    source.close();
    let error = source.write(packet(80, vp8(true, SIZE, 2))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidState);
}
