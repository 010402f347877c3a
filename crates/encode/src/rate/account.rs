//! What a stream may still spend.

use std::collections::VecDeque;

use media_recorder_types::{MediaTime, Rate};

/// How much unused time can be saved up, and how much can be owed, in seconds. A still picture
/// must not save bits for a burst that no connection carries. What is owed is not forgotten, or
/// content that overspends again and again would stay above its bitrate.
const LARGEST_CREDIT: f64 = 1.0;
const LARGEST_DEBT: f64 = 10.0;

/// How many seconds of bits may go into one before frames that are mostly new are left out: even
/// at the coarsest quantizer, such frames in short order cost more than a connection carries.
const MOST_PER_SECOND: f64 = 1.5;

/// A leaky bucket: bits flow in with time and out with frames.
#[derive(Debug)]
pub(crate) struct Account {
    bits_per_second: f64,
    /// The mean distance of frames, in seconds.
    period: f64,
    last_time: Option<MediaTime>,
    /// Bits that are there for the next frame; negative if owed.
    balance: f64,
    /// When bits were spent in the last second, and how many.
    recent: VecDeque<(MediaTime, f64)>,
}

impl Account {
    /// Without a rate, 30 frames per second are assumed until their times tell.
    pub(crate) fn new(bits_per_second: u32, rate: Option<Rate>) -> Self {
        Self {
            bits_per_second: f64::from(bits_per_second.max(1000)),
            period: rate.map_or(1.0 / 30.0, |rate| 1.0 / rate.as_f64()).min(1.0),
            last_time: None,
            balance: 0.0,
            recent: VecDeque::new(),
        }
    }

    /// Adds what has come in until the frame at `time`.
    pub(crate) fn flow_in(&mut self, time: MediaTime) {
        let elapsed = self.last_time.map_or(self.period, |last| {
            time.saturating_sub(last).as_secs_f64().max(0.0)
        });
        self.last_time = Some(time);
        let is_over =
            |&(then, _): &(MediaTime, f64)| time.saturating_sub(then) >= MediaTime::from_secs(1);
        while self.recent.front().is_some_and(is_over) {
            self.recent.pop_front();
        }
        self.period += 0.1 * (elapsed.min(1.0) - self.period);
        let most = LARGEST_CREDIT * self.bits_per_second;
        self.balance = (self.balance + elapsed * self.bits_per_second).min(most);
    }

    /// Takes off what a frame has cost, in bits.
    pub(crate) fn spend(&mut self, bits: f64) {
        self.balance = (self.balance - bits).max(-LARGEST_DEBT * self.bits_per_second);
        if let Some(now) = self.last_time {
            self.recent.push_back((now, bits));
        }
    }

    /// Whether the last second, and of what is owed this part, cost so much that more of the kind
    /// would cost too much.
    pub(crate) fn is_overspent(&self, part_of_owed: f64) -> bool {
        let owed = (-self.seconds()).max(0.0);
        self.spent_in_last_second() + part_of_owed * owed > MOST_PER_SECOND
    }

    /// For how many seconds of the bitrate the frames of the last second were.
    fn spent_in_last_second(&self) -> f64 {
        let bits = self.recent.iter().map(|(_, bits)| bits).sum::<f64>();
        bits / self.bits_per_second
    }

    pub(crate) fn bits_per_second(&self) -> f64 {
        self.bits_per_second
    }

    /// The mean distance of frames, in seconds.
    pub(crate) fn period(&self) -> f64 {
        self.period
    }

    /// What flows in for each frame, in bits.
    pub(crate) fn bits_per_frame(&self) -> f64 {
        self.bits_per_second * self.period
    }

    /// Bits that are there for the next frame; negative if owed.
    pub(crate) fn balance(&self) -> f64 {
        self.balance
    }

    /// For how many seconds of the bitrate the balance is.
    pub(crate) fn seconds(&self) -> f64 {
        self.balance / self.bits_per_second
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_saved_up_and_owed_has_limits() {
        let mut account = Account::new(500_000, Rate::new(25, 1));
        account.flow_in(MediaTime::ZERO);
        assert_eq!(account.balance(), 20_000.0);
        account.flow_in(MediaTime::from_secs(60));
        assert_eq!(account.seconds(), LARGEST_CREDIT);
        account.spend(1e12);
        assert_eq!(account.seconds(), -LARGEST_DEBT);
        account.flow_in(MediaTime::from_secs(61));
        assert_eq!(account.seconds(), 1.0 - LARGEST_DEBT);
    }

    #[test]
    fn what_was_spent_is_recent_for_a_second() {
        let mut account = Account::new(500_000, Rate::new(10, 1));
        for n in 0..20 {
            account.flow_in(MediaTime::from_millis(n * 100));
            account.spend(100_000.0);
        }
        assert_eq!(account.spent_in_last_second(), 2.0);
        assert!(account.is_overspent(0.0));
        account.flow_in(MediaTime::from_millis(2_450));
        assert_eq!(account.spent_in_last_second(), 1.0);
        account.flow_in(MediaTime::from_secs(9));
        assert_eq!(account.spent_in_last_second(), 0.0);
        assert!(!account.is_overspent(1.0));
        account.spend(account.balance() + 1_000_000.0);
        account.flow_in(MediaTime::from_secs(10));
        assert_eq!(account.seconds(), -1.0);
        assert!(!account.is_overspent(1.0));
        account.spend(300_000.0);
        assert!(account.is_overspent(1.0) && !account.is_overspent(0.5));
    }

    #[test]
    fn the_distance_of_frames_is_learned() {
        let mut account = Account::new(500_000, None);
        assert_eq!(account.period(), 1.0 / 30.0);
        for n in 0..200 {
            account.flow_in(MediaTime::from_millis(n * 100));
        }
        assert!((account.bits_per_frame() / 50_000.0 - 1.0).abs() < 0.01);
    }
}
