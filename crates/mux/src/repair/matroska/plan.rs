//! From what was found to the steps that make a finished file of it.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::ops::Range;

use bytes::Bytes;
use media_recorder_types::MediaTime;

use super::cues::{CueList, Cues, Positions};
use super::found::{Element, Found};
use super::ids::{self, Id};
use super::in_place;
use super::rewrite;
use crate::MuxOutput;
use crate::matroska::elements::Elements;
use crate::matroska::ids as schema;
use crate::repair::{Repair, RepairError, RepairReport, RepairStep};

/// The steps to a finished file.
pub(super) fn plan(mut found: Found, file_len: u64) -> Result<Repair, RepairError> {
    if found.packets == 0 {
        return Err(RepairError::NoPackets);
    }
    if is_whole(&found) {
        return Ok(leave(found, file_len));
    }
    let report = report(&found, file_len);
    strip_indexes(&mut found);
    let cues = core::mem::take(&mut found.cues);
    let steps = match in_place::steps(&found, cues) {
        Ok(steps) => steps,
        Err(cues) => rewrite::steps(&found, cues),
    };
    Ok(Repair {
        report,
        in_place: steps.in_place,
        first: steps.first,
        index: steps.cues,
        last: steps.last,
    })
}

/// What is to be done, the index between the rest.
pub(super) struct Steps {
    pub(super) in_place: bool,
    pub(super) first: VecDeque<RepairStep>,
    pub(super) cues: Option<Cues>,
    pub(super) last: VecDeque<RepairStep>,
}

/// Whether it is a finished file as it is: with a duration, and with an index that can be found.
fn is_whole(found: &Found) -> bool {
    let info = found.info.as_ref();
    let duration = info.and_then(|info| info.duration).unwrap_or_default();
    let is_reached = |cues: &Element| {
        let position = cues.range.start - found.segment.data;
        let before_clusters = found.first_cluster.is_some_and(|at| cues.range.start < at);
        before_clusters || found.seeks.contains(&(ids::CUES, position))
    };
    // Where the end of a file is missing, what was there may still be listed.
    let is_there =
        |&(_, position): &(Id, u64)| found.segment.data.saturating_add(position) < found.end;
    let mut cues = found.elements.iter().filter(|e| e.id == ids::CUES);
    found.clean_end
        && found.edits.is_empty()
        && found.damaged.is_empty()
        && !found.index_damaged
        && found.seeks.iter().all(is_there)
        && (duration > 0.0 || found.end_nanos == 0)
        && (found.cues.len() == 0 || cues.any(is_reached))
        && (found.segment.size.is_some() || found.unknown_sizes)
}

fn leave(found: Found, file_len: u64) -> Repair {
    let scale = found.scale();
    let duration = found.info.and_then(|info| info.duration);
    // Negative and not a number become zero, too much the most.
    let nanos = duration.map_or(0, |ticks| (ticks * scale as f64) as u64);
    Repair {
        report: RepairReport {
            was_whole: true,
            duration: time(nanos),
            packets: found.packets,
            index_entries: 0,
            bytes_lost: 0,
            packets_lost: 0,
            damaged: Vec::new(),
        },
        in_place: true,
        first: [RepairStep::Copy(0..file_len)].into(),
        index: None,
        last: VecDeque::new(),
    }
}

fn report(found: &Found, file_len: u64) -> RepairReport {
    let tail = match found.index_cut_off {
        true => 0,
        false => file_len.saturating_sub(found.end),
    };
    let in_between: u64 = found.damaged.iter().map(|r| r.end - r.start).sum();
    RepairReport {
        was_whole: false,
        duration: time(found.end_nanos),
        packets: found.packets,
        index_entries: found.cues.len(),
        bytes_lost: tail + in_between,
        packets_lost: 0,
        damaged: found.damaged.clone(),
    }
}

fn time(nanos: u64) -> MediaTime {
    i64::try_from(nanos).map_or(MediaTime::MAX, MediaTime::from_nanos)
}

/// Leaves out the old index, and what lists the places of things, at the end of the file.
fn strip_indexes(found: &mut Found) {
    while let Some(last) = found.elements.last() {
        let index = matches!(last.id, ids::CUES | ids::SEEK_HEAD | ids::VOID);
        let at_end = last.range.end == found.end;
        let behind_clusters = found.first_cluster.is_some_and(|at| last.range.start > at);
        if !(index && at_end && behind_clusters) {
            break;
        }
        found.end = last.range.start;
        found.elements.pop();
    }
}

/// Where the `Cues` will be, from the start of the Segment's data, and what they are.
pub(super) fn cues_at_end(
    found: &Found,
    list: CueList,
    positions: &Positions,
) -> (u64, Option<Cues>) {
    // CueRelativePosition came with version 4.
    let relative = found.doc_type_version >= 4;
    let cues = Cues::new(list, positions.clone(), relative);
    (positions.of(found.end), cues)
}

/// What a `SeekHead` is to list (RFC 9559 §6.3): the first of each kind, at the place that `at`
/// gives it.
pub(super) fn seeks(
    found: &Found,
    cues: Option<u64>,
    at: impl Fn(&Element) -> u64,
) -> Vec<(Id, u64)> {
    let kinds = [
        ids::INFO,
        ids::TRACKS,
        ids::CHAPTERS,
        ids::ATTACHMENTS,
        ids::TAGS,
    ];
    kinds
        .into_iter()
        .filter_map(|id| found.elements.iter().find(|element| element.id == id))
        .map(|element| (element.id, at(element)))
        .chain(cues.map(|position| (ids::CUES, position)))
        .collect()
}

/// What is in a `SeekHead` (RFC 9559 §5.1.1).
pub(super) fn put_seeks(seek_head: &mut Elements, seeks: &[(Id, u64)]) {
    for &(id, position) in seeks {
        seek_head.master(schema::SEEK, |seek| {
            seek.binary(schema::SEEK_ID, &id.to_be_bytes());
            seek.uint(schema::SEEK_POSITION, position);
        });
    }
}

/// Octets of the `Duration` element: ID, size and a 64-bit float.
pub(super) const DURATION_OCTETS: u64 = 2 + 1 + 8;

/// How long what was found is, in ticks.
pub(super) fn duration_ticks(found: &Found) -> f64 {
    found.end_nanos as f64 / found.scale() as f64
}

pub(super) fn append(bytes: Vec<u8>) -> RepairStep {
    RepairStep::Output(MuxOutput::Append(bytes.into()))
}

pub(super) fn patch(offset: u64, bytes: impl Into<Bytes>) -> RepairStep {
    let bytes = bytes.into();
    RepairStep::Output(MuxOutput::Patch { offset, bytes })
}

/// What is left of `whole` without `left_out`, stretches in order.
pub(super) fn without(whole: Range<u64>, left_out: &[Range<u64>]) -> Vec<Range<u64>> {
    let mut kept = Vec::new();
    let mut start = whole.start;
    for stretch in left_out {
        kept.push(start..stretch.start);
        start = stretch.end;
    }
    kept.push(start..whole.end);
    kept.retain(|range| range.start < range.end);
    kept
}
