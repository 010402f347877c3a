//! That all versions of a kernel do what its reference does, bit for bit.

mod difference;
mod loop_filter;
mod quantize;
mod reference;
mod six_tap;
mod transform;

use proptest::prelude::*;

use super::Kernels;

/// Every version that this processor runs.
fn versions() -> [Kernels; 2] {
    [Kernels::scalar(), Kernels::detect()]
}

/// `length` samples: of noise, of extremes only, or almost flat.
fn samples(length: usize) -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), length),
        prop::collection::vec(prop_oneof![Just(0), Just(255)], length),
        (any::<u8>(), prop::collection::vec(0..8u8, length)).prop_map(|(base, noise)| noise
            .into_iter()
            .map(|noise| base.saturating_add(noise))
            .collect()),
    ]
}
