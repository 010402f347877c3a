//! Which samples a fragment says that there are, and where: `moof` (ISO/IEC 14496-12 §8.8).

use alloc::vec::Vec;
use core::ops::Range;

use bytes::{Buf, Bytes};

use super::groups::{self, Assignment};
use super::media_data::MediaData;
use super::movie::Movie;
use super::read;
use super::track::Defaults;

/// `tfhd`'s flags (§8.8.7): what there is, and what offsets count from.
const BASE_DATA_OFFSET: u32 = 0x00_0001;
const DESCRIPTION: u32 = 0x00_0002;
const DEFAULT_DURATION: u32 = 0x00_0008;
const DEFAULT_SIZE: u32 = 0x00_0010;
const DEFAULT_FLAGS: u32 = 0x00_0020;
const DEFAULT_BASE_IS_MOOF: u32 = 0x02_0000;

/// `trun`'s flags (§8.8.8): what there is.
const DATA_OFFSET: u32 = 0x00_0001;
const FIRST_FLAGS: u32 = 0x00_0004;
const DURATIONS: u32 = 0x00_0100;
const SIZES: u32 = 0x00_0200;
const FLAGS: u32 = 0x00_0400;
const COMPOSITION: u32 = 0x00_0800;

/// `sample_is_non_sync_sample` (§8.8.3.1).
const NO_SYNC_SAMPLE: u32 = 0x0001_0000;

/// The most `mdat`s that a fragment has.
const MAX_MEDIA_DATA: usize = 16;

/// A fragment, and the `mdat`s behind it.
#[derive(Debug)]
pub(super) struct Fragment {
    pub(super) tracks: Vec<TrackFragment>,
    pub(super) media_data: Vec<MediaData>,
}

/// What a fragment has of a track: `traf`.
#[derive(Debug)]
pub(super) struct TrackFragment {
    /// Which of the movie's.
    pub(super) track: usize,
    pub(super) description: u32,
    /// When its first sample starts, in ticks, if it says so.
    pub(super) time: Option<u64>,
    pub(super) runs: Vec<Run>,
    pub(super) groups: Vec<Assignment>,
}

/// Samples that lie one after the other: `trun`.
#[derive(Debug)]
pub(super) struct Run {
    /// From the start of the file.
    pub(super) offset: u64,
    /// Where its samples end.
    pub(super) end: u64,
    pub(super) samples: u32,
    flags: u32,
    signed: bool,
    first_flags: Option<u32>,
    defaults: Defaults,
    table: Bytes,
}

/// A sample as its fragment describes it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sample {
    pub(super) size: u32,
    /// In ticks.
    pub(super) duration: u32,
    /// How long after its start it is shown, in ticks.
    pub(super) composition: i32,
    flags: u32,
}

impl Sample {
    pub(super) fn new(size: u32, duration: u32, composition: i32, is_key: bool) -> Self {
        Self {
            size,
            duration,
            composition,
            flags: if is_key { 0 } else { NO_SYNC_SAMPLE },
        }
    }

    /// Decoding can start with it.
    pub(super) fn is_key(&self) -> bool {
        self.flags & NO_SYNC_SAMPLE == 0
    }
}

impl Fragment {
    /// Reads a `moof` that begins at `start` of the file; `data` is what is in it. `None` if it is
    /// none of this movie.
    pub(super) fn parse(start: u64, data: &[u8], movie: &Movie) -> Option<Self> {
        let data = Bytes::copy_from_slice(data);
        let mut tracks = Vec::new();
        // Without a place of its own, a track's data follow those of the one before it (§8.8.7).
        let mut next = start;
        for child in read::children(&data) {
            let child = child?;
            if child.kind == *b"traf" {
                let fragment = data.slice_ref(child.data);
                tracks.push(TrackFragment::parse(start, &mut next, &fragment, movie)?);
            }
        }
        Some(Self {
            tracks,
            media_data: Vec::new(),
        })
    }

    /// This `mdat` follows.
    pub(super) fn add_media_data(&mut self, media_data: MediaData) {
        if self.media_data.len() < MAX_MEDIA_DATA {
            self.media_data.push(media_data);
        }
    }

    /// Whether these octets are in its `mdat`s.
    pub(super) fn has(&self, octets: &Range<u64>) -> bool {
        let mut all = self.media_data.iter();
        all.any(|media| media.data.start <= octets.start && octets.end <= media.data.end)
    }

    /// Octets of its `mdat`s.
    pub(super) fn octets(&self) -> u64 {
        let all = self.media_data.iter();
        all.map(|media| media.data.end - media.data.start).sum()
    }

    /// Where its last `mdat` ends.
    pub(super) fn data_end(&self) -> Option<u64> {
        self.media_data.last().map(|media| media.data.end)
    }

    /// Where the samples end that it lists.
    pub(super) fn listed_end(&self) -> u64 {
        let runs = self.tracks.iter().flat_map(|track| &track.runs);
        runs.map(|run| run.end).max().unwrap_or(0)
    }
}

impl TrackFragment {
    fn parse(moof: u64, next: &mut u64, data: &Bytes, movie: &Movie) -> Option<Self> {
        let mut header = read::find(data, b"tfhd")?;
        let (_, flags) = read::version_and_flags(&mut header)?;
        let track = movie.position(header.try_get_u32().ok()?)?;
        let base = match flags & BASE_DATA_OFFSET {
            0 if flags & DEFAULT_BASE_IS_MOOF != 0 => moof,
            0 => *next,
            _ => header.try_get_u64().ok()?,
        };
        let mut defaults = movie.tracks[track].defaults;
        for (flag, value) in [
            (DESCRIPTION, &mut defaults.description),
            (DEFAULT_DURATION, &mut defaults.duration),
            (DEFAULT_SIZE, &mut defaults.size),
            (DEFAULT_FLAGS, &mut defaults.flags),
        ] {
            if flags & flag != 0 {
                *value = header.try_get_u32().ok()?;
            }
        }
        let mut fragment = Self {
            track,
            description: defaults.description,
            time: None,
            runs: Vec::new(),
            groups: groups::assignments(data)?,
        };
        *next = base;
        for child in read::children(data) {
            let child = child?;
            match &child.kind {
                b"tfdt" => {
                    let mut time = child.data;
                    let (version, _) = read::version_and_flags(&mut time)?;
                    fragment.time = Some(read::long(&mut time, version)?);
                }
                b"trun" => {
                    let run = Run::parse(base, *next, data.slice_ref(child.data), defaults)?;
                    *next = run.end;
                    fragment.runs.push(run);
                }
                _ => {}
            }
        }
        Some(fragment)
    }
}

impl Run {
    /// `base` is what its offset counts from; without one, its samples begin at `next`.
    fn parse(base: u64, next: u64, data: Bytes, defaults: Defaults) -> Option<Self> {
        let mut rest: &[u8] = &data;
        let (version, flags) = read::version_and_flags(&mut rest)?;
        let samples = rest.try_get_u32().ok()?;
        let offset = match flags & DATA_OFFSET {
            0 => next,
            _ => base.checked_add_signed(rest.try_get_i32().ok()?.into())?,
        };
        let first_flags = match flags & FIRST_FLAGS {
            0 => None,
            _ => Some(rest.try_get_u32().ok()?),
        };
        let mut run = Self {
            offset,
            end: offset,
            samples,
            flags,
            signed: version > 0,
            first_flags,
            defaults,
            table: data.slice_ref(rest),
        };
        // What takes no room at all could be there as often as one likes.
        let listed = u64::from(samples) * run.octets_per_sample();
        let is_bounded = run.octets_per_sample() > 0 || defaults.size > 0 || samples == 0;
        run.end = offset.checked_add(run.octets())?;
        (is_bounded && listed == rest.len() as u64).then_some(run)
    }

    fn octets_per_sample(&self) -> u64 {
        let fields = self.flags & (DURATIONS | SIZES | FLAGS | COMPOSITION);
        u64::from(fields.count_ones()) * 4
    }

    /// Octets of all samples.
    fn octets(&self) -> u64 {
        match self.flags & SIZES {
            0 => u64::from(self.samples) * u64::from(self.defaults.size),
            _ => self.samples().map(|sample| u64::from(sample.size)).sum(),
        }
    }

    pub(super) fn samples(&self) -> impl Iterator<Item = Sample> {
        let mut table: &[u8] = &self.table;
        (0..self.samples).map_while(move |n| {
            let mut field = |flag, default| match self.flags & flag {
                0 => Some(default),
                _ => table.try_get_u32().ok(),
            };
            let duration = field(DURATIONS, self.defaults.duration)?;
            let size = field(SIZES, self.defaults.size)?;
            let flags = field(FLAGS, self.defaults.flags)?;
            let composition = field(COMPOSITION, 0)?;
            let first_flags = self.first_flags.filter(|_| n == 0);
            Some(Sample {
                size,
                duration,
                composition: match self.signed {
                    true => composition.cast_signed(),
                    false => i32::try_from(composition).unwrap_or(i32::MAX),
                },
                flags: first_flags.unwrap_or(flags),
            })
        })
    }
}
