//! How many groups, how long, and how much may wait.

use std::num::NonZeroUsize;
use std::thread::available_parallelism;

use media_recorder_types::{PixelFormat, Rate, VideoCodec};

use super::schedule::Limits;
use crate::{Mode, Parallelism, VideoConfig};

/// What the pictures that wait may take, in bytes, for each group that is encoded at once.
const MEMORY: usize = 100_000_000;
/// The longest group in real time, in frames. Half of the two seconds after which a recording
/// asks for a key frame at 30 frames per second: longer, and the latency shows; shorter, and key
/// frames take most of the bits.
const LONGEST_LIVE: usize = 32;
/// The longest group where nobody waits. Longer ones save hardly any bits.
const LONGEST_OFFLINE: usize = 120;
/// How long groups mostly are where nobody asks for others: a recording has a key frame each two
/// seconds, at 30 frames per second.
const USUAL_OFFLINE: usize = 60;
/// The longest first group where nobody waits, unless its share of the longest is more.
const FIRST_OFFLINE: usize = 16;
/// Shorter ones are mostly key frames.
const SHORTEST: usize = 24;

/// The shape of a stream that is encoded in groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Grouping {
    /// How many groups are encoded at once.
    pub(crate) workers: usize,
    /// How many encoders take turns. With more of them than workers, a worker that is done
    /// early finds another group to go on with.
    pub(crate) lanes: usize,
    /// The longest group, in frames.
    pub(crate) longest: usize,
    /// The longest first group. In real time it is like the others: key frames in short order
    /// would cost the first second twice its bits.
    pub(crate) first: usize,
    /// How many pictures may wait or be encoded.
    pub(crate) pictures: usize,
    /// How many of them wait to be given to a lane, so that the last ones of a stream can be
    /// shared out. Otherwise one lane would have a whole group to do while the others are done.
    pub(crate) held: usize,
}

impl Grouping {
    /// What suits `config`; `None` if frames are best encoded one after the other.
    pub(crate) fn of(codec: VideoCodec, config: &VideoConfig) -> Option<Self> {
        let one_core = pixels_per_second_on_one_core(codec)?;
        let threads = config.threads.or_else(|| available_parallelism().ok());
        let threads = threads.map_or(1, NonZeroUsize::get);
        let rate = config.rate.map_or(30.0, Rate::as_f64);
        let workers = match config.parallelism {
            Parallelism::Within => 1,
            Parallelism::Groups(groups) => groups.get(),
            Parallelism::Auto => {
                let needed = config.size.pixels() as f64 * rate > one_core;
                let groups = needed || config.mode == Mode::Offline;
                let workers = if groups { threads } else { 1 };
                // Each has to have something to do.
                let enough = |&workers: &usize| Self::new(workers, config).keeps_busy();
                (1..=workers).rev().find(enough).unwrap_or(1)
            }
        };
        (workers > 1).then(|| Self::new(workers, config))
    }

    fn new(workers: usize, config: &VideoConfig) -> Self {
        let picture = PixelFormat::I420.packed_len(config.size).max(1);
        let pictures = (workers.saturating_mul(MEMORY) / picture).max(workers);
        let others = workers.saturating_sub(1).max(1);
        // In a stream whose groups are at even distances from each other's end, half of each
        // group waits but of the newest; a quarter more evens out what frames differ.
        let longest = pictures.saturating_mul(8) / (others * 5);
        let (longest, held) = match config.mode {
            Mode::RealTime => (longest.clamp(SHORTEST, LONGEST_LIVE), 0),
            Mode::Offline if !config.hold_back => (longest.clamp(SHORTEST, LONGEST_OFFLINE), 0),
            Mode::Offline => {
                // With half a group held for each lane but one, too.
                let with_held = pictures.saturating_mul(8) / (others * 9);
                let longest = longest.min(with_held.max(USUAL_OFFLINE));
                let longest = longest.clamp(SHORTEST, LONGEST_OFFLINE);
                let room = pictures.saturating_sub(longest * others * 5 / 8);
                (longest, room.min(longest * others / 2))
            }
        };
        Self {
            workers,
            lanes: workers + workers.saturating_sub(1) / 2,
            longest,
            first: match config.mode {
                Mode::RealTime => longest,
                Mode::Offline => FIRST_OFFLINE,
            },
            pictures,
            held,
        }
    }

    /// Whether the pictures that may wait are enough for all workers.
    fn keeps_busy(self) -> bool {
        self.pictures * 2 >= self.longest * self.workers.saturating_sub(1)
    }

    /// The most frames between one that comes and the oldest without a packet.
    pub(crate) fn latency(self) -> usize {
        self.held + self.lanes * self.longest
    }

    pub(super) fn limits(self) -> Limits {
        Limits {
            workers: self.workers,
            waiting: self.pictures.saturating_sub(self.held),
            ahead: self.lanes * self.longest,
        }
    }
}

/// What one core encodes in real time on an ordinary machine, with something to spare; `None`
/// for codecs that use several by themselves whenever they can.
fn pixels_per_second_on_one_core(codec: VideoCodec) -> Option<f64> {
    match codec {
        VideoCodec::Vp9 => Some(6e6),
        VideoCodec::H264 => Some(24e6),
        // Its threads share the rows of a frame, which is all that a live picture needs.
        VideoCodec::Vp8 => Some(f64::INFINITY),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use media_recorder_types::{FrameSize, TrackId};

    fn config(width: u32, height: u32, mode: Mode, threads: usize) -> VideoConfig {
        VideoConfig::new(TrackId::FIRST, FrameSize::new(width, height))
            .with_rate(Rate::new(30, 1))
            .with_mode(mode)
            .with_threads(NonZeroUsize::new(threads))
    }

    fn workers(codec: VideoCodec, config: &VideoConfig) -> usize {
        Grouping::of(codec, config).map_or(1, |grouping| grouping.workers)
    }

    #[test]
    fn groups_are_for_what_one_core_may_not_manage() {
        let live = |width, height| config(width, height, Mode::RealTime, 2);
        assert_eq!(workers(VideoCodec::Vp9, &live(320, 240)), 1);
        assert_eq!(workers(VideoCodec::Vp9, &live(640, 360)), 2);
        assert_eq!(workers(VideoCodec::H264, &live(640, 360)), 1);
        assert_eq!(workers(VideoCodec::H264, &live(1920, 1080)), 2);
        assert_eq!(workers(VideoCodec::Av1, &live(1920, 1080)), 1);
        assert_eq!(
            workers(VideoCodec::Vp9, &config(320, 240, Mode::Offline, 8)),
            8
        );
        assert_eq!(
            workers(VideoCodec::Vp9, &config(320, 240, Mode::Offline, 1)),
            1
        );
    }

    #[test]
    fn who_asks_for_it_gets_it() {
        let small = config(64, 48, Mode::RealTime, 1);
        let four = Parallelism::Groups(NonZeroUsize::new(4).unwrap());
        let grouped = small.clone().with_parallelism(four);
        assert_eq!(workers(VideoCodec::Vp9, &grouped), 4);
        assert_eq!(workers(VideoCodec::Av1, &grouped), 1);
        let large = config(1920, 1080, Mode::Offline, 8);
        let within = large.with_parallelism(Parallelism::Within);
        assert_eq!(workers(VideoCodec::Vp9, &within), 1);
    }

    #[test]
    fn what_waits_stays_within_the_memory() {
        for (width, height) in [
            (640, 360),
            (1280, 720),
            (1920, 1080),
            (3840, 2160),
            (7680, 4320),
        ] {
            for mode in [Mode::RealTime, Mode::Offline] {
                for (threads, hold_back) in [2, 4, 16, 64]
                    .into_iter()
                    .flat_map(|threads| [(threads, false), (threads, true)])
                {
                    let config = config(width, height, mode, threads).with_hold_back(hold_back);
                    let Some(grouping) = Grouping::of(VideoCodec::Vp9, &config) else {
                        continue;
                    };
                    let picture = PixelFormat::I420.packed_len(config.size);
                    assert!(grouping.pictures * picture <= grouping.workers * MEMORY);
                    assert!(grouping.keeps_busy(), "{config:?} {grouping:?}");
                    let limits = grouping.limits();
                    assert!(limits.waiting + grouping.held <= grouping.pictures);
                    assert!(hold_back || grouping.held == 0);
                }
            }
        }
        // Fifty megabytes a picture leave room for no group.
        assert_eq!(
            workers(VideoCodec::Vp9, &config(7680, 4320, Mode::Offline, 64)),
            1
        );
    }
}
