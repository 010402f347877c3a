//! What was recorded, as a rope of buffers.

use std::collections::VecDeque;
use std::io::{self, IoSlice, Write};
use std::sync::Arc;

use bytes::{Buf, Bytes, BytesMut};

/// A replacement for bytes that were handed out before, to be written at `offset` from the
/// start of the recording.
///
/// A recording is playable without its patches; with them its duration is known and it seeks.
/// They all lie in the container's header, the first few hundred bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patch {
    /// Bytes from the start of the recording, all blobs counted.
    pub offset: u64,
    /// What to put there; it has the length of what it replaces.
    pub bytes: Bytes,
}

/// Immutable recorded data and its type.
///
/// **A blob is a rope: its parts are the very buffers that the encoders made**, with small
/// pieces of container between them. It is never copied on the way to the caller. Read it as a
/// [`Buf`], iterate over [`parts`](Self::parts), write it with
/// [`write_to`](Self::write_to), or make it one contiguous buffer with
/// [`into_bytes`](Self::into_bytes).
#[derive(Clone, Debug, Default)]
pub struct Blob {
    parts: VecDeque<Bytes>,
    len: u64,
    mime_type: Arc<str>,
}

impl Blob {
    pub(crate) fn new(mime_type: Arc<str>) -> Self {
        Self {
            parts: VecDeque::new(),
            len: 0,
            mime_type,
        }
    }

    pub(crate) fn push(&mut self, part: Bytes) {
        if !part.is_empty() {
            self.len += part.len() as u64;
            self.parts.push_back(part);
        }
    }

    /// Bytes in all.
    pub fn size(&self) -> u64 {
        self.len
    }

    /// The type of the recording, such as `video/webm;codecs=vp9,opus`.
    pub fn mime_type(&self) -> &str {
        &self.mime_type
    }

    /// The buffers that it is made of, in order.
    pub fn parts(&self) -> impl ExactSizeIterator<Item = &Bytes> {
        self.parts.iter()
    }

    /// Adds the data of another blob behind this one's; no bytes are copied.
    pub fn append(&mut self, other: Self) {
        self.len += other.len;
        self.parts.extend(other.parts);
        if self.mime_type.is_empty() {
            self.mime_type = other.mime_type;
        }
    }

    /// Replaces `patch.bytes.len()` bytes at `patch.offset`. Buffers that the patch cuts are
    /// split, not copied.
    ///
    /// `false`, and nothing changed, if the patch reaches past the end.
    pub fn apply(&mut self, patch: &Patch) -> bool {
        let end = patch.offset.checked_add(patch.bytes.len() as u64);
        if end.is_none_or(|end| end > self.len) {
            return false;
        }
        let first = self.split_at(patch.offset);
        let last = self.split_at(patch.offset + patch.bytes.len() as u64);
        let mut tail = self.parts.split_off(last);
        self.parts.truncate(first);
        if !patch.bytes.is_empty() {
            self.parts.push_back(patch.bytes.clone());
        }
        self.parts.append(&mut tail);
        true
    }

    /// Writes everything, many parts in one system call where the writer can do that.
    ///
    /// # Errors
    ///
    /// What `writer` gives; [`io::ErrorKind::WriteZero`] if it takes no more.
    pub fn write_to(&self, writer: &mut impl Write) -> io::Result<()> {
        let mut slices: Vec<IoSlice<'_>> = self.parts.iter().map(|p| IoSlice::new(p)).collect();
        let mut rest = slices.as_mut_slice();
        while !rest.is_empty() {
            match writer.write_vectored(rest) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => IoSlice::advance_slices(&mut rest, written),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// All of it in one buffer. This copies, unless there is only one part.
    pub fn into_bytes(mut self) -> Bytes {
        if self.parts.len() == 1 {
            return self.parts.pop_front().unwrap_or_default();
        }
        let mut all = BytesMut::with_capacity(usize::try_from(self.len).unwrap_or(0));
        for part in &self.parts {
            all.extend_from_slice(part);
        }
        all.freeze()
    }

    /// Makes `offset` the border of two parts; the index of the part that begins there.
    fn split_at(&mut self, offset: u64) -> usize {
        let mut start = 0_u64;
        for index in 0..self.parts.len() {
            if start == offset {
                return index;
            }
            let len = self.parts[index].len() as u64;
            if offset < start + len {
                // Less than the length of a buffer: it fits.
                let at = (offset - start) as usize;
                let tail = self.parts[index].split_off(at);
                self.parts.insert(index + 1, tail);
                return index + 1;
            }
            start += len;
        }
        self.parts.len()
    }
}

/// Reading takes the bytes off the front.
impl Buf for Blob {
    fn remaining(&self) -> usize {
        usize::try_from(self.len).unwrap_or(usize::MAX)
    }

    fn chunk(&self) -> &[u8] {
        self.parts.front().map_or(&[], |part| part)
    }

    fn chunks_vectored<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> usize {
        let mut count = 0;
        for (slice, part) in slices.iter_mut().zip(&self.parts) {
            *slice = IoSlice::new(part);
            count += 1;
        }
        count
    }

    fn advance(&mut self, mut count: usize) {
        assert!(count as u64 <= self.len, "advance past the end of the blob");
        self.len -= count as u64;
        while count > 0 {
            let Some(front) = self.parts.front_mut() else {
                break;
            };
            if count < front.len() {
                front.advance(count);
                break;
            }
            count -= front.len();
            self.parts.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blob(parts: &[&'static [u8]]) -> Blob {
        let mut blob = Blob::new("video/webm".into());
        for part in parts {
            blob.push(Bytes::from_static(part));
        }
        blob
    }

    fn patch(offset: u64, bytes: &'static [u8]) -> Patch {
        Patch {
            offset,
            bytes: Bytes::from_static(bytes),
        }
    }

    #[test]
    fn a_patch_replaces_what_lies_under_it_wherever_parts_begin() {
        let text = b"0123456789";
        for offset in 0..=10 {
            for len in 0..=10 - offset {
                let mut blob = blob(&[b"012", b"34", b"56789"]);
                let new = Bytes::from(vec![b'x'; len]);
                assert!(blob.apply(&Patch {
                    offset: offset as u64,
                    bytes: new
                }));
                let mut expected = text.to_vec();
                expected[offset..offset + len].fill(b'x');
                assert_eq!(blob.into_bytes(), expected);
            }
        }
    }

    #[test]
    fn a_patch_past_the_end_changes_nothing() {
        let mut blob = blob(&[b"abc"]);
        assert!(!blob.apply(&patch(2, b"xy")));
        assert!(!blob.apply(&patch(u64::MAX, b"x")));
        assert_eq!(blob.into_bytes(), &b"abc"[..]);
    }

    #[test]
    fn parts_keep_their_place_in_memory() {
        let part = Bytes::from(vec![1, 2, 3, 4]);
        let at = part.as_ptr();
        let mut rope = blob(&[b"head"]);
        rope.push(part);
        rope.append(blob(&[b"tail"]));
        assert!(rope.apply(&patch(0, b"HE")));
        assert!(rope.parts().any(|part| part.as_ptr() == at));
        assert_eq!((rope.size(), rope.mime_type()), (12, "video/webm"));
    }

    #[test]
    fn it_reads_as_a_buf() {
        let mut rope = blob(&[b"ab", b"cde"]);
        assert_eq!(rope.get_u8(), b'a');
        let mut slices = [IoSlice::new(&[]); 4];
        assert_eq!(rope.chunks_vectored(&mut slices), 2);
        rope.advance(2);
        assert_eq!(rope.copy_to_bytes(2), &b"de"[..]);
        assert!(!rope.has_remaining());
    }

    #[test]
    fn a_writer_that_takes_little_gets_everything() {
        struct Slow(Vec<u8>);
        impl Write for Slow {
            fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
                let n = buf.len().min(2);
                self.0.extend_from_slice(&buf[..n]);
                Ok(n)
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut slow = Slow(Vec::new());
        blob(&[b"abc", b"d", b"efghi"]).write_to(&mut slow).unwrap();
        assert_eq!(slow.0, b"abcdefghi");
        let mut full: &mut [u8] = &mut [0; 4];
        let error = blob(&[b"abc", b"de"]).write_to(&mut full).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::WriteZero);
    }
}
