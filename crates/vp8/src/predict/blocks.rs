//! Prediction of 4x4 blocks from what is around them (RFC 6386 §12.3).

use crate::macroblock::BlockMode;

/// The samples around a 4x4 block, from the lowest to the left, up to the corner, and on to the
/// right, four beyond the block.
pub(crate) type BlockSurroundings = [u8; 13];

/// Where in them the corner is.
const CORNER: usize = 4;

/// Predicts a block in raster order.
#[inline]
pub(crate) fn predict(mode: BlockMode, edge: &BlockSurroundings) -> [u8; 16] {
    let at = |index: usize| u32::from(edge[index]);
    // The RFC's smoothed samples, around or after one of the edge.
    let avg3 = |index: usize| smooth(at(index - 1), at(index), at(index + 1));
    let avg2 = |index: usize| ((at(index) + at(index + 1) + 1) >> 1) as u8;
    let above = |x: usize| CORNER + 1 + x;
    let left = |y: usize| CORNER - 1 - y;
    let fill = |sample: &dyn Fn(usize, usize) -> u8| -> [u8; 16] {
        std::array::from_fn(|index| sample(index % 4, index / 4))
    };
    match mode {
        BlockMode::Dc => {
            let sum: u32 = (0..4).map(|i| at(above(i)) + at(left(i))).sum();
            [((sum + 4) >> 3) as u8; 16]
        }
        BlockMode::TrueMotion => fill(&|x, y| {
            let sample = at(left(y)) as i32 + at(above(x)) as i32 - at(CORNER) as i32;
            sample.clamp(0, 255) as u8
        }),
        BlockMode::Vertical => {
            let row: [u8; 4] = std::array::from_fn(|x| avg3(above(x)));
            fill(&|x, _| row[x])
        }
        BlockMode::Horizontal => {
            let lowest = smooth(at(1), at(0), at(0));
            let column = [avg3(3), avg3(2), avg3(1), lowest];
            fill(&|_, y| column[y])
        }
        BlockMode::LeftDown => {
            let last = smooth(at(above(6)), at(above(7)), at(above(7)));
            let line: [u8; 7] = std::array::from_fn(|i| match i {
                6 => last,
                _ => avg3(above(i + 1)),
            });
            fill(&|x, y| line[x + y])
        }
        BlockMode::RightDown => {
            let line: [u8; 7] = std::array::from_fn(|i| avg3(i + 1));
            fill(&|x, y| line[3 + x - y])
        }
        BlockMode::VerticalRight => fill(&|x, y| match (y, 2 * x as i32 - y as i32) {
            (3, -3) => avg3(2),
            (2, -2) => avg3(3),
            // Odd rows lie on samples, even ones between them.
            (1 | 3, step) => avg3(CORNER + ((step + 1) / 2) as usize),
            (_, step) => avg2(CORNER + (step / 2) as usize),
        }),
        BlockMode::VerticalLeft => fill(&|x, y| match (x, y) {
            // The last two do not follow the pattern.
            (3, 2) => avg3(above(5)),
            (3, 3) => avg3(above(6)),
            (_, 0 | 2) => avg2(above(x + y / 2)),
            _ => avg3(above(x + y / 2 + 1)),
        }),
        BlockMode::HorizontalDown => fill(&|x, y| match (x, y) {
            (3, 0) => avg3(6),
            (2, 0) => avg3(5),
            (0 | 2, _) => avg2(3 + x / 2 - y),
            _ => avg3(4 + x / 2 - y),
        }),
        BlockMode::HorizontalUp => {
            let last = edge[0];
            let line = [
                avg2(2),
                avg3(2),
                avg2(1),
                avg3(1),
                avg2(0),
                smooth(at(1), at(0), at(0)),
                last,
                last,
                last,
                last,
            ];
            fill(&|x, y| line[x + 2 * y])
        }
    }
}

fn smooth(a: u32, b: u32, c: u32) -> u8 {
    ((a + 2 * b + c + 2) >> 2) as u8
}
