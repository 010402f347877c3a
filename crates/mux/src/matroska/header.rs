//! Everything before the first cluster, and what the end of the file changes in it.

use alloc::vec::Vec;

use bytes::{BufMut, Bytes};
use media_recorder_types::MediaTime;

use super::ebml::{self, put_binary, put_float, put_id, put_master, put_size, put_uint, put_void};
use super::ids::{self, Id};
use super::options::{APP, ClusterMode, MatroskaOptions};
use super::output::Output;

/// Nanoseconds in a tick (RFC 9559 §11.1). The WebM container guidelines want 1 ms.
pub(super) const TICK_NANOS: u64 = 1_000_000;

/// Ticks per second.
pub(super) const TICKS_PER_SECOND: u32 = 1_000;

/// Octets of the `Duration` element: ID, size and a 64-bit float.
const DURATION_OCTETS: usize = 2 + 1 + 8;

/// Octets kept for the `SeekHead`: three entries with positions of up to eight octets, and two
/// more, so that a `Void` fits behind it whatever the positions are.
const SEEK_HEAD_OCTETS: usize = 4 + 1 + 3 * (3 + 7 + 11) + 2;

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
    /// The `Duration`, from the start of the file.
    duration: u64,
}

/// The header of a live file; `tracks` is its `Tracks` element.
pub(super) fn header(options: &MatroskaOptions, tracks: &[u8]) -> (Bytes, Slots) {
    let mut buf = Vec::new();
    put_master(&mut buf, ids::EBML, |buf| {
        put_uint(buf, ids::EBML_VERSION, 1);
        put_uint(buf, ids::EBML_READ_VERSION, 1);
        put_uint(buf, ids::EBML_MAX_ID_LENGTH, 4);
        put_uint(buf, ids::EBML_MAX_SIZE_LENGTH, 8);
        put_binary(buf, ids::DOC_TYPE, options.doc_type.name().as_bytes());
        // CodecDelay, Colour, DiscardPadding and CueRelativePosition came with version 4,
        // SimpleBlock with 2: whoever does not know the former can read the file without.
        put_uint(buf, ids::DOC_TYPE_VERSION, 4);
        put_uint(buf, ids::DOC_TYPE_READ_VERSION, 2);
    });

    put_id(&mut buf, ids::SEGMENT);
    let segment_size = buf.len();
    buf.put_u64(ebml::UNKNOWN_SIZE);
    let segment_data = buf.len();

    put_void(&mut buf, SEEK_HEAD_OCTETS);

    let info_at = buf.len();
    let mut info = Vec::new();
    put_uint(&mut info, ids::TIMESTAMP_SCALE, TICK_NANOS);
    let duration_in_info = info.len();
    put_void(&mut info, DURATION_OCTETS);
    put_binary(&mut info, ids::MUXING_APP, APP.as_bytes());
    put_binary(&mut info, ids::WRITING_APP, options.writing_app.as_bytes());
    put_id(&mut buf, ids::INFO);
    put_size(&mut buf, info.len() as u64);
    let duration = buf.len() + duration_in_info;
    buf.put_slice(&info);

    let tracks_at = buf.len();
    buf.put_slice(tracks);

    let slots = Slots {
        segment_size: segment_size as u64,
        segment_data: segment_data as u64,
        info: (info_at - segment_data) as u64,
        tracks: (tracks_at - segment_data) as u64,
        duration: duration as u64,
    };
    (buf.into(), slots)
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
        let mut buf = Vec::with_capacity(SEEK_HEAD_OCTETS);
        put_master(&mut buf, ids::SEEK_HEAD, |buf| {
            put_seek(buf, ids::INFO, self.info);
            put_seek(buf, ids::TRACKS, self.tracks);
            if let Some(cues) = cues {
                put_seek(buf, ids::CUES, cues);
            }
        });
        let rest = SEEK_HEAD_OCTETS - buf.len();
        put_void(&mut buf, rest);
        buf.into()
    }
}

fn put_seek(buf: &mut Vec<u8>, id: Id, position: u64) {
    put_master(buf, ids::SEEK, |buf| {
        put_binary(buf, ids::SEEK_ID, &id.to_be_bytes());
        put_uint(buf, ids::SEEK_POSITION, position);
    });
}

/// The duration in ticks, fractions included: it need not be a whole number of them.
fn duration_element(duration: MediaTime) -> Bytes {
    let mut buf = Vec::with_capacity(DURATION_OCTETS);
    let ticks = duration.as_nanos() as f64 / TICK_NANOS as f64;
    put_float(&mut buf, ids::DURATION, ticks);
    buf.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seek_head_fills_its_place_at_every_position() {
        let slots = |tracks| Slots {
            segment_size: 0,
            segment_data: 8,
            info: 70,
            tracks,
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
    fn the_duration_has_the_octets_of_its_place() {
        let bytes = duration_element(MediaTime::from_nanos(33_366_667));
        assert_eq!(bytes.len(), DURATION_OCTETS);
        assert_eq!(bytes[3..], 33.366_667_f64.to_be_bytes());
    }
}
