//! Sums of differences.

use proptest::prelude::*;

use super::reference::differences;
use super::{samples, versions};

/// Samples of two blocks, each with its stride.
fn pair() -> impl Strategy<Value = ((Vec<u8>, usize), (Vec<u8>, usize))> {
    let block = || (16..50usize).prop_flat_map(|stride| (samples(15 * stride + 16), Just(stride)));
    (block(), block())
}

proptest! {
    #[test]
    fn absolute_differences_add_up(((a, a_stride), (b, b_stride)) in pair()) {
        for k in versions() {
            let expected = |size| -> u32 {
                differences((&a, a_stride), (&b, b_stride), size).iter().map(|d| d.unsigned_abs()).sum()
            };
            prop_assert_eq!(k.sad16x16(&a, a_stride, &b, b_stride), expected((16, 16)));
            prop_assert_eq!(k.sad16x8(&a, a_stride, &b, b_stride), expected((16, 8)));
            prop_assert_eq!(k.sad8x16(&a, a_stride, &b, b_stride), expected((8, 16)));
            prop_assert_eq!(k.sad8x8(&a, a_stride, &b, b_stride), expected((8, 8)));
            prop_assert_eq!(k.sad4x4(&a, a_stride, &b, b_stride), expected((4, 4)));
        }
    }

    #[test]
    fn four_blocks_are_compared_at_once(source in samples(16 * 16), plane in samples(40 * 24)) {
        let candidates = [0, 1, 47, 123].map(|at| &plane[at..]);
        let expected = candidates.map(|candidate| -> u32 {
            differences((&source, 16), (candidate, 40), (16, 16))
                .iter()
                .map(|d| d.unsigned_abs())
                .sum()
        });
        for k in versions() {
            prop_assert_eq!(k.sad16x16_x4(&source, 16, candidates, 40), expected);
        }
    }

    #[test]
    fn squares_add_up(((a, a_stride), (b, b_stride)) in pair()) {
        for k in versions() {
            let expected = |size| -> u32 {
                differences((&a, a_stride), (&b, b_stride), size).iter().map(|d| (d * d) as u32).sum()
            };
            prop_assert_eq!(k.sse8x8(&a, a_stride, &b, b_stride), expected((8, 8)));
            let sum: i32 = differences((&a, a_stride), (&b, b_stride), (16, 16)).iter().sum();
            prop_assert_eq!(k.variance16x16(&a, a_stride, &b, b_stride), (sum, expected((16, 16))));
        }
    }
}

#[test]
fn the_largest_difference_fits() {
    let (black, white) = ([0; 256], [255; 256]);
    for k in versions() {
        assert_eq!(k.sad16x16(&black, 16, &white, 16), 65280);
        assert_eq!(
            k.variance16x16(&black, 16, &white, 16),
            (-65280, 16_646_400)
        );
    }
}
