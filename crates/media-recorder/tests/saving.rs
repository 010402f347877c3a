//! Saving recordings, and what happens when that or a source fails.

#![allow(clippy::unwrap_used, reason = "a test fails where a helper does")]

mod common;

use std::io::{self, Write};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use common::{cue_points, read_back, take};
use media_recorder::{
    Canvas, ErrorKind, Events, MediaFile, MediaRecorder, MediaStream, Rate, RecorderOptions,
    TestPattern,
};

fn record(stream: &MediaStream) -> (MediaRecorder, Events) {
    MediaRecorder::new(stream, RecorderOptions::new()).unwrap()
}

fn pattern(seconds: u64) -> MediaStream {
    TestPattern::new()
        .size(64, 48)
        .frame_rate(Rate::new(25, 1).unwrap())
        .duration(Duration::from_secs(seconds))
        .as_fast_as_possible()
        .capture_stream()
        .unwrap()
}

#[test]
fn a_saved_file_has_duration_and_index() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("saved.webm");
    std::fs::write(&path, vec![0xff; 1_000_000]).unwrap();
    let (recorder, events) = record(&pattern(5));
    let saved = events.save_to(&path).unwrap();
    recorder.start().unwrap();
    let summary = saved.join().unwrap();
    let bytes = std::fs::read(&path).unwrap();
    assert_eq!(
        summary.bytes,
        bytes.len() as u64,
        "what was there before is gone"
    );
    assert!(!summary.patches.is_empty(), "it was written in slices");
    assert_eq!(cue_points(&bytes), 3);
    let file = read_back(bytes);
    assert_eq!(file.duration(), Some(5000.0));
    assert_eq!(file.times(1).len(), 125);
}

#[test]
fn what_cannot_be_created_is_said_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let (_recorder, events) = record(&pattern(1));
    let error = events
        .save_to(folder.path().join("missing/out.webm"))
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.message().contains("out.webm"), "{error}");
}

/// A place that passes on what is written to it, and is full after some bytes.
struct Limited {
    written: Sender<Vec<u8>>,
    left: usize,
}

impl Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(self.left);
        if taken == 0 && !bytes.is_empty() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.left -= taken;
        let _ = self.written.send(bytes[..taken].to_vec());
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn limited(left: usize) -> (Limited, Receiver<Vec<u8>>) {
    let (written, receiver) = channel();
    (Limited { written, left }, receiver)
}

#[test]
fn a_full_disk_ends_the_recording_and_what_was_written_plays() {
    let (writer, written) = limited(40_000);
    // Endless: only the failure can end it.
    let stream = TestPattern::new()
        .size(64, 48)
        .as_fast_as_possible()
        .capture_stream()
        .unwrap();
    let (recorder, events) = record(&stream);
    let saved = events.write_to(writer).unwrap();
    recorder.start().unwrap();
    let error = saved.join().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::QuotaExceeded);
    let bytes: Vec<u8> = written.iter().flatten().collect();
    assert_eq!(bytes.len(), 40_000);
    let mut file = matroska_demuxer::MatroskaFile::open(io::Cursor::new(bytes)).unwrap();
    let (mut frame, mut frames) = (matroska_demuxer::Frame::default(), 0);
    while let Ok(true) = file.next_frame(&mut frame) {
        frames += 1;
    }
    assert!(frames > 100, "{frames}");
}

#[test]
fn what_is_recorded_is_written_while_it_is_recorded() {
    let (writer, written) = limited(usize::MAX);
    let canvas = Canvas::new(64, 48).unwrap().with_back_pressure();
    let stream = canvas.capture_stream(25).unwrap();
    let (recorder, events) = record(&stream);
    let saved = events.write_to(writer).unwrap();
    recorder.start().unwrap();
    for n in 0..100 {
        canvas.draw(|pixels| pixels.fill(n)).unwrap();
    }
    // Four seconds were painted and nothing was stopped or asked for: at least the slices of the
    // first two have to come. What has come by then is what a killed process leaves.
    let mut bytes = Vec::new();
    let frames = loop {
        bytes.extend(written.recv().unwrap());
        let file = matroska_demuxer::MatroskaFile::open(io::Cursor::new(bytes.clone()));
        let Ok(mut file) = file else { continue };
        let (mut frame, mut frames) = (matroska_demuxer::Frame::default(), 0);
        while let Ok(true) = file.next_frame(&mut frame) {
            frames += 1;
        }
        if frames >= 50 {
            break frames;
        }
    };
    assert!(frames <= 100);
    recorder.stop().unwrap();
    let summary = saved.join().unwrap();
    assert_eq!(summary.duration.as_millis(), 4000);
}

#[test]
fn a_recorder_that_is_dropped_unused_is_an_error_of_who_waits() {
    let (writer, _written) = limited(usize::MAX);
    let (recorder, events) = record(&pattern(1));
    let saved = events.write_to(writer).unwrap();
    drop(recorder);
    assert_eq!(saved.join().unwrap_err().kind(), ErrorKind::InvalidState);
}

#[test]
fn a_truncated_file_is_recorded_up_to_where_it_breaks() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cut.y4m");
    let mut y4m = b"YUV4MPEG2 W32 H32 F25:1 C420jpeg\n".to_vec();
    for n in 0..10 {
        y4m.extend(b"FRAME\n");
        y4m.extend(vec![n * 20; 32 * 32 * 3 / 2]);
    }
    y4m.truncate(y4m.len() - 100);
    std::fs::write(&path, y4m).unwrap();
    let file = MediaFile::open(&path).unwrap();
    assert!(file.has_video() && !file.has_audio());
    let (recorder, mut events) = record(&file.as_fast_as_possible().capture_stream().unwrap());
    recorder.start().unwrap();
    let recorded = take(&mut events);
    assert_eq!(recorded.names, ["start", "error", "dataavailable", "stop"]);
    let error = recorded.error.as_ref().unwrap();
    assert_eq!(error.kind(), ErrorKind::NotReadable);
    assert!(error.message().contains("cut.y4m"), "{error}");
    assert_eq!(read_back(recorded.concatenated()).times(1).len(), 9);
}

#[test]
fn a_file_can_be_recorded_in_part() {
    let folder = tempfile::tempdir().unwrap();
    let (y4m, wav) = (folder.path().join("in.y4m"), folder.path().join("in.wav"));
    let mut video = b"YUV4MPEG2 W32 H32 F25:1 C420jpeg\n".to_vec();
    for n in 0..50 {
        video.extend(b"FRAME\n");
        video.extend(vec![n; 32 * 32 * 3 / 2]);
    }
    std::fs::write(&y4m, video).unwrap();
    // Two seconds of 8 kHz 8-bit mono.
    let mut audio =
        b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data"
            .to_vec();
    audio.extend(16_000_u32.to_le_bytes());
    audio.extend([128; 16_000]);
    let riff_size = u32::try_from(audio.len() - 8).unwrap();
    audio[4..8].copy_from_slice(&riff_size.to_le_bytes());
    std::fs::write(&wav, audio).unwrap();

    let tracks = [y4m, wav].map(|path| {
        let file = MediaFile::open(path)
            .unwrap()
            .duration(Duration::from_millis(1010));
        file.as_fast_as_possible()
            .capture_stream()
            .unwrap()
            .tracks()
            .remove(0)
    });
    let options = RecorderOptions::new().mime_type("video/x-matroska;codecs=vp9,pcm");
    let (recorder, mut events) = MediaRecorder::new(&MediaStream::new(tracks), options).unwrap();
    recorder.start().unwrap();
    let file = read_back(take(&mut events).concatenated());
    assert_eq!(
        file.times(1).last(),
        Some(&1000),
        "the picture that begins before 1010 ms"
    );
    let sound: usize = file.track(2).iter().map(|block| block.data.len()).sum();
    assert_eq!(sound, 8080 * 4, "1010 ms of floats");
}

#[test]
fn files_that_cannot_be_read_are_errors_by_kind() {
    let folder = tempfile::tempdir().unwrap();
    let open = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        MediaFile::open(path).unwrap_err().kind()
    };
    assert_eq!(open("noise", b"this is no media"), ErrorKind::NotSupported);
    assert_eq!(
        open("bad.y4m", b"YUV4MPEG2 W0 H10 F25:1\n"),
        ErrorKind::NotReadable
    );
    let missing = MediaFile::open(folder.path().join("missing")).unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::NotFound);
}

#[test]
fn a_picture_of_the_wrong_size_is_refused_and_changes_nothing() {
    let canvas = Canvas::new(32, 32).unwrap().with_back_pressure();
    let stream = canvas.capture_stream(25).unwrap();
    let (recorder, mut events) = record(&stream);
    recorder.start().unwrap();
    canvas.put_rgba(&[7; 32 * 32 * 4]).unwrap();
    assert_eq!(
        canvas.put_rgba(&[7; 32 * 31 * 4]).unwrap_err().kind(),
        ErrorKind::Type
    );
    canvas.put_rgba(&[9; 32 * 32 * 4]).unwrap();
    recorder.stop().unwrap();
    assert_eq!(
        read_back(take(&mut events).concatenated()).times(1),
        [0, 40]
    );

    for (width, height) in [(0, 5), (5, 70_000)] {
        assert_eq!(
            Canvas::new(width, height).unwrap_err().kind(),
            ErrorKind::Type
        );
    }
    for rate in [-1.0, f64::NAN] {
        let error = canvas.capture_stream(rate).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotSupported);
    }
}
