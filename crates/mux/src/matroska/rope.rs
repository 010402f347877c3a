//! Structure and payloads, apart until they are put out.

use alloc::vec::Vec;
use core::mem;

use bytes::{Buf, Bytes, BytesMut};

use crate::output::Output;

/// Octets of structure to allocate at once: some hundred blocks' worth.
const STRUCTURE_CAPACITY: usize = 4096;

/// A run of file content: structure in one buffer, and the payloads that go between. Lives as
/// long as its writer, so that what it has allocated serves all clusters.
#[derive(Debug)]
pub(super) struct Rope {
    /// Whether a payload puts everything out: then `payloads` stays empty.
    live: bool,
    structure: BytesMut,
    /// Each with the length of the structure before it.
    payloads: Vec<(usize, Bytes)>,
    /// Where the structure to put out begins.
    start: usize,
    /// Octets in all.
    len: u64,
}

impl Rope {
    /// Nothing yet. What is added waits to be [drained](Self::drain_to) or, in a live one, only
    /// until a payload comes.
    pub(super) fn new(live: bool) -> Self {
        Self {
            live,
            structure: BytesMut::new(),
            payloads: Vec::new(),
            start: 0,
            len: 0,
        }
    }

    /// Octets in it.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// Adds structure, in as few pieces as possible: each has to be copied.
    pub(super) fn structure(&mut self, octets: &[u8]) {
        if self.structure.capacity() - self.structure.len() < octets.len() {
            self.structure.reserve(STRUCTURE_CAPACITY.max(octets.len()));
        }
        self.structure.extend_from_slice(octets);
        self.len += octets.len() as u64;
    }

    /// Adds a payload, uncopied.
    pub(super) fn payload(&mut self, payload: Bytes, output: &mut Output) {
        if self.live {
            self.drain_to(output);
            output.append(payload);
        } else {
            self.len += payload.len() as u64;
            self.payloads.push((self.structure.len(), payload));
        }
    }

    /// Puts `octets` in the place of the first `reserved` octets, which are structure and may be
    /// more.
    pub(super) fn replace_front(&mut self, reserved: usize, octets: &[u8]) {
        self.start = reserved - octets.len();
        self.structure[self.start..reserved].copy_from_slice(octets);
        self.len -= self.start as u64;
    }

    /// Moves what is there to `output`.
    pub(super) fn drain_to(&mut self, output: &mut Output) {
        let mut structure = self.structure.split().freeze();
        let mut done = mem::take(&mut self.start);
        structure.advance(done);
        for (position, payload) in self.payloads.drain(..) {
            output.append(structure.split_to(position - done));
            output.append(payload);
            done = position;
        }
        output.append(structure);
        self.len = 0;
    }
}
