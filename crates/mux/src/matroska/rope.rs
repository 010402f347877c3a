//! Structure and payloads, apart until they are put out.

use alloc::vec::Vec;

use bytes::{Bytes, BytesMut};

use super::output::Output;

/// Octets of structure to allocate at once: some hundred blocks' worth.
const STRUCTURE_CAPACITY: usize = 4096;

/// A run of file content: structure in one buffer, and the payloads that go between.
#[derive(Debug)]
pub(super) struct Rope {
    structure: BytesMut,
    /// Each with the length of the structure before it.
    payloads: Vec<(usize, Bytes)>,
    len: u64,
}

impl Rope {
    /// Nothing yet.
    pub(super) fn new() -> Self {
        Self {
            structure: BytesMut::with_capacity(STRUCTURE_CAPACITY),
            payloads: Vec::new(),
            len: 0,
        }
    }

    /// Octets ever added.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// Adds the structure that `write` writes.
    pub(super) fn structure(&mut self, write: impl FnOnce(&mut BytesMut)) {
        let before = self.structure.len();
        write(&mut self.structure);
        self.len += (self.structure.len() - before) as u64;
    }

    /// Adds a payload, uncopied.
    pub(super) fn payload(&mut self, payload: Bytes) {
        self.len += payload.len() as u64;
        self.payloads.push((self.structure.len(), payload));
    }

    /// Moves what is there to `output`.
    pub(super) fn drain_to(&mut self, output: &mut Output) {
        let mut structure = self.structure.split().freeze();
        let mut done = 0;
        for (position, payload) in self.payloads.drain(..) {
            output.append(structure.split_to(position - done));
            output.append(payload);
            done = position;
        }
        output.append(structure);
    }
}
