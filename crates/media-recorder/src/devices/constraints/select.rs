//! The algorithm that chooses among settings.
//!
//! Specification: <https://w3c.github.io/mediacapture-main/#dfn-selectsettings>

use std::cmp::Ordering;

use super::value::Bare;
use super::{Settings, TrackConstraints};

/// A device in one of the ways in which it can be used.
pub(crate) trait Candidate {
    /// What it would be set to.
    fn settings(&self) -> Settings<'_>;

    /// How far it is from what is used where nothing else is asked, the weightiest first. Of
    /// several that fit equally well, the least is chosen, and of those the first.
    fn preference(&self) -> Preference;
}

/// Compared number by number.
pub(crate) type Preference = [f64; 5];

/// None of the candidates has all that is required.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Overconstrained {
    /// A constraint that none of them meets; `None` where each is met by one of them.
    pub(crate) constraint: Option<&'static str>,
}

/// The candidate that fits best. Of several devices, what is said to be done for each is done for
/// all of them together, so that a device that meets an advanced set comes before one that does not.
///
/// # Errors
///
/// [`Overconstrained`] also where there is no candidate.
pub(crate) fn select<C: Candidate>(
    candidates: impl IntoIterator<Item = C>,
    constraints: &TrackConstraints,
) -> Result<C, Overconstrained> {
    let (mut fitting, mut unfit) = (Vec::new(), Vec::new());
    for candidate in candidates {
        let distance = candidate
            .settings()
            .distance(&constraints.basic, Bare::Ideal);
        if distance.is_finite() {
            fitting.push((rounded(distance), candidate));
        } else {
            unfit.push(candidate);
        }
    }
    for set in &constraints.advanced {
        let meets =
            |(_, candidate): &(f64, C)| candidate.settings().distance(set, Bare::Exact).is_finite();
        if fitting.iter().any(meets) {
            fitting.retain(meets);
        }
    }
    let best = fitting.into_iter().min_by(|(a, left), (b, right)| {
        a.total_cmp(b)
            .then_with(|| compare(left.preference(), right.preference()))
    });
    best.map(|(_, candidate)| candidate)
        .ok_or_else(|| Overconstrained {
            constraint: failed(&unfit, constraints),
        })
}

/// The sum of equal distances in another order is the same.
fn rounded(distance: f64) -> f64 {
    (distance * 1e9).round()
}

fn compare(left: Preference, right: Preference) -> Ordering {
    let mut orders = left.iter().zip(&right).map(|(a, b)| a.total_cmp(b));
    orders
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// A required constraint that no candidate meets.
fn failed<C: Candidate>(candidates: &[C], constraints: &TrackConstraints) -> Option<&'static str> {
    let unmet = |candidate: &C| {
        let settings = candidate.settings();
        let distances = settings.distances(&constraints.basic, Bare::Ideal);
        distances
            .filter(|(_, distance)| distance.is_infinite())
            .map(|(name, _)| name)
            .collect::<Vec<_>>()
    };
    let (first, others) = candidates.split_first()?;
    let mut names = unmet(first);
    for other in others {
        let unmet = unmet(other);
        names.retain(|name| unmet.contains(name));
    }
    names.first().copied()
}
