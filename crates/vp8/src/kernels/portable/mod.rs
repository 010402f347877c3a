//! The kernels in plain Rust, in loops that compilers make vectors of.

mod difference;
mod loop_filter;
mod quantize;
mod residual;
mod six_tap;
mod transform;

pub(super) use difference::*;
pub(super) use loop_filter::*;
pub(super) use quantize::*;
pub(super) use residual::*;
pub(super) use six_tap::*;
pub(super) use transform::*;
