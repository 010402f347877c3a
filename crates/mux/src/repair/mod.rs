//! Making a finished file of one that broke off or was damaged, without touching its payloads.
//!
//! **Nothing here reads or writes.** A [`RepairScan`] says which bytes of the file it wants to
//! see, in the order of the file but for where it was misled by damage, and passes over
//! payloads. What comes out is a [`Repair`]: a report of what was found, and the steps that make
//! the file whole, in the vocabulary of a writer's output.
//!
//! **Memory is bounded by the index, not by the file**: of WebM and Matroska, some ten bytes per key
//! frame, and the elements of the header; of MP4, whose index lists every packet, some five bytes
//! per packet, and the new index.
//!
//! **The steps can be interrupted.** Applied in their order, they leave a file that can be
//! repaired again, wherever they stop.
//!
//! Each container has a module of its own here; the first bytes of the file decide.

#[cfg(feature = "webm")]
mod matroska;
#[cfg(feature = "mp4")]
mod mp4;
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
    #[error("it does not begin as WebM, Matroska or MP4 does")]
    UnknownContainer,
    /// It ends, or is damaged, before it says what its tracks are.
    #[error("it holds no description of tracks")]
    NoTracks,
    /// There is no packet in it that is whole.
    #[error("it holds not one whole packet")]
    NoPackets,
    /// It is an ordinary MP4 that breaks off before its index, which is at its end: nothing tells
    /// where its packets are.
    #[error("no index was written, and no fragments to make one of")]
    NoIndex,
    /// It is an MP4 with its index at the beginning that breaks off: what it lists is not there.
    #[error("it breaks off, and is not in fragments")]
    NotFragmented,
    /// It is an encrypted MP4: what it takes to decrypt a fragment would be lost.
    #[error("it is encrypted")]
    Encrypted,
    /// The index of an MP4 would need more than its 4 GiB.
    #[error("its index would be larger than 4 GiB")]
    IndexTooLarge,
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
    #[cfg(feature = "webm")]
    Matroska(Box<matroska::Scan>),
    #[cfg(feature = "mp4")]
    Mp4(Box<mp4::Scan>),
    Failed(RepairError),
}

impl State {
    /// What scans a file that begins with `bytes`.
    fn of_file(bytes: &[u8], len: u64) -> Self {
        #[cfg(feature = "webm")]
        if matroska::begins(bytes) {
            return Self::Matroska(Box::new(matroska::Scan::new(len)));
        }
        #[cfg(feature = "mp4")]
        if mp4::begins(bytes) {
            return Self::Mp4(Box::new(mp4::Scan::new(len)));
        }
        Self::Failed(RepairError::UnknownContainer)
    }
}

/// How many bytes tell what a file is.
const MAGIC_OCTETS: u64 = 8;

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
            #[cfg(feature = "webm")]
            State::Matroska(scan) => scan.wants(),
            #[cfg(feature = "mp4")]
            State::Mp4(scan) => scan.wants(),
            State::Failed(_) => None,
        }
    }

    /// Takes the bytes that were [wanted](Self::wants). Fewer mean that the file ends after them.
    pub fn provide(&mut self, bytes: &[u8]) {
        match &mut self.state {
            State::Unknown => self.state = State::of_file(bytes, self.file_len),
            #[cfg(feature = "webm")]
            State::Matroska(scan) => scan.provide(bytes),
            #[cfg(feature = "mp4")]
            State::Mp4(scan) => scan.provide(bytes),
            State::Failed(_) => {}
        }
    }

    /// What was found, and what is to be done.
    ///
    /// # Errors
    ///
    /// [`RepairError::Unfinished`] if the scan wants to see more; any other if nothing can be
    /// saved.
    pub fn finish(self) -> Result<Repair, RepairError> {
        match self.state {
            State::Unknown => Err(RepairError::Unfinished),
            #[cfg(feature = "webm")]
            State::Matroska(scan) => scan.finish(),
            #[cfg(feature = "mp4")]
            State::Mp4(scan) => scan.finish(),
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
    /// An index that is made piece by piece.
    #[cfg(feature = "webm")]
    index: Option<matroska::Cues>,
    /// What comes after it.
    last: VecDeque<RepairStep>,
}

impl Repair {
    /// One of these steps, in which the index is.
    #[cfg(feature = "mp4")]
    fn new(report: RepairReport, in_place: bool, steps: VecDeque<RepairStep>) -> Self {
        Self {
            report,
            in_place,
            first: steps,
            #[cfg(feature = "webm")]
            index: None,
            last: VecDeque::new(),
        }
    }

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

    /// The next step. They come in the order in which they are to be applied; what is appended
    /// goes to the end, also if something before it was replaced in between.
    pub fn poll_step(&mut self) -> Option<RepairStep> {
        if let Some(step) = self.first.pop_front() {
            return Some(step);
        }
        #[cfg(feature = "webm")]
        if let Some(bytes) = self.index.as_mut().and_then(matroska::Cues::next_bytes) {
            return Some(RepairStep::Output(MuxOutput::Append(bytes)));
        }
        self.last.pop_front()
    }
}
