//! From a device's lists of sizes and intervals to modes.

use media_recorder_types::{FrameSize, Rate};

use super::answers::{Fraction, Intervals, Sizes};

/// What people ask for, of a device that can do any size in a range.
const USUAL_SIZES: [(u32, u32); 16] = [
    (160, 120),
    (176, 144),
    (320, 180),
    (320, 240),
    (352, 288),
    (640, 360),
    (640, 480),
    (800, 600),
    (960, 540),
    (1024, 768),
    (1280, 720),
    (1280, 960),
    (1600, 1200),
    (1920, 1080),
    (2560, 1440),
    (3840, 2160),
];

/// What people ask for, of a device that can do any rate in a range.
const USUAL_RATES: [u32; 9] = [120, 60, 50, 30, 25, 24, 15, 10, 5];

/// The sizes of a format, each once. Of a range they are the usual ones in it, and its largest.
pub(super) fn sizes_of(listed: &[Sizes]) -> Vec<FrameSize> {
    let mut sizes = Vec::new();
    let mut add = |(width, height)| {
        let size = FrameSize::new(width, height);
        if size.is_valid() && !sizes.contains(&size) {
            sizes.push(size);
        }
    };
    for listed in listed {
        match *listed {
            Sizes::Discrete(width, height) => add((width, height)),
            Sizes::Stepwise { width, height } => {
                let usual = USUAL_SIZES.iter().copied();
                usual
                    .filter(|&(across, down)| is_step(across, width) && is_step(down, height))
                    .for_each(&mut add);
                add((width[1], height[1]));
            }
        }
    }
    sizes
}

fn is_step(side: u32, [least, most, step]: [u32; 3]) -> bool {
    // A continuous range has a step of 1, and some drivers say 0.
    (least..=most).contains(&side) && (side - least).is_multiple_of(step.max(1))
}

/// The rates of a size, each once. Of a range they are the usual ones in it, and its ends.
pub(super) fn rates_of(listed: &[Intervals]) -> Vec<Rate> {
    let mut rates = Vec::new();
    let mut add = |rate: Option<Rate>| {
        if let Some(rate) = rate.filter(|rate| !rates.contains(rate)) {
            rates.push(rate);
        }
    };
    for listed in listed {
        match *listed {
            Intervals::Discrete(interval) => add(rate_of(interval)),
            Intervals::Range { least, most } => {
                let (Some(fastest), Some(slowest)) = (rate_of(least), rate_of(most)) else {
                    continue;
                };
                add(Some(fastest));
                for usual in USUAL_RATES {
                    let usual = Rate::new(usual, 1)
                        .filter(|usual| !is_faster(*usual, fastest) && !is_faster(slowest, *usual));
                    add(usual);
                }
                add(Some(slowest));
            }
        }
    }
    rates
}

fn is_faster(a: Rate, b: Rate) -> bool {
    let product = |n: u32, d: u32| u64::from(n) * u64::from(d);
    product(a.numerator(), b.denominator()) > product(b.numerator(), a.denominator())
}

/// Pictures in a second, from the time between two.
pub(super) fn rate_of(interval: Fraction) -> Option<Rate> {
    Rate::new(interval.denominator, interval.numerator)
}

/// The time between two pictures.
pub(super) fn interval_of(rate: Rate) -> Fraction {
    Fraction {
        numerator: rate.denominator(),
        denominator: rate.numerator(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fraction(numerator: u32, denominator: u32) -> Fraction {
        Fraction {
            numerator,
            denominator,
        }
    }

    fn rate(numerator: u32, denominator: u32) -> Rate {
        Rate::new(numerator, denominator).unwrap()
    }

    #[test]
    fn discrete_sizes_are_taken_as_they_are_but_once() {
        let listed = [
            Sizes::Discrete(640, 360),
            Sizes::Discrete(0, 360),
            Sizes::Discrete(1280, 720),
            Sizes::Discrete(640, 360),
        ];
        let expected = [FrameSize::new(640, 360), FrameSize::new(1280, 720)];
        assert_eq!(sizes_of(&listed), expected);
    }

    #[test]
    fn of_a_range_only_what_its_steps_reach_is_offered() {
        let listed = [Sizes::Stepwise {
            width: [32, 1296, 16],
            height: [32, 972, 8],
        }];
        let sizes = sizes_of(&listed);
        assert!(sizes.contains(&FrameSize::new(640, 360)));
        assert!(sizes.contains(&FrameSize::new(1280, 720)));
        // 540 is no step of eight from 32, 1920 is too wide.
        assert!(!sizes.contains(&FrameSize::new(960, 540)));
        assert!(!sizes.contains(&FrameSize::new(1920, 1080)));
        assert_eq!(sizes.last(), Some(&FrameSize::new(1296, 972)));
        let continuous = [Sizes::Stepwise {
            width: [1, 640, 0],
            height: [1, 480, 0],
        }];
        assert!(sizes_of(&continuous).contains(&FrameSize::new(352, 288)));
    }

    #[test]
    fn rates_are_intervals_the_other_way_round() {
        let listed = [
            Intervals::Discrete(fraction(1, 30)),
            Intervals::Discrete(fraction(1001, 30_000)),
            Intervals::Discrete(fraction(2, 60)),
            Intervals::Discrete(fraction(0, 30)),
        ];
        assert_eq!(rates_of(&listed), [rate(30, 1), rate(30_000, 1001)]);
        assert_eq!(interval_of(rate(30_000, 1001)), fraction(1001, 30_000));
    }

    #[test]
    fn of_a_range_the_usual_rates_and_the_ends_are_offered() {
        let listed = [Intervals::Range {
            least: fraction(1001, 60_000),
            most: fraction(1, 12),
        }];
        let expected = [
            rate(60_000, 1001),
            rate(50, 1),
            rate(30, 1),
            rate(25, 1),
            rate(24, 1),
            rate(15, 1),
            rate(12, 1),
        ];
        assert_eq!(rates_of(&listed), expected);
        let broken = [Intervals::Range {
            least: fraction(0, 0),
            most: fraction(1, 1),
        }];
        assert!(rates_of(&broken).is_empty());
    }
}
