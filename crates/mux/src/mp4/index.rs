//! What a hybrid file remembers of its samples until its end.

use alloc::vec::Vec;

/// Octets of a block of the log.
const BLOCK_OCTETS: usize = 16 << 10;

/// The most octets of an entry of the log: a size of 32 bits with the key flag, a difference of 33
/// bits with another flag, and 33 bits of an offset, in groups of seven.
const MAX_ENTRY_OCTETS: usize = 5 + 5 + 5;

/// The sizes, durations, key flags and composition offsets of a track's samples, and where its
/// chunks are.
///
/// **A sample costs two to ten octets, commonly four**: its size with the key flag, and by how
/// much it lasts longer than the one before it, in as few groups of seven bits as suffice. Where
/// samples are not shown in their order, a change of the offset costs up to five more. They are
/// kept in blocks that never move, so that there is no copying, and no half-empty buffer of
/// twice the size. A chunk, which is a fragment's part of the track, costs 16 octets.
#[derive(Debug, Default)]
pub(crate) struct SampleIndex {
    blocks: Vec<Vec<u8>>,
    samples: u32,
    /// Whether there is one that is no key frame.
    has_others: bool,
    sizes: Sizes,
    /// The duration of the latest sample in the log.
    duration: u32,
    /// Its composition offset.
    composition: i32,
    /// What is not in the log yet: what follows it decides how long it lasts.
    latest: Option<Latest>,
    chunks: Vec<Chunk>,
}

/// The sizes of samples.
#[derive(Clone, Copy, Debug, Default)]
enum Sizes {
    #[default]
    None,
    /// All of them are this one.
    One(u32),
    Several,
}

#[derive(Clone, Copy, Debug)]
struct Latest {
    start: u64,
    size: u32,
    key: bool,
    composition: i32,
}

/// Samples of a track that lie in the file one after the other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chunk {
    /// From the start of the file.
    pub(super) offset: u64,
    pub(super) samples: u32,
    /// The number of their sample description, from 1.
    pub(super) description: u32,
}

/// A sample as it is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct IndexedSample {
    pub(super) size: u32,
    /// In ticks.
    pub(super) duration: u32,
    pub(super) key: bool,
    /// How long after its start it is shown, in ticks.
    pub(super) composition: i32,
}

impl SampleIndex {
    /// Adds a sample that starts at `start`, in ticks: not before the one before it, and no more
    /// than 32 bits after it.
    pub(super) fn add(&mut self, start: u64, size: u32, key: bool) {
        self.add_composed(start, size, key, 0);
    }

    /// Adds a sample that is shown `composition` ticks after its start.
    pub(crate) fn add_composed(&mut self, start: u64, size: u32, key: bool, composition: i32) {
        let latest = Latest {
            start,
            size,
            key,
            composition,
        };
        if let Some(before) = self.latest.replace(latest) {
            self.log(before, start);
        }
    }

    /// Adds a chunk of the samples that were added since the last one.
    pub(super) fn add_chunk(&mut self, offset: u64, samples: u32) {
        self.add_described_chunk(offset, samples, 1);
    }

    /// Adds a chunk of samples with another description than the first.
    pub(crate) fn add_described_chunk(&mut self, offset: u64, samples: u32, description: u32) {
        self.chunks.push(Chunk {
            offset,
            samples,
            description,
        });
    }

    /// Moves all chunks further from the start of the file.
    pub(super) fn shift_chunks(&mut self, by: u64) {
        for chunk in &mut self.chunks {
            chunk.offset += by;
        }
    }

    /// No sample follows; the latest one ends at `end`, in ticks.
    pub(crate) fn finish(&mut self, end: u64) {
        if let Some(latest) = self.latest.take() {
            self.log(latest, end);
        }
    }

    fn log(&mut self, sample: Latest, end: u64) {
        let duration = u32::try_from(end - sample.start)
            .expect("the distance of two samples is checked when the second comes");
        let change = i64::from(duration) - i64::from(self.duration);
        self.duration = duration;
        self.samples += 1;
        self.has_others |= !sample.key;
        self.sizes = match self.sizes {
            Sizes::None => Sizes::One(sample.size),
            Sizes::One(size) if size != sample.size => Sizes::Several,
            sizes => sizes,
        };
        let block = match self.blocks.last_mut() {
            Some(block) if BLOCK_OCTETS - block.len() >= MAX_ENTRY_OCTETS => block,
            _ => {
                self.blocks.push(Vec::with_capacity(BLOCK_OCTETS));
                self.blocks.last_mut().expect("it has just been pushed")
            }
        };
        put_groups(block, u64::from(sample.size) << 1 | u64::from(sample.key));
        let composed = sample.composition != self.composition;
        put_groups(block, signed_to_groups(change) << 1 | u64::from(composed));
        if composed {
            self.composition = sample.composition;
            put_groups(block, signed_to_groups(sample.composition.into()));
        }
    }

    /// The samples of a [finished](Self::finish) index.
    pub(super) fn samples(&self) -> impl Iterator<Item = IndexedSample> {
        let (mut duration, mut composition) = (0, 0);
        self.blocks
            .iter()
            .flat_map(|block| {
                let mut rest = block.as_slice();
                core::iter::from_fn(move || {
                    let size_and_key = take_groups(&mut rest)?;
                    let change = take_groups(&mut rest)?;
                    let composed = match change & 1 {
                        0 => None,
                        _ => Some(take_groups(&mut rest)?),
                    };
                    Some((size_and_key, change >> 1, composed))
                })
            })
            .map(move |(size_and_key, change, composed)| {
                duration += signed_from_groups(change);
                if let Some(composed) = composed {
                    composition = signed_from_groups(composed) as i32;
                }
                IndexedSample {
                    size: (size_and_key >> 1) as u32,
                    duration: duration as u32,
                    key: size_and_key & 1 != 0,
                    composition,
                }
            })
    }

    /// How many there are.
    pub(crate) fn len(&self) -> u32 {
        self.samples
    }

    /// Whether all of them are key frames.
    pub(super) fn only_keys(&self) -> bool {
        !self.has_others
    }

    /// The size of all of them, zero of none; `None` if there are several.
    pub(super) fn uniform_size(&self) -> Option<u32> {
        match self.sizes {
            Sizes::None => Some(0),
            Sizes::One(size) => Some(size),
            Sizes::Several => None,
        }
    }

    pub(super) fn chunks(&self) -> &[Chunk] {
        &self.chunks
    }
}

/// The sign in the lowest bit: small numbers of both signs stay small.
fn signed_to_groups(value: i64) -> u64 {
    (value << 1 ^ value >> 63).cast_unsigned()
}

fn signed_from_groups(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
}

/// Seven bits an octet, the lowest first; the highest bit of an octet says that another follows.
fn put_groups(buf: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        buf.push(value as u8 | 0x80);
        value >>= 7;
    }
    buf.push(value as u8);
}

fn take_groups(data: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    let mut shift = 0;
    loop {
        let (&octet, rest) = data.split_first()?;
        *data = rest;
        value |= u64::from(octet & 0x7F) << shift;
        if octet & 0x80 == 0 {
            return Some(value);
        }
        shift += 7;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_back_what_was_added() {
        let durations = [0, 1, u32::MAX, 0, 3000, 3001, 2999, u32::MAX, u32::MAX];
        let sizes = [1, 0x7F, 0x80, u32::MAX, 64, 65, 1, 1 << 29, 0];
        let compositions = [0, 0, 1, -1, i32::MAX, i32::MIN, 3000, 3000, 0];
        let expected: Vec<_> = (0..40_000)
            .map(|n| IndexedSample {
                size: sizes[n % 9],
                duration: durations[n % 9],
                key: n % 7 == 0,
                composition: compositions[n % 9],
            })
            .collect();
        let mut index = SampleIndex::default();
        let mut start = 12_345;
        for sample in &expected {
            index.add_composed(start, sample.size, sample.key, sample.composition);
            start += u64::from(sample.duration);
        }
        index.finish(start);
        assert_eq!(index.len(), 40_000);
        assert_eq!(index.samples().collect::<Vec<_>>(), expected);
        let kept: usize = index.blocks.iter().map(Vec::capacity).sum();
        assert!(kept <= 40_000 * MAX_ENTRY_OCTETS + BLOCK_OCTETS, "{kept}");
    }

    #[test]
    fn steady_sound_costs_four_octets_a_sample() {
        let mut index = SampleIndex::default();
        for n in 0..1_800_000 {
            index.add(n * 960, 300 + (n % 100) as u32, true);
        }
        index.finish(1_800_000 * 960);
        let kept: usize = index.blocks.iter().map(Vec::capacity).sum();
        assert!(kept <= 1_800_000 * 4, "{kept}");
    }
}
