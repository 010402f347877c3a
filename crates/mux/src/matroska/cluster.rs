//! One cluster and its blocks (RFC 9559 §5.1.3, §10).

use bytes::{BufMut, Bytes};
use media_recorder_types::TrackKind;

use super::ebml::{self, put_header, put_int, put_uint};
use super::element::{Binary, Element};
use super::ids;
use super::options::ClusterMode;
use super::rope::Rope;
use crate::output::Output;

/// Octets of a block before its payload: the track number, the time and the flags
/// (RFC 9559 §10.1).
const BLOCK_HEADER_OCTETS: u64 = 1 + 2 + 1;

/// The most octets of a cluster's ID and size.
const MAX_HEADER_OCTETS: usize = 4 + 8;

/// The flag of a `SimpleBlock` with which decoding can start (RFC 9559 §10.2). No lacing and
/// "visible" are zeros.
const FLAG_KEY_FRAME: u8 = 0x80;

/// The first version that has all elements of a cluster.
pub(super) const VERSION: u8 = ids::DISCARD_PADDING.min_version;

/// A packet on its way into a cluster.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) kind: TrackKind,
    /// The track's number, 1 to 126.
    pub(super) track: u8,
    pub(super) tick: u64,
    /// Whether decoding can start with it: true of all sound.
    pub(super) key: bool,
    /// Nanoseconds; not negative.
    pub(super) discard_padding: i64,
    pub(super) payload: Bytes,
}

impl Block {
    /// Octets of its element in the cluster.
    fn octets(&self) -> u64 {
        if self.discard_padding == 0 {
            self.block_octets()
        } else {
            let group = self.group_octets();
            ebml::header_octets(ids::BLOCK_GROUP, group) + group
        }
    }

    /// Octets of a `BlockGroup`'s data.
    fn group_octets(&self) -> u64 {
        self.block_octets() + ebml::int_element_octets(ids::DISCARD_PADDING, self.discard_padding)
    }

    /// Octets of a `SimpleBlock` or `Block`; their IDs are of one length.
    fn block_octets(&self) -> u64 {
        let len = BLOCK_HEADER_OCTETS + self.payload.len() as u64;
        ebml::header_octets(ids::SIMPLE_BLOCK, len) + len
    }
}

/// A cluster that can take more blocks. Its content waits in a rope, which is empty before it
/// begins and after it ends.
#[derive(Debug)]
pub(super) struct Cluster {
    mode: ClusterMode,
    /// From the start of the file.
    pub(super) position: u64,
    /// Its timestamp, which is its first block's.
    pub(super) tick: u64,
    /// Octets of its data before the first block.
    first_block: u64,
    /// Octets of its data so far.
    len: u64,
}

impl Cluster {
    /// A cluster that begins at `tick` and at the end of `output`.
    pub(super) fn new(mode: ClusterMode, tick: u64, rope: &mut Rope, output: &Output) -> Self {
        let mut header = [0; MAX_HEADER_OCTETS];
        if mode == ClusterMode::Unknown {
            let mut buf = &mut header[..];
            ebml::put_id(&mut buf, ids::CLUSTER);
            buf.put_u64(ebml::UNKNOWN_SIZE);
        }
        // Where the size is to be known, the place is kept for it.
        rope.structure(&header);
        let before = rope.len();
        put(rope, |buf| put_uint(buf, ids::TIMESTAMP, tick));
        let first_block = rope.len() - before;
        Self {
            mode,
            position: output.len(),
            tick,
            first_block,
            len: first_block,
        }
    }

    /// Whether `block` exceeds a limit. Blocks of one tick stay together: the sound of a key
    /// frame's time belongs to it, however large the key frame is.
    pub(super) fn is_full_for(&self, block: &Block, max_ticks: u64, max_bytes: u64) -> bool {
        let ticks = block.tick - self.tick;
        let octets = self.len + block.octets();
        ticks > max_ticks || (ticks > 0 && octets > max_bytes)
    }

    /// Where the next block will be, from the start of the cluster's data; `None` for the first.
    pub(super) fn next_block(&self) -> Option<u64> {
        (self.len > self.first_block).then_some(self.len)
    }

    /// Adds a block, which is not [too much](Self::is_full_for).
    pub(super) fn push(&mut self, block: Block, rope: &mut Rope, output: &mut Output) {
        let ticks = block.tick - self.tick;
        let relative = i16::try_from(ticks).expect("a cluster's limit is at most 32767 ticks");
        self.len += block.octets();
        if block.discard_padding == 0 {
            let flags = if block.key { FLAG_KEY_FRAME } else { 0 };
            put_block(rope, ids::SIMPLE_BLOCK, block, relative, flags, output);
        } else {
            put_block_group(rope, block, relative, output);
            if self.mode == ClusterMode::Unknown {
                rope.drain_to(output);
            }
        }
    }

    /// Ends the cluster.
    pub(super) fn close(self, rope: &mut Rope, output: &mut Output) {
        if self.mode == ClusterMode::Known {
            let mut header = [0; MAX_HEADER_OCTETS];
            put_header(&mut &mut header[..], ids::CLUSTER, self.len);
            let octets = ebml::header_octets(ids::CLUSTER, self.len) as usize;
            rope.replace_front(MAX_HEADER_OCTETS, &header[..octets]);
        }
        rope.drain_to(output);
    }
}

/// Only sound has padding, and each packet of it can be decoded for itself: without a
/// `ReferenceBlock`, that is what a group says (RFC 9559 §10.4).
fn put_block_group(rope: &mut Rope, block: Block, relative: i16, output: &mut Output) {
    let (octets, padding) = (block.group_octets(), block.discard_padding);
    put(rope, |buf| put_header(buf, ids::BLOCK_GROUP, octets));
    put_block(rope, ids::BLOCK, block, relative, 0, output);
    put(rope, |buf| put_int(buf, ids::DISCARD_PADDING, padding));
}

/// A `SimpleBlock` or `Block`.
///
/// Its header is put together in an array, without a loop over the octets of numbers: this is
/// done for each packet.
fn put_block(
    rope: &mut Rope,
    element: Element<Binary>,
    block: Block,
    relative: i16,
    flags: u8,
    output: &mut Output,
) {
    let size = BLOCK_HEADER_OCTETS + block.payload.len() as u64;
    let octets = ebml::size_octets(size);
    let mut header = [0; 1 + 8 + BLOCK_HEADER_OCTETS as usize];
    // The IDs of both elements have one octet.
    header[0] = element.id as u8;
    header[1..9].copy_from_slice(&ebml::size_at_front(size, octets));
    let relative = relative.to_be_bytes();
    // A track number is coded as a size is.
    let fields = [0x80 | block.track, relative[0], relative[1], flags];
    let end = 1 + octets + fields.len();
    header[1 + octets..end].copy_from_slice(&fields);
    rope.structure(&header[..end]);
    rope.payload(block.payload, output);
}

/// Adds the small element that `write` writes.
fn put(rope: &mut Rope, write: impl FnOnce(&mut &mut [u8])) {
    // The largest is an integer: an ID of four octets, a size of one, and eight of data.
    let mut octets = [0; 4 + 1 + 8];
    let mut free = &mut octets[..];
    write(&mut free);
    let unused = free.len();
    let len = octets.len() - unused;
    rope.structure(&octets[..len]);
}
