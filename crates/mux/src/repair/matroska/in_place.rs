//! Repairing a file where it is: its header has room for what is missing.
//!
//! **The header is corrected last, and in it the Segment's size.** A repair that is interrupted
//! before leaves a file that does not pass for a finished one.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::ops::Range;

use super::cues::{CueList, Cues, Positions};
use super::found::Found;
use super::ids::{self, Id};
use super::plan::{self, DURATION_OCTETS, Steps, patch};
use crate::matroska::ebml::{
    LEAST_VOID, MAX_SIZE, max_size, put_id, put_size_in, put_unknown_size_in, put_void_header,
    size_octets,
};
use crate::matroska::elements::Elements;
use crate::matroska::ids as schema;
use crate::repair::RepairStep;

/// The steps; gives the index back if the file has no room for what is missing.
pub(super) fn steps(found: &Found, list: CueList) -> Result<Steps, CueList> {
    let Some(room) = Room::find(found) else {
        return Err(list);
    };
    let positions = Positions::new(found.segment.data, 0, &[]);
    let (position, cues) = plan::cues_at_end(found, list, &positions);
    let Some(last) = room.corrections(found, position, cues.as_ref()) else {
        return Err(cues.map(Cues::into_list).unwrap_or_default());
    };
    Ok(Steps {
        in_place: true,
        first: [RepairStep::Copy(0..found.end)].into(),
        cues,
        last,
    })
}

/// Where in the header things can be put.
struct Room {
    /// For the `SeekHead`.
    seek_head: Range<u64>,
    duration: DurationRoom,
}

enum DurationRoom {
    /// The data of a `Duration`, four or eight octets.
    Value(Range<u64>),
    /// A `Void` in `Info`.
    Void(Range<u64>),
    /// There is nothing to write: it would be zero, which it must not be (RFC 9559 §5.1.2.10).
    /// If there is a `Duration`, it is too long.
    Nothing(Option<Range<u64>>),
}

impl Room {
    fn find(found: &Found) -> Option<Self> {
        Some(Self {
            seek_head: seek_head_room(found)?,
            duration: duration_room(found)?,
        })
    }

    /// The patches, in the order in which they are to be applied; `None` if something does not
    /// fit.
    fn corrections(
        &self,
        found: &Found,
        cues_at: u64,
        cues: Option<&Cues>,
    ) -> Option<VecDeque<RepairStep>> {
        let mut steps = VecDeque::new();
        for edit in &found.edits {
            steps.push_back(patch(edit.offset, edit.bytes.clone()));
        }
        for range in self.unwanted(found) {
            steps.push_back(void(&range)?);
        }
        self.correct_duration(found, &mut steps);
        let segment = found.segment.data;
        let seeks = plan::seeks(found, cues.map(|_| cues_at), |e| e.range.start - segment);
        let seek_head = seek_head(&seeks, &self.seek_head)?;
        steps.push_back(patch(self.seek_head.start, seek_head));
        steps.extend(segment_size(found, cues_at + cues.map_or(0, Cues::octets))?);
        Some(steps)
    }

    /// What must not be read any more: damage, old indexes, and checksums of what is changed.
    fn unwanted(&self, found: &Found) -> Vec<Range<u64>> {
        let stale = found.elements.iter().filter(|element| {
            matches!(element.id, ids::CUES | ids::SEEK_HEAD | ids::CRC_32)
                && element.range.end.min(self.seek_head.end)
                    <= element.range.start.max(self.seek_head.start)
        });
        let in_info = found.info.iter().flat_map(|info| {
            let crc = info.children().filter(|child| child.id == ids::CRC_32);
            crc.map(|child| info.range_of(child))
        });
        let stale = stale.map(|element| element.range.clone());
        found
            .damaged
            .iter()
            .cloned()
            .chain(stale)
            .chain(in_info)
            .collect()
    }

    fn correct_duration(&self, found: &Found, steps: &mut VecDeque<RepairStep>) {
        let ticks = plan::duration_ticks(found);
        match &self.duration {
            DurationRoom::Value(range) if range.end - range.start == 4 => {
                steps.push_back(patch(range.start, (ticks as f32).to_be_bytes().to_vec()));
            }
            DurationRoom::Value(range) => {
                steps.push_back(patch(range.start, ticks.to_be_bytes().to_vec()));
            }
            DurationRoom::Void(range) => {
                let mut duration = Elements::new();
                duration.float(schema::DURATION, ticks);
                let mut buf = duration.as_slice().to_vec();
                let rest = range.end - range.start - DURATION_OCTETS;
                if rest > 0 {
                    put_void_header(&mut buf, rest);
                }
                steps.push_back(patch(range.start, buf));
            }
            DurationRoom::Nothing(old) => steps.extend(old.as_ref().and_then(void)),
        }
    }
}

/// Covers a stretch; `None` if it is too short for that.
fn void(range: &Range<u64>) -> Option<RepairStep> {
    let octets = range.end - range.start;
    if !(LEAST_VOID..=MAX_SIZE).contains(&octets) {
        return None;
    }
    let mut buf = Vec::new();
    put_void_header(&mut buf, octets);
    Some(patch(range.start, buf))
}

/// The `SeekHead` with the empty space around it; without one, the largest empty space.
fn seek_head_room(found: &Found) -> Option<Range<u64>> {
    let first_cluster = found.first_cluster?;
    let mut best: Option<(bool, Range<u64>)> = None;
    let mut run: Option<(bool, Range<u64>)> = None;
    for element in &found.elements {
        if !matches!(element.id, ids::VOID | ids::SEEK_HEAD) || element.range.start > first_cluster
        {
            continue;
        }
        let listing = element.id == ids::SEEK_HEAD;
        run = Some(match run {
            Some((lists, range)) if range.end == element.range.start => {
                (lists || listing, range.start..element.range.end)
            }
            _ => (listing, element.range.clone()),
        });
        let order = |room: &Option<(bool, Range<u64>)>| {
            room.as_ref()
                .map(|(lists, range)| (*lists, range.end - range.start))
        };
        if order(&run) > order(&best) {
            best.clone_from(&run);
        }
    }
    Some(best?.1)
}

fn duration_room(found: &Found) -> Option<DurationRoom> {
    let info = found.info.as_ref()?;
    let old = info.children().find(|child| child.id == ids::DURATION);
    if found.end_nanos == 0 {
        return Some(DurationRoom::Nothing(old.map(|child| info.range_of(child))));
    }
    if let Some(child) = old {
        let range = info.range_of(child);
        let value = range.end - child.data.len() as u64..range.end;
        return matches!(child.data.len(), 4 | 8).then_some(DurationRoom::Value(value));
    }
    let void = info.children().find(|child| {
        let rest = (child.octets() as u64).checked_sub(DURATION_OCTETS);
        child.id == ids::VOID && rest.is_some_and(|rest| rest == 0 || rest >= LEAST_VOID)
    })?;
    Some(DurationRoom::Void(info.range_of(void)))
}

/// A `SeekHead` that fills `room` together with a `Void`; `None` if it is too large.
fn seek_head(seeks: &[(Id, u64)], room: &Range<u64>) -> Option<Vec<u8>> {
    let room = room.end - room.start;
    let mut data = Elements::new();
    plan::put_seeks(&mut data, seeks);
    let len = data.len() as u64;
    // A size in more octets than it needs leaves no gap of one octet, where no Void fits.
    let octets = (size_octets(len)..=8).find(|&octets| {
        let rest = room.checked_sub(4 + octets as u64 + len);
        rest.is_some_and(|rest| rest == 0 || rest >= LEAST_VOID)
    })?;
    let mut buf = Vec::new();
    put_id(&mut buf, schema::SEEK_HEAD);
    put_size_in(&mut buf, len, octets);
    buf.extend_from_slice(data.as_slice());
    let rest = room - buf.len() as u64;
    if rest > 0 {
        put_void_header(&mut buf, rest);
    }
    Some(buf)
}

/// The Segment's size, which is `octets`; `None` if there is no room for it. Nothing is to be done
/// if it is unknown and stays so.
fn segment_size(found: &Found, octets: u64) -> Option<Option<RepairStep>> {
    // ffmpeg complains of clusters of unknown size in a Segment of known size.
    let size = (!found.unknown_sizes).then_some(octets);
    let segment = &found.segment;
    let size_octets = segment.size_octets.into();
    if size.is_some_and(|size| size > max_size(size_octets)) {
        return None;
    }
    if size == segment.size {
        return Some(None);
    }
    let mut buf = Vec::new();
    match size {
        Some(size) => put_size_in(&mut buf, size, size_octets),
        None => put_unknown_size_in(&mut buf, size_octets),
    }
    let offset = segment.data - u64::from(segment.size_octets);
    Some(Some(patch(offset, buf)))
}
