//! Motion vectors in the stream (RFC 6386 §17).

use crate::bool_coder::BoolEncoder;
use crate::tables::motion::{
    IS_LONG, LONG, LONG_BITS, SHORT, SHORT_TREE, SIGN, VectorProbabilities,
};
use crate::tables::{Code, Probability, bit_cost, walk};
use crate::vector::Vector;

/// How often each branch was taken each way, vertically and horizontally.
#[derive(Clone, Debug, Default)]
pub(crate) struct VectorCounts(pub(crate) [[[u32; 2]; 19]; 2]);

impl VectorCounts {
    pub(crate) fn add(&mut self, vector: Vector, best: Vector) {
        for (component, counts) in differences(vector, best).into_iter().zip(&mut self.0) {
            branches(component, |at, bit| counts[at][usize::from(bit)] += 1);
        }
    }
}

/// Says a vector as its difference from the best guess.
pub(crate) fn write(
    vector: Vector,
    best: Vector,
    probabilities: &VectorProbabilities,
    encoder: &mut BoolEncoder,
) {
    for (component, probabilities) in differences(vector, best).into_iter().zip(probabilities) {
        branches(component, |at, bit| encoder.write(bit, probabilities[at]));
    }
}

fn differences(vector: Vector, best: Vector) -> [i16; 2] {
    [vector.y - best.y, vector.x - best.x]
}

/// Calls with the index of each probability and its bit, in the order of the stream.
fn branches(component: i16, mut visit: impl FnMut(usize, bool)) {
    let magnitude = component.unsigned_abs();
    let is_long = magnitude >= 8;
    visit(IS_LONG, is_long);
    if is_long {
        let mut bit = |bit: usize| visit(LONG + bit, magnitude >> bit & 1 != 0);
        (0..3).for_each(&mut bit);
        (4..LONG_BITS).rev().for_each(&mut bit);
        // With no higher bit it has to be set, or the component would be short.
        if magnitude > 15 {
            bit(3);
        }
    } else {
        let code = Code {
            bits: magnitude as u8,
            length: 3,
        };
        walk(&SHORT_TREE, code, |branch, bit| visit(SHORT + branch, bit));
    }
    if magnitude != 0 {
        visit(SIGN, component < 0);
    }
}

/// What a component's difference costs, in 256ths of a bit.
pub(crate) fn component_cost(component: i16, probabilities: &[Probability; 19]) -> u32 {
    let mut cost = 0;
    branches(component, |at, bit| {
        cost += bit_cost(bit, probabilities[at])
    });
    cost
}

/// The costs of all differences up to a length, so that a search need not add them up.
#[derive(Clone, Debug)]
pub(crate) struct VectorCosts([Vec<u16>; 2]);

/// The longest difference whose cost is kept; longer ones cost the same.
const LONGEST: i32 = 255;

impl VectorCosts {
    pub(crate) fn new(probabilities: &VectorProbabilities) -> Self {
        Self(probabilities.each_ref().map(|probabilities| {
            (-LONGEST..=LONGEST)
                .map(|component| component_cost(component as i16, probabilities) as u16)
                .collect()
        }))
    }

    /// In 256ths of a bit.
    #[inline]
    pub(crate) fn cost(&self, vector: Vector, best: Vector) -> u32 {
        let cost = |costs: &[u16], a: i16, b: i16| {
            let difference = (i32::from(a) - i32::from(b)).clamp(-LONGEST, LONGEST);
            u32::from(costs[(difference + LONGEST) as usize])
        };
        cost(&self.0[0], vector.y, best.y) + cost(&self.0[1], vector.x, best.x)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bool_decoder::BoolDecoder;
    use crate::tables::motion;

    /// `read_mvcomponent` of RFC 6386 §17.2.
    fn read(probabilities: &[Probability; 19], decoder: &mut BoolDecoder<'_>) -> i16 {
        let magnitude = if decoder.bit(probabilities[0]) {
            let mut value = 0;
            for bit in [0, 1, 2, 9, 8, 7, 6, 5, 4] {
                value += i16::from(decoder.bit(probabilities[9 + bit])) << bit;
            }
            if value & 0x3f0 == 0 || decoder.bit(probabilities[9 + 3]) {
                value += 8;
            }
            value
        } else {
            const SHORT: [i8; 14] = [2, 8, 4, 6, 0, -1, -2, -3, 10, 12, -4, -5, -6, -7];
            decoder.tree(&SHORT, &probabilities[2..9]) as i16
        };
        match magnitude != 0 && decoder.bit(probabilities[1]) {
            true => -magnitude,
            false => magnitude,
        }
    }

    #[test]
    fn every_difference_is_read_as_it_was_written() {
        let best = Vector::new(-9, 20);
        for difference in -1023..=1023 {
            let vector = Vector::new(best.x + difference, best.y - difference);
            assert!(vector.is_near_enough(best));
            let mut encoder = BoolEncoder::new();
            write(vector, best, &motion::DEFAULT, &mut encoder);
            let bytes = encoder.finish();
            let mut decoder = BoolDecoder::new(&bytes);
            let [y, x] = motion::DEFAULT
                .each_ref()
                .map(|all| read(all, &mut decoder));
            assert_eq!((x, y), (difference, -difference));
        }
        assert!(!Vector::new(best.x + 1024, best.y).is_near_enough(best));
    }

    #[test]
    fn a_cost_is_that_of_the_branches() {
        let costs = VectorCosts::new(&motion::DEFAULT);
        let vector = Vector::new(-100, 7);
        let [vertical, horizontal] = &motion::DEFAULT;
        let expected = component_cost(7, vertical) + component_cost(-100, horizontal);
        assert_eq!(costs.cost(vector, Vector::ZERO), expected);
        assert!(costs.cost(Vector::ZERO, Vector::ZERO) < expected);
    }
}
