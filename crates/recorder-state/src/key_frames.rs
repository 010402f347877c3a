//! Where a key frame is wanted.

use core::num::NonZeroU32;

use media_recorder_types::MediaTime;

/// How often video must have a key frame (`videoKeyFrameIntervalDuration` and
/// `videoKeyFrameIntervalCount` of the specification).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyFrameInterval {
    /// The first frame that comes more than this after the last key frame is one.
    Duration(MediaTime),
    /// After so many frames since the last key frame, the next one is one.
    Count(NonZeroU32),
}

/// Two seconds: seeking stays precise, a chunk begins with a key frame often, and a key frame
/// costs little against the frames between.
impl Default for KeyFrameInterval {
    fn default() -> Self {
        Self::Duration(MediaTime::from_secs(2))
    }
}

/// Applies a [`KeyFrameInterval`] to one track.
#[derive(Clone, Debug)]
pub struct KeyFramePolicy {
    interval: KeyFrameInterval,
    /// The time of the last key frame and the frames since.
    last: Option<(MediaTime, u32)>,
}

impl KeyFramePolicy {
    /// Before the first frame.
    pub fn new(interval: KeyFrameInterval) -> Self {
        Self {
            interval,
            last: None,
        }
    }

    /// Whether the frame at `time` must be a key frame; the first always is. The answer is
    /// taken to be followed.
    pub fn next(&mut self, time: MediaTime) -> bool {
        let key = self.is_due(time);
        self.note(time, key);
        key
    }

    /// Whether the frame at `time` should be a key frame, for one who can only ask for it.
    pub fn is_due(&self, time: MediaTime) -> bool {
        match (self.last, self.interval) {
            (None, _) => true,
            (Some((key, _)), KeyFrameInterval::Duration(duration)) => {
                time.saturating_sub(key) > duration
            }
            (Some((_, frames)), KeyFrameInterval::Count(count)) => frames >= count.get(),
        }
    }

    /// The frame at `time` is a key frame, or is not.
    pub fn note(&mut self, time: MediaTime, key: bool) {
        self.last = match self.last {
            Some((last, frames)) if !key => Some((last, frames.saturating_add(1))),
            last if !key => last,
            _ => Some((time, 0)),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn keys(interval: KeyFrameInterval) -> Vec<i64> {
        let mut policy = KeyFramePolicy::new(interval);
        (0..12)
            .filter(|n| policy.next(MediaTime::from_millis(n * 40)))
            .collect()
    }

    #[test]
    fn by_duration_the_first_frame_past_it() {
        // 160 ms is frame 4: not yet more than the interval, so frame 5.
        let interval = KeyFrameInterval::Duration(MediaTime::from_millis(160));
        assert_eq!(keys(interval), [0, 5, 10]);
        assert_eq!(
            keys(KeyFrameInterval::Duration(MediaTime::ZERO)),
            (0..12).collect::<Vec<_>>()
        );
    }

    #[test]
    fn a_wish_stays_until_it_is_granted() {
        let interval = KeyFrameInterval::Count(NonZeroU32::new(2).unwrap());
        let mut policy = KeyFramePolicy::new(interval);
        let due: Vec<bool> = (0..8)
            .map(|n| {
                let time = MediaTime::from_millis(n * 40);
                let due = policy.is_due(time);
                // Frames 1 and 6 are key frames, whatever was wished.
                policy.note(time, n == 1 || n == 6);
                due
            })
            .collect();
        let expected = [true, true, false, false, true, true, true, false];
        assert_eq!(due, expected);
    }

    #[test]
    fn by_count_after_so_many_frames() {
        let interval = KeyFrameInterval::Count(NonZeroU32::new(3).unwrap());
        assert_eq!(keys(interval), [0, 4, 8]);
    }
}
