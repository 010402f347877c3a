//! Making a finished file of one that broke off or was damaged, without touching its payloads.
//!
//! **Nothing here reads or writes.** A [`RepairScan`] says which bytes of the file it wants to
//! see, in the order of the file but for where it was misled by damage, and passes over
//! payloads. What comes out is a [`Repair`]: a report of what was found, and the steps that make
//! the file whole, in the vocabulary of a writer's output.
//!
//! **Memory is bounded by the index, not by the file**: some ten bytes per key frame, and the
//! elements of the header.
//!
//! **The steps can be interrupted.** Applied in their order, they leave a file that can be
//! repaired again, wherever they stop.
//!
//! Each container has a module of its own here; the first bytes of the file decide.

mod matroska;
mod report;

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use core::ops::Range;

use crate::MuxOutput;

pub use report::RepairReport;

/// Why there is nothing to repair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RepairError {
    /// It does not begin as any container does that can be repaired.
    #[error("it does not begin as WebM or Matroska does")]
    UnknownContainer,
    /// It ends, or is damaged, before it says what its tracks are.
    #[error("it holds no description of tracks")]
    NoTracks,
    /// There is no packet in it that is whole.
    #[error("it holds not one whole packet")]
    NoPackets,
    /// The scan [wants](RepairScan::wants) to see more.
    #[error("the file has not been scanned to its end")]
    Unfinished,
}

/// A part of the way from the file to the repaired one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RepairStep {
    /// The next bytes of the repaired file are these of the file.
    Copy(Range<u64>),
    /// The next bytes of the repaired file are new, or earlier ones of it are to be replaced.
    Output(MuxOutput),
}

/// Looks a file through.
///
/// ```
/// use media_recorder_mux::{RepairError, RepairScan};
/// let file = b"not a recording";
/// let mut scan = RepairScan::new(file.len() as u64);
/// while let Some(range) = scan.wants() {
///     scan.provide(&file[range.start as usize..range.end as usize]);
/// }
/// assert_eq!(scan.finish().unwrap_err(), RepairError::UnknownContainer);
/// ```
#[derive(Debug)]
pub struct RepairScan {
    file_len: u64,
    state: State,
}

#[derive(Debug)]
enum State {
    /// The first bytes are to tell what it is.
    Unknown,
    Matroska(Box<matroska::Scan>),
    Failed(RepairError),
}

/// How many bytes tell what a file is.
const MAGIC_OCTETS: u64 = 4;

impl RepairScan {
    /// A scan of a file of `file_len` bytes.
    pub fn new(file_len: u64) -> Self {
        Self {
            file_len,
            state: State::Unknown,
        }
    }

    /// The range of the file to [provide](Self::provide) next, some MiB at most and mostly 64
    /// bytes; `None` at the end.
    pub fn wants(&self) -> Option<Range<u64>> {
        match &self.state {
            State::Unknown => Some(0..self.file_len.min(MAGIC_OCTETS)),
            State::Matroska(scan) => scan.wants(),
            State::Failed(_) => None,
        }
    }

    /// Takes the bytes that were [wanted](Self::wants). Fewer mean that the file ends after them.
    pub fn provide(&mut self, bytes: &[u8]) {
        match &mut self.state {
            State::Unknown => {
                self.state = if matroska::begins(bytes) {
                    State::Matroska(Box::new(matroska::Scan::new(self.file_len)))
                } else {
                    State::Failed(RepairError::UnknownContainer)
                };
            }
            State::Matroska(scan) => scan.provide(bytes),
            State::Failed(_) => {}
        }
    }

    /// What was found, and what is to be done.
    ///
    /// # Errors
    ///
    /// [`RepairError::UnknownContainer`], [`RepairError::NoTracks`] and
    /// [`RepairError::NoPackets`] if nothing can be saved; [`RepairError::Unfinished`] if the
    /// scan wants to see more.
    pub fn finish(self) -> Result<Repair, RepairError> {
        match self.state {
            State::Unknown => Err(RepairError::Unfinished),
            State::Matroska(scan) => scan.finish(),
            State::Failed(error) => Err(error),
        }
    }
}

/// What a [`RepairScan`] came to: a report, and the steps that make the file whole.
#[derive(Debug)]
pub struct Repair {
    report: RepairReport,
    in_place: bool,
    /// What comes before the index.
    first: VecDeque<RepairStep>,
    index: Option<matroska::Cues>,
    /// What comes after it.
    last: VecDeque<RepairStep>,
}

impl Repair {
    /// What was found, kept and lost.
    pub fn report(&self) -> &RepairReport {
        &self.report
    }

    /// Whether the file can be repaired where it is. The first step is then a
    /// [`Copy`](RepairStep::Copy) from zero, which means to truncate the file to that length,
    /// and there is no other one.
    pub fn in_place(&self) -> bool {
        self.in_place
    }

    /// The next step. They come in the order in which they are to be applied.
    pub fn poll_step(&mut self) -> Option<RepairStep> {
        if let Some(step) = self.first.pop_front() {
            return Some(step);
        }
        if let Some(bytes) = self.index.as_mut().and_then(matroska::Cues::next_bytes) {
            return Some(RepairStep::Output(MuxOutput::Append(bytes)));
        }
        self.last.pop_front()
    }
}
