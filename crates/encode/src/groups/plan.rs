//! Which frames make a group, and which lane encodes it.

use std::collections::VecDeque;

/// The fewest frames at the end of a stream that a lane of their own is worth: with its key
/// frame, a lane spends the time of some more.
const SHORTEST_SHARE: u64 = 12;

/// Cuts a stream into closed groups of pictures and gives each to a lane. **Only the frames
/// decide**, never how far the lanes are, so that the same input gives the same stream however
/// busy the machine is.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The longest group, in frames.
    longest: usize,
    /// The longest first group.
    first: usize,
    /// How many groups were begun, as long as not each lane has had one.
    begun: usize,
    /// How many frames each lane got so far.
    frames: Vec<u64>,
    /// Lane and length of the group that is being filled.
    group: Option<(usize, usize)>,
    /// Once the stream's end is in sight: which lanes get how many of the frames that are left.
    shares: VecDeque<(usize, u64)>,
}

/// Where a frame goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) lane: usize,
    /// Whether a group begins with it: it must be a key frame.
    pub(crate) key: bool,
}

impl Plan {
    pub(crate) fn new(lanes: usize, longest: usize) -> Self {
        Self {
            longest,
            first: longest,
            begun: 0,
            frames: vec![0; lanes.max(1)],
            group: None,
            shares: VecDeque::new(),
        }
    }

    /// Lets groups begin with one that is no longer than `first`, or than its share of the longest
    /// where that is more, and grow: all lanes have something to do soon, and do not come to the
    /// ends of their groups together later. That costs key frames in short order.
    pub(crate) fn with_first(mut self, first: usize) -> Self {
        self.first = first.min(self.longest);
        self
    }

    /// Where the next frame goes. With `key` it begins a group, and so it does where the one
    /// before is as long as may be.
    pub(crate) fn place(&mut self, key: bool) -> Place {
        let share = self.shares.front().map(|(lane, _)| *lane);
        let place = match self.group {
            Some((lane, length))
                if !key && length < self.most() && share.is_none_or(|share| share == lane) =>
            {
                self.group = Some((lane, length + 1));
                Place { lane, key: false }
            }
            _ => {
                let lane = share.unwrap_or_else(|| self.least_used());
                self.group = Some((lane, 1));
                self.begun = self.frames.len().min(self.begun + 1);
                Place { lane, key: true }
            }
        };
        self.frames[place.lane] += 1;
        if let Some((_, left)) = self.shares.front_mut() {
            *left -= 1;
            if *left == 0 {
                self.shares.pop_front();
            }
        }
        place
    }

    /// How long the present group may be.
    fn most(&self) -> usize {
        let most = self.longest * self.begun / self.frames.len();
        most.max(self.first)
    }

    /// Only so many frames follow. They are shared out among at most so many `lanes`, so that
    /// none works on for long while others are done.
    pub(crate) fn end(&mut self, frames: u64, lanes: usize) {
        self.begun = self.frames.len();
        let mut used: Vec<(u64, usize)> = self.frames.iter().copied().zip(0..).collect();
        used.sort_unstable();
        // What the least used lanes have in the end if they share. The more they are, the better,
        // as long as even the most used of them gets something.
        let level = |lanes: &[(u64, usize)]| {
            let before: u64 = lanes.iter().map(|(frames, _)| frames).sum();
            (before + frames) / lanes.len() as u64
        };
        let is_worth_it = |count: &usize| {
            let most = used[count - 1].0;
            level(&used[..*count]) >= most + SHORTEST_SHARE
        };
        let most = lanes.min(used.len());
        let count = (1..=most).rev().find(is_worth_it).unwrap_or(1);
        let sharing = &mut used[..count];
        let level = level(sharing);
        // The group that is being filled goes on, if its lane gets anything.
        let filled = self.group.map(|(lane, _)| lane);
        sharing.sort_unstable_by_key(|(_, lane)| (Some(*lane) != filled, *lane));
        let mut left = frames;
        for (before, lane) in sharing {
            let share = level.saturating_sub(*before).min(left);
            left -= share;
            self.shares.push_back((*lane, share));
        }
        // What the division left over.
        if let Some((_, share)) = self.shares.back_mut() {
            *share += left;
        }
        self.shares.retain(|(_, share)| *share > 0);
    }

    /// Groups of one length go round the lanes; with others, none falls behind.
    fn least_used(&self) -> usize {
        let lanes = self.frames.iter().enumerate();
        lanes.min_by_key(|(_, frames)| **frames).map_or(0, |l| l.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lane and length of each group.
    fn groups(plan: &mut Plan, frames: usize, keys: &[usize]) -> Vec<(usize, usize)> {
        let mut groups: Vec<(usize, usize)> = Vec::new();
        for n in 0..frames {
            let place = plan.place(keys.contains(&n));
            match groups.last_mut() {
                Some((lane, length)) if !place.key => {
                    assert_eq!(*lane, place.lane);
                    *length += 1;
                }
                _ => groups.push((place.lane, 1)),
            }
        }
        groups
    }

    #[test]
    fn groups_of_one_length_go_round() {
        let mut plan = Plan::new(3, 10);
        let expected = [(0, 10), (1, 10), (2, 10), (0, 10), (1, 5)];
        assert_eq!(groups(&mut plan, 45, &[]), expected);
    }

    #[test]
    fn the_first_groups_are_shorter() {
        let mut plan = Plan::new(3, 60).with_first(16);
        let expected = [(0, 20), (1, 40), (2, 60), (0, 60), (1, 60), (2, 10)];
        assert_eq!(groups(&mut plan, 250, &[]), expected);
        let mut plan = Plan::new(2, 20).with_first(16);
        assert_eq!(groups(&mut plan, 50, &[]), [(0, 16), (1, 20), (0, 14)]);
    }

    #[test]
    fn a_key_frame_begins_a_group() {
        let mut plan = Plan::new(2, 10);
        let expected = [(0, 4), (1, 10), (0, 2), (0, 10), (1, 1)];
        assert_eq!(groups(&mut plan, 27, &[0, 4, 16]), expected);
    }

    /// Lane and length of each of the last groups, and how many frames each lane got in all.
    fn ended(
        lanes: usize,
        longest: usize,
        before: usize,
        left: usize,
    ) -> (Vec<(usize, usize)>, Vec<u64>) {
        let mut plan = Plan::new(lanes, longest).with_first(16);
        groups(&mut plan, before, &[0]);
        plan.end(left as u64, lanes);
        let last = groups(&mut plan, left, &[]);
        assert!(plan.shares.is_empty());
        assert_eq!(plan.frames.iter().sum::<u64>(), (before + left) as u64);
        (last, plan.frames)
    }

    #[test]
    fn at_the_end_all_lanes_get_as_much() {
        // The group that lane 1 is at goes on, and lane 0 gets the rest.
        let mut plan = Plan::new(2, 100).with_first(16);
        groups(&mut plan, 140, &[]);
        plan.end(100, 2);
        let last: Vec<Place> = (0..100).map(|_| plan.place(false)).collect();
        assert!(last[..30].iter().all(|place| place.lane == 1));
        assert!(last[30..].iter().all(|place| place.lane == 0));
        let keys: Vec<usize> = (0..100).filter(|&n| last[n].key).collect();
        assert_eq!(keys, [10, 30], "one where the group was as long as may be");
        // Between groups, of several lanes, and from the beginning.
        assert_eq!(ended(2, 60, 240, 60).1, [150, 150]);
        assert_eq!(ended(3, 60, 180, 60).1, [80, 80, 80]);
        assert_eq!(ended(3, 60, 120, 96).1, [72, 72, 72]);
        assert_eq!(ended(4, 60, 0, 100).0, [(0, 25), (1, 25), (2, 25), (3, 25)]);
        // 61 frames: what is left over is not lost.
        assert_eq!(ended(2, 60, 0, 61).0, [(0, 30), (1, 31)]);
    }

    #[test]
    fn a_few_last_frames_are_not_torn_apart() {
        assert_eq!(ended(4, 60, 0, 20).0, [(0, 20)]);
        assert_eq!(ended(2, 60, 240, 23).0, [(0, 23)]);
        assert_eq!(ended(2, 60, 150, 35).1, [90, 95]);
        assert_eq!(ended(2, 60, 150, 0).1, [90, 60]);
    }

    #[test]
    fn no_lane_falls_behind() {
        let mut plan = Plan::new(4, 30);
        let keys: Vec<usize> = (0..20).map(|n| n * 47).collect();
        groups(&mut plan, 20 * 47, &keys);
        let (least, most) = (plan.frames.iter().min(), plan.frames.iter().max());
        let apart = most.unwrap() - least.unwrap();
        assert!(apart <= 30, "{:?}", plan.frames);
    }
}
