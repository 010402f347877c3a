//! Probabilities that follow what is coded.

use crate::tables::coefficients::{self, CoefficientProbabilities};
use crate::tables::motion::{self, VectorProbabilities};
use crate::tables::{Probability, bit_cost, modes};
use crate::tokens::TokenCounts;
use crate::vector_coding::VectorCounts;

/// What a decoder keeps from frame to frame (RFC 6386 §13.4, §16.1, §17.2).
#[derive(Clone, Debug)]
pub(crate) struct Probabilities {
    pub(crate) coefficients: CoefficientProbabilities,
    pub(crate) vectors: VectorProbabilities,
    pub(crate) luma_modes: [Probability; 4],
    pub(crate) chroma_modes: [Probability; 3],
}

impl Probabilities {
    /// What holds at a key frame.
    pub(crate) const DEFAULT: Self = Self {
        coefficients: coefficients::DEFAULT,
        vectors: motion::DEFAULT,
        luma_modes: modes::DEFAULT_LUMA,
        chroma_modes: modes::DEFAULT_CHROMA,
    };

    /// Takes new coefficient probabilities where they save more than saying them costs.
    pub(crate) fn adapt_coefficients(&mut self, counts: &TokenCounts) {
        let old = self.coefficients.as_flattened_mut().as_flattened_mut();
        let old = old.as_flattened_mut().iter_mut();
        let update = coefficients::UPDATE.as_flattened().as_flattened();
        let update = update.as_flattened();
        for ((old, counts), update) in old.zip(counts.iter()).zip(update) {
            if counts[0] + counts[1] > 0 {
                let new = likely(*counts);
                if saves(*counts, *old, new, 8, *update) {
                    *old = new;
                }
            }
        }
    }

    /// Likewise those of the vectors, which are said in seven bits.
    pub(crate) fn adapt_vectors(&mut self, counts: &VectorCounts) {
        let old = self.vectors.as_flattened_mut().iter_mut();
        let update = motion::UPDATE.as_flattened();
        for ((old, counts), update) in old.zip(counts.0.as_flattened()).zip(update) {
            if counts[0] + counts[1] > 0 {
                let new = (likely(*counts) & !1).max(1);
                if saves(*counts, *old, new, 7, *update) {
                    *old = new;
                }
            }
        }
    }
}

/// The probability of a 0 that fits what was counted, from 1 to 255.
pub(crate) fn likely([zeros, ones]: [u32; 2]) -> Probability {
    let all = u64::from(zeros) + u64::from(ones);
    if all == 0 {
        return 128;
    }
    ((u64::from(zeros) * 256 + all / 2) / all).clamp(1, 255) as Probability
}

/// Whether a new probability is cheaper than the old one, with what it costs to say it: so many
/// bits, and a flag that says so with the given probability of staying.
fn saves(
    counts: [u32; 2],
    old: Probability,
    new: Probability,
    bits: u64,
    update: Probability,
) -> bool {
    let with = |probability| cost(counts, probability);
    let flag = bit_cost(true, update).saturating_sub(bit_cost(false, update));
    new != old && with(old) > with(new) + bits * 256 + u64::from(flag)
}

/// What so many zeros and ones cost, in 256ths of a bit.
pub(crate) fn cost([zeros, ones]: [u32; 2], probability: Probability) -> u64 {
    u64::from(zeros) * u64::from(bit_cost(false, probability))
        + u64::from(ones) * u64::from(bit_cost(true, probability))
}
