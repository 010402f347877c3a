//! Sound in equal pieces.

/// Collects interleaved samples and gives them out in chunks of one length.
#[derive(Debug)]
pub(crate) struct Chunks {
    buffer: Vec<f32>,
    /// What of the buffer is given out already.
    taken: usize,
    len: usize,
}

impl Chunks {
    /// Chunks of `len` samples (all channels together), at least one.
    pub(crate) fn new(len: usize) -> Self {
        Self {
            buffer: Vec::new(),
            taken: 0,
            len: len.max(1),
        }
    }

    /// The buffer to append samples to.
    pub(crate) fn tail(&mut self) -> &mut Vec<f32> {
        self.buffer.drain(..self.taken);
        self.taken = 0;
        &mut self.buffer
    }

    /// Samples that are waiting.
    pub(crate) fn waiting(&self) -> usize {
        self.buffer.len() - self.taken
    }

    /// The next whole chunk.
    pub(crate) fn next(&mut self) -> Option<&[f32]> {
        self.next_up_to(self.len).filter(|chunk| !chunk.is_empty())
    }

    /// What is left when there is no whole chunk any more.
    pub(crate) fn rest(&mut self) -> &[f32] {
        let rest = self.waiting();
        self.next_up_to(rest).unwrap_or_default()
    }

    fn next_up_to(&mut self, len: usize) -> Option<&[f32]> {
        let start = self.taken;
        let chunk = self.buffer.get(start..start + len)?;
        self.taken += len;
        Some(chunk)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_lost_or_doubled() {
        let mut chunks = Chunks::new(4);
        let mut out = Vec::new();
        let mut n = 0_u8;
        for run in [1, 2, 9, 0, 3, 4] {
            for _ in 0..run {
                chunks.tail().push(f32::from(n));
                n += 1;
            }
            while let Some(chunk) = chunks.next() {
                assert_eq!(chunk.len(), 4);
                out.extend_from_slice(chunk);
            }
        }
        assert_eq!(chunks.waiting(), 3);
        out.extend_from_slice(chunks.rest());
        assert!(out.iter().copied().eq((0..19_u8).map(f32::from)));
        assert!(chunks.rest().is_empty() && chunks.next().is_none());
    }
}
