//! Times in a track's own ticks.

use media_recorder_types::{MediaTime, MediaTrack, Packet, TrackId};

use crate::MuxError;

const NANOS_PER_SECOND: u64 = 1_000_000_000;

/// The latest time, in ticks: sums of it and a sample's duration do not overflow.
const MAX_TICKS: u64 = i64::MAX as u64;

/// Where the samples of a track lie. Each time is rounded once, to nearest, from the exact one,
/// and durations are differences of these, so that their sum never drifts.
#[derive(Debug)]
pub(super) struct Timeline {
    track: TrackId,
    /// Ticks per second.
    timescale: u32,
    /// The longest duration that surely fits into 32 bits, in nanoseconds.
    max_duration: u64,
    /// What a sample lasts if nobody says so, in nanoseconds.
    usual_duration: u64,
    /// When the first sample starts, in ticks.
    pub(super) first: Option<u64>,
    last: Option<Last>,
}

/// The latest sample.
#[derive(Clone, Copy, Debug)]
struct Last {
    /// Its exact time, in nanoseconds.
    stored: u64,
    /// In ticks.
    start: u64,
    /// In nanoseconds, as the packet says; or, once that has been written, in ticks.
    end: End,
}

#[derive(Clone, Copy, Debug)]
enum End {
    Declared(u64),
    Written(u64),
}

/// Where a packet comes to lie.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// When it starts, in ticks.
    pub(super) start: u64,
    last: Last,
}

impl Timeline {
    pub(super) fn new(track: &MediaTrack, timescale: u32, usual: MediaTime) -> Self {
        let ticks = u64::from(u32::MAX - 2);
        Self {
            track: track.id,
            timescale,
            max_duration: ticks * NANOS_PER_SECOND / u64::from(timescale),
            usual_duration: usual.as_nanos().unsigned_abs(),
            first: None,
            last: None,
        }
    }

    /// Where `packet` comes to lie, whose time with the codec's delay added is `stored`.
    pub(super) fn place(&self, packet: &Packet, stored: MediaTime) -> Result<Place, MuxError> {
        let (track, time) = (self.track, packet.time);
        let too_long = |lasts: u64| MuxError::SampleTooLong {
            track,
            time,
            lasts: MediaTime::from_nanos(i64::try_from(lasts).unwrap_or(i64::MAX)),
            limit: MediaTime::from_nanos(self.max_duration.cast_signed()),
        };
        let exact = stored.as_nanos().unsigned_abs();
        let tick = to_ticks(exact, self.timescale)
            .filter(|tick| *tick <= MAX_TICKS)
            .ok_or(MuxError::TimeOutOfRange { track, time })?;
        let mut lasts = self.usual_duration;
        let mut start = tick;
        if let Some(last) = &self.last {
            lasts = exact - last.stored;
            start = match last.end {
                End::Declared(_) => tick.max(last.start + 1),
                End::Written(end) => tick.max(end),
            };
            // The sample before this one is shown until then.
            if start - last.start > u64::from(u32::MAX) {
                return Err(too_long(lasts));
            }
        }
        let duration = packet.duration.as_nanos().unsigned_abs();
        if duration > self.max_duration {
            return Err(too_long(duration));
        }
        let end = if duration > 0 {
            exact + duration - packet.discard_padding.as_nanos().unsigned_abs()
        } else {
            exact + lasts.min(self.max_duration)
        };
        Ok(Place {
            start,
            last: Last {
                stored: exact,
                start,
                end: End::Declared(end),
            },
        })
    }

    /// A packet lies there. Gives the duration of the one before it, if that is still open.
    pub(super) fn advance(&mut self, place: Place) -> Option<u32> {
        let before = self.last.replace(place.last);
        self.first.get_or_insert(place.start);
        match before {
            Some(Last {
                start,
                end: End::Declared(_),
                ..
            }) => Some(span(start, place.start)),
            _ => None,
        }
    }

    /// The latest sample is written now: it lasts until `next` or, if that is not known, as long
    /// as its packet says. Gives its duration, if it was open.
    pub(super) fn settle(&mut self, next: Option<Place>) -> Option<u32> {
        let last = self.last.as_mut()?;
        let End::Declared(end) = last.end else {
            return None;
        };
        let end = match next {
            Some(next) => next.start,
            None => to_ticks(end, self.timescale)
                .unwrap_or(MAX_TICKS)
                .clamp(last.start + 1, last.start + u64::from(u32::MAX)),
        };
        last.end = End::Written(end);
        Some(span(last.start, end))
    }

    /// Where the latest sample ends, in ticks, once it is [settled](Self::settle).
    pub(super) fn end(&self) -> u64 {
        match self.last {
            Some(Last {
                end: End::Written(end),
                ..
            }) => end,
            _ => 0,
        }
    }
}

/// A duration that has been checked.
fn span(start: u64, end: u64) -> u32 {
    u32::try_from(end - start).expect("a sample's end is checked to fit when it is placed")
}

/// `nanos` in ticks of a clock with `timescale` ticks per second, to nearest, halves up; `None`
/// if it does not fit. As [`MediaTime::to_ticks`], which needs a 128-bit division and thereby
/// half of the time that a packet takes here.
fn to_ticks(nanos: u64, timescale: u32) -> Option<u64> {
    let timescale = u64::from(timescale);
    let (seconds, rest) = (nanos / NANOS_PER_SECOND, nanos % NANOS_PER_SECOND);
    let ticks = (rest * timescale + NANOS_PER_SECOND / 2) / NANOS_PER_SECOND;
    seconds.checked_mul(timescale)?.checked_add(ticks)
}
