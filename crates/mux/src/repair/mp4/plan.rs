//! From what was found to the steps that make a finished file of it.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::ops::Range;

use bytes::Bytes;
use media_recorder_types::MediaTime;

use super::media_data::Correction;
use super::movie::Movie;
use super::rebuild;
use crate::MuxOutput;
use crate::mp4::recording::media_data_header;
use crate::repair::{Repair, RepairError, RepairReport, RepairStep};

/// What a scan has found of a fragmented file.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) movie: Movie,
    /// Where the header of the `mdat` goes that swallows the fragments.
    pub(super) slot: u64,
    /// Where the last fragment ends that is kept.
    pub(super) end: u64,
    /// What makes its `mdat` end there.
    pub(super) correction: Option<Correction>,
    /// Octets behind that which are not kept.
    pub(super) lost_at_end: u64,
    /// Stretches in the middle that could not be read.
    pub(super) damaged: Vec<Range<u64>>,
    pub(super) packets_lost: u64,
    /// It ends with an index of its fragments.
    pub(super) indexed: bool,
    pub(super) clean_end: bool,
}

/// The steps to a finished file of what was a fragmented one.
pub(super) fn plan(found: Found, file_len: u64) -> Result<Repair, RepairError> {
    let packets = found.movie.samples();
    if packets == 0 {
        return Err(RepairError::NoPackets);
    }
    let index_entries = index_entries(&found.movie);
    let (timescale, announced) = (found.movie.timescale, found.movie.announced);
    let complete = rebuild::complete(found.movie)?;
    let duration = time(complete.duration, timescale);
    let ended = found.indexed || (announced > 0 && announced <= complete.duration);
    if ended && found.clean_end && found.damaged.is_empty() && found.packets_lost == 0 {
        return Ok(leave(duration, packets, file_len));
    }
    let in_between: u64 = found.damaged.iter().map(|r| r.end - r.start).sum();
    let mut steps = VecDeque::from([RepairStep::Copy(0..found.end)]);
    steps.extend(found.correction.map(|c| patch(c.offset, c.bytes)));
    let moov = MuxOutput::Append(complete.moov.into());
    steps.push_back(RepairStep::Output(moov));
    steps.push_back(patch(found.slot, media_data_header(found.end - found.slot)));
    let report = RepairReport {
        was_whole: false,
        duration,
        packets,
        index_entries,
        bytes_lost: found.lost_at_end + in_between,
        packets_lost: found.packets_lost,
        damaged: found.damaged,
    };
    Ok(Repair::new(report, true, steps))
}

/// A file that is whole.
pub(super) fn leave(duration: MediaTime, packets: u64, file_len: u64) -> Repair {
    let report = RepairReport {
        was_whole: true,
        duration,
        packets,
        index_entries: 0,
        bytes_lost: 0,
        packets_lost: 0,
        damaged: Vec::new(),
    };
    Repair::new(
        report,
        true,
        VecDeque::from([RepairStep::Copy(0..file_len)]),
    )
}

fn patch(offset: u64, bytes: Bytes) -> RepairStep {
    RepairStep::Output(MuxOutput::Patch { offset, bytes })
}

/// Where one can go to: the key frames, or without pictures any sample.
fn index_entries(movie: &Movie) -> u64 {
    let video = movie.tracks.iter().any(|track| track.is_video);
    let tracks = movie.tracks.iter().filter(|track| track.is_video == video);
    tracks.map(|track| u64::from(track.keys)).sum()
}

/// `ticks` of a clock with `timescale` ticks per second.
pub(super) fn time(ticks: u64, timescale: u32) -> MediaTime {
    let ticks = i64::try_from(ticks).unwrap_or(i64::MAX);
    MediaTime::from_ticks(ticks, timescale).unwrap_or(MediaTime::MAX)
}
