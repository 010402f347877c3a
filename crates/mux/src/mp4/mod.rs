//! MP4 (ISO/IEC 14496-12), fragmented, hybrid, and with everything to know in front.
//!
//! While it is being written, a file is, in this order:
//!
//! ```text
//! ftyp
//! free        16 octets, in a hybrid file only
//! moov        the tracks, without a sample; with mvex
//! moof mdat … a fragment: a moof says which octets of the mdat after it are which sample
//! ```
//!
//! It does not claim to be CMAF: there, each fragment begins where the one before it ended
//! (ISO/IEC 23000-19 §7.3.2.2), and who flushes may be followed by a gap.
//!
//! At its end a fragmented file gets an `mfra` to seek by, and its duration is patched into
//! `mvex`. A hybrid file gets a second, complete `moov`; then **one patch, the last output,
//! makes of the 16 octets the header of an `mdat`** that swallows the first `moov` and all
//! fragments: what is left is an ordinary MP4. Whatever happens before that patch, the file is a
//! fragmented one.
//!
//! A fast-starting file is `ftyp`, `moov` and one `mdat`, all of it put out at the end.

pub(crate) mod boxes;
mod configuration;
mod fast_start;
mod fragment;
pub(crate) mod index;
mod mfra;
mod moof;
pub(crate) mod movie;
mod options;
pub(crate) mod recording;
mod sample_entry;
pub(crate) mod sample_tables;
mod timeline;
mod track;
mod track_box;
mod writer;

pub use options::{Mp4Mode, Mp4Options};
pub use writer::Mp4Writer;
