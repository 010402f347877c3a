//! What a recording counts, shared between its threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use media_recorder_encode::AudioStats;
use media_recorder_types::{Codec, MediaTime, TrackKind};

use crate::statistics::{Corrections, Pace, Statistics, TrackStatistics};
use crate::sync::{Mutex, lock};

/// The counters of one track.
#[derive(Debug)]
pub(crate) struct TrackCounters {
    codec: Mutex<Codec>,
    pub(crate) frames_in: Counter,
    pub(crate) packets: Counter,
    pub(crate) dropped: Counter,
    pub(crate) skipped: Counter,
    pub(crate) late: Counter,
    pub(crate) repeated: Counter,
    pub(crate) bytes: Counter,
    pub(crate) restamped: Counter,
    pub(crate) resized: Counter,
    pub(crate) times: EncodeTimes,
    pace: Mutex<Option<Pace>>,
    /// What the sound's encoder did to keep it at its times.
    sound: Mutex<AudioStats>,
}

/// Counts up.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl TrackCounters {
    pub(crate) fn new(codec: Codec) -> Self {
        Self {
            codec: Mutex::new(codec),
            frames_in: Counter::default(),
            packets: Counter::default(),
            dropped: Counter::default(),
            skipped: Counter::default(),
            late: Counter::default(),
            repeated: Counter::default(),
            bytes: Counter::default(),
            restamped: Counter::default(),
            resized: Counter::default(),
            times: EncodeTimes::default(),
            pace: Mutex::default(),
            sound: Mutex::default(),
        }
    }

    fn codec(&self) -> Codec {
        *lock(&self.codec)
    }

    /// Of a track whose source encodes.
    pub(crate) fn set_codec(&self, codec: Codec) {
        *lock(&self.codec) = codec;
    }

    pub(crate) fn set_pace(&self, pace: Pace) {
        *lock(&self.pace) = Some(pace);
    }

    pub(crate) fn set_sound(&self, stats: AudioStats) {
        *lock(&self.sound) = stats;
    }

    /// The present numbers; `queued` is how many frames wait now and how many may.
    fn read(
        &self,
        duration: MediaTime,
        (queued, queue_capacity): (usize, usize),
    ) -> TrackStatistics {
        let sound = *lock(&self.sound);
        let bytes = self.bytes.get();
        let (encode_time_median, encode_time_95) = self.times.read();
        TrackStatistics {
            codec: self.codec(),
            frames_in: self.frames_in.get(),
            packets: self.packets.get(),
            dropped: self.dropped.get(),
            skipped: self.skipped.get(),
            late: self.late.get(),
            repeated: self.repeated.get(),
            bytes,
            bits_per_second: rate(bytes, duration),
            queued,
            queue_capacity,
            encode_time_median,
            encode_time_95,
            pace: *lock(&self.pace),
            corrections: Corrections {
                restamped: self.restamped.get(),
                resized: self.resized.get(),
                jitter: sound.jitter,
                gaps: sound.gaps,
                silence: sound.silence,
                overlaps: sound.overlaps,
                cut: sound.cut,
                clock_ppm: sound.clock_ppm,
            },
        }
    }

    /// How much later than its instants the sound is, if it is sound.
    fn offset(&self) -> Option<MediaTime> {
        (self.codec().kind() == TrackKind::Audio)
            .then(|| MediaTime::ZERO.saturating_sub(lock(&self.sound).offset))
    }
}

/// Bits per second.
fn rate(bytes: u64, duration: MediaTime) -> u64 {
    let nanos = u128::try_from(duration.as_nanos()).unwrap_or(0).max(1);
    let bits = u128::from(bytes) * 8 * 1_000_000_000 / nanos;
    if duration > MediaTime::ZERO {
        u64::try_from(bits).unwrap_or(u64::MAX)
    } else {
        0
    }
}

/// How long the last frames took to encode.
#[derive(Debug, Default)]
pub(crate) struct EncodeTimes(Mutex<Ring>);

#[derive(Debug, Default)]
struct Ring {
    times: Vec<Duration>,
    next: usize,
}

impl EncodeTimes {
    /// So many are looked at: ten seconds at 25 a second.
    const KEPT: usize = 250;

    pub(crate) fn add(&self, time: Duration) {
        let mut ring = lock(&self.0);
        let next = ring.next;
        match ring.times.get_mut(next) {
            Some(slot) => *slot = time,
            None => ring.times.push(time),
        }
        ring.next = (next + 1) % Self::KEPT;
    }

    /// The median and what 95 of 100 stay below.
    fn read(&self) -> (Duration, Duration) {
        let mut times = lock(&self.0).times.clone();
        times.sort_unstable();
        let at = |percent: usize| {
            let index = (times.len() * percent / 100).min(times.len().saturating_sub(1));
            times.get(index).copied().unwrap_or_default()
        };
        (at(50), at(95))
    }
}

/// The counters of a recording.
#[derive(Debug)]
pub(crate) struct SessionCounters {
    pub(crate) duration: AtomicI64,
    pub(crate) bytes: AtomicU64,
    pub(crate) tracks: Vec<Arc<TrackCounters>>,
}

impl SessionCounters {
    pub(crate) fn new(tracks: Vec<Arc<TrackCounters>>) -> Self {
        Self {
            duration: AtomicI64::new(0),
            bytes: AtomicU64::new(0),
            tracks,
        }
    }

    /// The present numbers; `queues` says for each track how many frames wait and how many may.
    pub(crate) fn read(
        &self,
        queues: impl Iterator<Item = (usize, usize)>,
        unread: u64,
    ) -> Statistics {
        let duration = MediaTime::from_nanos(self.duration.load(Ordering::Relaxed));
        let has_video = self
            .tracks
            .iter()
            .any(|track| track.codec().kind() == TrackKind::Video);
        let offset = self.tracks.iter().find_map(|track| track.offset());
        Statistics {
            duration,
            bytes: self.bytes.load(Ordering::Relaxed),
            unread,
            av_offset: offset.filter(|_| has_video),
            tracks: self
                .tracks
                .iter()
                .zip(queues)
                .map(|(track, queue)| track.read(duration, queue))
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encode_times_are_of_the_last_frames() {
        let times = EncodeTimes::default();
        assert_eq!(times.read(), (Duration::ZERO, Duration::ZERO));
        (0..1000).for_each(|_| times.add(Duration::from_secs(9)));
        for n in 0..EncodeTimes::KEPT as u64 {
            times.add(Duration::from_millis(n));
        }
        let (median, most) = times.read();
        assert_eq!((median.as_millis(), most.as_millis()), (125, 237));
    }

    #[test]
    fn a_rate_needs_a_duration() {
        assert_eq!(rate(1000, MediaTime::ZERO), 0);
        assert_eq!(rate(1000, MediaTime::from_millis(500)), 16_000);
        assert_eq!(rate(u64::MAX, MediaTime::from_nanos(1)), u64::MAX);
    }
}
