//! What has been written and not yet fetched.

use alloc::collections::VecDeque;

use bytes::Bytes;

use crate::MuxOutput;

/// The output queue, which knows how long the file is.
#[derive(Debug, Default)]
pub(crate) struct Output {
    queue: VecDeque<MuxOutput>,
    len: u64,
}

impl Output {
    /// Bytes in the file so far.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// The output of a writer whose file has `len` bytes, all of them fetched.
    #[cfg(test)]
    pub(crate) fn after(len: u64) -> Self {
        let queue = VecDeque::new();
        Self { queue, len }
    }

    pub(crate) fn append(&mut self, bytes: Bytes) {
        if !bytes.is_empty() {
            self.len += bytes.len() as u64;
            self.queue.push_back(MuxOutput::Append(bytes));
        }
    }

    pub(crate) fn patch(&mut self, offset: u64, bytes: Bytes) {
        debug_assert!(
            offset + bytes.len() as u64 <= self.len,
            "a patch past the end"
        );
        self.queue.push_back(MuxOutput::Patch { offset, bytes });
    }

    pub(crate) fn poll(&mut self) -> Option<MuxOutput> {
        self.queue.pop_front()
    }
}
