//! Buffers that come back.

use alloc::vec::Vec;
use bytes::{Bytes, BytesMut};

/// Hands out buffers of one length and takes them back by itself: a buffer is free again as
/// soon as nobody but the pool holds it.
///
/// ```
/// use media_recorder_types::BufferPool;
/// let mut pool = BufferPool::new(1024, 4);
/// let frame = pool.fill(|pixels| pixels.fill(7));
/// let first = frame.as_ptr();
/// drop(frame);
/// assert_eq!(pool.fill(|_| {}).as_ptr(), first);
/// ```
#[derive(Debug)]
pub struct BufferPool {
    len: usize,
    capacity: usize,
    slots: Vec<Bytes>,
}

impl BufferPool {
    /// Buffers of `len` bytes, at most `capacity` of them kept. More than that can be out at a
    /// time; they are then ordinary allocations.
    pub fn new(len: usize, capacity: usize) -> Self {
        Self {
            len,
            capacity,
            slots: Vec::new(),
        }
    }

    /// A buffer that `write` has filled. What it held before is left in it: `write` must set
    /// every byte that counts.
    pub fn fill(&mut self, write: impl FnOnce(&mut [u8])) -> Bytes {
        let free = self.slots.iter().position(Bytes::is_unique);
        let mut buffer = match free.map(|index| self.slots.swap_remove(index).try_into_mut()) {
            Some(Ok(buffer)) => buffer,
            _ => BytesMut::zeroed(self.len),
        };
        write(&mut buffer);
        let buffer = buffer.freeze();
        if self.slots.len() < self.capacity {
            self.slots.push(buffer.clone());
        }
        buffer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_in_use_is_never_handed_out_again() {
        let mut pool = BufferPool::new(16, 2);
        let held: Vec<Bytes> = (0..5_u8).map(|n| pool.fill(|b| b.fill(n))).collect();
        for (n, buffer) in held.iter().enumerate() {
            assert!(buffer.iter().all(|&b| usize::from(b) == n));
        }
        // A slice of a buffer holds all of it.
        let part = held[0].slice(3..4);
        drop(held);
        for _ in 0..8 {
            pool.fill(|b| b.fill(99));
        }
        assert_eq!(part[0], 0);
        assert_eq!(pool.slots.len(), 2);
    }
}
