//! What a live picture leaves out so that its encoder keeps up.

use std::time::Duration;

use media_recorder_encode::Preset;
use media_recorder_state::{LoadController, LoadReason};
use media_recorder_types::{MediaTime, VideoCodec};

use crate::options::DegradationPreference;
use crate::statistics::{Pace, PaceReason};

/// A rung of the ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rung {
    preset: Preset,
    /// One of so many pictures is encoded.
    frame_rate_divisor: u32,
    /// Its sides are so many times smaller.
    size_divisor: u32,
    /// The work of a second of pictures, against the others'.
    cost: u32,
}

/// Presets for live pictures, the slowest first, and their work per picture, in thousandths of the
/// fastest's: about what is measured in `docs/presets.md`. What is not so is found out on the way.
pub(super) fn live_presets(codec: VideoCodec) -> [(Preset, u32); 3] {
    let (balanced, fast) = match codec {
        VideoCodec::Av1 => (3100, 1350),
        VideoCodec::H264 => (1550, 1100),
        VideoCodec::Vp8 => (2200, 1550),
        _ => (1750, 1200),
    };
    [
        (Preset::Balanced, balanced),
        (Preset::Fast, fast),
        (Preset::Live, 1000),
    ]
}

/// What is given up beyond the fastest preset: divisors of the frame rate and of the size. Fewer
/// than a third of the pictures are no motion picture any more.
fn given_up(codec: VideoCodec, preference: DegradationPreference) -> &'static [(u32, u32)] {
    const FRAME_RATE: &[(u32, u32)] = &[(2, 1), (3, 1)];
    match preference {
        DegradationPreference::MaintainFramerateAndResolution => &[],
        _ if !changes_size(codec) => FRAME_RATE,
        DegradationPreference::MaintainResolution => FRAME_RATE,
        DegradationPreference::MaintainFramerate => &[(1, 2), (1, 3)],
        DegradationPreference::Balanced => &[(2, 1), (2, 2), (3, 2)],
    }
}

/// What a picture costs more that differs from the one before by the motion of several periods.
const FARTHER_APART: (u32, u32) = (6, 5);

/// Chooses preset, frame rate and size of one live track. **It keeps to the source's for as long as
/// a faster preset is left.**
#[derive(Debug)]
pub(crate) struct LiveController {
    ladder: Vec<Rung>,
    load: LoadController,
    /// Pictures since the last one that was encoded.
    left_out: u32,
    pace: Pace,
}

impl LiveController {
    /// It begins with `first`, and stays there if that is `fixed` or the codec cannot change it.
    pub(crate) fn new(
        codec: VideoCodec,
        first: Preset,
        fixed: bool,
        preference: DegradationPreference,
    ) -> Self {
        let rung = |(preset, cost)| Rung {
            preset,
            frame_rate_divisor: 1,
            size_divisor: 1,
            cost,
        };
        let mut ladder: Vec<Rung> = if fixed || !changes_preset(codec) {
            vec![rung((first, 1000))]
        } else {
            live_presets(codec).into_iter().map(rung).collect()
        };
        if let Some(&fastest) = ladder.last() {
            let less = |&divisors| less_work(fastest, divisors);
            ladder.extend(given_up(codec, preference).iter().map(less));
        }
        // A slower one than there is begins at the top.
        let begin = ladder.iter().position(|rung| rung.preset >= first);
        let begin = begin.unwrap_or_default();
        Self {
            load: LoadController::new(ladder.iter().map(|rung| rung.cost), begin),
            left_out: 0,
            pace: Pace::new(ladder[begin].preset),
            ladder,
        }
    }

    /// What it does, for people.
    pub(crate) fn pace(&self) -> Pace {
        self.pace
    }

    /// Whether to leave out the picture that comes next.
    pub(crate) fn leaves_out(&mut self) -> bool {
        self.left_out += 1;
        if self.left_out < self.pace.frame_rate_divisor {
            return true;
        }
        self.left_out = 0;
        false
    }

    /// A picture of recording time `time` was encoded at `now`, which took `busy`; so many of how
    /// many places of the queue are taken. True if something changes.
    pub(crate) fn observe(
        &mut self,
        time: MediaTime,
        now: MediaTime,
        busy: Duration,
        queue: (usize, usize),
    ) -> bool {
        let Some(reason) = self.load.observe(now, busy.into(), queue) else {
            return false;
        };
        let rung = self.ladder[self.load.rung()];
        self.pace.preset = rung.preset;
        self.pace.frame_rate_divisor = rung.frame_rate_divisor;
        self.pace.size_divisor = rung.size_divisor;
        let reason = match reason {
            LoadReason::Waiting => PaceReason::Waiting,
            LoadReason::Spare => PaceReason::Spare,
        };
        if reason == PaceReason::Spare {
            self.pace.steps_up += 1;
        } else {
            self.pace.steps_down += 1;
        }
        self.pace.last_step = Some((time, reason));
        true
    }
}

/// The rung with fewer and smaller pictures than `fastest`.
fn less_work(fastest: Rung, (frame_rate_divisor, size_divisor): (u32, u32)) -> Rung {
    let mut cost = fastest.cost / (size_divisor * size_divisor);
    if frame_rate_divisor > 1 {
        cost = cost * FARTHER_APART.0 / (FARTHER_APART.1 * frame_rate_divisor);
    }
    Rung {
        frame_rate_divisor,
        size_divisor,
        cost,
        ..fastest
    }
}

/// Whether a stream may have pictures of several sizes. Those of other codecs have one, which their
/// container has too.
fn changes_size(codec: VideoCodec) -> bool {
    matches!(codec, VideoCodec::Vp8 | VideoCodec::Vp9)
}

/// Whether the encoder follows `set_preset` from one picture to the next. AV1 says in its sequence
/// header, of which a file has one, which tools there are.
pub(super) fn changes_preset(codec: VideoCodec) -> bool {
    codec != VideoCodec::Av1
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ops::Range;

    fn controller_of(codec: VideoCodec, first: Preset, fixed: bool) -> LiveController {
        LiveController::new(codec, first, fixed, DegradationPreference::default())
    }

    /// A second of pictures at 25 per second, each of which takes `busy`; how many were encoded.
    fn second(controller: &mut LiveController, from: i64, busy: u64, waiting: usize) -> usize {
        pictures(controller, 25 * from..25 * (from + 1), busy, waiting)
    }

    fn pictures(
        controller: &mut LiveController,
        numbers: Range<i64>,
        busy: u64,
        waiting: usize,
    ) -> usize {
        let encoded = numbers.filter(|n| {
            if controller.leaves_out() {
                return false;
            }
            let now = MediaTime::from_millis(40 * n);
            controller.observe(now, now, Duration::from_millis(busy), (waiting, 10));
            true
        });
        encoded.count()
    }

    #[test]
    fn each_preset_takes_less_than_the_one_before() {
        for codec in [
            VideoCodec::Vp8,
            VideoCodec::Vp9,
            VideoCodec::Av1,
            VideoCodec::H264,
        ] {
            let presets = live_presets(codec);
            assert!(presets.is_sorted_by(|a, b| a.0 < b.0 && a.1 > b.1));
            assert_eq!(presets.last(), Some(&(Preset::Live, 1000)), "{codec:?}");
        }
    }

    /// A rung up must be expected to stay below four fifths of the time. Where a picture
    /// comes each 40 ms, one that takes 25 leaves room for VP9's next preset, and not for VP8's,
    /// which is farther away.
    #[test]
    fn what_a_preset_costs_is_its_codecs() {
        for (codec, busy, expected) in [
            (VideoCodec::Vp9, 25, Preset::Fast),
            (VideoCodec::Vp8, 25, Preset::Live),
            (VideoCodec::Vp8, 20, Preset::Fast),
        ] {
            let mut controller = controller_of(codec, Preset::Live, false);
            pictures(&mut controller, 0..150, busy, 0);
            assert_eq!(controller.pace().preset, expected, "{codec:?} {busy}");
        }
    }

    #[test]
    fn presets_come_before_the_frame_rate() {
        let mut controller = controller_of(VideoCodec::Vp9, Preset::Balanced, false);
        let mut seen = vec![controller.pace()];
        for n in 0..250 {
            pictures(&mut controller, n..n + 1, 60, 9);
            seen.push(controller.pace());
        }
        let mut rungs: Vec<_> = seen
            .iter()
            .map(|pace| (pace.preset, pace.frame_rate_divisor))
            .collect();
        rungs.dedup();
        let expected = [
            (Preset::Balanced, 1),
            (Preset::Fast, 1),
            (Preset::Live, 1),
            (Preset::Live, 2),
            (Preset::Live, 3),
        ];
        assert_eq!(rungs, expected);
        let pace = controller.pace();
        assert_eq!((pace.steps_down, pace.steps_up), (4, 0));
        assert!(
            pace.last_step
                .is_some_and(|(_, reason)| reason == PaceReason::Waiting)
        );
        // A third of 25 pictures.
        assert!(second(&mut controller, 20, 1, 0).abs_diff(8) <= 1);
    }

    /// What an encoder that never keeps up makes of a preset that is fixed.
    #[test]
    fn what_is_given_up_is_the_callers_choice() {
        use DegradationPreference::{
            Balanced, MaintainFramerate, MaintainFramerateAndResolution, MaintainResolution,
        };
        for (codec, preference, expected) in [
            (
                VideoCodec::Vp9,
                MaintainResolution,
                &[(1, 1), (2, 1), (3, 1)][..],
            ),
            (
                VideoCodec::Vp9,
                MaintainFramerate,
                &[(1, 1), (1, 2), (1, 3)],
            ),
            (VideoCodec::Vp9, Balanced, &[(1, 1), (2, 1), (2, 2), (3, 2)]),
            (VideoCodec::Vp9, MaintainFramerateAndResolution, &[(1, 1)]),
            (
                VideoCodec::H264,
                MaintainFramerate,
                &[(1, 1), (2, 1), (3, 1)],
            ),
            (VideoCodec::Av1, MaintainFramerateAndResolution, &[(1, 1)]),
        ] {
            let mut controller = LiveController::new(codec, Preset::Live, true, preference);
            let mut seen = vec![];
            for n in 0..250 {
                pictures(&mut controller, n..n + 1, 60, 9);
                let pace = controller.pace();
                seen.push((pace.frame_rate_divisor, pace.size_divisor));
            }
            seen.dedup();
            assert_eq!(seen, expected, "{codec:?} {preference:?}");
            let costs = controller.ladder.iter().map(|rung| rung.cost);
            assert!(costs.is_sorted_by(|a, b| a > b), "{:?}", controller.ladder);
        }
    }

    #[test]
    fn with_the_load_gone_it_climbs_back() {
        let mut controller = controller_of(VideoCodec::Vp9, Preset::Live, false);
        pictures(&mut controller, 0..100, 60, 9);
        assert!(controller.pace().frame_rate_divisor > 1);
        let encoded: Vec<usize> = (4..60).map(|n| second(&mut controller, n, 1, 0)).collect();
        assert_eq!(controller.pace().preset, Preset::Balanced);
        assert_eq!(encoded.last(), Some(&25));
        let reason = controller.pace().last_step.map(|(_, reason)| reason);
        assert_eq!(reason, Some(PaceReason::Spare));
    }

    #[test]
    fn a_preset_may_be_fixed() {
        for (codec, preset, fixed) in [
            (VideoCodec::Vp9, Preset::Quality, true),
            (VideoCodec::Av1, Preset::Fast, false),
        ] {
            let mut controller = controller_of(codec, preset, fixed);
            pictures(&mut controller, 0..250, 60, 9);
            let pace = controller.pace();
            assert_eq!((pace.preset, pace.frame_rate_divisor), (preset, 3));
        }
    }
}
