//! One cluster and its blocks (RFC 9559 §5.1.3, §10).

use alloc::vec::Vec;

use bytes::{BufMut, Bytes};
use media_recorder_types::TrackKind;

use super::ebml::{self, put_header, put_id, put_int, put_size, put_uint};
use super::element::{Binary, Element};
use super::ids;
use super::options::ClusterMode;
use super::output::Output;
use super::rope::Rope;

/// Octets of a block before its payload: the track number, the time and the flags
/// (RFC 9559 §10.1).
const BLOCK_HEADER_OCTETS: u64 = 1 + 2 + 1;

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

/// A cluster that can take more blocks.
#[derive(Debug)]
pub(super) struct Cluster {
    mode: ClusterMode,
    /// From the start of the file.
    pub(super) position: u64,
    /// Its timestamp, which is its first block's.
    pub(super) tick: u64,
    /// Octets of its data before the first block.
    first_block: u64,
    data: Rope,
}

impl Cluster {
    /// A cluster that begins at `tick` and at the end of `output`.
    pub(super) fn new(mode: ClusterMode, tick: u64, output: &mut Output) -> Self {
        let position = output.len();
        if mode == ClusterMode::Unknown {
            let mut header = Vec::new();
            put_id(&mut header, ids::CLUSTER);
            header.put_u64(ebml::UNKNOWN_SIZE);
            output.append(header.into());
        }
        let mut data = Rope::new();
        data.structure(|buf| put_uint(buf, ids::TIMESTAMP, tick));
        Self {
            mode,
            position,
            tick,
            first_block: data.len(),
            data,
        }
    }

    /// Whether `block` exceeds a limit. Blocks of one tick stay together: the sound of a key
    /// frame's time belongs to it, however large the key frame is.
    pub(super) fn is_full_for(&self, block: &Block, max_ticks: u64, max_bytes: u64) -> bool {
        let ticks = block.tick - self.tick;
        let octets = self.data.len() + block.octets();
        ticks > max_ticks || (ticks > 0 && octets > max_bytes)
    }

    /// Where the next block will be, from the start of the cluster's data; `None` for the first.
    pub(super) fn next_block(&self) -> Option<u64> {
        let position = self.data.len();
        (position > self.first_block).then_some(position)
    }

    /// Adds a block, which is not [too much](Self::is_full_for).
    pub(super) fn push(&mut self, block: Block, output: &mut Output) {
        let ticks = block.tick - self.tick;
        let relative = i16::try_from(ticks).expect("a cluster's limit is at most 32767 ticks");
        if block.discard_padding == 0 {
            self.push_simple_block(block, relative);
        } else {
            self.push_block_group(block, relative);
        }
        if self.mode == ClusterMode::Unknown {
            self.data.drain_to(output);
        }
    }

    fn push_simple_block(&mut self, block: Block, relative: i16) {
        let flags = if block.key { FLAG_KEY_FRAME } else { 0 };
        self.push_block(ids::SIMPLE_BLOCK, block, relative, flags);
    }

    /// Only sound has padding, and each packet of it can be decoded for itself: without a
    /// `ReferenceBlock`, that is what a group says (RFC 9559 §10.4).
    fn push_block_group(&mut self, block: Block, relative: i16) {
        let padding = block.discard_padding;
        let octets = block.group_octets();
        self.data.structure(|buf| {
            put_header(buf, ids::BLOCK_GROUP, octets);
        });
        self.push_block(ids::BLOCK, block, relative, 0);
        self.data
            .structure(|buf| put_int(buf, ids::DISCARD_PADDING, padding));
    }

    fn push_block(&mut self, element: Element<Binary>, block: Block, relative: i16, flags: u8) {
        self.data.structure(|buf| {
            put_header(
                buf,
                element,
                BLOCK_HEADER_OCTETS + block.payload.len() as u64,
            );
            put_size(buf, block.track.into());
            buf.put_i16(relative);
            buf.put_u8(flags);
        });
        self.data.payload(block.payload);
    }

    /// Ends the cluster.
    pub(super) fn close(mut self, output: &mut Output) {
        if self.mode == ClusterMode::Known {
            let mut header = Vec::new();
            put_header(&mut header, ids::CLUSTER, self.data.len());
            output.append(header.into());
        }
        self.data.drain_to(output);
    }
}
