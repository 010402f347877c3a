//! Tracks that the program writes, with times of its own: a clock that the tests are.

#![allow(clippy::unwrap_used, reason = "a test fails where a helper does")]

mod common;

use common::{ReadBack, Recorded, read_back, take};
use media_recorder::{
    AudioFrame, AudioTrackGenerator, ColorInfo, ErrorKind, Events, FrameSize, MediaRecorder,
    MediaStream, MediaTime, PixelFormat, RecorderOptions, SizeChange, VideoFrame,
    VideoTrackGenerator, capture_time,
};

const SIZE: FrameSize = FrameSize::new(64, 48);
const RATE: u32 = 8000;

fn ms(n: i64) -> MediaTime {
    MediaTime::from_millis(n)
}

fn picture(time: MediaTime, level: u8) -> VideoFrame {
    picture_of(SIZE, time, level)
}

fn picture_of(size: FrameSize, time: MediaTime, level: u8) -> VideoFrame {
    let pixels = vec![level; PixelFormat::Rgba.packed_len(size)];
    let frame = VideoFrame::packed(PixelFormat::Rgba, size, pixels.into(), time).unwrap();
    frame.with_color(ColorInfo::SRGB)
}

/// Sound of a constant level, so that silence is told from it.
fn sound(time: MediaTime, millis: i64) -> AudioFrame {
    let len = RATE as usize * millis as usize / 1000;
    AudioFrame::new(RATE, 1, vec![0.5; len], time).unwrap()
}

fn video() -> VideoTrackGenerator {
    VideoTrackGenerator::new(SIZE.width, SIZE.height)
        .unwrap()
        .with_back_pressure()
}

fn audio() -> AudioTrackGenerator {
    AudioTrackGenerator::new(RATE, 1)
        .unwrap()
        .with_back_pressure()
}

fn pcm() -> RecorderOptions {
    RecorderOptions::new()
        .mime_type("video/x-matroska;codecs=vp9,pcm")
        .video_bits_per_second(100_000)
}

fn record(stream: &MediaStream, options: RecorderOptions) -> (MediaRecorder, Events) {
    let (recorder, events) = MediaRecorder::new(stream, options).unwrap();
    recorder.start().unwrap();
    (recorder, events)
}

/// The samples of a track of 32-bit floats.
fn samples(file: &ReadBack, track: u64) -> Vec<f32> {
    let bytes: Vec<u8> = file
        .track(track)
        .iter()
        .flat_map(|block| block.data.clone())
        .collect();
    bytes
        .chunks_exact(4)
        .map(|sample| f32::from_le_bytes(sample.try_into().unwrap()))
        .collect()
}

fn file_of(recorded: &Recorded) -> ReadBack {
    assert!(recorded.error.is_none(), "{:?}", recorded.error);
    read_back(recorded.patched())
}

#[test]
fn what_is_written_is_recorded_at_its_time() {
    let (video, audio) = (video(), audio());
    let stream = MediaStream::new([video.track().clone(), audio.track().clone()]);
    // Before anybody records, what is written goes nowhere, but time goes on.
    video.write(picture(ms(0), 0)).unwrap();
    audio.write(sound(ms(0), 500)).unwrap();
    let (recorder, mut events) = record(&stream, pcm());
    for n in 0..50 {
        let time = ms(500 + 40 * n);
        video.write(picture(time, 4 * n as u8)).unwrap();
        audio.write(sound(time, 40)).unwrap();
    }
    recorder.stop().unwrap();
    let recorded = take(&mut events);
    let file = file_of(&recorded);
    assert_eq!(file.times(1), (0..50).map(|n| 40 * n).collect::<Vec<_>>());
    assert_eq!(samples(&file, 2).len(), RATE as usize * 2);
    assert_eq!(file.duration(), Some(2000.0));
}

#[test]
fn fifty_pauses_leave_no_gap_and_no_drift() {
    let (video, audio) = (video(), audio());
    let stream = MediaStream::new([video.track().clone(), audio.track().clone()]);
    let (recorder, mut events) = record(&stream, pcm());
    // 30 pictures a second, 20 ms of sound: nowhere do both begin together but each 100 ms.
    let (mut pictures, mut sounds) = (0_i64, 0_i64);
    let mut paused = false;
    for n in 1..=100 {
        let until = ms(n * 97);
        while MediaTime::from_ticks(pictures, 30).unwrap() < until {
            let time = MediaTime::from_ticks(pictures, 30).unwrap();
            video.write(picture(time, 50)).unwrap();
            pictures += 1;
        }
        while ms(20 * sounds) < until {
            audio.write(sound(ms(20 * sounds), 20)).unwrap();
            sounds += 1;
        }
        if paused {
            recorder.resume().unwrap();
        } else {
            recorder.pause().unwrap();
        }
        paused = !paused;
    }
    recorder.stop().unwrap();
    let recorded = take(&mut events);
    let file = file_of(&recorded);
    // Sound is whole; so the pictures' times, which leave no gap either, fit it throughout.
    let sound = samples(&file, 2);
    assert!(
        sound.iter().all(|&sample| sample == 0.5),
        "no silence was put in"
    );
    let sound_ms = sound.len() as f64 / f64::from(RATE) * 1000.0;
    let times = file.times(1);
    assert!(
        times
            .windows(2)
            .all(|pair| (1..=67).contains(&(pair[1] - pair[0]))),
        "{times:?}"
    );
    let video_ms = *times.last().unwrap() as f64;
    assert!(
        (video_ms - sound_ms).abs() <= 40.0,
        "{video_ms} against {sound_ms}"
    );
    assert!((4500.0..5200.0).contains(&sound_ms), "{sound_ms}");
    assert_eq!(recorded.summary.tracks[0].dropped, 0);
    let corrections = recorded.summary.tracks[1].corrections;
    assert_eq!((corrections.gaps, corrections.overlaps), (0, 0));
}

#[test]
fn muted_and_disabled_tracks_are_black_and_silent_and_go_on() {
    let (video, audio) = (video(), audio());
    let stream = MediaStream::new([video.track().clone(), audio.track().clone()]);
    let (recorder, mut events) = record(&stream, pcm());
    // A minute, of which the middle third is muted: sound by its source, picture by its owner.
    for n in 0..300 {
        let time = ms(200 * n);
        let off = (100..200).contains(&n);
        audio.set_muted(off);
        video.track().set_enabled(!off);
        assert_eq!((audio.track().muted(), video.track().muted()), (off, false));
        video.write(picture(time, 128)).unwrap();
        audio.write(sound(time, 200)).unwrap();
    }
    recorder.stop().unwrap();
    let recorded = take(&mut events);
    let file = file_of(&recorded);
    assert_eq!(file.times(1), (0..300).map(|n| 200 * n).collect::<Vec<_>>());
    let sound = samples(&file, 2);
    let second = RATE as usize;
    assert_eq!(sound.len(), 60 * second);
    let parts = [(0..20, 0.5), (20..40, 0.0), (40..60, 0.5)];
    for (seconds, level) in parts {
        let part = &sound[seconds.start * second..seconds.end * second];
        assert!(part.iter().all(|&sample| sample == level), "{seconds:?}");
    }
}

#[test]
fn sound_alone_and_picture_alone() {
    let audio = audio();
    let stream = MediaStream::new([audio.track().clone()]);
    let options = RecorderOptions::new().mime_type("audio/x-matroska;codecs=pcm");
    let (recorder, mut events) = record(&stream, options);
    // It starts late on its own clock.
    (0..100).for_each(|n| audio.write(sound(ms(3000 + 10 * n), 10)).unwrap());
    recorder.stop().unwrap();
    let file = file_of(&take(&mut events));
    assert_eq!((file.times(1)[0], file.duration()), (0, Some(1000.0)));

    let video = video();
    let stream = MediaStream::new([video.track().clone()]);
    let (recorder, mut events) = record(&stream, RecorderOptions::new());
    (0..20).for_each(|n| video.write(picture(ms(3000 + 50 * n), 9)).unwrap());
    recorder.stop().unwrap();
    let file = file_of(&take(&mut events));
    assert_eq!(file.times(1), (0..20).map(|n| 50 * n).collect::<Vec<_>>());
}

#[test]
fn several_tracks_of_a_kind_are_all_there() {
    let videos = [video(), video()];
    let audios = [audio(), audio(), audio()];
    let tracks = videos.iter().map(VideoTrackGenerator::track);
    let tracks = tracks.chain(audios.iter().map(AudioTrackGenerator::track));
    let stream = MediaStream::new(tracks.cloned());
    let (recorder, mut events) = record(&stream, pcm());
    for n in 0..10 {
        let time = ms(100 * n);
        videos
            .iter()
            .for_each(|video| video.write(picture(time, 7)).unwrap());
        audios
            .iter()
            .for_each(|audio| audio.write(sound(time, 100)).unwrap());
    }
    recorder.stop().unwrap();
    let recorded = take(&mut events);
    let file = file_of(&recorded);
    assert_eq!(file.file.tracks().len(), 5);
    for track in 1..=2 {
        assert_eq!(file.track(track).len(), 10);
    }
    for track in 3..=5 {
        assert_eq!(samples(&file, track).len(), RATE as usize);
    }
}

#[test]
fn too_many_tracks_are_refused_by_start() {
    let audios: Vec<_> = (0..127).map(|_| audio()).collect();
    let stream = MediaStream::new(audios.iter().map(|audio| audio.track().clone()));
    let (recorder, _events) = MediaRecorder::new(&stream, RecorderOptions::new()).unwrap();
    let error = recorder.start().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotSupported);
    assert!(error.message().contains("127"), "{error}");
    stream.remove_track(audios[0].track());
    assert!(recorder.start().is_ok());
}

#[test]
fn a_picture_of_another_size_is_fitted() {
    let video = video();
    let stream = MediaStream::new([video.track().clone()]);
    let (recorder, mut events) = record(&stream, RecorderOptions::new());
    for (n, size) in [(64, 48), (32, 24), (48, 64), (64, 48), (1, 1), (640, 10)]
        .into_iter()
        .enumerate()
    {
        let size = FrameSize::new(size.0, size.1);
        video
            .write(picture_of(size, ms(40 * n as i64), 99))
            .unwrap();
    }
    recorder.stop().unwrap();
    let recorded = take(&mut events);
    assert_eq!(recorded.summary.tracks[0].corrections.resized, 4);
    assert_eq!(file_of(&recorded).times(1), [0, 40, 80, 120, 160, 200]);
}

#[test]
fn a_picture_of_another_size_begins_a_new_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("out.mkv");
    let (video, audio) = (video(), audio());
    let stream = MediaStream::new([video.track().clone(), audio.track().clone()]);
    let options = pcm().size_change(SizeChange::NewFile);
    let (recorder, events) = MediaRecorder::new(&stream, options).unwrap();
    let saved = events.save_to(&path).unwrap();
    recorder.start().unwrap();
    // Three seconds: the second one is larger, the third one has the first size again.
    let large = FrameSize::new(80, 64);
    for n in 0..75 {
        let size = if (25..50).contains(&n) { large } else { SIZE };
        video.write(picture_of(size, ms(40 * n), 99)).unwrap();
        // Samples that say where they were, as near as 24 bits of them can.
        let first = n * 40 * i64::from(RATE) / 1000;
        let ramp: Vec<f32> = (first..first + 320).map(|n| n as f32 / 65_536.0).collect();
        audio
            .write(AudioFrame::new(RATE, 1, ramp, ms(40 * n)).unwrap())
            .unwrap();
    }
    recorder.stop().unwrap();
    let last = saved.join().unwrap();
    assert!(!last.continues);

    let files = ["out.mkv", "out-002.mkv", "out-003.mkv"];
    let files = files.map(|name| read_back(std::fs::read(directory.path().join(name)).unwrap()));
    assert!(!directory.path().join("out-004.mkv").exists());
    let (mut pictures, mut sound) = (0, Vec::new());
    for (file, size) in files.iter().zip([SIZE, large, SIZE]) {
        let track = file.file.tracks()[0]
            .video()
            .expect("the first track is the picture");
        let found = FrameSize::new(
            u32::try_from(track.pixel_width().get()).unwrap(),
            u32::try_from(track.pixel_height().get()).unwrap(),
        );
        assert_eq!(found, size);
        assert!(file.track(1)[0].key, "a file begins with a key frame");
        let first = file.times(1)[0].min(file.times(2)[0]);
        assert_eq!(first, 0);
        // Both tracks begin and end together, as far as a picture can.
        let sound_ms = samples(file, 2).len() as f64 * 1000.0 / f64::from(RATE);
        let duration = file.duration().unwrap();
        assert!(
            (duration - sound_ms).abs() <= 41.0,
            "{duration} against {sound_ms}"
        );
        pictures += file.track(1).len();
        sound.extend(samples(file, 2));
    }
    assert_eq!(pictures, 75, "no picture is lost, none is in two files");
    let expected: Vec<f32> = (0..sound.len()).map(|n| n as f32 / 65_536.0).collect();
    assert_eq!(sound.len(), 3 * RATE as usize);
    assert!(sound == expected, "no sample is lost, none is in two files");
}

#[test]
fn the_events_of_a_new_file_follow_those_of_the_old() {
    let video = video();
    let stream = MediaStream::new([video.track().clone()]);
    let options = RecorderOptions::new().size_change(SizeChange::NewFile);
    let (recorder, mut events) = record(&stream, options);
    (0..10).for_each(|n| video.write(picture(ms(40 * n), 99)).unwrap());
    let other = FrameSize::new(32, 24);
    (10..20).for_each(|n| video.write(picture_of(other, ms(40 * n), 99)).unwrap());
    recorder.stop().unwrap();
    let recorded = take(&mut events);
    assert_eq!(
        recorded.names,
        [
            "start",
            "dataavailable",
            "stop",
            "start",
            "dataavailable",
            "stop"
        ]
    );
    for blob in &recorded.blobs {
        let file = read_back(blob.clone().into_bytes().to_vec());
        assert_eq!(file.times(1), (0..10).map(|n| 40 * n).collect::<Vec<_>>());
        assert_eq!(file.duration(), Some(400.0));
    }
    assert_eq!(recorded.timecodes, [0, 0]);
}

#[test]
fn a_picture_of_another_size_is_refused_if_asked_for() {
    let video = video();
    let stream = MediaStream::new([video.track().clone()]);
    let options = RecorderOptions::new().size_change(SizeChange::Error);
    let (_recorder, mut events) = record(&stream, options);
    (0..5).for_each(|n| video.write(picture(ms(40 * n), 99)).unwrap());
    let other = FrameSize::new(32, 24);
    let _ = video.write(picture_of(other, ms(200), 99));
    let recorded = take(&mut events);
    assert_eq!(recorded.names, ["start", "error", "dataavailable", "stop"]);
    let error = recorded.error.as_ref().unwrap();
    assert_eq!(error.kind(), ErrorKind::InvalidModification);
    assert!(error.message().contains("32x24"), "{error}");
    // What was recorded before is there.
    assert_eq!(
        read_back(recorded.patched()).times(1),
        [0, 40, 80, 120, 160]
    );
}

#[test]
fn what_cannot_be_written_is_refused_and_changes_nothing() {
    assert_eq!(
        VideoTrackGenerator::new(0, 5).unwrap_err().kind(),
        ErrorKind::Type
    );
    assert_eq!(
        AudioTrackGenerator::new(0, 1).unwrap_err().kind(),
        ErrorKind::Type
    );
    assert_eq!(
        AudioTrackGenerator::new(48_000, 0).unwrap_err().kind(),
        ErrorKind::Type
    );

    let audio = audio();
    let stream = MediaStream::new([audio.track().clone()]);
    let options = RecorderOptions::new().mime_type("audio/x-matroska;codecs=pcm");
    let (_recorder, mut events) = record(&stream, options);
    audio.write(sound(ms(0), 20)).unwrap();
    let stereo = AudioFrame::new(RATE, 2, vec![0.5; 320], ms(20)).unwrap();
    assert_eq!(audio.write(stereo).unwrap_err().kind(), ErrorKind::Type);
    audio.write(sound(ms(20), 20)).unwrap();
    audio.close();
    assert_eq!(
        audio.write(sound(ms(40), 20)).unwrap_err().kind(),
        ErrorKind::InvalidState
    );
    let file = file_of(&take(&mut events));
    assert_eq!(samples(&file, 1).len(), 320);
}

#[test]
fn pictures_that_go_back_are_dropped_and_counted() {
    let video = video();
    let stream = MediaStream::new([video.track().clone()]);
    let (recorder, mut events) = record(&stream, RecorderOptions::new());
    for time in [0, 40, 20, -5000, 40, 80, i64::MIN / 1_000_000, 120] {
        video.write(picture(ms(time), 1)).unwrap();
    }
    recorder.stop().unwrap();
    let recorded = take(&mut events);
    assert_eq!(recorded.summary.tracks[0].dropped, 2);
    assert_eq!(file_of(&recorded).times(1), [0, 40, 80, 120]);
}

/// Two hours of a 1 kHz tone from a microphone whose clock is off, and of pictures whose clock is
/// right, with fifty pauses.
#[test]
fn a_clock_that_is_off_stays_with_the_pictures_for_two_hours() {
    const SECONDS: i64 = 7200;
    for ppm in [200_i64, -200] {
        let video = video();
        let audio = audio();
        let stream = MediaStream::new([video.track().clone(), audio.track().clone()]);
        let (recorder, mut events) = record(&stream, pcm());
        // It gives so many samples a second of true time, and is read each 100 ms of its own.
        let true_rate = i128::from(RATE) * (1_000_000 + i128::from(ppm));
        let true_time = |sample: i64| {
            let nanos = i128::from(sample) * 1_000_000_000 * 1_000_000 / true_rate;
            MediaTime::from_nanos(i64::try_from(nanos).unwrap())
        };
        let mut sample = 0_i64;
        let mut recorded_time = MediaTime::ZERO;
        let mut paused_at = None;
        // A picture every two seconds, and with it a beep of 20 ms in the sound.
        for second in 0..SECONDS {
            if second % 144 == 70 {
                recorder.pause().unwrap();
                paused_at = Some(true_time(sample));
            } else if second % 144 == 80 {
                recorder.resume().unwrap();
                let pause = true_time(sample).saturating_sub(paused_at.take().unwrap());
                recorded_time = recorded_time.saturating_sub(pause);
            }
            if second % 2 == 0 {
                video
                    .write(picture(MediaTime::from_secs(second), 30))
                    .unwrap();
            }
            for _ in 0..10 {
                let run: Vec<f32> = (sample..sample + 800)
                    .map(|n| {
                        let beep = true_time(n).as_millis() % 2000 < 20;
                        if beep { 0.5 } else { 0.0 }
                    })
                    .collect();
                let time = true_time(sample);
                audio
                    .write(AudioFrame::new(RATE, 1, run, time).unwrap())
                    .unwrap();
                sample += 800;
            }
        }
        recorder.stop().unwrap();
        recorded_time = recorded_time.saturating_add(true_time(sample));
        let recorded = take(&mut events);
        let sound = recorded.summary.tracks[1].corrections;
        assert!((i64::from(sound.clock_ppm) - ppm).abs() <= 5, "{sound:?}");
        assert_eq!((sound.gaps, sound.overlaps), (0, 0), "{sound:?}");

        let file = file_of(&recorded);
        let samples = samples(&file, 2);
        let lasts = samples.len() as f64 / f64::from(RATE);
        // It ends where the first of the two tracks does.
        let off = lasts - recorded_time.as_secs_f64();
        assert!(off.abs() < 2.0, "{ppm}: {lasts}");
        // Each picture's beep is where the picture is.
        let mut worst = 0.0_f64;
        let pictures = file.times(1);
        assert!(pictures.len() > 3200, "{}", pictures.len());
        for &millis in &pictures {
            let at = millis as usize * RATE as usize / 1000;
            let from = at.saturating_sub(400);
            let Some(window) = samples.get(from..from + 1000) else {
                continue;
            };
            let Some(onset) = window.iter().position(|&sample| sample > 0.25) else {
                continue;
            };
            let off = (from + onset) as f64 - at as f64;
            worst = worst.max(off.abs() / f64::from(RATE));
        }
        assert!(worst > 0.0 && worst < 0.02, "{ppm} ppm: {worst} s");
    }
}

#[test]
fn the_last_picture_of_a_live_track_lasts_until_the_stop() {
    for _ in 0..20 {
        let video = VideoTrackGenerator::new(SIZE.width, SIZE.height).unwrap();
        let stream = MediaStream::new([video.track().clone()]);
        let (recorder, mut events) = record(&stream, RecorderOptions::new());
        let first = capture_time();
        video.write(picture(first, 50)).unwrap();
        // Longer than a frame has by itself.
        let mut last = first;
        while last.saturating_sub(first) < ms(60) {
            std::thread::yield_now();
            last = capture_time();
        }
        recorder.stop().unwrap();
        let recorded = take(&mut events);
        let duration = recorded.summary.duration;
        assert!(duration >= last.saturating_sub(first), "{duration}");
    }
}
