//! How fast this machine encodes.

use std::thread::{Builder, scope};
use std::time::{Duration, Instant};

use media_recorder_encode::{Mode, Parallelism, Preset, VideoConfig, video_encoder};
use media_recorder_types::{FrameSize, Rate, TrackId, VideoCodec};

use super::picture::Scene;
use crate::sync::{Mutex, lock};

/// Sizes to measure at, of which the nearest is taken. The larger the picture, the fewer bits each
/// pixel gets, and the less time it takes; small ones have more edges.
const SIZES: [FrameSize; 6] = [
    FrameSize::new(160, 96),
    FrameSize::new(320, 180),
    FrameSize::new(640, 360),
    FrameSize::new(960, 540),
    FrameSize::new(1280, 720),
    FrameSize::new(1920, 1080),
];

/// After so long no further picture is begun, once there is a packet.
const ENOUGH: Duration = Duration::from_millis(350);

/// Encoders that are measured side by side: what more of them take from each other shows with
/// these.
const MOST_AT_ONCE: usize = 8;

/// Pictures from one key frame to the next: a recording asks for one every two seconds, and groups
/// of pictures that are encoded side by side begin with one each second or so.
const KEY_FRAME_EVERY: f64 = 30.0;

/// What was measured.
static MEASURED: Mutex<Vec<Measured>> = Mutex::new(Vec::new());

struct Measured {
    codec: VideoCodec,
    /// One of those to measure at.
    size: FrameSize,
    /// How many encoders were at work.
    at_once: usize,
    /// Of one encoder.
    seconds_per_pixel: f64,
}

/// What has been measured already, in seconds for each pixel of a picture, of all encoders that
/// work side by side; `None`, too, for a size that the codec cannot encode.
pub(crate) fn known(codec: VideoCodec, size: FrameSize) -> Option<f64> {
    let workers = workers(codec, size)?;
    let seconds = find(&lock(&MEASURED), codec, size, workers)?;
    Some(seconds / workers as f64)
}

/// The same; what has not been measured is measured now, which takes less than half a second.
pub(crate) fn measured(codec: VideoCodec, size: FrameSize) -> Option<f64> {
    let workers = workers(codec, size)?;
    // Held to the end: two that measure at once only disturb each other.
    let mut measured = lock(&MEASURED);
    if let Some(seconds) = find(&measured, codec, size, workers) {
        return Some(seconds / workers as f64);
    }
    let size = size_to_measure(size);
    let at_once = workers.min(MOST_AT_ONCE);
    let seconds_per_pixel = side_by_side(codec, size, at_once)?;
    measured.push(Measured {
        codec,
        size,
        at_once,
        seconds_per_pixel,
    });
    Some(seconds_per_pixel / workers as f64)
}

/// Whether the codec can encode pictures of this size.
pub(crate) fn can_encode(codec: VideoCodec, size: FrameSize) -> bool {
    workers(codec, size).is_some()
}

/// How many pictures of a usual rate are encoded at once; `None` if they cannot be encoded.
fn workers(codec: VideoCodec, size: FrameSize) -> Option<usize> {
    let encoder = video_encoder(codec, VideoConfig::new(TrackId::FIRST, size)).ok()?;
    Some(encoder.workers())
}

fn find(measured: &[Measured], codec: VideoCodec, size: FrameSize, workers: usize) -> Option<f64> {
    let wanted = (codec, size_to_measure(size), workers.min(MOST_AT_ONCE));
    let mut measured = measured.iter();
    let found = measured.find(|entry| (entry.codec, entry.size, entry.at_once) == wanted)?;
    Some(found.seconds_per_pixel)
}

/// The one that is so many times larger or smaller that no other is less.
fn size_to_measure(size: FrameSize) -> FrameSize {
    let distance = |other: &FrameSize| {
        let (one, other) = (size.pixels() as f64, other.pixels() as f64);
        (one / other).max(other / one)
    };
    let nearest = SIZES
        .into_iter()
        .min_by(|a, b| distance(a).total_cmp(&distance(b)));
    nearest.unwrap_or(size)
}

/// What one of several encoders takes for a pixel while all of them are at work: cores share
/// caches and memory, some share more, and other programs have their part of them.
fn side_by_side(codec: VideoCodec, size: FrameSize, at_once: usize) -> Option<f64> {
    let end = Instant::now() + ENOUGH;
    let scene = Scene::new(size);
    let lane = || seconds_per_picture(codec, size, &scene, end);
    let lanes: Option<Vec<f64>> = scope(|scope| {
        let spawn = |_| Builder::new().spawn_scoped(scope, lane);
        let lanes: Vec<_> = (0..at_once).map(spawn).collect();
        // All of them are waited for, also where one has failed.
        let results: Vec<_> = lanes
            .into_iter()
            .map(|lane| lane.ok()?.join().ok()?)
            .collect();
        results.into_iter().collect()
    });
    let seconds = lanes?.iter().sum::<f64>() / at_once as f64;
    Some(seconds / size.pixels() as f64)
}

fn seconds_per_picture(
    codec: VideoCodec,
    size: FrameSize,
    scene: &Scene,
    end: Instant,
) -> Option<f64> {
    let (packets, busy) = encode_until(end, codec, size, scene)?;
    Some(per_picture(&packets, busy))
}

/// Encodes pictures one after the other, as a live recording does, until `end`, but until there
/// is a packet in any case: what has only been taken in tells nothing. Returns how much had been
/// done when each packet came, and in the end.
fn encode_until(
    end: Instant,
    codec: VideoCodec,
    size: FrameSize,
    scene: &Scene,
) -> Option<(Vec<Duration>, Duration)> {
    const MOST_PICTURES: u32 = 60;

    let rate = Rate::new(30, 1)?;
    // The bitrate is that of a recording for which none is asked: more bits take more time.
    let config = VideoConfig::new(TrackId::FIRST, size)
        .with_rate(Some(rate))
        .with_mode(Mode::RealTime)
        .with_parallelism(Parallelism::Within)
        .with_preset(Some(Preset::Live));
    let mut encoder = video_encoder(codec, config).ok()?;
    let mut busy = Duration::ZERO;
    let mut packets: Vec<Duration> = Vec::new();
    for number in 0..MOST_PICTURES {
        let frame = scene.picture(number, rate.time_of(number.into())?)?;
        let begun = Instant::now();
        encoder.encode(&frame, number == 0).ok()?;
        busy += begun.elapsed();
        while encoder.next_packet().is_some() {
            packets.push(busy);
        }
        if !packets.is_empty() && Instant::now() >= end {
            break;
        }
    }
    Some((packets, busy))
}

/// The seconds that a picture takes, with its share of a key frame: the first packet, and what was
/// looked ahead until it came. Where only that one has come, all pictures count as such: what else
/// went in may only have been looked at.
fn per_picture(packets: &[Duration], busy: Duration) -> f64 {
    if let [first, .., last] = packets
        && last > first
    {
        let later = packets.iter().filter(|packet| *packet > first).count();
        let later = (*last - *first).as_secs_f64() / later as f64;
        let key_frame = (first.as_secs_f64() - later).max(0.0);
        return later + key_frame / KEY_FRAME_EVERY;
    }
    busy.as_secs_f64() / packets.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_frame_has_its_share() {
        let ms = Duration::from_millis;
        for (packets, busy, expected) in [
            (&[ms(80), ms(100), ms(120)][..], ms(150), 22.0),
            // Several at once: two that came after the first two.
            (&[ms(80), ms(80), ms(120), ms(120)], ms(150), 22.0),
            // One that costs less than those after it takes nothing off.
            (&[ms(10), ms(30)], ms(30), 20.0),
            (&[ms(300), ms(300)], ms(300), 150.0),
            (&[], ms(300), 300.0),
        ] {
            let millis = per_picture(packets, busy) * 1000.0;
            assert!((millis - expected).abs() < 1e-6, "{packets:?}: {millis}");
        }
    }

    #[test]
    fn a_machine_that_is_held_up_is_not_taken_for_a_fast_one() {
        let size = SIZES[0];
        for &codec in media_recorder_encode::video_codecs() {
            let (packets, _) = encode_until(Instant::now(), codec, size, &Scene::new(size))
                .expect("it can be encoded");
            assert!(!packets.is_empty(), "{codec:?}");
        }
    }

    #[test]
    fn it_is_measured_near_the_size() {
        for (width, height, measured) in [
            (1, 1, SIZES[0]),
            (320, 240, SIZES[1]),
            (640, 480, SIZES[2]),
            (854, 480, SIZES[3]),
            (3840, 2160, SIZES[5]),
        ] {
            assert_eq!(size_to_measure(FrameSize::new(width, height)), measured);
        }
    }

    #[test]
    fn what_is_measured_is_kept() {
        for &codec in media_recorder_encode::video_codecs() {
            let size = FrameSize::new(64, 48);
            let seconds = measured(codec, size).expect("it can be encoded");
            assert!(seconds > 0.0 && seconds < 1.0);
            assert_eq!(measured(codec, size), Some(seconds));
            assert_eq!(known(codec, FrameSize::new(100, 90)), Some(seconds));
        }
        assert_eq!(measured(VideoCodec::Mjpeg, FrameSize::new(64, 48)), None);
    }

    #[test]
    fn encoders_side_by_side_are_measured_together() {
        for &codec in media_recorder_encode::video_codecs() {
            let seconds = side_by_side(codec, SIZES[0], 2);
            assert!(seconds.is_some_and(|seconds| seconds > 0.0), "{codec:?}");
        }
        assert_eq!(side_by_side(VideoCodec::Mjpeg, SIZES[0], 2), None);
    }
}
