//! What a macroblock leaves for those below it and to its right.
//!
//! Rows of macroblocks are encoded side by side, each two macroblocks behind the one above. What
//! the row above has to say goes through atomic numbers, one cache line per macroblock: plain
//! loads and stores on every processor, made visible by the count of those that are done.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use crate::vector::{Neighbour, Vector};

/// The side of a macroblock that faces those still to come.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edge {
    /// The samples before the loop filter (RFC 6386 §15.1).
    pub(crate) luma: [u8; 16],
    pub(crate) chroma: [[u8; 8]; 2],
    pub(crate) neighbour: Neighbour,
    /// The bits of [`Nonzero`](crate::tokens).
    pub(crate) nonzero: u16,
    /// Of the four 4x4 blocks the vectors' bits, or the modes in key frames.
    pub(crate) blocks: [u32; 4],
}

impl Edge {
    /// What stands above the first row (RFC 6386 §12.2).
    pub(crate) const ABOVE_PICTURE: Self = Self::outside(127);
    /// What stands to the left of the first column.
    pub(crate) const LEFT_OF_PICTURE: Self = Self::outside(129);

    const fn outside(sample: u8) -> Self {
        Self {
            luma: [sample; 16],
            chroma: [[sample; 8]; 2],
            neighbour: Neighbour {
                inter: false,
                split: false,
                vector: Vector::ZERO,
            },
            nonzero: 0,
            blocks: [0; 4],
        }
    }
}

/// An [`Edge`] that another thread may read once it is announced.
#[derive(Debug, Default)]
struct SharedEdge([AtomicU64; 7]);

const INTER: u64 = 1 << 32;
const SPLIT: u64 = 1 << 33;
const NONZERO_SHIFT: u32 = 40;

impl SharedEdge {
    fn store(&self, edge: &Edge) {
        let mut bits = u64::from(edge.neighbour.vector.to_bits());
        bits |= if edge.neighbour.inter { INTER } else { 0 };
        bits |= if edge.neighbour.split { SPLIT } else { 0 };
        bits |= u64::from(edge.nonzero) << NONZERO_SHIFT;
        let (luma, _) = edge.luma.as_chunks::<8>();
        let pair = |at: usize| u64::from(edge.blocks[at]) | u64::from(edge.blocks[at + 1]) << 32;
        let values = [
            bits,
            u64::from_ne_bytes(luma[0]),
            u64::from_ne_bytes(luma[1]),
            u64::from_ne_bytes(edge.chroma[0]),
            u64::from_ne_bytes(edge.chroma[1]),
            pair(0),
            pair(2),
        ];
        for (shared, value) in self.0.iter().zip(values) {
            shared.store(value, Ordering::Relaxed);
        }
    }

    #[inline(always)]
    fn load(&self) -> Edge {
        let [bits, luma0, luma1, u, v, blocks0, blocks1] = self
            .0
            .each_ref()
            .map(|shared| shared.load(Ordering::Relaxed));
        let mut luma = [0; 16];
        luma[..8].copy_from_slice(&luma0.to_ne_bytes());
        luma[8..].copy_from_slice(&luma1.to_ne_bytes());
        Edge {
            luma,
            chroma: [u.to_ne_bytes(), v.to_ne_bytes()],
            neighbour: Neighbour {
                inter: bits & INTER != 0,
                split: bits & SPLIT != 0,
                vector: Vector::from_bits(bits as u32),
            },
            nonzero: (bits >> NONZERO_SHIFT) as u16,
            blocks: [
                blocks0 as u32,
                (blocks0 >> 32) as u32,
                blocks1 as u32,
                (blocks1 >> 32) as u32,
            ],
        }
    }
}

/// The lower edges of one row of macroblocks.
#[derive(Debug)]
pub(crate) struct RowEdges {
    edges: Box<[SharedEdge]>,
    /// How many of them may be read.
    done: AtomicU32,
}

impl RowEdges {
    pub(crate) fn new(columns: usize) -> Self {
        Self {
            edges: (0..columns).map(|_| SharedEdge::default()).collect(),
            done: AtomicU32::new(0),
        }
    }

    /// Before a frame: nothing may be read.
    pub(crate) fn reset(&mut self) {
        *self.done.get_mut() = 0;
    }

    /// As long as the result lives, a panic lets nobody wait for this row any more.
    pub(crate) fn release_on_panic(&self) -> impl Drop + '_ {
        struct Release<'a>(&'a AtomicU32);
        impl Drop for Release<'_> {
            fn drop(&mut self) {
                if std::thread::panicking() {
                    self.0.store(u32::MAX, Ordering::Release);
                }
            }
        }
        Release(&self.done)
    }

    /// The row's next edge, by the only thread that encodes the row.
    pub(crate) fn publish(&self, column: usize, edge: &Edge) {
        self.edges[column].store(edge);
        self.done.store(column as u32 + 1, Ordering::Release);
    }

    /// An edge that is there, or will be: the thread that makes it runs already.
    #[inline(always)]
    pub(crate) fn wait(&self, column: usize) -> Edge {
        const SPINS: u32 = 200;
        let mut spins = 0;
        while self.done.load(Ordering::Acquire) <= column as u32 {
            if spins < SPINS {
                std::hint::spin_loop();
                spins += 1;
            } else {
                std::thread::yield_now();
            }
        }
        self.edges[column].load()
    }
}
