//! The sizes to which pictures may be cut and scaled.

use media_recorder_types::FrameSize;

use super::constraints::ConstraintSet;

/// The numbers that are named for sizes. **The size with the least fitness distance is at some of
/// them**: between two of them the distance of width, height or ratio, the others being held, has
/// its minimum at an end.
#[derive(Clone, Debug, Default)]
pub(super) struct Sizes {
    widths: Vec<f64>,
    heights: Vec<f64>,
    ratios: Vec<f64>,
}

impl Sizes {
    pub(super) fn named(sets: &[&ConstraintSet]) -> Self {
        let mut named = Self::default();
        for set in sets {
            named.widths.extend(set.width.values());
            named.heights.extend(set.height.values());
            let ratios = set.aspect_ratio.values();
            named.ratios.extend(ratios.filter(|ratio| *ratio > 0.0));
        }
        named
    }

    /// Those that can be made of pictures of `size`: never larger.
    pub(super) fn within(&self, size: FrameSize) -> Vec<FrameSize> {
        let with = |values: &[f64], own: u32| {
            let mut all = values.to_vec();
            all.push(own.into());
            all
        };
        let (widths, heights) = (
            with(&self.widths, size.width),
            with(&self.heights, size.height),
        );
        let mut ratios = self.ratios.clone();
        if !self.widths.is_empty() || !self.heights.is_empty() {
            // Where only one side is named, the whole picture is kept.
            ratios.push(f64::from(size.width) / f64::from(size.height));
        }

        let mut sizes = Vec::new();
        for width in &widths {
            for height in &heights {
                sizes.extend(whole(*width, *height));
            }
        }
        for ratio in ratios {
            for width in &widths {
                sizes.extend(whole(*width, width / ratio));
            }
            for height in &heights {
                sizes.extend(whole(height * ratio, *height));
            }
            if let Some((p, q)) = fraction(ratio) {
                let multiples = widths.iter().map(|width| width / p);
                let multiples = multiples.chain(heights.iter().map(|height| height / q));
                for multiple in multiples.flat_map(|n| [n.floor(), n.ceil()]) {
                    sizes.extend(whole(p * multiple, q * multiple));
                }
            }
        }
        sizes.retain(|made| made.width <= size.width && made.height <= size.height);
        sizes.sort_unstable_by_key(|size| (size.width, size.height));
        sizes.dedup();
        sizes
    }
}

/// The sizes of whole pixels next to this one.
fn whole(width: f64, height: f64) -> impl Iterator<Item = FrameSize> {
    let sides = |side: f64| [side.floor(), side.ceil()];
    let sizes = sides(width).into_iter().flat_map(move |width| {
        sides(height).map(|height| FrameSize::new(width as u32, height as u32))
    });
    sizes.filter(|size| size.is_valid())
}

/// The fraction of the least terms that is `ratio` to the tenth decimal; `None` if no picture has
/// such a ratio.
fn fraction(ratio: f64) -> Option<(f64, f64)> {
    let largest = f64::from(FrameSize::MAX);
    // Its convergents, by its continued fraction.
    let (mut p, mut q, mut last_p, mut last_q) = (1.0, 0.0, 0.0, 1.0);
    let mut rest = ratio;
    loop {
        let term = rest.floor();
        (p, last_p) = (term * p + last_p, p);
        (q, last_q) = (term * q + last_q, q);
        // Also where a number is none.
        if !(p <= largest && q <= largest) {
            return None;
        }
        if p > 0.0 && (p / q - ratio).abs() < 5e-11 {
            return Some((p, q));
        }
        rest = 1.0 / (rest - term);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::devices::constraints::ConstrainNumber;

    fn sizes(set: &ConstraintSet, of: (u32, u32)) -> Vec<(u32, u32)> {
        let sizes = Sizes::named(&[set]).within(FrameSize::new(of.0, of.1));
        sizes.iter().map(|size| (size.width, size.height)).collect()
    }

    #[test]
    fn a_size_that_is_not_named_stays() {
        assert_eq!(sizes(&ConstraintSet::new(), (640, 480)), [(640, 480)]);
    }

    #[test]
    fn one_side_brings_the_other_along() {
        let set = ConstraintSet::new().width(320);
        assert!(sizes(&set, (640, 480)).contains(&(320, 240)));
        let larger = ConstraintSet::new().width(1280);
        assert_eq!(sizes(&larger, (640, 480)), [(640, 480)]);
    }

    #[test]
    fn ratios_are_exact_where_they_can_be() {
        let set = ConstraintSet::new().aspect_ratio(ConstrainNumber::exact(16.0 / 9.0));
        let exact = |of| {
            sizes(&set, of)
                .into_iter()
                .filter(|(width, height)| width * 9 == height * 16)
                .max()
        };
        assert_eq!(exact((640, 480)), Some((640, 360)));
        assert_eq!(exact((650, 480)), Some((640, 360)));
        assert_eq!(exact((1280, 700)), Some((1232, 693)));
    }

    #[test]
    fn fractions_are_found() {
        for (ratio, expected) in [
            (16.0 / 9.0, Some((16.0, 9.0))),
            (1.777_777_777_8, Some((16.0, 9.0))),
            (1.0, Some((1.0, 1.0))),
            (0.5, Some((1.0, 2.0))),
            (1e-9, None),
            (1e9, None),
        ] {
            assert_eq!(fraction(ratio), expected, "{ratio}");
        }
    }
}
