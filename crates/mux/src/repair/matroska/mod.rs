//! Repairing WebM and Matroska (RFC 9559).
//!
//! **A block is kept if it is whole**: all of its octets are there, and what follows it is an
//! element again, or the end. Of a cluster that was cut off the whole blocks are kept.
//!
//! **After damage the file goes on at the next cluster that begins as one**, with a time and a
//! whole block of a track that exists. What lies between becomes a `Void`, or is left out.
//!
//! A file is repaired where it is if its header has room for what is missing: a `Void` or
//! `SeekHead` for the list of its parts, a `Void` or `Duration` for its duration. Files written
//! here have it, and those of most programs that can go back in a file. Of the others a copy with
//! a new header is made.

mod block;
mod clusters;
mod cues;
mod found;
mod head;
mod ids;
mod in_place;
mod plan;
mod read;
mod resync;
mod rewrite;
mod scan;

pub(super) use cues::Cues;
pub(super) use scan::Scan;

/// Whether a file that begins with these octets is EBML (RFC 8794 §11.2.1).
pub(super) fn begins(bytes: &[u8]) -> bool {
    bytes.starts_with(&ids::EBML.to_be_bytes())
}
