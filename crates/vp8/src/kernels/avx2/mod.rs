//! The kernels for processors with AVX2.
//!
//! Safe functions: what they may do is bound to the processor, not to memory. Where compilers
//! make as good vectors of plain Rust, this is that code compiled for AVX2.

mod difference;
mod loop_filter;
mod quantize;
mod six_tap;
mod six_tap_chroma;
mod transform;
mod vectors;

use super::portable;

pub(super) use difference::*;
pub(super) use loop_filter::*;
pub(super) use quantize::*;
pub(super) use six_tap::*;
pub(super) use six_tap_chroma::*;
pub(super) use transform::*;

/// The portable kernels, compiled for AVX2.
macro_rules! compile {
    ($(fn $name:ident($($argument:ident: $type:ty),* $(,)?) $(-> $out:ty)?;)*) => { $(
        #[target_feature(enable = "avx2")]
        pub(super) fn $name($($argument: $type),*) $(-> $out)? {
            portable::$name($($argument),*)
        }
    )* };
}

compile! {
    fn forward_wht(dc: &[i16; 16]) -> [i16; 16];
    fn inverse_wht(coefficients: &[i16; 16]) -> [i16; 16];
    fn inverse_dc_add(dc: i16, samples: &mut [u8], stride: usize);
}
