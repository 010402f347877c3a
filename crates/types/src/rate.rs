//! Rates as fractions.

use core::fmt;
use core::num::NonZeroU32;
use core::str::FromStr;

use crate::MediaTime;

/// Events per second as an exact fraction: 25/1, 30000/1001.
///
/// ```
/// use media_recorder_types::{MediaTime, Rate};
/// let ntsc = Rate::new(30_000, 1001).unwrap();
/// assert_eq!(ntsc.time_of(30_000), Some(MediaTime::from_secs(1001)));
/// assert_eq!("29.97".parse::<Rate>().unwrap(), Rate::new(2997, 100).unwrap());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rate {
    numerator: NonZeroU32,
    denominator: NonZeroU32,
}

/// The text is no positive number or fraction of 32-bit parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a rate is a positive number or fraction, such as 25, 29.97 or 30000/1001")]
pub struct RateError;

impl Rate {
    /// `numerator` events in `denominator` seconds, in lowest terms; `None` if either is zero.
    pub const fn new(numerator: u32, denominator: u32) -> Option<Self> {
        if numerator == 0 || denominator == 0 {
            return None;
        }
        let (mut a, mut b) = (numerator, denominator);
        while b != 0 {
            (a, b) = (b, a % b);
        }
        match (
            NonZeroU32::new(numerator / a),
            NonZeroU32::new(denominator / a),
        ) {
            (Some(numerator), Some(denominator)) => Some(Self {
                numerator,
                denominator,
            }),
            _ => None,
        }
    }

    /// The numerator in lowest terms.
    pub const fn numerator(self) -> u32 {
        self.numerator.get()
    }

    /// The denominator in lowest terms, in seconds.
    pub const fn denominator(self) -> u32 {
        self.denominator.get()
    }

    /// When event `n` happens, event 0 being at zero: exact to the nanosecond, without
    /// accumulated error. `None` if it does not fit.
    pub fn time_of(self, n: u64) -> Option<MediaTime> {
        let num = u128::from(self.numerator());
        let exact = u128::from(n)
            .checked_mul(u128::from(self.denominator()))?
            .checked_mul(1_000_000_000)?
            .checked_add(num / 2)?;
        i64::try_from(exact / num).ok().map(MediaTime::from_nanos)
    }

    /// The time between two events, to the nearest nanosecond.
    pub fn period(self) -> MediaTime {
        // At most 2^32 seconds: it fits.
        self.time_of(1).unwrap_or(MediaTime::MAX)
    }

    /// As a float, for showing to people and for encoders that want one.
    pub fn as_f64(self) -> f64 {
        f64::from(self.numerator()) / f64::from(self.denominator())
    }

    /// The fraction nearest to `per_second` with three decimals; `None` if it is not a positive
    /// finite number in the range of `u32`.
    pub fn from_f64(per_second: f64) -> Option<Self> {
        let thousandths = per_second * 1000.0 + 0.5;
        if thousandths >= 1.0 && thousandths <= f64::from(u32::MAX) {
            Self::new(thousandths as u32, 1000)
        } else {
            None
        }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.denominator() == 1 {
            write!(f, "{}", self.numerator)
        } else {
            write!(f, "{}/{}", self.numerator, self.denominator)
        }
    }
}

/// `25`, `29.97` or `30000/1001`.
impl FromStr for Rate {
    type Err = RateError;

    fn from_str(text: &str) -> Result<Self, RateError> {
        if let Some((n, d)) = text.split_once('/') {
            let parse = |s: &str| s.parse::<u32>().map_err(|_| RateError);
            return Self::new(parse(n)?, parse(d)?).ok_or(RateError);
        }
        let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
        if decimals.len() > 9 || !decimals.bytes().all(|b| b.is_ascii_digit()) {
            return Err(RateError);
        }
        let mut numerator: u64 = whole.parse::<u32>().map_err(|_| RateError)?.into();
        let mut denominator = 1_u64;
        for digit in decimals.bytes() {
            numerator = numerator * 10 + u64::from(digit - b'0');
            denominator *= 10;
        }
        while numerator.is_multiple_of(10) && denominator.is_multiple_of(10) && denominator > 1 {
            (numerator, denominator) = (numerator / 10, denominator / 10);
        }
        match (u32::try_from(numerator), u32::try_from(denominator)) {
            (Ok(n), Ok(d)) => Self::new(n, d).ok_or(RateError),
            _ => Err(RateError),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn parses_and_shows() {
        for (text, n, d, shown) in [
            ("25", 25, 1, "25"),
            ("29.97", 2997, 100, "2997/100"),
            ("12.50", 25, 2, "25/2"),
            ("30000/1001", 30_000, 1001, "30000/1001"),
            ("50/2", 25, 1, "25"),
        ] {
            let rate: Rate = text.parse().unwrap();
            assert_eq!((rate.numerator(), rate.denominator()), (n, d), "{text}");
            assert_eq!(rate.to_string(), shown);
        }
        for bad in [
            "",
            "0",
            "-1",
            "25/0",
            "0/3",
            "1.2.3",
            "x",
            "4294967296",
            "1.0000000001",
            "+-1",
        ] {
            assert!(bad.parse::<Rate>().is_err(), "{bad}");
        }
    }

    #[test]
    fn times_do_not_accumulate_error() {
        let ntsc = Rate::new(30_000, 1001).unwrap();
        assert_eq!(
            ntsc.time_of(30_000 * 3600),
            Some(MediaTime::from_secs(1001 * 3600))
        );
        assert_eq!(ntsc.period(), MediaTime::from_nanos(33_366_667));
        assert_eq!(
            Rate::new(u32::MAX, 1).unwrap().time_of(u64::MAX),
            Some(MediaTime::from_nanos(
                ((u128::from(u64::MAX) * 1_000_000_000 + u128::from(u32::MAX / 2))
                    / u128::from(u32::MAX)) as i64
            ))
        );
        assert_eq!(Rate::new(1, u32::MAX).unwrap().time_of(u64::MAX), None);
    }
}
