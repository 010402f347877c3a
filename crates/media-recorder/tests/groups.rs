//! Groups of pictures side by side, from a program that waits for the recorder.

#![allow(clippy::unwrap_used, reason = "a test fails where a helper does")]

mod common;

use std::num::NonZeroUsize;
use std::time::Duration;

use common::{ReadBack, Recorded, read_back, take};
use media_recorder::{
    AudioFrame, AudioTrackGenerator, Canvas, FrameSize, MediaRecorder, MediaStream, MediaTime,
    Parallelism, PixelFormat, Preset, RecorderOptions, VideoFrame, VideoTrackGenerator,
};

const SIZE: FrameSize = FrameSize::new(64, 48);
const RATE: u32 = 8000;

fn ms(n: i64) -> MediaTime {
    MediaTime::from_millis(n)
}

/// Three groups at once, whatever the machine has.
fn options() -> RecorderOptions {
    RecorderOptions::new()
        .mime_type("video/x-matroska;codecs=vp9,pcm")
        .preset(Preset::Live)
        .parallelism(Parallelism::Groups(NonZeroUsize::new(3).unwrap()))
}

fn picture(time: MediaTime) -> VideoFrame {
    let level = (time.as_millis() / 40 % 200) as u8;
    let pixels = vec![level; PixelFormat::I420.packed_len(SIZE)];
    VideoFrame::packed(PixelFormat::I420, SIZE, pixels.into(), time).unwrap()
}

/// Ten milliseconds.
fn sound(time: MediaTime) -> AudioFrame {
    AudioFrame::new(RATE, 1, vec![0.5; RATE as usize / 100], time).unwrap()
}

/// Records what one thread writes: sound, and between it pictures, one each `period`
/// milliseconds. Then `stop`, and the tracks end.
fn write(
    stop: impl Fn(&MediaRecorder),
    options: RecorderOptions,
    timeslice: Option<Duration>,
    (pictures, period): (i64, i64),
) -> Recorded {
    let video = VideoTrackGenerator::new(SIZE.width, SIZE.height)
        .unwrap()
        .with_back_pressure();
    let audio = AudioTrackGenerator::new(RATE, 1)
        .unwrap()
        .with_back_pressure();
    let stream = MediaStream::new([video.track().clone(), audio.track().clone()]);
    let (recorder, mut events) = MediaRecorder::new(&stream, options).unwrap();
    match timeslice {
        Some(slice) => recorder.start_with_timeslice(slice),
        None => recorder.start(),
    }
    .unwrap();
    for n in 0..pictures * period / 10 {
        let time = ms(10 * n);
        if 10 * n % period == 0 {
            video.write(picture(time)).unwrap();
        }
        audio.write(sound(time)).unwrap();
    }
    stop(&recorder);
    drop((video, audio));
    take(&mut events)
}

fn check(recorded: &Recorded, (pictures, period): (i64, i64)) -> ReadBack {
    assert!(recorded.error.is_none(), "{:?}", recorded.error);
    let file = read_back(recorded.patched());
    let expected: Vec<u64> = (0..pictures).map(|n| (n * period) as u64).collect();
    assert_eq!(file.times(1), expected);
    // Packets of 20 ms.
    let sounds: Vec<u64> = (0..pictures * period / 20).map(|n| 20 * n as u64).collect();
    assert_eq!(file.times(2), sounds);
    let times = file.blocks.iter().map(|block| block.millis);
    assert!(times.is_sorted(), "the blocks are in order");
    file
}

#[test]
fn one_thread_that_writes_sound_and_pictures_never_waits_for_itself() {
    // Twenty seconds of 25 pictures each; then some that are as far apart, so that the sound of
    // two of them waits for the third one.
    for shape in [(500, 40), (4, 20_000)] {
        let recorded = write(|_| (), options(), None, shape);
        let file = check(&recorded, shape);
        if shape.0 > 100 {
            let keys = file.track(1).iter().filter(|block| block.key).count();
            assert!(keys >= 10, "{keys} groups");
        }
    }
}

#[test]
fn slices_come_all_along_and_after_the_end_of_the_source() {
    let shape = (300, 40);
    let ended: fn(&MediaRecorder) = |_| ();
    for stop in [ended, |recorder| recorder.stop().unwrap()] {
        let recorded = write(stop, options(), Some(Duration::from_secs(1)), shape);
        check(&recorded, shape);
        // Twelve seconds; an encoder that is seconds behind at the end changes nothing in that.
        let expected: Vec<i64> = (0..12).map(|n| 1000 * n).collect();
        assert_eq!(recorded.timecodes, expected);
        let largest = recorded.blobs.iter().map(|blob| blob.size()).max();
        let all: u64 = recorded.blobs.iter().map(|blob| blob.size()).sum();
        assert!(largest.unwrap() < all / 6, "{largest:?} of {all}");
    }
}

#[test]
fn the_same_pictures_give_the_same_file() {
    let shape = (200, 40);
    let data = |recorded: &Recorded| -> Vec<Vec<u8>> {
        let file = check(recorded, shape);
        file.blocks.into_iter().map(|block| block.data).collect()
    };
    let first = data(&write(|_| (), options(), None, shape));
    let second = data(&write(|_| (), options(), None, shape));
    assert!(first == second);
}

#[test]
fn a_canvas_is_painted_while_its_pictures_are_encoded() {
    let canvas = Canvas::new(SIZE.width, SIZE.height)
        .unwrap()
        .with_back_pressure();
    let stream = canvas.capture_stream(25.0).unwrap();
    let options = options().mime_type("video/x-matroska;codecs=vp9");
    let (recorder, mut events) = MediaRecorder::new(&stream, options).unwrap();
    recorder.start().unwrap();
    (0..250).for_each(|n| canvas.draw(|pixels| pixels.fill(n as u8)).unwrap());
    recorder.stop().unwrap();
    let recorded = take(&mut events);
    let file = read_back(recorded.patched());
    assert_eq!(file.times(1), (0..250).map(|n| 40 * n).collect::<Vec<_>>());
    assert_eq!(recorded.summary.tracks[0].dropped, 0);
}
