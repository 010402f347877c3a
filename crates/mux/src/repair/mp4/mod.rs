//! Repairing MP4 (ISO/IEC 14496-12).
//!
//! **A sample is kept if all of its octets are there**: in an `mdat` that follows the fragment
//! which lists it. Where the file breaks off inside a fragment, each track keeps its samples up to
//! there.
//!
//! **What is repaired is a fragmented file**, of whatever program, or a hybrid one whose end is
//! missing: fragments say where their samples are, while an ordinary MP4 says so only at its end,
//! or once for all at its beginning.
//!
//! **A file is always repaired where it is.** A complete `moov` comes to its end; then one patch of
//! sixteen octets makes the header of an `mdat` of what stands before the fragments, which thereby
//! swallows the old `moov` and all `moof`s: an ordinary MP4, as a hybrid one that was finished. The
//! sixteen octets are those of an empty box kept for it, or else the beginning of the old `moov`,
//! of which everything is in the new one.
//!
//! **The new `moov` is the old one**: what it says of the movie and its tracks stays octet by
//! octet, also of codecs that are not known here, but for durations, edit lists, and the tables of
//! samples.

mod edits;
mod fragment;
mod groups;
mod listed;
mod media_data;
mod movie;
mod outline;
mod plan;
mod read;
mod rebuild;
mod resync;
mod scan;
mod track;

pub(super) use scan::Scan;

/// Whether a file that begins with these octets is an MP4: with a box that can be its first.
pub(super) fn begins(bytes: &[u8]) -> bool {
    const FIRST: [&[u8; 4]; 6] = [b"ftyp", b"styp", b"moov", b"mdat", b"free", b"wide"];
    bytes
        .get(4..8)
        .is_some_and(|kind| FIRST.iter().any(|first| *first == kind))
}
