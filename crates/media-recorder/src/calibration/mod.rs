//! How fast this machine encodes live pictures, and what follows from that.

mod picture;

use std::time::{Duration, Instant};

use media_recorder_encode::{Mode, Parallelism, Preset, VideoConfig, video_encoder};
use media_recorder_types::{FrameSize, Rate, TrackId, VideoCodec};

use crate::sync::{Mutex, lock};

/// What a live recording may take of the time, for its encoder to keep up with all of it.
const SMOOTH: f64 = 0.8;
/// What a preset may be expected to take, to begin with it.
const ROOM: f64 = 0.7;
/// The same where a preset cannot be left again.
const ROOM_FOR_GOOD: f64 = 0.5;

/// Frames per second where a track does not say.
const USUAL_RATE: f64 = 30.0;

/// Sizes to measure at, the smallest first. What is larger is measured at the last one: time goes
/// with the pixels there.
const SIZES: [FrameSize; 3] = [
    FrameSize::new(160, 96),
    FrameSize::new(320, 180),
    FrameSize::new(640, 360),
];

/// How many seconds a codec takes for each pixel of a picture of a size, with the fastest preset;
/// `None` if that is not known.
pub(crate) type Speeds<'a> = &'a dyn Fn(VideoCodec, FrameSize) -> Option<f64>;

/// Pictures to be encoded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pictures {
    pub(crate) size: FrameSize,
    /// In a second.
    pub(crate) rate: f64,
}

impl Pictures {
    pub(crate) fn new(size: FrameSize, rate: Option<Rate>) -> Self {
        let rate = rate.map_or(USUAL_RATE, Rate::as_f64);
        Self { size, rate }
    }

    /// The share of the time that encoding them takes.
    pub(crate) fn load(&self, codec: VideoCodec, speeds: Speeds<'_>) -> Option<f64> {
        let seconds = speeds(codec, self.size)?;
        Some(seconds * self.size.pixels() as f64 * self.rate)
    }
}

/// Whether an encoder keeps up with a live source.
pub(crate) fn is_smooth(load: f64) -> bool {
    load < SMOOTH
}

/// Sorts codecs, which come with the best picture first, so that the first one is the best that
/// keeps up with all of these pictures, or else the fastest. False, and nothing is changed, where
/// it is not known how fast one of them is.
pub(crate) fn sort_for(
    codecs: &mut [VideoCodec],
    pictures: &[Pictures],
    speeds: Speeds<'_>,
) -> bool {
    let load = |codec| {
        let loads = pictures.iter().map(|picture| picture.load(codec, speeds));
        loads.sum::<Option<f64>>()
    };
    let loads: Option<Vec<f64>> = codecs.iter().map(|codec| load(*codec)).collect();
    let Some(loads) = loads else { return false };
    let smooth = loads.iter().position(|load| is_smooth(*load));
    let fastest = || (0..loads.len()).min_by(|a, b| loads[*a].total_cmp(&loads[*b]));
    if let Some(first) = smooth.or_else(fastest) {
        codecs[..=first].rotate_right(1);
    }
    true
}

/// The preset to begin a live recording with, where the fastest one takes this share of the time.
/// `costs` has presets, the slowest first, and the work of each in thousandths of the fastest's;
/// `for_good` says that the one that it begins with stays.
pub(crate) fn first_preset(load: Option<f64>, costs: &[(Preset, u32)], for_good: bool) -> Preset {
    let room = if for_good { ROOM_FOR_GOOD } else { ROOM };
    let holds = |cost: u32| load.is_some_and(|load| load * f64::from(cost) / 1000.0 < room);
    let found = costs.iter().find(|(_, cost)| holds(*cost));
    found.map_or(Preset::Live, |(preset, _)| *preset)
}

/// What was measured.
static MEASURED: Mutex<Vec<Measured>> = Mutex::new(Vec::new());

struct Measured {
    codec: VideoCodec,
    /// One of those to measure at.
    size: FrameSize,
    /// Of one picture after the other.
    seconds_per_pixel: f64,
}

/// What has been measured already; `None`, too, for a size that the codec cannot encode.
pub(crate) fn known(codec: VideoCodec, size: FrameSize) -> Option<f64> {
    let seconds = find(&lock(&MEASURED), codec, size)?;
    Some(seconds / workers(codec, size)?)
}

/// The same; what has not been measured is measured now, which takes about a fifth of a second.
pub(crate) fn measured(codec: VideoCodec, size: FrameSize) -> Option<f64> {
    let workers = workers(codec, size)?;
    // Held to the end: two that measure at once only disturb each other.
    let mut measured = lock(&MEASURED);
    if let Some(seconds) = find(&measured, codec, size) {
        return Some(seconds / workers);
    }
    let size = size_to_measure(size);
    let seconds = measure(codec, size)?;
    measured.push(Measured {
        codec,
        size,
        seconds_per_pixel: seconds,
    });
    Some(seconds / workers)
}

/// How many pictures of a usual rate are encoded at once; `None` if they cannot be encoded.
fn workers(codec: VideoCodec, size: FrameSize) -> Option<f64> {
    let encoder = video_encoder(codec, VideoConfig::new(TrackId::FIRST, size)).ok()?;
    Some(encoder.workers() as f64)
}

fn find(measured: &[Measured], codec: VideoCodec, size: FrameSize) -> Option<f64> {
    let size = size_to_measure(size);
    let mut measured = measured.iter();
    let found = measured.find(|entry| (entry.codec, entry.size) == (codec, size))?;
    Some(found.seconds_per_pixel)
}

/// The largest size that is not larger, or the smallest.
fn size_to_measure(size: FrameSize) -> FrameSize {
    let fits = |measured: &&FrameSize| measured.pixels() <= size.pixels();
    *SIZES.iter().rev().find(fits).unwrap_or(&SIZES[0])
}

/// Encodes a few pictures as a live recording does, but one after the other.
fn measure(codec: VideoCodec, size: FrameSize) -> Option<f64> {
    const MOST_PICTURES: u32 = 30;
    const ENOUGH: Duration = Duration::from_millis(200);

    let rate = Rate::new(30, 1)?;
    let config = VideoConfig::new(TrackId::FIRST, size)
        .with_rate(Some(rate))
        .with_mode(Mode::RealTime)
        .with_parallelism(Parallelism::Within)
        .with_preset(Some(Preset::Live))
        // What a browser takes for this size: more bits take more time.
        .with_bits_per_second(u32::try_from(size.pixels() * 5).ok()?);
    let mut encoder = video_encoder(codec, config).ok()?;
    let mut busy = Duration::ZERO;
    // How much had been done when each packet came.
    let mut packets: Vec<Duration> = Vec::new();
    for number in 0..MOST_PICTURES {
        let frame = picture::natural(size, number, rate.time_of(number.into())?)?;
        let begun = Instant::now();
        encoder.encode(&frame, number == 0).ok()?;
        busy += begun.elapsed();
        while encoder.next_packet().is_some() {
            packets.push(busy);
        }
        if busy > ENOUGH {
            break;
        }
    }
    Some(per_picture(&packets, busy) / size.pixels() as f64)
}

/// The seconds that a picture takes: by the packets that came after the first one, a key frame,
/// which takes longest, and those that came with it. Where there are none yet, all of the time went
/// to those: what else went in may only have been looked at.
fn per_picture(packets: &[Duration], busy: Duration) -> f64 {
    if let [first, .., last] = packets
        && last > first
    {
        let later = packets.iter().filter(|packet| *packet > first).count();
        return (*last - *first).as_secs_f64() / later as f64;
    }
    busy.as_secs_f64() / packets.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use VideoCodec::{Av1, Vp8, Vp9};

    const COSTS: [(Preset, u32); 3] = [
        (Preset::Balanced, 1600),
        (Preset::Fast, 1250),
        (Preset::Live, 1000),
    ];

    /// Loads of 640x360 at 30 per second.
    fn order(loads: [Option<f64>; 3], pictures: &[(u32, f64)]) -> [VideoCodec; 3] {
        let mut codecs = [Av1, Vp9, Vp8];
        let speeds = |codec, _| {
            let index = [Av1, Vp9, Vp8].iter().position(|other| *other == codec)?;
            Some(loads[index]? / (640.0 * 360.0 * 30.0))
        };
        let pictures: Vec<_> = pictures
            .iter()
            .map(|&(width, rate)| Pictures {
                size: FrameSize::new(width, width * 9 / 16),
                rate,
            })
            .collect();
        sort_for(&mut codecs, &pictures, &speeds);
        codecs
    }

    #[test]
    fn the_best_that_keeps_up_comes_first() {
        let loads = [Some(1.0), Some(0.5), Some(0.2)];
        for (pictures, first) in [
            (&[(640, 30.0)][..], Vp9),
            (&[(640, 15.0)], Av1),
            (&[(320, 30.0)], Av1),
            (&[(1280, 30.0)], Vp8),
            (&[(1920, 30.0)], Vp8),
            (&[(640, 30.0), (640, 30.0)], Vp8),
        ] {
            assert_eq!(order(loads, pictures)[0], first, "{pictures:?}");
        }
        // The others stay in their order.
        assert_eq!(order(loads, &[(1280, 30.0)]), [Vp8, Av1, Vp9]);
        let unknown = [None, Some(0.1), Some(0.1)];
        assert_eq!(order(unknown, &[(640, 30.0)]), [Av1, Vp9, Vp8]);
    }

    #[test]
    fn a_recording_begins_with_what_holds() {
        for (load, for_good, preset) in [
            (Some(0.1), false, Preset::Balanced),
            (Some(0.5), false, Preset::Fast),
            (Some(0.6), false, Preset::Live),
            (Some(3.0), false, Preset::Live),
            (None, false, Preset::Live),
            (Some(0.35), false, Preset::Balanced),
            (Some(0.35), true, Preset::Fast),
        ] {
            assert_eq!(first_preset(load, &COSTS, for_good), preset, "{load:?}");
        }
    }

    #[test]
    fn a_key_frame_is_not_the_measure() {
        let ms = Duration::from_millis;
        for (packets, busy, expected) in [
            (&[ms(100), ms(120), ms(140)][..], ms(150), 20.0),
            // Several at once: two that came after the first two.
            (&[ms(100), ms(100), ms(140), ms(140)], ms(150), 20.0),
            (&[ms(300), ms(300)], ms(300), 150.0),
            (&[], ms(300), 300.0),
        ] {
            let millis = per_picture(packets, busy) * 1000.0;
            assert!((millis - expected).abs() < 1e-6, "{packets:?}: {millis}");
        }
    }

    #[test]
    fn it_is_measured_near_the_size() {
        for (width, height, measured) in [
            (16, 16, SIZES[0]),
            (320, 180, SIZES[1]),
            (640, 350, SIZES[1]),
            (1920, 1080, SIZES[2]),
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
}
