//! Which frames make a group, and which lane encodes it.

/// Cuts a stream into closed groups of pictures and gives each to a lane. **Only the frames
/// decide**, never how far the lanes are, so that the same input gives the same stream however
/// busy the machine is.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The longest group, in frames.
    longest: usize,
    /// How many frames each lane got so far.
    frames: Vec<u64>,
    /// Lane and length of the group that is being filled.
    group: Option<(usize, usize)>,
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
            frames: vec![0; lanes.max(1)],
            group: None,
        }
    }

    /// Where the next frame goes. With `key` it begins a group, and so it does where the one
    /// before is as long as may be.
    pub(crate) fn place(&mut self, key: bool) -> Place {
        let place = match self.group {
            Some((lane, length)) if !key && length < self.longest => {
                self.group = Some((lane, length + 1));
                Place { lane, key: false }
            }
            _ => {
                let lane = self.least_used();
                self.group = Some((lane, 1));
                Place { lane, key: true }
            }
        };
        self.frames[place.lane] += 1;
        place
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
    fn a_key_frame_begins_a_group() {
        let mut plan = Plan::new(2, 10);
        let expected = [(0, 4), (1, 10), (0, 2), (0, 10), (1, 1)];
        assert_eq!(groups(&mut plan, 27, &[0, 4, 16]), expected);
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
