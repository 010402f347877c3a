//! Samples that the `moov` of a fragmented file lists itself (ISO/IEC 14496-12 §8.6, §8.7): those
//! before the first fragment, which some programs put there.

use bytes::Buf;

use super::fragment::Sample;
use super::read::{self, Kind};
use super::track::Track;

/// Adds to `track` those of the samples that `table`, the content of an `stbl`, lists which end
/// before `limit` of the file. Gives how many are not there and where the last one ends; `None` if
/// the tables cannot be read. `octets` is how many the file has that are of no sample yet.
pub(super) fn add(
    track: &mut Track,
    table: &[u8],
    limit: u64,
    octets: &mut u64,
) -> Option<(u64, u64)> {
    let mut samples = Samples::new(table)?;
    if samples.left == 0 {
        return Some((0, 0));
    }
    let mut chunks = ChunkLengths::new(table)?;
    let mut offsets = Offsets::new(table)?;
    let mut end = 0;
    while samples.left > 0 {
        let offset = offsets.next()?;
        let (length, description) = chunks.next()?;
        let (mut at, mut kept) = (offset, 0);
        while kept < length
            && let Some(sample) = samples.current
        {
            let sample_end = at.checked_add(sample.size.into())?;
            let Some(left) = octets.checked_sub(sample.size.into()) else {
                break;
            };
            if sample_end > limit {
                break;
            }
            samples.advance();
            track.add(&sample);
            (*octets, at, kept) = (left, sample_end, kept + 1);
        }
        if kept > 0 {
            track.index.add_described_chunk(offset, kept, description);
            end = end.max(at);
        }
        if kept < length {
            break;
        }
    }
    Some((samples.left.into(), end))
}

/// The content of a table behind its version and flags, which are given as well.
fn table_of<'a>(tables: &'a [u8], kind: &Kind) -> Option<(u8, &'a [u8])> {
    let mut data = read::find(tables, kind)?;
    let (version, _) = read::version_and_flags(&mut data)?;
    Some((version, data))
}

/// Runs of samples with the same value: `stts` and `ctts` (§8.6.1).
struct Runs<'a> {
    table: &'a [u8],
    left: u32,
    value: u32,
}

impl<'a> Runs<'a> {
    /// Of a table behind its version and flags.
    fn new(table: &'a [u8]) -> Option<Self> {
        Some(Self {
            table: table.get(4..)?,
            left: 0,
            value: 0,
        })
    }

    fn next(&mut self) -> Option<u32> {
        while self.left == 0 {
            self.left = self.table.try_get_u32().ok()?;
            self.value = self.table.try_get_u32().ok()?;
        }
        self.left -= 1;
        Some(self.value)
    }
}

/// What is said of each sample.
struct Samples<'a> {
    /// The current one and those behind it.
    left: u32,
    /// Of all samples; zero if each has its own.
    size: u32,
    sizes: &'a [u8],
    durations: Runs<'a>,
    compositions: Option<Runs<'a>>,
    /// The numbers of the key frames; without it, all samples are some.
    keys: Option<&'a [u8]>,
    number: u32,
    current: Option<Sample>,
}

impl<'a> Samples<'a> {
    fn new(tables: &'a [u8]) -> Option<Self> {
        let (_, mut sizes) = table_of(tables, b"stsz")?;
        let size = sizes.try_get_u32().ok()?;
        let left = sizes.try_get_u32().ok()?;
        let (_, durations) = table_of(tables, b"stts")?;
        let compositions = table_of(tables, b"ctts");
        let keys = table_of(tables, b"stss");
        let mut samples = Self {
            left,
            size,
            sizes,
            durations: Runs::new(durations)?,
            compositions: compositions.and_then(|(_, table)| Runs::new(table)),
            keys: keys.and_then(|(_, table)| table.get(4..)),
            number: 0,
            current: None,
        };
        samples.current = samples.read();
        Some(samples)
    }

    fn advance(&mut self) {
        self.left = self.left.saturating_sub(1);
        self.current = self.read();
    }

    fn read(&mut self) -> Option<Sample> {
        if self.left == 0 {
            return None;
        }
        self.number += 1;
        let size = match self.size {
            0 => self.sizes.try_get_u32().ok()?,
            size => size,
        };
        let duration = self.durations.next()?;
        let composition = self.compositions.as_mut().and_then(Runs::next);
        let is_key = self.keys.as_mut().is_none_or(|keys| {
            let is_next = keys.get(..4) == Some(&self.number.to_be_bytes());
            if is_next {
                keys.advance(4);
            }
            is_next
        });
        // Of version 0 as well, no offset is so large that it would be taken for a negative one.
        let composition = composition.unwrap_or(0).cast_signed();
        Some(Sample::new(size, duration, composition, is_key))
    }
}

/// How many samples each chunk has, and their description: `stsc` (§8.7.4).
struct ChunkLengths<'a> {
    table: &'a [u8],
    number: u32,
    length: u32,
    description: u32,
}

impl<'a> ChunkLengths<'a> {
    fn new(tables: &'a [u8]) -> Option<Self> {
        let (_, table) = table_of(tables, b"stsc")?;
        Some(Self {
            table: table.get(4..)?,
            number: 0,
            length: 0,
            description: 0,
        })
    }

    fn next(&mut self) -> Option<(u32, u32)> {
        self.number = self.number.checked_add(1)?;
        while self.table.get(..4) == Some(&self.number.to_be_bytes()) {
            self.table.advance(4);
            self.length = self.table.try_get_u32().ok()?;
            self.description = self.table.try_get_u32().ok()?;
        }
        (self.length > 0).then_some((self.length, self.description))
    }
}

/// Where the chunks begin: `stco` and `co64` (§8.7.5).
struct Offsets<'a> {
    table: &'a [u8],
    is_large: bool,
}

impl<'a> Offsets<'a> {
    fn new(tables: &'a [u8]) -> Option<Self> {
        let small = table_of(tables, b"stco").map(|(_, table)| (table, false));
        let (table, is_large) =
            small.or_else(|| table_of(tables, b"co64").map(|(_, table)| (table, true)))?;
        let table = table.get(4..)?;
        Some(Self { table, is_large })
    }

    fn next(&mut self) -> Option<u64> {
        match self.is_large {
            true => self.table.try_get_u64().ok(),
            false => self.table.try_get_u32().ok().map(u64::from),
        }
    }
}
