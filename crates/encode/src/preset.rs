//! How much work goes into a frame.

use std::fmt;
use std::str::FromStr;

use crate::Mode;

/// A rung of the ladder from the slowest settings worth having to the fastest. The later, the
/// faster; each codec has settings of its own for each.
///
/// ```
/// use media_recorder_encode::Preset;
///
/// assert!(Preset::Archive < Preset::Live);
/// assert_eq!("balanced".parse(), Ok(Preset::Balanced));
/// assert_eq!(Preset::Fast.to_string(), "fast");
/// assert_eq!(Preset::Fast.faster(), Some(Preset::Live));
/// assert_eq!(Preset::Archive.slower(), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Preset {
    /// The best picture for the bits, however long it takes: to encode once and keep.
    Archive,
    /// What is visibly better than the rungs below, for a source that waits.
    Quality,
    /// Where more time begins to bring little: a live source on a machine with time to spare.
    Balanced,
    /// A little of the picture for a good deal of time.
    Fast,
    /// The fastest settings whose picture is worth its bits.
    Live,
}

impl Preset {
    /// All of them, the slowest first.
    pub const ALL: [Self; 5] = [
        Self::Archive,
        Self::Quality,
        Self::Balanced,
        Self::Fast,
        Self::Live,
    ];

    /// What [`VideoConfig::preset`](crate::VideoConfig::preset) is where nobody says it.
    pub const fn of(mode: Mode) -> Self {
        match mode {
            Mode::RealTime => Self::Live,
            Mode::Offline => Self::Quality,
        }
    }

    /// The next faster one; `None` for the fastest.
    pub fn faster(self) -> Option<Self> {
        Self::ALL.into_iter().find(|&preset| preset > self)
    }

    /// The next slower one; `None` for the slowest.
    pub fn slower(self) -> Option<Self> {
        Self::ALL.into_iter().rev().find(|&preset| preset < self)
    }

    /// The name in lower case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Archive => "archive",
            Self::Quality => "quality",
            Self::Balanced => "balanced",
            Self::Fast => "fast",
            Self::Live => "live",
        }
    }
}

/// The [`name`](Preset::name).
impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// No preset has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is none of archive, quality, balanced, fast, live")]
pub struct UnknownPreset(pub String);

/// From the [`name`](Preset::name).
impl FromStr for Preset {
    type Err = UnknownPreset;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let named = Self::ALL.into_iter().find(|preset| preset.name() == name);
        named.ok_or_else(|| UnknownPreset(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for preset in Preset::ALL {
            assert_eq!(preset.to_string().parse(), Ok(preset));
        }
        for unknown in ["", "Live", "live ", "ultrafast"] {
            let error = unknown.parse::<Preset>();
            assert_eq!(error, Err(UnknownPreset(unknown.to_owned())));
        }
    }

    #[test]
    fn the_ladder_has_no_gap_and_two_ends() {
        assert!(Preset::ALL.is_sorted());
        for pair in Preset::ALL.windows(2) {
            assert_eq!(pair[0].faster(), Some(pair[1]));
            assert_eq!(pair[1].slower(), Some(pair[0]));
        }
        assert_eq!(Preset::Live.faster(), None);
        assert_eq!(Preset::Archive.slower(), None);
    }
}
