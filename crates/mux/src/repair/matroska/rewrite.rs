//! Repairing a file whose header has no room: a new header, and what is good of the old file.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::ops::Range;

use bytes::Bytes;

use super::cues::{CueList, Cues, Positions};
use super::found::Found;
use super::head::Info;
use super::ids::{self, Id};
use super::plan::{self, Steps, append, patch};
use crate::matroska::ebml::{self, MAX_SIZE};
use crate::matroska::elements::Elements;
use crate::matroska::ids as schema;
use crate::repair::RepairStep;

/// Octets of the Segment's ID and size.
const SEGMENT_HEADER_OCTETS: u64 = 4 + 8;

/// Octets kept for the `SeekHead`: six entries with positions of up to eight octets, and two more,
/// so that a `Void` fits behind it whatever the positions are.
const SEEK_HEAD_OCTETS: u64 = 4 + 2 + 6 * (3 + 7 + 11) + 2;

/// Our name, for a file whose `Info` is lost.
const APP: &str = concat!("media-recorder ", env!("CARGO_PKG_VERSION"));

/// The steps to a new file.
pub(super) fn steps(found: &Found, list: CueList) -> Steps {
    let left_out = left_out(found);
    let info = info(found);
    let before = SEEK_HEAD_OCTETS + info.len() as u64;
    let positions = Positions::new(found.segment.data, before, &left_out);
    let (cues_at, cues) = plan::cues_at_end(found, list, &positions);

    let octets = cues_at + cues.as_ref().map_or(0, Cues::octets);
    let size = (!found.unknown_sizes && octets <= MAX_SIZE).then_some(octets);
    let mut seeks = plan::seeks(found, cues.as_ref().map(|_| cues_at), |element| {
        positions.of(element.range.start)
    });
    seeks.retain(|(id, _)| *id != ids::INFO);
    seeks.insert(0, (ids::INFO, SEEK_HEAD_OCTETS));

    let mut first = VecDeque::new();
    first.push_back(RepairStep::Copy(found.ebml.clone()));
    first.push_back(append(header(size, &seeks, &info)));
    let kept = plan::without(found.segment.data..found.end, &left_out);
    first.extend(kept.into_iter().map(RepairStep::Copy));
    let segment = found.ebml.end - found.ebml.start + SEGMENT_HEADER_OCTETS;
    let last = found.edits.iter().map(|edit| {
        let offset = segment + positions.of(edit.offset);
        patch(offset, edit.bytes.clone())
    });
    Steps {
        in_place: false,
        first,
        cues,
        last: last.collect(),
    }
}

/// The header of the Segment and its first two elements.
fn header(size: Option<u64>, seeks: &[(Id, u64)], info: &[u8]) -> Vec<u8> {
    let mut elements = Elements::new();
    elements.master(schema::SEEK_HEAD, |seek_head| {
        plan::put_seeks(seek_head, seeks)
    });
    elements.void(SEEK_HEAD_OCTETS as usize - elements.len());
    let mut buf = Vec::new();
    ebml::put_id(&mut buf, schema::SEGMENT);
    match size {
        Some(size) => ebml::put_size_in(&mut buf, size, 8),
        None => ebml::put_unknown_size_in(&mut buf, 8),
    }
    buf.extend_from_slice(elements.as_slice());
    buf.extend_from_slice(info);
    buf
}

/// Damage, and what is written anew.
fn left_out(found: &Found) -> Vec<Range<u64>> {
    let anew = found.elements.iter().filter(|element| {
        matches!(
            element.id,
            ids::SEEK_HEAD | ids::INFO | ids::CUES | ids::VOID | ids::CRC_32
        )
    });
    let anew = anew.map(|element| element.range.clone());
    let mut left_out: Vec<_> = anew.chain(found.damaged.iter().cloned()).collect();
    left_out.sort_by_key(|range| range.start);
    left_out
}

/// `Info` with the new duration.
fn info(found: &Found) -> Bytes {
    let ticks = plan::duration_ticks(found);
    let mut elements = Elements::new();
    elements.master(schema::INFO, |info| {
        match &found.info {
            Some(old) => put_others(info, old),
            None => {
                info.uint(schema::TIMESTAMP_SCALE, found.scale());
                info.text(schema::MUXING_APP, APP);
                info.text(schema::WRITING_APP, APP);
            }
        }
        // It is greater than zero (RFC 9559 §5.1.2.10).
        if ticks > 0.0 {
            info.float(schema::DURATION, ticks);
        }
    });
    elements.into_bytes()
}

/// What else the old `Info` says.
fn put_others(elements: &mut Elements, info: &Info) {
    for child in info.children() {
        if !matches!(child.id, ids::DURATION | ids::VOID | ids::CRC_32) {
            let end = child.start + child.octets();
            elements.copy(&info.data[child.start..end]);
        }
    }
}
