//! Prediction and its sum with the residue (RFC 6386 §12, §14.5, §18).

use super::modes::{BLOCKS, Macroblock, SPLIT, Vector};
use super::tokens::{Residue, inverse_dct};
use super::{Frame, Plane};

/// Reconstructs a macroblock.
pub(crate) fn macroblock(
    frame: &mut Frame,
    references: &[Frame; 3],
    macroblock: &Macroblock,
    residue: &Residue,
    column: usize,
    row: usize,
) {
    let (x, y) = (column * 16, row * 16);
    if macroblock.reference > 0 {
        let reference = &references[macroblock.reference - 1];
        for block in 0..16 {
            let at = (x + block % 4 * 4, y + block / 4 * 4);
            let (vx, vy) = macroblock.vectors[block];
            inter(&mut frame[0], &reference[0], at, (vx * 2, vy * 2));
        }
        for block in 0..4 {
            let vector = chroma_vector(macroblock, block);
            let at = (x / 2 + block % 2 * 4, y / 2 + block / 2 * 4);
            for plane in 1..3 {
                inter(&mut frame[plane], &reference[plane], at, vector);
            }
        }
    } else {
        for plane in 1..3 {
            whole(&mut frame[plane], macroblock.chroma, (x / 2, y / 2), 8);
        }
        if macroblock.mode == BLOCKS {
            for block in 0..16 {
                subblock(&mut frame[0], macroblock.blocks[block], (x, y), block);
                let at = (x + block % 4 * 4, y + block / 4 * 4);
                add(&mut frame[0], at, &residue[block]);
            }
        } else {
            whole(&mut frame[0], macroblock.mode, (x, y), 16);
        }
    }
    if macroblock.mode != BLOCKS {
        for block in 0..16 {
            add(
                &mut frame[0],
                (x + block % 4 * 4, y + block / 4 * 4),
                &residue[block],
            );
        }
    }
    for block in 0..8 {
        let at = (x / 2 + block % 2 * 4, y / 2 + block % 4 / 2 * 4);
        add(&mut frame[1 + block / 4], at, &residue[16 + block]);
    }
}

fn add(plane: &mut Plane, (x, y): (usize, usize), coefficients: &[i32; 16]) {
    for (index, residue) in inverse_dct(coefficients).into_iter().enumerate() {
        let (x, y) = (x + index % 4, y + index / 4);
        let sample = i32::from(plane.get(x as i32, y as i32)) + residue;
        plane.set(x, y, sample.clamp(0, 255) as u8);
    }
}

/// A sample of the frame itself, or what stands for it outside (RFC 6386 §12.2).
fn around(plane: &Plane, x: i32, y: i32) -> i32 {
    match (x, y) {
        (_, ..0) => 127,
        (..0, _) => 129,
        _ => plane.get(x, y).into(),
    }
}

fn whole(plane: &mut Plane, mode: usize, (x, y): (usize, usize), side: usize) {
    let (left, top) = (x as i32, y as i32);
    let above: Vec<i32> = (0..side as i32)
        .map(|i| around(plane, left + i, top - 1))
        .collect();
    let before: Vec<i32> = (0..side as i32)
        .map(|i| around(plane, left - 1, top + i))
        .collect();
    let corner = around(plane, left - 1, top - 1);
    let mut seen = Vec::new();
    seen.extend(above.iter().filter(|_| y > 0));
    seen.extend(before.iter().filter(|_| x > 0));
    let average = match seen.len() as i32 {
        0 => 128,
        count => (seen.iter().sum::<i32>() + count / 2) / count,
    };
    for row in 0..side {
        for column in 0..side {
            let sample = match mode {
                0 => average,
                1 => above[column],
                2 => before[row],
                _ => (before[row] + above[column] - corner).clamp(0, 255),
            };
            plane.set(x + column, y + row, sample as u8);
        }
    }
}

/// RFC 6386 §12.3, with the RFC's names.
fn subblock(plane: &mut Plane, mode: usize, (left, top): (usize, usize), block: usize) {
    let (x, y) = ((left + block % 4 * 4) as i32, (top + block / 4 * 4) as i32);
    // The blocks at the right see the row above the macroblock, which ends with the picture.
    let a: Vec<i32> = (-1..8)
        .map(|i| match (block % 4, i) {
            (3, 4..) if top == 0 => 127,
            (3, 4..) => around(plane, x + i, top as i32 - 1),
            _ => around(plane, x + i, y - 1),
        })
        .collect();
    let a_at = |i: i32| a[(i + 1) as usize];
    let l = |i: i32| around(plane, x - 1, y + i);
    let e: Vec<i32> = [l(3), l(2), l(1), l(0)]
        .into_iter()
        .chain(a[..5].to_vec())
        .collect();
    let avg3 = |x: i32, y: i32, z: i32| (x + y + y + z + 2) >> 2;
    let avg2 = |x: i32, y: i32| (x + y + 1) >> 1;
    let a3 = |i: i32| avg3(a_at(i - 1), a_at(i), a_at(i + 1));
    let a2 = |i: i32| avg2(a_at(i), a_at(i + 1));
    let e3 = |i: usize| avg3(e[i - 1], e[i], e[i + 1]);
    let e2 = |i: usize| avg2(e[i], e[i + 1]);
    let mut b = [[0; 4]; 4];
    match mode {
        0 => b = [[((0..4).map(|i| a_at(i) + l(i)).sum::<i32>() + 4) >> 3; 4]; 4],
        1 => {
            for (r, row) in b.iter_mut().enumerate() {
                *row = [0, 1, 2, 3].map(|c| (l(r as i32) + a_at(c) - a_at(-1)).clamp(0, 255));
            }
        }
        2 => b = [[0, 1, 2, 3].map(a3); 4],
        3 => {
            b[0] = [avg3(a_at(-1), l(0), l(1)); 4];
            b[1] = [avg3(l(0), l(1), l(2)); 4];
            b[2] = [avg3(l(1), l(2), l(3)); 4];
            b[3] = [avg3(l(2), l(3), l(3)); 4];
        }
        4 => {
            let last = avg3(a_at(6), a_at(7), a_at(7));
            b[0] = [a3(1), a3(2), a3(3), a3(4)];
            b[1] = [a3(2), a3(3), a3(4), a3(5)];
            b[2] = [a3(3), a3(4), a3(5), a3(6)];
            b[3] = [a3(4), a3(5), a3(6), last];
        }
        5 => {
            b[0] = [e3(4), e3(5), e3(6), e3(7)];
            b[1] = [e3(3), e3(4), e3(5), e3(6)];
            b[2] = [e3(2), e3(3), e3(4), e3(5)];
            b[3] = [e3(1), e3(2), e3(3), e3(4)];
        }
        6 => {
            b[0] = [e2(4), e2(5), e2(6), e2(7)];
            b[1] = [e3(4), e3(5), e3(6), e3(7)];
            b[2] = [e3(3), e2(4), e2(5), e2(6)];
            b[3] = [e3(2), e3(4), e3(5), e3(6)];
        }
        7 => {
            b[0] = [a2(0), a2(1), a2(2), a2(3)];
            b[1] = [a3(1), a3(2), a3(3), a3(4)];
            b[2] = [a2(1), a2(2), a2(3), a3(5)];
            b[3] = [a3(2), a3(3), a3(4), a3(6)];
        }
        8 => {
            b[0] = [e2(3), e3(4), e3(5), e3(6)];
            b[1] = [e2(2), e3(3), e2(3), e3(4)];
            b[2] = [e2(1), e3(2), e2(2), e3(3)];
            b[3] = [e2(0), e3(1), e2(1), e3(2)];
        }
        _ => {
            let end = l(3);
            let late = avg3(l(2), end, end);
            b[0] = [
                avg2(l(0), l(1)),
                avg3(l(0), l(1), l(2)),
                avg2(l(1), l(2)),
                avg3(l(1), l(2), end),
            ];
            b[1] = [b[0][2], b[0][3], avg2(l(2), end), late];
            b[2] = [b[1][2], late, end, end];
            b[3] = [end; 4];
        }
    }
    for (r, row) in b.into_iter().enumerate() {
        for (c, sample) in row.into_iter().enumerate() {
            plane.set(x as usize + c, y as usize + r, sample as u8);
        }
    }
}

/// RFC 6386 §18.1: luma vectors in eighths of a sample, as the RFC has them.
fn chroma_vector(macroblock: &Macroblock, block: usize) -> Vector {
    let first = block % 2 * 2 + block / 2 * 8;
    let sum = |component: fn(Vector) -> i32| {
        let blocks = [first, first + 1, first + 4, first + 5];
        let sum: i32 = blocks
            .map(|at| component(macroblock.vectors[at]) * 2)
            .iter()
            .sum();
        if sum >= 0 {
            (sum + 4) >> 3
        } else {
            -((-sum + 4) >> 3)
        }
    };
    debug_assert!(macroblock.mode == SPLIT || macroblock.vectors[0] == macroblock.vectors[15]);
    (sum(|vector| vector.0), sum(|vector| vector.1))
}

const FILTERS: [[i32; 6]; 8] = [
    [0, 0, 128, 0, 0, 0],
    [0, -6, 123, 12, -1, 0],
    [2, -11, 108, 36, -8, 1],
    [0, -9, 93, 50, -6, 0],
    [3, -16, 77, 77, -16, 3],
    [0, -6, 50, 93, -9, 0],
    [1, -8, 36, 108, -11, 2],
    [0, -1, 12, 123, -6, 0],
];

/// A block of 4x4 with a vector in eighths of a sample (RFC 6386 §18.3).
fn inter(plane: &mut Plane, reference: &Plane, (x, y): (usize, usize), (vx, vy): Vector) {
    let (left, top) = (x as i32 + (vx >> 3), y as i32 + (vy >> 3));
    let tap = |filter: usize, samples: [i32; 6]| {
        let sum: i32 = FILTERS[filter]
            .iter()
            .zip(samples)
            .map(|(f, s)| f * s)
            .sum();
        ((sum + 64) >> 7).clamp(0, 255)
    };
    let across = |x: i32, y: i32| {
        let samples = [-2, -1, 0, 1, 2, 3].map(|i| i32::from(reference.get(x + i, y)));
        tap((vx & 7) as usize, samples)
    };
    for row in 0..4 {
        for column in 0..4 {
            let rows = [-2, -1, 0, 1, 2, 3].map(|i| across(left + column, top + row + i));
            let sample = tap((vy & 7) as usize, rows);
            plane.set(x + column as usize, y + row as usize, sample as u8);
        }
    }
}
