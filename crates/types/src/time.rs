//! Time as an integer.

use core::fmt;
use core::time::Duration;

/// A point in time or a span of it, in whole nanoseconds.
///
/// No float touches a timestamp: rates are [`Rate`](crate::Rate)s, and conversion to a
/// container's timescale happens once, in the muxer, from this exact value. The range is about
/// ±292 years. Negative values are legal: an Opus packet that only primes the decoder lies
/// before zero.
///
/// ```
/// use media_recorder_types::MediaTime;
/// let t = MediaTime::from_millis(1500);
/// assert_eq!(t.checked_add(MediaTime::SECOND), Some(MediaTime::from_millis(2500)));
/// assert_eq!(t.to_string(), "00:00:01.500");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MediaTime(i64);

/// A time that does not fit: the exact result lies outside ±2^63 nanoseconds, or a timescale of
/// zero was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("time out of range: {ticks} ticks of 1/{timescale} s")]
pub struct TimeError {
    /// The ticks that were to be converted.
    pub ticks: i64,
    /// The timescale, in ticks per second.
    pub timescale: u32,
}

impl MediaTime {
    /// Zero.
    pub const ZERO: Self = Self(0);
    /// One second.
    pub const SECOND: Self = Self(1_000_000_000);
    /// One millisecond.
    pub const MILLISECOND: Self = Self(1_000_000);
    /// The largest representable time.
    pub const MAX: Self = Self(i64::MAX);
    /// The smallest representable time.
    pub const MIN: Self = Self(i64::MIN);

    /// From whole nanoseconds.
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// From whole milliseconds, saturating at the ends of the range.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis.saturating_mul(1_000_000))
    }

    /// From whole seconds, saturating at the ends of the range.
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(1_000_000_000))
    }

    /// The exact time of `ticks` of a clock with `timescale` ticks per second, rounded to the
    /// nearest nanosecond (halves away from zero).
    ///
    /// # Errors
    ///
    /// [`TimeError`] if the result does not fit or `timescale` is zero.
    pub fn from_ticks(ticks: i64, timescale: u32) -> Result<Self, TimeError> {
        let error = TimeError { ticks, timescale };
        if timescale == 0 {
            return Err(error);
        }
        let exact = i128::from(ticks) * 1_000_000_000;
        i64::try_from(div_round(exact, i128::from(timescale)))
            .map(Self)
            .map_err(|_| error)
    }

    /// This time in ticks of a clock with `timescale` ticks per second, rounded to nearest
    /// (halves away from zero); `None` if it does not fit.
    pub fn to_ticks(self, timescale: u32) -> Option<i64> {
        let exact = i128::from(self.0) * i128::from(timescale);
        i64::try_from(div_round(exact, 1_000_000_000)).ok()
    }

    /// Whole nanoseconds.
    pub const fn as_nanos(self) -> i64 {
        self.0
    }

    /// Whole milliseconds, rounded towards zero.
    pub const fn as_millis(self) -> i64 {
        self.0 / 1_000_000
    }

    /// Seconds as a float, for showing to people only.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// The sum, or `None` on overflow.
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(n) => Some(Self(n)),
            None => None,
        }
    }

    /// The difference, or `None` on overflow.
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(n) => Some(Self(n)),
            None => None,
        }
    }

    /// The sum, clamped to the range.
    #[must_use]
    pub const fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The difference, clamped to the range.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// The distance from zero, clamped to the range.
    #[must_use]
    pub const fn saturating_abs(self) -> Self {
        Self(self.0.saturating_abs())
    }

    /// This time as a [`Duration`]; `None` if it is negative.
    pub fn to_duration(self) -> Option<Duration> {
        u64::try_from(self.0).ok().map(Duration::from_nanos)
    }
}

/// Saturates at the end of the range (about 292 years).
impl From<Duration> for MediaTime {
    fn from(duration: Duration) -> Self {
        Self(i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX))
    }
}

/// `HH:MM:SS.mmm`, with a leading minus where it is negative.
impl fmt::Display for MediaTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let millis = self.0.unsigned_abs() / 1_000_000;
        let (secs, millis) = (millis / 1000, millis % 1000);
        let (mins, secs) = (secs / 60, secs % 60);
        write!(
            f,
            "{sign}{:02}:{:02}:{secs:02}.{millis:03}",
            mins / 60,
            mins % 60
        )
    }
}

/// `n / d` rounded to nearest, halves away from zero; `d` is positive.
fn div_round(n: i128, d: i128) -> i128 {
    let half = d / 2;
    if n >= 0 {
        (n + half) / d
    } else {
        (n - half) / d
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn ticks_convert_to_the_nearest_and_never_drift() {
        // Ten hours of 48 kHz samples, sample by sample at the far end.
        let hours = 10 * 3600 * 48_000;
        for n in hours..hours + 1000 {
            let t = MediaTime::from_ticks(n, 48_000).unwrap();
            assert_eq!(t.to_ticks(48_000), Some(n));
        }
        assert_eq!(MediaTime::from_nanos(1_500_000).to_ticks(1000), Some(2));
        assert_eq!(MediaTime::from_nanos(-1_500_000).to_ticks(1000), Some(-2));
        assert_eq!(MediaTime::from_nanos(1_499_999).to_ticks(1000), Some(1));
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        let error = MediaTime::from_ticks(i64::MAX, 1).unwrap_err();
        assert_eq!(
            error,
            TimeError {
                ticks: i64::MAX,
                timescale: 1
            }
        );
        assert!(MediaTime::from_ticks(1, 0).is_err());
        assert_eq!(MediaTime::MAX.to_ticks(u32::MAX), None);
        assert_eq!(MediaTime::MAX.checked_add(MediaTime::from_nanos(1)), None);
        assert_eq!(MediaTime::from_secs(i64::MAX), MediaTime::MAX);
    }

    #[test]
    fn shows_as_a_clock() {
        assert_eq!(
            MediaTime::from_millis(3_723_004).to_string(),
            "01:02:03.004"
        );
        assert_eq!(MediaTime::from_millis(-6).to_string(), "-00:00:00.006");
        assert_eq!(MediaTime::MIN.to_string(), "-2562047:47:16.854");
    }
}
