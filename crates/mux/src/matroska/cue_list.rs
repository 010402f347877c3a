//! Index entries in little memory: a recording of days has a few of them each second.

use alloc::vec::Vec;
use core::slice;

/// Octets to allocate at once. Blocks of one size, and not one that is doubled again and again,
/// so that at most one of them is unused.
const BLOCK_OCTETS: usize = 4096;

/// The most octets of an entry: the track, and three numbers of up to 64 bits.
const MAX_ENTRY_OCTETS: usize = 1 + 3 * 10;

/// Where a block is that can be sought to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cue {
    /// The block's time.
    pub(super) tick: u64,
    /// Its track's number, 1 to 126.
    pub(super) track: u8,
    /// Its cluster, from the start of the Segment's data.
    pub(super) cluster: u64,
    /// The block, from the start of the cluster's data; `None` if it is the first.
    pub(super) relative: Option<u64>,
}

/// Entries whose ticks and clusters only grow.
///
/// Each is the distance from the one before, in numbers of as few groups of seven bits as
/// possible: **at most 12 octets where key frames are less than 35 minutes and 256 MB apart**,
/// and commonly eight.
#[derive(Debug, Default)]
pub(super) struct CueList {
    /// None has part of an entry.
    blocks: Vec<Vec<u8>>,
    /// Tick and cluster of the last entry.
    last: Option<(u64, u64)>,
}

impl CueList {
    /// The tick of the last entry.
    pub(super) fn last_tick(&self) -> Option<u64> {
        self.last.map(|(tick, _)| tick)
    }

    /// Adds an entry, neither of an earlier tick nor in an earlier cluster than the last one.
    pub(super) fn push(&mut self, cue: Cue) {
        let (last_tick, last_cluster) = self.last.unwrap_or_default();
        self.last = Some((cue.tick, cue.cluster));
        let free = |block: &Vec<u8>| BLOCK_OCTETS - block.len();
        if self
            .blocks
            .last()
            .is_none_or(|block| free(block) < MAX_ENTRY_OCTETS)
        {
            self.blocks.push(Vec::with_capacity(BLOCK_OCTETS));
        }
        let block = self
            .blocks
            .last_mut()
            .expect("one has been added if there was none");
        block.push(cue.track << 1 | u8::from(cue.relative.is_some()));
        put_number(block, cue.tick - last_tick);
        put_number(block, cue.cluster - last_cluster);
        if let Some(relative) = cue.relative {
            put_number(block, relative);
        }
    }

    /// The entries in their order.
    pub(super) fn iter(&self) -> Iter<'_> {
        Iter {
            blocks: self.blocks.iter(),
            block: [].iter(),
            last: (0, 0),
        }
    }
}

/// The entries of a [`CueList`].
#[derive(Debug)]
pub(super) struct Iter<'a> {
    blocks: slice::Iter<'a, Vec<u8>>,
    /// What is left of the current block.
    block: slice::Iter<'a, u8>,
    /// Tick and cluster of the last entry.
    last: (u64, u64),
}

impl Iterator for Iter<'_> {
    type Item = Cue;

    fn next(&mut self) -> Option<Cue> {
        if self.block.as_slice().is_empty() {
            self.block = self.blocks.next()?.iter();
        }
        let first = *self.block.next()?;
        self.last.0 += number(&mut self.block);
        self.last.1 += number(&mut self.block);
        let (tick, cluster) = self.last;
        Some(Cue {
            tick,
            track: first >> 1,
            cluster,
            relative: (first & 1 != 0).then(|| number(&mut self.block)),
        })
    }
}

/// Seven bits in each octet, the lowest first; the eighth says that more follow.
fn put_number(block: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        block.push(number as u8 | 0x80);
        number >>= 7;
    }
    block.push(number as u8);
}

/// What [`put_number`] has put there.
fn number(octets: &mut slice::Iter<'_, u8>) -> u64 {
    let mut number = 0;
    for (n, octet) in octets.enumerate() {
        number |= u64::from(octet & 0x7F) << (7 * n);
        if octet & 0x80 == 0 {
            break;
        }
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_come_back_as_they_were() {
        let mut cues = Vec::new();
        for n in 0..5000_u64 {
            // Now and then as far away as can be.
            let bits = [3, 7, 14, 20, 40][n as usize % 5];
            let last: Cue = cues.last().copied().unwrap_or(Cue {
                tick: 0,
                track: 1,
                cluster: 0,
                relative: None,
            });
            cues.push(Cue {
                tick: last.tick + (n & 1) * (1 << bits),
                track: 1 + (n % 126) as u8,
                cluster: last.cluster + n % 3 * (1 << bits),
                relative: (n % 7 != 0).then_some((1 << bits) - 1),
            });
        }
        cues.push(Cue {
            tick: u64::MAX,
            track: 126,
            cluster: u64::MAX,
            relative: Some(u64::MAX),
        });
        let mut list = CueList::default();
        assert_eq!(list.last_tick(), None);
        for cue in &cues {
            list.push(*cue);
            assert_eq!(list.last_tick(), Some(cue.tick));
        }
        assert!(list.iter().eq(cues));
        assert!(list.blocks.len() > 1);
        assert!(
            list.blocks
                .iter()
                .all(|block| block.capacity() == BLOCK_OCTETS)
        );
    }

    #[test]
    fn an_entry_has_at_most_twelve_octets() {
        let mut list = CueList::default();
        for n in 0..100_u64 {
            list.push(Cue {
                tick: n * ((1 << 21) - 1),
                track: 126,
                cluster: n * ((1 << 28) - 1),
                relative: Some((1 << 28) - 1),
            });
        }
        assert!(list.blocks[0].len() <= 100 * 12);
    }
}
