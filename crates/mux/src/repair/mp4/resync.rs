//! Finding the way back after damage: to a `moof` that can be read.

use core::mem;

use super::fragment::Fragment;
use super::read;
use super::scan::{Level, Scan};

/// Octets to search at once.
const SEARCH_WINDOW: u64 = 64 * 1024;

/// What a `moof` begins with, behind its size: its type and, with its size, that of the `mfhd`
/// which is always its first box (ISO/IEC 14496-12 §8.8.4, §8.8.5).
const BEGINNING: [u8; 12] = *b"moof\0\0\0\x10mfhd";

/// Octets of the size before that.
const SIZE_OCTETS: usize = 4;

/// Octets that tell a candidate.
const CANDIDATE_OCTETS: usize = SIZE_OCTETS + BEGINNING.len();

/// The most damaged stretches that are remembered: what comes after so much damage is given up.
const MAX_DAMAGED: usize = 1 << 12;

impl Scan {
    /// What was expected is not here: searches for what follows.
    pub(super) fn broken(&mut self) {
        if self.movie.is_none() {
            self.no_movie();
            return;
        }
        if self.in_damage {
            // It is not at the candidate that the file goes on.
            self.position = self.candidate + 1;
        } else {
            self.position = self.search_start();
            self.close_fragment();
            if self.level == Level::Done {
                return;
            }
            self.in_damage = true;
        }
        self.level = Level::Search;
        self.window = SEARCH_WINDOW;
    }

    /// Nothing is known yet that fragments could belong to.
    fn no_movie(&mut self) {
        let is_ordinary = self.outline.is_some() && self.level == Level::File;
        if is_ordinary {
            // What cannot be read behind its `moov` is none of it.
            self.clean_end = true;
            self.level = Level::Done;
        } else {
            self.outline = None;
            if !self.go_inside() {
                self.level = Level::Done;
            }
        }
    }

    /// Where to search from. If it is the size of an `mdat` that is damaged, or the file breaks off
    /// in it, what follows is behind the samples.
    fn search_start(&self) -> u64 {
        let last = |fragment: &Fragment| {
            let data = fragment.media_data.last()?.data.start;
            // It may list what lies before it, and a search that went back would not end.
            Some((data, fragment.listed_end().max(data)))
        };
        match self.fragment.as_ref().and_then(last) {
            Some((data, end)) if data > self.position => end.min(self.limit),
            Some((_, end)) => end.min(self.position),
            None => self.position + 1,
        }
    }

    pub(super) fn search(&mut self, bytes: &[u8], asked: u64) {
        let begins = |octets: &[u8]| octets[SIZE_OCTETS..] == BEGINNING;
        let found = bytes.windows(CANDIDATE_OCTETS).position(begins);
        let Some(at) = found else {
            if (bytes.len() as u64) < asked {
                self.end();
            } else {
                self.position += (bytes.len() - (CANDIDATE_OCTETS - 1)) as u64;
                self.window = SEARCH_WINDOW;
            }
            return;
        };
        self.candidate = self.position + at as u64;
        self.position = self.candidate;
        self.level = Level::File;
        match read::header(&bytes[at..]).and_then(|header| header.end(0, self.limit)) {
            Some(octets) if octets <= self.patience => self.patience -= octets,
            // Whoever makes so many would have one look at them for ever.
            _ => self.end(),
        }
    }

    /// Where what was kept ends, or what is known to be damaged.
    pub(super) fn accounted_until(&self) -> u64 {
        let damaged = self.damaged.last().map_or(0, |range| range.end);
        self.kept_until.max(damaged)
    }

    /// A fragment that begins at `start` can be read; false if it is too much.
    pub(super) fn recovered(&mut self, start: u64) -> bool {
        if mem::take(&mut self.in_damage) {
            if self.damaged.len() == MAX_DAMAGED {
                self.end();
                return false;
            }
            // Samples that were kept may lie behind it, where a file lists them in another order.
            let from = self.accounted_until().min(start);
            self.damaged.push(from..start);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damage_before_what_was_kept_has_no_octets() {
        for (kept_until, expected) in [(70, 70..100), (100, 100..100), (130, 100..100)] {
            let mut scan = Scan::new(1000);
            scan.kept_until = kept_until;
            scan.in_damage = true;
            assert!(scan.recovered(100));
            assert_eq!(scan.damaged, [expected]);
        }
    }
    #[test]
    fn no_damage_is_counted_twice() {
        let mut scan = Scan::new(1000);
        scan.kept_until = 50;
        // Nothing is kept of what was found in between.
        for start in [100, 300, 300] {
            scan.in_damage = true;
            assert!(scan.recovered(start));
        }
        assert_eq!(scan.damaged, [50..100, 100..300, 300..300]);
        assert_eq!(scan.accounted_until(), 300);
    }
}
