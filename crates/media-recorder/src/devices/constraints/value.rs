//! What may be asked of one property.

/// What may be asked of a property that is a number: `ConstrainULong` and `ConstrainDouble`.
///
/// `min`, `max` and `exact` must hold; `ideal` is a wish. A number by itself is a wish too, but must
/// hold in an [advanced](super::TrackConstraints::advanced) set.
///
/// ```
/// use media_recorder::{ConstrainNumber, ConstraintSet};
/// let wish = ConstraintSet::new().width(1280).frame_rate(29.97);
/// let demand = ConstraintSet::new()
///     .width(ConstrainNumber::exact(1280))
///     .frame_rate(ConstrainNumber::ideal(30).with_min(24));
/// assert_ne!(wish, demand);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ConstrainNumber {
    min: Option<f64>,
    max: Option<f64>,
    exact: Option<f64>,
    ideal: Option<f64>,
    bare: Option<f64>,
}

/// What may be asked of a property that is a name: `ConstrainDOMString`.
///
/// One of the `exact` values must be had; the `ideal` ones are wishes. A value by itself is a wish
/// too, but must be had in an [advanced](super::TrackConstraints::advanced) set.
///
/// ```
/// use media_recorder::{ConstrainChoice, ConstraintSet, ResizeMode};
/// let demand = ConstraintSet::new()
///     .device_id(ConstrainChoice::exact("front-door".to_owned()))
///     .resize_mode(ResizeMode::None);
/// # let _ = demand;
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ConstrainChoice<T> {
    exact: Vec<T>,
    ideal: Vec<T>,
    bare: Option<T>,
}

/// What a value by itself means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bare {
    /// A wish: in the basic set.
    Ideal,
    /// It must hold: in the advanced sets.
    Exact,
}

impl ConstrainNumber {
    /// This value and no other.
    pub fn exact(value: impl Into<f64>) -> Self {
        Self {
            exact: Some(value.into()),
            ..Self::default()
        }
    }

    /// A value as near to this as can be had.
    pub fn ideal(value: impl Into<f64>) -> Self {
        Self {
            ideal: Some(value.into()),
            ..Self::default()
        }
    }

    /// This value or more.
    pub fn min(value: impl Into<f64>) -> Self {
        Self::default().with_min(value)
    }

    /// This value or less.
    pub fn max(value: impl Into<f64>) -> Self {
        Self::default().with_max(value)
    }

    /// The same, and this value or more.
    #[must_use]
    pub fn with_min(self, value: impl Into<f64>) -> Self {
        Self {
            min: Some(value.into()),
            ..self
        }
    }

    /// The same, and this value or less.
    #[must_use]
    pub fn with_max(self, value: impl Into<f64>) -> Self {
        Self {
            max: Some(value.into()),
            ..self
        }
    }

    /// All values that are named: where a range can be had, the best of it is one of these or an end
    /// of the range.
    pub(crate) fn values(&self) -> impl Iterator<Item = f64> {
        [self.min, self.max, self.exact, self.ideal, self.bare]
            .into_iter()
            .flatten()
            .filter(|value| value.is_finite())
    }

    /// The fitness distance of `actual`, which is `None` where the device does not have the
    /// property.
    ///
    /// Specification: <https://w3c.github.io/mediacapture-main/#dfn-fitness-distance>
    pub(crate) fn distance(&self, actual: Option<f64>, bare: Bare) -> f64 {
        let (exact, ideal) = match bare {
            Bare::Ideal => (self.exact, self.ideal.or(self.bare)),
            Bare::Exact => (self.exact.or(self.bare), self.ideal),
        };
        let actual = actual.map(tenth_decimal);
        let unmet = |demand: Option<f64>, holds: fn(f64, f64) -> bool| {
            demand.is_some_and(|demand| {
                !actual.is_some_and(|actual| holds(actual, tenth_decimal(demand)))
            })
        };
        if unmet(self.min, |actual, min| actual >= min)
            || unmet(self.max, |actual, max| actual <= max)
            || unmet(exact, |actual, exact| actual == exact)
        {
            return f64::INFINITY;
        }
        match (actual, ideal.map(tenth_decimal)) {
            (_, None) => 0.0,
            (None, Some(_)) => 1.0,
            (Some(actual), Some(ideal)) if actual == ideal => 0.0,
            (Some(actual), Some(ideal)) => {
                // A wish for what is no number is as far away as can be.
                let distance = (actual - ideal).abs() / actual.abs().max(ideal.abs());
                if distance.is_finite() { distance } else { 1.0 }
            }
        }
    }
}

impl<N: Into<f64>> From<N> for ConstrainNumber {
    fn from(value: N) -> Self {
        Self {
            bare: Some(value.into()),
            ..Self::default()
        }
    }
}

/// Aspect ratios are compared so, and to all else it does no harm.
///
/// Specification: <https://w3c.github.io/mediacapture-main/#def-constraint-aspect>
fn tenth_decimal(value: f64) -> f64 {
    (value * 1e10).round() / 1e10
}

impl<T> Default for ConstrainChoice<T> {
    fn default() -> Self {
        Self {
            exact: Vec::new(),
            ideal: Vec::new(),
            bare: None,
        }
    }
}

impl<T> ConstrainChoice<T> {
    /// This value and no other.
    pub fn exact(value: T) -> Self {
        Self::exact_of([value])
    }

    /// One of these values; an empty list asks for nothing.
    pub fn exact_of(values: impl IntoIterator<Item = T>) -> Self {
        Self {
            exact: values.into_iter().collect(),
            ..Self::default()
        }
    }

    /// This value if it can be had.
    pub fn ideal(value: T) -> Self {
        Self::ideal_of([value])
    }

    /// One of these values if it can be had.
    pub fn ideal_of(values: impl IntoIterator<Item = T>) -> Self {
        Self {
            ideal: values.into_iter().collect(),
            ..Self::default()
        }
    }

    /// As [`ConstrainNumber::distance`].
    pub(crate) fn distance<U: ?Sized>(&self, actual: Option<&U>, bare: Bare) -> f64
    where
        T: PartialEq<U>,
    {
        let is = |value: &T| actual.is_some_and(|actual| value == actual);
        let bare_if = |wanted| self.bare.iter().filter(move |_| bare == wanted);
        let mut exact = self.exact.iter().chain(bare_if(Bare::Exact)).peekable();
        let mut ideal = self.ideal.iter().chain(bare_if(Bare::Ideal)).peekable();
        if exact.peek().is_some() && !exact.any(is) {
            f64::INFINITY
        } else if ideal.peek().is_some() && !ideal.any(is) {
            1.0
        } else {
            0.0
        }
    }
}

impl From<&str> for ConstrainChoice<String> {
    fn from(value: &str) -> Self {
        Self::from(value.to_owned())
    }
}

impl<T> From<T> for ConstrainChoice<T> {
    fn from(value: T) -> Self {
        Self {
            bare: Some(value),
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_of_numbers_is_the_specifications() {
        let ideal = ConstrainNumber::ideal(640);
        for (actual, distance) in [
            (Some(640.0), 0.0),
            (Some(320.0), 0.5),
            (Some(1280.0), 0.5),
            (None, 1.0),
        ] {
            assert_eq!(ideal.distance(actual, Bare::Ideal), distance, "{actual:?}");
        }
        let bare = ConstrainNumber::from(640);
        assert_eq!(bare.distance(Some(320.0), Bare::Ideal), 0.5);
        assert_eq!(bare.distance(Some(320.0), Bare::Exact), f64::INFINITY);
        assert_eq!(bare.distance(Some(640.0), Bare::Exact), 0.0);
    }

    #[test]
    fn what_is_required_is_met_or_infinitely_far() {
        let range = ConstrainNumber::min(10).with_max(20);
        for (actual, met) in [(9.0, false), (10.0, true), (20.0, true), (20.5, false)] {
            let distance = range.distance(Some(actual), Bare::Ideal);
            assert_eq!(distance == 0.0, met, "{actual}");
            assert_eq!(distance.is_infinite(), !met, "{actual}");
        }
        for demand in [
            ConstrainNumber::min(1),
            ConstrainNumber::max(1),
            ConstrainNumber::exact(1),
            ConstrainNumber::exact(f64::NAN),
            ConstrainNumber::min(2).with_max(1),
        ] {
            assert!(
                demand.distance(None, Bare::Ideal).is_infinite(),
                "{demand:?}"
            );
        }
        let nowhere = ConstrainNumber::min(2).with_max(1);
        assert!(nowhere.distance(Some(1.5), Bare::Ideal).is_infinite());
        let no_number = ConstrainNumber::exact(f64::NAN);
        assert!(
            no_number
                .distance(Some(f64::NAN), Bare::Ideal)
                .is_infinite()
        );
        assert_eq!(
            ConstrainNumber::ideal(f64::NAN).distance(Some(1.0), Bare::Ideal),
            1.0
        );
    }

    #[test]
    fn ratios_are_the_same_to_the_tenth_decimal() {
        let exact = ConstrainNumber::exact(1.777_777_777_8);
        assert_eq!(exact.distance(Some(16.0 / 9.0), Bare::Ideal), 0.0);
        assert!(exact.distance(Some(1.777), Bare::Ideal).is_infinite());
    }

    #[test]
    fn one_of_several_names_is_enough() {
        type Names = ConstrainChoice<String>;
        let names = || ["a", "b"].map(str::to_owned);
        let exact = Names::exact_of(names());
        assert_eq!(exact.distance(Some("b"), Bare::Ideal), 0.0);
        assert!(exact.distance(Some("c"), Bare::Ideal).is_infinite());
        assert!(exact.distance(None::<&str>, Bare::Ideal).is_infinite());
        let ideal = Names::ideal_of(names());
        assert_eq!(ideal.distance(Some("a"), Bare::Ideal), 0.0);
        assert_eq!(ideal.distance(Some("c"), Bare::Ideal), 1.0);
        let bare = Names::from("a");
        assert_eq!(bare.distance(Some("c"), Bare::Ideal), 1.0);
        assert!(bare.distance(Some("c"), Bare::Exact).is_infinite());
        let nothing = Names::exact_of([]);
        assert_eq!(nothing.distance(Some("c"), Bare::Ideal), 0.0);
    }
}
