//! Everything before the first cluster, and what the end of the file changes in it.

use alloc::vec::Vec;

use bytes::{BufMut, Bytes};
use media_recorder_types::{MediaTime, MediaTrack};

use super::element::{Element, Master};
use super::elements::Elements;
use super::options::{APP, ClusterMode, MatroskaOptions};
use super::tags::put_tags;
use super::tracks::put_tracks;
use super::{cluster, cues, ebml, ids};
use crate::output::Output;

/// Nanoseconds in a tick (RFC 9559 §11.1). The WebM container guidelines want 1 ms.
pub(super) const TICK_NANOS: u64 = 1_000_000;

/// Octets of the `Duration` element: ID, size and a 64-bit float.
const DURATION_OCTETS: usize = 2 + 1 + 8;

/// Octets kept for the `SeekHead`: four entries with positions of up to eight octets, and two
/// more, so that a `Void` fits behind it whatever the positions are.
const SEEK_HEAD_OCTETS: usize = 4 + 1 + 4 * (3 + 7 + 11) + 2;

/// Where the parts of the header lie that the end of the file changes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slots {
    /// The Segment's size, from the start of the file.
    segment_size: u64,
    /// The first octet of the Segment's data, from the start of the file: what positions inside
    /// the Segment count from (RFC 9559 §16), and where the `SeekHead` goes.
    pub(super) segment_data: u64,
    /// `Info`, from the start of the Segment's data.
    info: u64,
    /// `Tracks`, from the start of the Segment's data.
    tracks: u64,
    /// `Tags`, from the start of the Segment's data.
    tags: Option<u64>,
    /// The `Duration`, from the start of the file.
    duration: u64,
}

/// The header of a live file.
pub(super) fn header(options: &MatroskaOptions, tracks: &[MediaTrack]) -> (Bytes, Slots) {
    let mut parts = Elements::new();
    parts.void(SEEK_HEAD_OCTETS);

    let info = parts.len();
    let mut duration_in_info = 0;
    let info_data = parts.master(ids::INFO, |buf| {
        buf.uint(ids::TIMESTAMP_SCALE, TICK_NANOS);
        duration_in_info = buf.len();
        buf.void(DURATION_OCTETS);
        buf.text(ids::MUXING_APP, APP);
        buf.text(ids::WRITING_APP, &options.writing_app);
    });

    let tracks_at = parts.len();
    put_tracks(&mut parts, tracks, options);

    let tags_at = parts.len();
    put_tags(&mut parts, &options.tags);
    let has_tags = parts.len() > tags_at;

    // What follows the header may have these, and the header cannot wait for it.
    let version = parts.version().max(cluster::VERSION).max(cues::VERSION);
    let mut header = Vec::new();
    header.put_slice(ebml_header(options, version).as_slice());
    ebml::put_id(&mut header, ids::SEGMENT);
    let segment_size = header.len();
    header.put_u64(ebml::UNKNOWN_SIZE);
    let segment_data = header.len();
    header.put_slice(parts.as_slice());

    let slots = Slots {
        segment_size: segment_size as u64,
        segment_data: segment_data as u64,
        info: info as u64,
        tracks: tracks_at as u64,
        tags: has_tags.then_some(tags_at as u64),
        duration: (segment_data + info_data + duration_in_info) as u64,
    };
    (header.into(), slots)
}

/// The EBML header (RFC 8794 §11.2) of a file that has elements of `version`.
fn ebml_header(options: &MatroskaOptions, version: u8) -> Elements {
    let mut header = Elements::new();
    header.master(ids::EBML, |buf| {
        buf.uint(ids::EBML_VERSION, 1);
        buf.uint(ids::EBML_READ_VERSION, 1);
        buf.uint(ids::EBML_MAX_ID_LENGTH, 4);
        buf.uint(ids::EBML_MAX_SIZE_LENGTH, 8);
        buf.text(ids::DOC_TYPE, options.doc_type.name());
        buf.uint(ids::DOC_TYPE_VERSION, version.into());
        // Whoever does not know the newer elements can read the file without them, but not
        // without its blocks.
        let read_version = ids::SIMPLE_BLOCK.min_version;
        buf.uint(ids::DOC_TYPE_READ_VERSION, read_version.into());
    });
    header
}

impl Slots {
    /// Makes the live file a finished one: with an index of its parts (`cues` is the position
    /// of `Cues` from the start of the Segment's data), its duration and its size.
    pub(super) fn finish(
        &self,
        mode: ClusterMode,
        cues: Option<u64>,
        duration: MediaTime,
        output: &mut Output,
    ) {
        output.patch(self.segment_data, self.seek_head(cues));
        // A Duration is greater than zero (RFC 9559 §5.1.2.10).
        if duration > MediaTime::ZERO {
            output.patch(self.duration, duration_element(duration));
        }
        // ffmpeg complains of clusters of unknown size in a Segment of known size.
        let size = output.len() - self.segment_data;
        if mode == ClusterMode::Known && size <= ebml::MAX_SIZE {
            let mut buf = Vec::new();
            ebml::put_size_in(&mut buf, size, 8);
            output.patch(self.segment_size, buf.into());
        }
    }

    /// A `SeekHead` (RFC 9559 §5.1.1), and a `Void` for the rest of its place.
    fn seek_head(&self, cues: Option<u64>) -> Bytes {
        let mut buf = Elements::new();
        buf.master(ids::SEEK_HEAD, |buf| {
            put_seek(buf, ids::INFO, self.info);
            put_seek(buf, ids::TRACKS, self.tracks);
            if let Some(tags) = self.tags {
                put_seek(buf, ids::TAGS, tags);
            }
            if let Some(cues) = cues {
                put_seek(buf, ids::CUES, cues);
            }
        });
        buf.void(SEEK_HEAD_OCTETS - buf.len());
        buf.into_bytes()
    }
}

fn put_seek(buf: &mut Elements, to: Element<Master>, position: u64) {
    buf.master(ids::SEEK, |buf| {
        buf.binary(ids::SEEK_ID, &to.id.to_be_bytes());
        buf.uint(ids::SEEK_POSITION, position);
    });
}

/// The duration in ticks, fractions included: it need not be a whole number of them.
fn duration_element(duration: MediaTime) -> Bytes {
    let mut buf = Elements::new();
    let ticks = duration.as_nanos() as f64 / TICK_NANOS as f64;
    buf.float(ids::DURATION, ticks);
    buf.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MuxOutput;

    #[test]
    fn the_seek_head_fills_its_place_at_every_position() {
        let slots = |tracks| Slots {
            segment_size: 0,
            segment_data: 8,
            info: 70,
            tracks,
            tags: Some(tracks),
            duration: 100,
        };
        for bits in 0..64 {
            for position in [1_u64 << bits, u64::MAX >> bits] {
                for slots in [slots(200), slots(position)] {
                    for cues in [None, Some(position)] {
                        let bytes = slots.seek_head(cues);
                        assert_eq!(bytes.len(), SEEK_HEAD_OCTETS);
                        let seek_head = 5 + usize::from(bytes[4] & 0x7F);
                        assert!(seek_head + 2 <= SEEK_HEAD_OCTETS);
                        assert_eq!(bytes[seek_head], 0xEC, "a Void follows");
                    }
                }
            }
        }
    }

    #[test]
    fn the_size_of_the_whole_is_known_up_to_the_largest_that_can_be_said() {
        let slots = Slots {
            segment_size: 40,
            segment_data: 48,
            info: 70,
            tracks: 200,
            tags: None,
            duration: 100,
        };
        let said = |size: u64| {
            let mut output = Output::after(48 + size);
            slots.finish(ClusterMode::Known, None, MediaTime::ZERO, &mut output);
            core::iter::from_fn(|| output.poll()).find_map(|piece| match piece {
                MuxOutput::Patch { offset: 40, bytes } => Some(bytes),
                _ => None,
            })
        };
        for size in [1_u64 << 31, 1 << 32, (1 << 56) - 2] {
            for size in [size - 1, size] {
                let expected = ((1 << 56) | size).to_be_bytes();
                assert_eq!(said(size).as_deref(), Some(&expected[..]));
            }
        }
        // All ones are no size, and there are no more octets.
        for size in [(1 << 56) - 1, 1 << 56] {
            assert_eq!(said(size), None);
        }
    }

    #[test]
    fn the_duration_has_the_octets_of_its_place() {
        let bytes = duration_element(MediaTime::from_nanos(33_366_667));
        assert_eq!(bytes.len(), DURATION_OCTETS);
        assert_eq!(bytes[3..], 33.366_667_f64.to_be_bytes());
    }
}
