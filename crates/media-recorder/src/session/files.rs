//! The files of a recording, one after the other.

use media_recorder_mux::MuxError;
use media_recorder_types::{MediaTime, MediaTrack, Packet};

use super::assembler::{Assembler, Passage};
use crate::event::BlobEvent;

/// Mostly one file. When a track goes over to the next, its packets go there, while those of the
/// others complete the present one; **what is for the next waits there until that is done.**
pub(super) struct Files {
    current: Assembler,
    /// The next one, as soon as a track is in it.
    next: Option<Assembler>,
    tracks: Vec<Place>,
    make: Box<dyn Fn() -> Assembler + Send>,
    /// What the files before the current one lasted and held.
    before: (MediaTime, u64),
}

#[derive(Clone, Copy, Debug, Default)]
struct Place {
    /// It is in the next file.
    passed: bool,
    /// Its encoder is done.
    finished: bool,
    /// Its source has ended by itself.
    ended: bool,
}

impl Files {
    /// `make` makes the writer of a file of so many tracks.
    pub(super) fn new(tracks: usize, make: Box<dyn Fn() -> Assembler + Send>) -> Self {
        Self {
            current: make(),
            next: None,
            tracks: vec![Place::default(); tracks],
            make,
            before: (MediaTime::ZERO, 0),
        }
    }

    pub(super) fn current(&mut self) -> &mut Assembler {
        &mut self.current
    }

    /// How long the recording plays by now, all files together.
    pub(super) fn duration(&self) -> MediaTime {
        self.before.0.saturating_add(self.current.duration())
    }

    /// Bytes of container made by now, in all files.
    pub(super) fn bytes(&self) -> u64 {
        let next = self.next.as_ref().map_or(0, Assembler::bytes);
        self.before.1 + self.current.bytes() + next
    }

    /// Bytes that were not handed out.
    pub(super) fn pending(&self) -> u64 {
        self.current.pending() + self.next.as_ref().map_or(0, Assembler::bytes)
    }

    /// A track is described, and with it the type of the file that it is in is this.
    pub(super) fn describe(&mut self, index: usize, track: MediaTrack, mime_type: &str) {
        let file = self.file_of(index);
        file.describe(index, track);
        file.set_mime_type(mime_type);
    }

    pub(super) fn packet(&mut self, index: usize, packet: Packet) -> Result<(), MuxError> {
        self.file_of(index).packet(index, packet)
    }

    /// The track's source has ended by itself.
    pub(super) fn ended(&mut self, index: usize) {
        self.tracks[index].ended = true;
        self.file_of(index).ended(index);
    }

    /// No packet of the track follows.
    pub(super) fn finished(
        &mut self,
        index: usize,
        stopped: Option<MediaTime>,
    ) -> Result<(), MuxError> {
        self.tracks[index].finished = true;
        self.file_of(index).finished(index, stopped)
    }

    /// What follows of the track goes into the next file, which is of this type; the present one
    /// ends at `boundary`.
    pub(super) fn passed(
        &mut self,
        index: usize,
        boundary: MediaTime,
        mime_type: &str,
    ) -> Result<(), MuxError> {
        self.tracks[index].passed = true;
        let next = self.next.get_or_insert_with(&self.make);
        next.set_mime_type(mime_type);
        if self.tracks[index].ended {
            next.ended(index);
        }
        self.current.finished(index, Some(boundary))
    }

    /// Whether the present file has got everything that belongs into it, and there is a next one.
    pub(super) fn is_current_complete(&self) -> bool {
        let done = |place: &Place| place.passed || place.finished;
        self.next.is_some() && self.tracks.iter().all(done)
    }

    /// Turns to the next file.
    pub(super) fn turn_over(&mut self) -> Result<(), MuxError> {
        let Some(next) = self.next.take() else {
            return Ok(());
        };
        self.before.0 = self.duration();
        self.before.1 += self.current.bytes();
        self.current = next;
        let mut result = Ok(());
        for (index, place) in self.tracks.iter_mut().enumerate() {
            if !place.passed {
                // It ended in the file before.
                result = result.and(self.current.finished(index, None));
            }
            place.passed = false;
        }
        result
    }

    /// Takes what became of a track's packets.
    pub(super) fn take_passage(&mut self, index: usize) -> Passage {
        let mut passage = self.current.take_passage(index);
        if let Some(next) = &mut self.next {
            passage.add(next.take_passage(index));
        }
        passage
    }

    /// Takes the blobs of the present file that are due.
    pub(super) fn take_due(&mut self) -> Vec<BlobEvent> {
        self.current.take_due()
    }

    /// The file that the track is in.
    fn file_of(&mut self, index: usize) -> &mut Assembler {
        match &mut self.next {
            Some(next) if self.tracks[index].passed => next,
            _ => &mut self.current,
        }
    }
}
