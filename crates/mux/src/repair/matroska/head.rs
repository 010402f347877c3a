//! The elements before the first cluster: what a repair needs to know of them.

use alloc::vec::Vec;
use core::ops::Range;

use super::block::{Kind, Sound, Track};
use super::ids::{self, Id};
use super::read::{self, Child, children};

/// The most tracks that are looked at; there are seldom more than ten.
const MAX_TRACKS: usize = 256;

/// The most entries of a `SeekHead` that are looked at: it lists six kinds of elements.
const MAX_SEEKS: usize = 64;

/// The `TimestampScale` of a file that does not say it (RFC 9559 §5.1.2.9).
const DEFAULT_SCALE: u64 = 1_000_000;

/// The version of a document that does not say it (RFC 8794 §11.2.7).
const DEFAULT_VERSION: u64 = 1;

/// The `DocTypeVersion` of an EBML header's data; `None` if it is no Matroska.
pub(super) fn doc_type_version(data: &[u8]) -> Option<u64> {
    let mut version = DEFAULT_VERSION;
    let mut known = false;
    for child in children(data) {
        let child = child?;
        match child.id {
            // A string may be padded with zeros (RFC 8794 §7.4).
            ids::DOC_TYPE => {
                let name = child.data.split(|&octet| octet == 0).next();
                known = matches!(name, Some(b"webm" | b"matroska"));
            }
            ids::DOC_TYPE_VERSION => version = read::uint(child.data)?,
            _ => {}
        }
    }
    known.then_some(version)
}

/// An `Info` (RFC 9559 §5.1.2).
#[derive(Debug)]
pub(super) struct Info {
    /// Its data, from the start of the file.
    pub(super) data_at: u64,
    pub(super) data: Vec<u8>,
    /// Nanoseconds in a tick; not zero.
    pub(super) scale: u64,
    pub(super) duration: Option<f64>,
}

impl Info {
    /// `None` if it cannot be read.
    pub(super) fn parse(data_at: u64, data: &[u8]) -> Option<Self> {
        let mut info = Self::missing();
        for child in children(data) {
            let child = child?;
            match child.id {
                ids::TIMESTAMP_SCALE => info.scale = read::uint(child.data).filter(|&n| n > 0)?,
                ids::DURATION => info.duration = Some(read::float(child.data)?),
                _ => {}
            }
        }
        info.data_at = data_at;
        info.data = data.to_vec();
        Some(info)
    }

    /// What holds if there is none.
    pub(super) fn missing() -> Self {
        Self {
            data_at: 0,
            data: Vec::new(),
            scale: DEFAULT_SCALE,
            duration: None,
        }
    }

    pub(super) fn children(&self) -> impl Iterator<Item = Child<'_>> {
        children(&self.data).flatten()
    }

    /// Where a child is, from the start of the file.
    pub(super) fn range_of(&self, child: Child<'_>) -> Range<u64> {
        let start = self.data_at + child.start as u64;
        start..start + child.octets() as u64
    }
}

/// The tracks of a `Tracks` element's data (RFC 9559 §5.1.4); `None` if it cannot be read, or
/// there are none.
pub(super) fn tracks(data: &[u8]) -> Option<Vec<Track>> {
    let mut tracks = Vec::new();
    for child in children(data) {
        let child = child?;
        if child.id == ids::TRACK_ENTRY && tracks.len() < MAX_TRACKS {
            tracks.push(track(child.data)?);
        }
    }
    (!tracks.is_empty()).then_some(tracks)
}

fn track(data: &[u8]) -> Option<Track> {
    let mut track = Track::default();
    let mut codec = &[][..];
    let mut audio = &[][..];
    for child in children(data) {
        let child = child?;
        match child.id {
            ids::TRACK_NUMBER => track.number = read::uint(child.data)?,
            ids::TRACK_TYPE => {
                track.kind = match read::uint(child.data)? {
                    1 => Kind::Video,
                    2 => Kind::Audio,
                    _ => Kind::Other,
                }
            }
            ids::DEFAULT_DURATION => {
                track.default_duration = read::uint(child.data).filter(|&nanos| nanos > 0);
            }
            ids::CODEC_DELAY => track.codec_delay = read::uint(child.data)?,
            ids::CODEC_ID => codec = child.data,
            ids::AUDIO => audio = child.data,
            _ => {}
        }
    }
    track.sound = sound(codec, audio);
    (track.number > 0).then_some(track)
}

/// What of an audio track tells how long its blocks are.
fn sound(codec: &[u8], audio: &[u8]) -> Sound {
    if codec.starts_with(b"A_OPUS") {
        return Sound::Opus;
    }
    if !codec.starts_with(b"A_PCM/") {
        return Sound::Other;
    }
    // What holds where nothing is said (RFC 9559 §5.1.4.1.29).
    let (mut rate, mut channels, mut bits) = (8000.0, 1, 0);
    for child in children(audio).flatten() {
        match child.id {
            ids::SAMPLING_FREQUENCY => rate = read::float(child.data).unwrap_or_default(),
            ids::CHANNELS => channels = read::uint(child.data).unwrap_or_default(),
            ids::BIT_DEPTH => bits = read::uint(child.data).unwrap_or_default(),
            _ => {}
        }
    }
    // Negative and not a number become zero.
    let octets_per_second = (rate as u64)
        .checked_mul(channels)
        .and_then(|n| n.checked_mul(bits / 8));
    match octets_per_second {
        Some(octets_per_second @ 1..) => Sound::Pcm { octets_per_second },
        _ => Sound::Other,
    }
}

/// Whether a `Cues` element's data is an index that can be read (RFC 9559 §5.1.5).
pub(super) fn is_index(data: &[u8]) -> bool {
    is_master(data, &[ids::CUE_POINT], |point| {
        let required = [ids::CUE_TIME, ids::CUE_TRACK_POSITIONS];
        point.id != ids::CUE_POINT
            || is_master(point.data, &required, |child| match child.id {
                ids::CUE_TIME => read::uint(child.data).is_some(),
                ids::CUE_TRACK_POSITIONS => is_place(child.data),
                _ => true,
            })
    })
}

/// Whether a `CueTrackPositions` element's data says where something is.
fn is_place(data: &[u8]) -> bool {
    let required = [ids::CUE_TRACK, ids::CUE_CLUSTER_POSITION];
    is_master(data, &required, |child| {
        let known = child.id == ids::CUE_RELATIVE_POSITION || required.contains(&child.id);
        !known || read::uint(child.data).is_some()
    })
}

/// Whether all children can be read and are good, and those that are required are there.
fn is_master<'a>(data: &'a [u8], required: &[Id], is_good: impl Fn(Child<'a>) -> bool) -> bool {
    let is_there = |id: &Id| children(data).flatten().any(|child| child.id == *id);
    children(data).all(|child| child.is_some_and(&is_good)) && required.iter().all(is_there)
}

/// What a `SeekHead`'s data lists: IDs, and positions from the start of the Segment's data.
pub(super) fn seeks(data: &[u8]) -> Vec<(Id, u64)> {
    let seek = |child: Child<'_>| {
        let (mut id, mut position) = (None, None);
        for child in children(child.data).flatten() {
            match child.id {
                ids::SEEK_ID => id = read::uint(child.data),
                ids::SEEK_POSITION => position = read::uint(child.data),
                _ => {}
            }
        }
        Some((Id::try_from(id?).ok()?, position?))
    };
    children(data)
        .flatten()
        .filter(|child| child.id == ids::SEEK)
        .filter_map(seek)
        .take(MAX_SEEKS)
        .collect()
}
