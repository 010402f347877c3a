use media_recorder_capture::AudioFormat;
use media_recorder_types::{ColorInfo, FrameSize, PixelFormat, VideoFrame};

use super::*;

fn ms(n: i64) -> MediaTime {
    MediaTime::from_millis(n)
}

fn video() -> Continuity {
    Continuity::new(TrackSettings::Video(VideoFormat {
        size: FrameSize::new(2, 2),
        rate: None,
        color: ColorInfo::SRGB,
        label: String::new(),
    }))
}

fn audio() -> Continuity {
    Continuity::new(TrackSettings::Audio(AudioFormat {
        rate: 8000,
        channels: 1,
        label: String::new(),
    }))
}

fn picture(time: i64) -> Media {
    let pixels = vec![200; 16].into();
    let frame = VideoFrame::packed(PixelFormat::Rgba, FrameSize::new(2, 2), pixels, ms(time));
    Media::Video(frame.unwrap().with_color(ColorInfo::SRGB))
}

/// 20 ms of sound.
fn sound(time: i64) -> Media {
    Media::Audio(AudioFrame::new(8000, 1, vec![0.5; 160], ms(time)).unwrap())
}

fn is_black(media: &Media) -> bool {
    match media {
        Media::Video(frame) => frame.planes()[0].data.iter().all(|&byte| byte == 0),
        Media::Audio(frame) => frame.samples().iter().all(|&sample| sample == 0.0),
        Media::Encoded(_) => false,
    }
}

/// What is put in while the source delivers nothing, looked after every 200 ms.
fn fills(track: &mut Continuity, silenced: bool, from: i64, to: i64) -> Vec<Media> {
    (from..to)
        .step_by(200)
        .filter_map(|now| track.fill(silenced, ms(now)))
        .collect()
}

#[test]
fn a_canvas_that_is_never_repainted_shows_its_picture_each_second() {
    let mut track = video();
    track.take(picture(0), false, ms(1));
    let filled = fills(&mut track, false, 0, 60_000);
    assert!((45..=60).contains(&filled.len()), "{}", filled.len());
    let times: Vec<_> = filled.iter().map(Media::time).collect();
    assert!(times.is_sorted_by(|a, b| a < b));
    assert!(
        times
            .windows(2)
            .all(|pair| pair[1].saturating_sub(pair[0]) <= ms(1500))
    );
    assert!(!filled.iter().any(is_black));
}

#[test]
fn a_source_that_delivers_is_left_alone() {
    let (mut pictures, mut sounds) = (video(), audio());
    for n in 0..500 {
        let now = ms(20 * n + 20);
        for (track, media) in [
            (&mut pictures, picture(20 * n)),
            (&mut sounds, sound(20 * n)),
        ] {
            let placed = track.take(media, false, now).unwrap();
            assert!(!placed.restamped);
            assert_eq!(placed.media.time(), ms(20 * n));
            assert!(track.fill(false, now).is_none());
        }
    }
}

#[test]
fn a_source_that_starts_late_is_waited_for() {
    assert!(fills(&mut video(), false, 0, 10_000).is_empty());
    assert!(fills(&mut audio(), false, 0, 10_000).is_empty());
}

#[test]
fn a_minute_of_muted_sound_is_a_minute_of_silence() {
    let mut track = audio();
    track.take(sound(0), false, ms(20));
    let filled = fills(&mut track, true, 20, 60_000);
    let mut end = ms(20);
    for media in &filled {
        assert!(is_black(media));
        assert_eq!(media.time(), end, "silence follows without gap");
        let Media::Audio(frame) = media else {
            panic!("sound is filled with sound")
        };
        end = end.saturating_add(frame.duration().unwrap());
    }
    assert!(end > ms(58_000), "{end}");
    // It comes back: what overlaps what was filled in is for the encoder to cut.
    let placed = track.take(sound(60_000), false, ms(60_020)).unwrap();
    assert_eq!((placed.media.time(), placed.restamped), (ms(60_000), false));
}

#[test]
fn a_track_that_is_muted_from_the_start_is_black_and_silent_from_the_start() {
    let mut track = video();
    let first = track.fill(true, ms(5)).unwrap();
    assert!(is_black(&first));
    assert_eq!(first.time(), ms(5));
    let mut track = audio();
    let filled = fills(&mut track, true, 0, 5000);
    assert_eq!(filled[0].time(), ms(0));
    assert!(filled.iter().all(is_black));
}

#[test]
fn a_picture_that_stands_still_turns_black_and_back_at_once() {
    let mut track = video();
    track.take(picture(0), false, ms(0));
    let black = track.fill(true, ms(200)).unwrap();
    assert!(is_black(&black));
    assert!(track.fill(true, ms(400)).is_none());
    let back = track.fill(false, ms(600)).unwrap();
    assert!(!is_black(&back));
    assert_eq!(back.time(), ms(600));
    // A frame of the source while the track is muted does not show through.
    let placed = track.take(picture(700), true, ms(700)).unwrap();
    assert!(is_black(&placed.media));
    assert!(!is_black(&track.fill(false, ms(800)).unwrap()));
}

#[test]
fn pictures_never_go_back() {
    let mut track = video();
    track.take(picture(1000), false, ms(1001));
    // The driver's clock was set back by an hour, then forward by two.
    for (time, now) in [(-3_600_000, 1040), (7_200_000, 1080), (1080, 1081)] {
        let placed = track.take(picture(time), false, ms(now)).unwrap();
        assert_eq!(
            (placed.media.time(), placed.restamped),
            (ms(now), time != 1081)
        );
    }
    assert!(
        track.take(picture(500), false, ms(1081)).is_none(),
        "there is no time left between the last and the present"
    );
    let placed = track.take(picture(1100), false, ms(1101)).unwrap();
    assert!(!placed.restamped);
}

#[test]
fn pictures_are_a_millisecond_apart() {
    let mut track = video();
    let at = |nanos| picture(0).with_time(MediaTime::from_nanos(nanos));
    let times = [20_000_000, 20_000_001, 21_500_000, 22_500_000, 40_000_000].map(|nanos| {
        let placed = track.take(at(nanos), false, ms(50)).unwrap();
        assert!(!placed.restamped);
        placed.media.time().as_nanos()
    });
    let expected = [20_000_000, 21_000_000, 22_000_000, 23_000_000, 40_000_000];
    assert_eq!(times, expected);
}

#[test]
fn sound_with_an_impossible_clock_counts_its_samples() {
    let mut track = audio();
    track.take(sound(100_000), false, ms(100_020));
    for (n, time) in [(1, -5_000_000), (2, 0), (3, 900_000)] {
        let placed = track
            .take(sound(time), false, ms(100_000 + 20 * n + 20))
            .unwrap();
        assert_eq!(
            (placed.media.time(), placed.restamped),
            (ms(100_000 + 20 * n), true)
        );
    }
    // The first of all.
    let placed = audio().take(sound(9000), false, ms(1020)).unwrap();
    assert_eq!(placed.media.time(), ms(1000));
}

#[test]
fn hours_of_nothing_are_filled_in_small_pieces() {
    let mut track = audio();
    track.take(sound(0), false, ms(20));
    let Some(Media::Audio(silence)) = track.fill(false, ms(8 * 3_600_000)) else {
        panic!("silence is due")
    };
    assert!(silence.duration().unwrap() <= LONGEST_FILL);
    assert!(track.fill(false, MediaTime::MAX).is_some());
}
