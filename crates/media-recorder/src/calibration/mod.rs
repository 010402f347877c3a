//! How fast this machine encodes live pictures, and what follows from that.

mod measure;
mod picture;

use media_recorder_encode::Preset;
use media_recorder_types::{FrameSize, Rate, VideoCodec};

pub(crate) use measure::{can_encode, known, measured};

/// What a live recording may take of the time, for its encoder to keep up with all of it.
const SMOOTH: f64 = 0.8;
/// What a preset may be expected to take, to begin with it.
const ROOM: f64 = 0.7;
/// The same where a preset cannot be left again.
const ROOM_FOR_GOOD: f64 = 0.5;
/// What the fastest preset of AV1 may take for there to be that much room for `Preset::Balanced`,
/// whose work is 3.1 times as much: the first one with a better picture than VP9 has.
const ROOM_FOR_BETTER_AV1: f64 = ROOM_FOR_GOOD / 3.1;

/// Frames per second where a track does not say.
const USUAL_RATE: f64 = 30.0;

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

/// Where the first of these codecs is that keeps up with all of these pictures, or else the
/// fastest that adapts to the machine. They come with the best picture first, and none is asked for after the one that keeps
/// up. `None` where it is not known how fast one of them is.
pub(crate) fn best_for(
    codecs: &[VideoCodec],
    pictures: &[Pictures],
    speeds: Speeds<'_>,
) -> Option<usize> {
    let mut fastest: Option<(usize, f64)> = None;
    for (index, &codec) in codecs.iter().enumerate() {
        let loads = pictures.iter().map(|picture| picture.load(codec, speeds));
        let load = loads.sum::<Option<f64>>()?;
        if keeps_up(codec, load) {
            return Some(index);
        }
        // What cannot adapt to the machine is no way out where nothing keeps up.
        if codec != VideoCodec::Av1 && fastest.is_none_or(|(_, least)| load < least) {
            fastest = Some((index, load));
        }
    }
    fastest.map_or_else(
        || (!codecs.is_empty()).then_some(0),
        |(index, _)| Some(index),
    )
}

/// Whether a codec may be taken for live pictures of which nobody says the codec. AV1 needs more
/// room: it cannot go over to a faster preset, and its fast ones are no better than VP9.
fn keeps_up(codec: VideoCodec, load: f64) -> bool {
    match codec {
        VideoCodec::Av1 => load < ROOM_FOR_BETTER_AV1,
        _ => is_smooth(load),
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use VideoCodec::{Av1, H264, Vp9};
    use std::cell::Cell;

    const COSTS: [(Preset, u32); 3] = [
        (Preset::Balanced, 1600),
        (Preset::Fast, 1250),
        (Preset::Live, 1000),
    ];

    /// What is chosen of AV1, VP9 and H.264, with these loads at 640x360 and 30 per second, and
    /// how many of them are asked for.
    fn best(loads: [Option<f64>; 3], pictures: &[(u32, f64)]) -> (Option<VideoCodec>, usize) {
        let codecs = [Av1, Vp9, H264];
        let asked = Cell::new([false; 3]);
        let speeds = |codec, _| {
            let index = codecs.iter().position(|other| *other == codec)?;
            asked.set({
                let mut asked = asked.get();
                asked[index] = true;
                asked
            });
            Some(loads[index]? / (640.0 * 360.0 * 30.0))
        };
        let pictures: Vec<_> = pictures
            .iter()
            .map(|&(width, rate)| Pictures {
                size: FrameSize::new(width, width * 9 / 16),
                rate,
            })
            .collect();
        let best = best_for(&codecs, &pictures, &speeds).map(|index| codecs[index]);
        (best, asked.get().into_iter().filter(|asked| *asked).count())
    }

    #[test]
    fn the_best_that_keeps_up_is_taken() {
        let loads = [Some(0.3), Some(0.5), Some(0.2)];
        for (pictures, codec, asked) in [
            (&[(640, 30.0)][..], Vp9, 2),
            (&[(640, 15.0)], Av1, 1),
            (&[(320, 30.0)], Av1, 1),
            (&[(1280, 30.0)], H264, 3),
            // None does: the fastest.
            (&[(1920, 30.0)], H264, 3),
            (&[(640, 30.0), (640, 30.0)], H264, 3),
        ] {
            assert_eq!(best(loads, pictures), (Some(codec), asked), "{pictures:?}");
        }
    }

    #[test]
    fn av1_needs_more_room_than_those_that_change_their_preset() {
        for (av1, vp9, codec) in [
            (0.16, 0.1, Some(Av1)),
            (0.17, 0.79, Some(Vp9)),
            (0.17, 0.81, Some(H264)),
            (0.95, 0.90, Some(H264)),
            // However fast it is beside them.
            (0.20, 0.90, Some(H264)),
        ] {
            let loads = [Some(av1), Some(vp9), Some(0.3)];
            assert_eq!(best(loads, &[(640, 30.0)]).0, codec, "{loads:?}");
        }
    }

    #[test]
    fn without_a_measurement_nothing_is_chosen() {
        let pictures = &[(640, 30.0)];
        assert_eq!(best([None, Some(0.1), Some(0.1)], pictures), (None, 1));
        assert_eq!(best([Some(0.9), None, Some(0.1)], pictures), (None, 2));
        // What comes after the choice need not be known.
        let rest_unknown = best([Some(0.1), None, None], pictures);
        assert_eq!(rest_unknown, (Some(Av1), 1));
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
}
