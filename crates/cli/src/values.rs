//! Durations, bit rates and preferences as people write them.

use std::time::Duration;

use media_recorder::DegradationPreference;

const NANOS_PER_SECOND: u64 = 1_000_000_000;

/// Units of time and their nanoseconds, the longest first: the order in which they are written.
const UNITS: [(&str, u64); 5] = [
    ("h", 3600 * NANOS_PER_SECOND),
    ("m", 60 * NANOS_PER_SECOND),
    ("s", NANOS_PER_SECOND),
    ("ms", 1_000_000),
    ("us", 1_000),
];

/// A time: `10s`, `1500ms`, `1m30s`, `10` (seconds), `1:30` or `00:01:30.5`. What is smaller
/// than a nanosecond is cut off.
///
/// # Errors
///
/// What to write instead, for people.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let nanos = if text.contains(':') {
        clock(text)
    } else if text.ends_with(|c: char| c.is_ascii_alphabetic()) {
        with_units(text)
    } else {
        scaled(text, NANOS_PER_SECOND)
    };
    nanos
        .map(Duration::from_nanos)
        .ok_or_else(|| "a time is written as 10s, 1500ms, 1m30s, 10 or 00:01:30.5".to_owned())
}

/// A [`duration`] that is not zero.
///
/// # Errors
///
/// As [`duration`].
pub(crate) fn positive_duration(text: &str) -> Result<Duration, String> {
    match duration(text)? {
        Duration::ZERO => Err("it must be longer than nothing".to_owned()),
        duration => Ok(duration),
    }
}

/// What is given up, by WebRTC's name for it: `maintain-resolution`.
///
/// # Errors
///
/// What to write instead, for people.
pub(crate) fn degradation_preference(text: &str) -> Result<DegradationPreference, String> {
    match text {
        "maintain-resolution" => Ok(DegradationPreference::MaintainResolution),
        "maintain-framerate" => Ok(DegradationPreference::MaintainFramerate),
        "balanced" => Ok(DegradationPreference::Balanced),
        "maintain-framerate-and-resolution" => {
            Ok(DegradationPreference::MaintainFramerateAndResolution)
        }
        _ => Err(
            "it is one of maintain-resolution, maintain-framerate, balanced and \
             maintain-framerate-and-resolution"
                .to_owned(),
        ),
    }
}

/// Bits per second: `128000`, `800k`, `2.5M`.
///
/// # Errors
///
/// What to write instead, for people.
pub(crate) fn bits_per_second(text: &str) -> Result<u32, String> {
    let (number, unit) = match text.strip_suffix(['k', 'K']) {
        Some(number) => (number, 1_000),
        None => match text.strip_suffix('M') {
            Some(number) => (number, 1_000_000),
            None => (text, 1),
        },
    };
    scaled(number, unit)
        .and_then(|bits| u32::try_from(bits).ok())
        .ok_or_else(|| "a bit rate is written as 128000, 800k or 2.5M, below 2^32".to_owned())
}

/// `MM:SS` or `HH:MM:SS`, the seconds with decimals, in nanoseconds.
fn clock(text: &str) -> Option<u64> {
    let (rest, seconds) = text.rsplit_once(':')?;
    let (hours, minutes) = rest.split_once(':').unwrap_or(("0", rest));
    let hour = 3600 * NANOS_PER_SECOND;
    let minute = 60 * NANOS_PER_SECOND;
    let minutes = whole(minutes)?.checked_mul(minute)?;
    let seconds = scaled(seconds, NANOS_PER_SECOND)?;
    if minutes >= hour || seconds >= minute {
        return None;
    }
    whole(hours)?
        .checked_mul(hour)?
        .checked_add(minutes)?
        .checked_add(seconds)
}

/// `1m30s` and the like, each unit once and the longest first, in nanoseconds.
fn with_units(text: &str) -> Option<u64> {
    let mut total = 0_u64;
    let mut allowed = &UNITS[..];
    let mut rest = text;
    while !rest.is_empty() {
        let (number, after) = rest.split_at(rest.find(|c: char| c.is_ascii_alphabetic())?);
        let end = after.find(|c: char| !c.is_ascii_alphabetic());
        let (unit, after) = after.split_at(end.unwrap_or(after.len()));
        let index = allowed.iter().position(|(name, _)| *name == unit)?;
        total = total.checked_add(scaled(number, allowed[index].1)?)?;
        allowed = &allowed[index + 1..];
        rest = after;
    }
    Some(total)
}

/// A number that may have decimals, times `unit`, rounded down. Exact: `0.1M` is 100 000.
fn scaled(number: &str, unit: u64) -> Option<u64> {
    let (integer, decimals) = number.split_once('.').unwrap_or((number, ""));
    if integer.is_empty() && decimals.is_empty() {
        return None;
    }
    if !decimals.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    // Of the longest unit, an hour, the 18th decimal is far below a nanosecond.
    let decimals = &decimals[..decimals.len().min(18)];
    let fraction = u128::from(whole_or_zero(decimals)?) * u128::from(unit);
    let fraction = fraction / 10_u128.pow(decimals.len().try_into().ok()?);
    whole_or_zero(integer)?
        .checked_mul(unit)?
        .checked_add(u64::try_from(fraction).ok()?)
}

fn whole_or_zero(text: &str) -> Option<u64> {
    if text.is_empty() {
        Some(0)
    } else {
        whole(text)
    }
}

/// Digits and nothing else: `parse` alone would take a sign.
fn whole(text: &str) -> Option<u64> {
    if text.bytes().all(|b| b.is_ascii_digit()) {
        text.parse().ok()
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_in_every_notation() {
        for (text, millis) in [
            ("10", 10_000),
            ("10s", 10_000),
            ("1500ms", 1_500),
            ("1m30s", 90_000),
            ("1h", 3_600_000),
            ("2h1m0.5s", 7_260_500),
            ("1.5m", 90_000),
            ("1s500ms", 1_500),
            ("0.25", 250),
            (".5", 500),
            ("5.", 5_000),
            ("250000us", 250),
            ("1:30", 90_000),
            ("00:01:30.5", 90_500),
            ("100:00:00", 360_000_000),
            ("0", 0),
        ] {
            assert_eq!(duration(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        assert_eq!(duration("0.0000000019"), Ok(Duration::from_nanos(1)));
        assert_eq!(
            duration("0.333333333333333333333m").map(|d| d.as_nanos()),
            Ok(19_999_999_999)
        );
    }

    #[test]
    fn what_is_no_duration_is_refused_with_an_example() {
        for text in [
            "",
            ".",
            "s",
            "10 s",
            "-1",
            "+1",
            "1e3",
            "10x",
            "10S",
            "1s1m",
            "1s1s",
            "1m30",
            "ms",
            "1:60",
            "60:00:00:00",
            "1:2:60",
            "0:60:00",
            ":30",
            "1:",
            "1.2.3",
            "99999999999h",
            "18446744074",
            "٣s",
            "1,5s",
        ] {
            let message = duration(text).unwrap_err();
            assert!(message.contains("1m30s"), "{text}: {message}");
        }
        assert!(positive_duration("0ms").is_err());
        assert_eq!(positive_duration("1ms"), Ok(Duration::from_millis(1)));
    }

    #[test]
    fn bit_rates_in_every_notation() {
        for (text, bits) in [
            ("128000", 128_000),
            ("800k", 800_000),
            ("800K", 800_000),
            ("2.5M", 2_500_000),
            ("0.1M", 100_000),
            ("0", 0),
            ("4294967295", u32::MAX),
        ] {
            assert_eq!(bits_per_second(text), Ok(bits), "{text}");
        }
        for text in [
            "",
            "k",
            "M",
            "1m",
            "2.5G",
            "-1k",
            "4294967296",
            "5000M",
            "1 k",
            "1kk",
        ] {
            let message = bits_per_second(text).unwrap_err();
            assert!(message.contains("800k"), "{text}: {message}");
        }
    }
}
