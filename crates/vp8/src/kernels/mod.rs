//! The inner loops: each once in plain Rust, and faster where the processor can.
//!
//! [`Kernels`] is made once and passed on by value. Its methods take samples as slices with a
//! stride, the distance in samples between one row and the next: a slice begins at the block's
//! top left sample. Where taps reach outside of the block, the index of that sample stands
//! beside the slice. A slice that ends before the block does is a mistake of the caller's, and
//! panics as indexing does.
//!
//! - [`portable`] is plain Rust in loops that a compiler makes vectors of: it runs on every
//!   processor without a look at what that can do. On AArch64, where NEON is always there, it is
//!   all there is.
//! - `avx2` is the same code compiled for AVX2, and intrinsics where those are faster.
//! - `tests::reference` is what RFC 6386 says, sample by sample, for the tests of both.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod dispatch;
mod loop_limits;
mod portable;
mod quantizer;
mod rows;
#[cfg(test)]
mod tests;
mod window;

pub(crate) use dispatch::Kernels;
pub(crate) use loop_limits::EdgeLimits;
pub(crate) use quantizer::BlockQuantizer;
pub(crate) use window::Window;
