use std::collections::HashSet;

use media_recorder_types::{AudioFrameError, FrameSize, MediaTime, PixelFormat, Rate, VideoFrame};

use crate::{
    AudioSource, CaptureError, TestPatternAudio, TestPatternVideo, VideoSource, read_frame_number,
    shows_flash,
};

fn pattern(width: u32, height: u32, rate: Rate) -> TestPatternVideo {
    TestPatternVideo::new(FrameSize::new(width, height), rate).unwrap()
}

fn frames(mut pattern: TestPatternVideo) -> Vec<VideoFrame> {
    std::iter::from_fn(|| pattern.read().unwrap()).collect()
}

fn rate(numerator: u32, denominator: u32) -> Rate {
    Rate::new(numerator, denominator).unwrap()
}

#[test]
fn numbers_and_times_are_exact_and_flashes_where_they_belong() {
    // What flashes in the first 3.1 seconds.
    let cases: [(Rate, &[u32]); 5] = [
        (rate(25, 1), &[0, 1, 25, 26, 50, 51, 75, 76]),
        // Frame 30 is at 1.001 s, frame 31 at 1.034 s.
        (rate(30_000, 1001), &[0, 1, 30, 31, 60, 61, 90, 91]),
        (
            rate(60, 1),
            &[0, 1, 2, 60, 61, 62, 120, 121, 122, 180, 181, 182],
        ),
        // The first frame of a second can be later than 50 ms: frame 8 is at 1.067 s.
        (rate(15, 2), &[0, 8, 15, 23]),
        (rate(1, 2), &[0, 1]),
    ];
    for (width, height) in [(64, 48), (101, 77), (320, 180)] {
        for (rate, flashes) in cases {
            let duration = MediaTime::from_millis(3100);
            let source = pattern(width, height, rate).with_duration(duration);
            assert_eq!(source.format().rate, Some(rate));
            let frames = frames(source);
            for (n, frame) in frames.iter().enumerate() {
                assert_eq!(read_frame_number(frame), Some(n as u32));
                assert_eq!(Some(frame.time), rate.time_of(n as u64));
                assert_eq!(frame.format(), PixelFormat::I420);
            }
            let next = rate.time_of(frames.len() as u64).unwrap();
            assert!(next >= duration, "{rate}: ends too early");
            let found: Vec<u32> = (0..)
                .zip(&frames)
                .filter(|(_, f)| shows_flash(f))
                .map(|(n, _)| n)
                .collect();
            assert_eq!(found, flashes, "{width}x{height} at {rate}");
        }
    }
}

#[test]
fn every_size_from_2x2_on_has_a_picture() {
    for width in (2..40).chain([75, 76, 127, 1920]) {
        for height in (2..40).chain([720, 1081]) {
            if width * height > 100_000 && width != 1920 {
                continue;
            }
            let mut source = pattern(width, height, rate(2, 1));
            let first = source.read().unwrap().unwrap();
            let second = source.read().unwrap().unwrap();
            assert_eq!(first.size(), FrameSize::new(width, height));
            assert!(
                shows_flash(&first) && !shows_flash(&second),
                "{width}x{height}"
            );
        }
    }
    for (width, height) in [(1, 2), (2, 1), (0, 0), (65_536, 2)] {
        let error = TestPatternVideo::new(FrameSize::new(width, height), rate(25, 1));
        assert!(matches!(error, Err(CaptureError::Size { min: 2, .. })));
    }
}

#[test]
fn no_picture_is_like_another() {
    let frames = frames(pattern(320, 180, rate(10, 1)).with_duration(MediaTime::from_secs(2)));
    let middle = 180 * 5 / 8;
    let parts = |part: fn(&[u8], usize) -> &[u8]| {
        let distinct: HashSet<&[u8]> = frames
            .iter()
            .filter(|frame| !shows_flash(frame))
            .map(|frame| part(&frame.planes()[0].data, middle * 320))
            .collect();
        distinct.len()
    };
    // The upper part has disc and clock, the lower one texture and mark.
    assert_eq!(parts(|luma, at| &luma[..at]), 18);
    assert_eq!(parts(|luma, at| &luma[at..]), 18);
}

#[test]
fn the_mark_survives_what_a_codec_does() {
    let mut source = pattern(320, 180, rate(30, 1));
    for n in 0..40 {
        let frame = source.read().unwrap().unwrap();
        let planes = frame.planes();
        let luma = &planes[0].data;
        // Blurred over 3x3 pixels, with coarse steps, and in full range.
        let mut coded = luma.to_vec();
        for y in 1..179 {
            for x in 1..319 {
                let sum: u32 = (0..9)
                    .map(|i| u32::from(luma[(y + i / 3 - 1) * 320 + x + i % 3 - 1]))
                    .sum();
                let full_range = (sum / 9).saturating_sub(16) * 255 / 219;
                coded[y * 320 + x] = (full_range / 24 * 24).min(255) as u8;
            }
        }
        coded.extend_from_slice(&planes[1].data);
        coded.extend_from_slice(&planes[2].data);
        let coded =
            VideoFrame::packed(PixelFormat::I420, frame.size(), coded.into(), frame.time).unwrap();
        assert_eq!(read_frame_number(&coded), Some(n));
        assert_eq!(shows_flash(&coded), [0, 1, 30, 31].contains(&n));
    }
}

#[test]
fn a_dropped_picture_is_painted_over() {
    let mut source = pattern(64, 48, rate(25, 1));
    let first = source.read().unwrap().unwrap().planes()[0].data.as_ptr();
    let again = source.read().unwrap().unwrap().planes()[0].data.as_ptr();
    assert_eq!(first, again);
}

/// The samples of a whole sound, all channels checked to be the same.
fn sound(mut source: TestPatternAudio) -> Vec<f32> {
    let (rate, channels) = (source.format().rate, source.format().channels);
    let mut all = Vec::new();
    while let Some(frame) = source.read().unwrap() {
        let time = MediaTime::from_ticks(all.len() as i64, rate).unwrap();
        assert_eq!(frame.time, time);
        assert!(!frame.is_empty() && frame.len() <= (rate as usize / 50).max(1));
        for samples in frame.samples().chunks(channels.into()) {
            assert!(samples.iter().all(|&sample| sample == samples[0]));
            all.push(samples[0]);
        }
    }
    assert_eq!(source.read().unwrap(), None);
    all
}

#[test]
fn the_beep_begins_at_the_sample_of_each_second() {
    for (rate, channels) in [(48_000, 2), (44_100, 1), (8000, 6), (22_050, 2)] {
        let source = TestPatternAudio::new(rate, channels).unwrap();
        let all = sound(source.with_duration(MediaTime::from_millis(2500)));
        assert_eq!(all.len(), rate as usize * 5 / 2);
        for (second, samples) in all.chunks(rate as usize).enumerate() {
            let (beep, rest) = samples.split_at(rate as usize / 20);
            assert_eq!(beep[0], 0.0);
            assert!(beep[1] > 0.05, "{rate}, second {second}");
            assert!(rest.iter().all(|&sample| sample == 0.0));
            let peak = beep.iter().copied().fold(0.0, f32::max);
            assert!((0.45..=0.5).contains(&peak), "{rate}: {peak}");
            // 50 waves rise through zero 50 times.
            let rises = beep
                .windows(2)
                .filter(|w| w[0] <= 1e-6 && w[1] > 1e-6)
                .count();
            assert_eq!(rises, 50, "{rate}");
        }
    }
}

#[test]
fn the_sound_ends_at_the_nearest_sample() {
    for (nanos, len) in [
        (0, 0),
        (-5, 0),
        (20_000_000, 960),
        (20_010_416, 960),
        (20_010_417, 961),
    ] {
        let source = TestPatternAudio::default().with_duration(MediaTime::from_nanos(nanos));
        assert_eq!(sound(source).len(), len, "{nanos} ns");
    }
}

#[test]
fn impossible_sounds_are_refused() {
    for (rate, channels, expected) in [
        (0, 2, AudioFrameError::Rate(0)),
        (768_001, 2, AudioFrameError::Rate(768_001)),
        (48_000, 0, AudioFrameError::Channels(0)),
    ] {
        let error = TestPatternAudio::new(rate, channels).unwrap_err();
        assert!(matches!(error, CaptureError::Audio(found) if found == expected));
    }
}
