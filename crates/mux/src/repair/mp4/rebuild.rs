//! The complete `moov` (ISO/IEC 14496-12 §8.2.1): the old one with all samples.

use alloc::vec::Vec;

use bytes::{Buf, BufMut};

use super::edits::{self, Edit};
use super::movie::Movie;
use super::read::{self, Child, Kind};
use super::track::Track;
use crate::mp4::boxes::{put_box, put_full_box};
use crate::mp4::movie::MovieTime;
use crate::mp4::sample_tables::put_tables;
use crate::repair::RepairError;

/// What is written, and how long it is.
#[derive(Debug)]
pub(super) struct Complete {
    pub(super) moov: Vec<u8>,
    /// In the movie's ticks.
    pub(super) duration: u64,
}

/// A track's part in the movie.
struct Presented {
    edits: Vec<Edit>,
    /// In the movie's ticks.
    duration: u64,
}

/// The most octets of a box whose size has 32 bits, with some to spare for what is not counted.
const MAX_OCTETS: u64 = u32::MAX as u64 - (64 << 20);

/// The most octets that a sample takes in the tables: in `stts`, `ctts`, `stss`, `stsz`, and as the
/// only one of its chunk in `stsc` and `co64`.
const OCTETS_PER_SAMPLE: u64 = 8 + 8 + 4 + 4 + 12 + 8;

/// Writes it.
///
/// # Errors
///
/// [`RepairError::IndexTooLarge`].
pub(super) fn complete(movie: Movie) -> Result<Complete, RepairError> {
    let groups = movie.tracks.iter().map(|track| track.groups.octets());
    let octets = movie.samples() * OCTETS_PER_SAMPLE + groups.sum::<u64>();
    if octets > MAX_OCTETS {
        return Err(RepairError::IndexTooLarge);
    }
    // What has been read once can be read again.
    write(movie).ok_or(RepairError::NoTracks)
}

fn write(mut movie: Movie) -> Option<Complete> {
    let time = MovieTime {
        timescale: movie.timescale,
    };
    let data = movie.data.clone();
    let presented: Vec<_> = movie
        .tracks
        .iter()
        .map(|track| present(track, time))
        .collect();
    let duration = presented
        .iter()
        .map(|track| track.duration)
        .max()
        .unwrap_or(0);
    let mut tracks = movie.tracks.iter_mut().zip(&presented);
    let mut moov = Vec::new();
    let mut result = Some(());
    put_box(&mut moov, b"moov", |buf| {
        result = put_children(buf, &data, |buf, child| match &child.kind {
            b"mvhd" => put_header(buf, child, 4, duration),
            b"trak" => {
                let (track, presented) = tracks.next()?;
                put_nested(buf, child, |buf, child| {
                    put_track_child(buf, child, track, presented)
                })
            }
            // Nothing is in fragments any more.
            b"mvex" => Some(()),
            _ => put_as_it_is(buf, child),
        });
    });
    result.map(|()| Complete { moov, duration })
}

fn present(track: &Track, time: MovieTime) -> Presented {
    let first = track.first.unwrap_or(0);
    let gap = time.of(first, track.timescale);
    let shown = track.shown_until.saturating_sub(first);
    let rest = |from| time.of(shown.saturating_sub(from), track.timescale);
    let edits = edits::complete(&track.edits, gap, rest);
    let duration = match &*edits {
        [] => rest(0),
        edits => edits
            .iter()
            .fold(0, |sum: u64, edit| sum.saturating_add(edit.duration)),
    };
    Presented { edits, duration }
}

/// A child of a `trak`.
fn put_track_child(
    buf: &mut Vec<u8>,
    child: Child<'_>,
    track: &mut Track,
    presented: &Presented,
) -> Option<()> {
    match &child.kind {
        b"tkhd" => {
            // The track's number and four octets.
            put_header(buf, child, 8, presented.duration)?;
            edits::put(buf, &presented.edits);
            Some(())
        }
        b"edts" => Some(()),
        b"mdia" => put_nested(buf, child, |buf, child| match &child.kind {
            b"mdhd" => put_header(buf, child, 4, track.end - track.first.unwrap_or(track.end)),
            b"minf" => put_nested(buf, child, |buf, child| match &child.kind {
                b"stbl" => put_sample_table(buf, child, track),
                _ => put_as_it_is(buf, child),
            }),
            _ => put_as_it_is(buf, child),
        }),
        _ => put_as_it_is(buf, child),
    }
}

/// An `stbl` (§8.5.1), the descriptions of the samples as they were.
fn put_sample_table(buf: &mut Vec<u8>, table: Child<'_>, track: &mut Track) -> Option<()> {
    const ANEW: [&Kind; 12] = [
        b"stts", b"ctts", b"stss", b"stsc", b"stsz", b"stz2", b"stco", b"co64", b"stsh", b"sdtp",
        b"sgpd", b"sbgp",
    ];
    let mut result = None;
    put_box(buf, b"stbl", |buf| {
        result = put_children(buf, table.data, |buf, child| {
            match ANEW.contains(&&child.kind) {
                true => Some(()),
                false => put_as_it_is(buf, child),
            }
        });
        track.index.finish(track.end);
        put_tables(buf, &track.index);
        track.groups.put(buf, track.samples);
    });
    result
}

/// A `mvhd`, `tkhd` or `mdhd` (§8.2.2, §8.3.2, §8.4.2) with another duration, which comes
/// `between` octets after two times. In version 1, which has room for any.
fn put_header(buf: &mut Vec<u8>, header: Child<'_>, between: usize, duration: u64) -> Option<()> {
    let mut fields = header.data;
    let (version, flags) = read::version_and_flags(&mut fields)?;
    let (created, modified) = (
        read::long(&mut fields, version)?,
        read::long(&mut fields, version)?,
    );
    let (before, rest) = fields.split_at_checked(between)?;
    fields = rest;
    read::long(&mut fields, version)?;
    put_full_box(buf, &header.kind, 1, flags, |buf| {
        buf.put_u64(created);
        buf.put_u64(modified);
        buf.put_slice(before);
        buf.put_u64(duration);
        buf.put_slice(fields.chunk());
    });
    Some(())
}

/// A box with the children that `put` makes of those it had.
fn put_nested(
    buf: &mut Vec<u8>,
    parent: Child<'_>,
    put: impl FnMut(&mut Vec<u8>, Child<'_>) -> Option<()>,
) -> Option<()> {
    let mut result = None;
    put_box(buf, &parent.kind, |buf| {
        result = put_children(buf, parent.data, put)
    });
    result
}

fn put_children(
    buf: &mut Vec<u8>,
    data: &[u8],
    mut put: impl FnMut(&mut Vec<u8>, Child<'_>) -> Option<()>,
) -> Option<()> {
    // What is behind the last one that can be read means nothing to anyone.
    let mut children = read::children(data).map_while(|child| child);
    children.try_for_each(|child| put(buf, child))
}

fn put_as_it_is(buf: &mut Vec<u8>, child: Child<'_>) -> Option<()> {
    buf.put_slice(child.whole);
    Some(())
}
