//! WebM and Matroska (RFC 9559), on EBML (RFC 8794).
//!
//! The file is, in this order:
//!
//! ```text
//! EBML header
//! Segment                      size unknown while live, patched if its clusters' are known
//!   Void | SeekHead, Void      a slot of fixed size
//!   Info                       with a Void | Duration slot
//!   Tracks
//!   Tags                       if there are any
//!   Cluster …
//!   Cues                       at the end only
//! ```
//!
//! **All patches lie before `Tracks`**, in the first few hundred bytes, so that an upload which
//! cannot seek sends its first part again.

mod cluster;
mod clusters;
mod codec_id;
mod cue_list;
mod cues;
pub(crate) mod ebml;
pub(crate) mod element;
pub(crate) mod elements;
mod header;
pub(crate) mod ids;
mod options;
mod rope;
mod tags;
mod tracks;
mod writer;

pub use options::{ClusterMode, DocType, MatroskaOptions, Rotation};
pub use writer::MatroskaWriter;
