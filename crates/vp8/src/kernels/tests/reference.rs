//! What RFC 6386 says, sample by sample.

use crate::kernels::{BlockQuantizer, EdgeLimits, Window};

/// A block of `width` by `height` of differences `a - b`.
pub(super) fn differences(
    (a, a_stride): (&[u8], usize),
    (b, b_stride): (&[u8], usize),
    (width, height): (usize, usize),
) -> Vec<i32> {
    (0..height)
        .flat_map(|y| (0..width).map(move |x| (x, y)))
        .map(|(x, y)| i32::from(a[y * a_stride + x]) - i32::from(b[y * b_stride + x]))
        .collect()
}

/// §18.3, `filters`.
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

/// §18.3: both interpolations, always.
pub(super) fn six_tap(
    source: Window<'_>,
    (mx, my): (usize, usize),
    (width, height): (usize, usize),
) -> Vec<u8> {
    let interpolate = |filter: [i32; 6], tap: &dyn Fn(usize) -> u8| {
        let sum: i32 = (0..6).map(|i| i32::from(tap(i)) * filter[i]).sum();
        ((sum + 64) >> 7).clamp(0, 255) as u8
    };
    let first = source.origin - 2 * source.stride - 2;
    let rows: Vec<Vec<u8>> = (0..height + 5)
        .map(|y| {
            let row = first + y * source.stride;
            (0..width)
                .map(|x| interpolate(FILTERS[mx], &|i| source.samples[row + x + i]))
                .collect()
        })
        .collect();
    (0..height)
        .flat_map(|y| (0..width).map(move |x| (x, y)))
        .map(|(x, y)| interpolate(FILTERS[my], &|i| rows[y + i][x]))
        .collect()
}

/// §14.3.
pub(super) fn inverse_wht(input: [i32; 16]) -> [i32; 16] {
    let mut down = [0; 16];
    for i in 0..4 {
        let (a, b) = (input[i] + input[12 + i], input[4 + i] + input[8 + i]);
        let (c, d) = (input[4 + i] - input[8 + i], input[i] - input[12 + i]);
        down[i] = a + b;
        down[4 + i] = c + d;
        down[8 + i] = a - b;
        down[12 + i] = d - c;
    }
    let mut output = [0; 16];
    for i in (0..16).step_by(4) {
        let (a, b) = (down[i] + down[i + 3], down[i + 1] + down[i + 2]);
        let (c, d) = (down[i + 1] - down[i + 2], down[i] - down[i + 3]);
        output[i] = (a + b + 3) >> 3;
        output[i + 1] = (c + d + 3) >> 3;
        output[i + 2] = (a - b + 3) >> 3;
        output[i + 3] = (d - c + 3) >> 3;
    }
    output
}

/// §14.4: one direction of four values.
fn inverse_dct_line([i0, i1, i2, i3]: [i32; 4]) -> [i32; 4] {
    let times_cos = |v: i32| v + ((v * 20091) >> 16);
    let times_sin = |v: i32| (v * 35468) >> 16;
    let (a, b) = (i0 + i2, i0 - i2);
    let c = times_sin(i1) - times_cos(i3);
    let d = times_cos(i1) + times_sin(i3);
    [a + d, b + c, b - c, a - d]
}

/// §14.4.
pub(super) fn inverse_dct(input: [i32; 16]) -> [i32; 16] {
    let mut down = [0; 16];
    for x in 0..4 {
        let line = inverse_dct_line([0, 4, 8, 12].map(|y| input[y + x]));
        for y in 0..4 {
            down[4 * y + x] = line[y];
        }
    }
    let mut output = [0; 16];
    for y in (0..16).step_by(4) {
        let line = inverse_dct_line([0, 1, 2, 3].map(|x| down[y + x]));
        for x in 0..4 {
            output[y + x] = (line[x] + 4) >> 3;
        }
    }
    output
}

/// §13: the raster position of each coefficient in the order in which they are coded.
const ZIGZAG: [usize; 16] = [0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15];

/// Levels, and how many of them are up to the last that is not 0.
pub(super) fn quantize(coefficients: &[i16; 16], quantizer: &BlockQuantizer) -> ([i32; 16], usize) {
    let levels = std::array::from_fn(|i| {
        let magnitude = i32::from(coefficients[i]).abs();
        if magnitude < quantizer.dead_zone[i].into() {
            return 0;
        }
        let rounded = (magnitude + i32::from(quantizer.rounding[i])).min(0xFFFF);
        let level = (i64::from(rounded) * i64::from(quantizer.reciprocal[i])) >> 16;
        i32::from(coefficients[i]).signum() * level as i32
    });
    let last = ZIGZAG.iter().rposition(|&i| levels[i] != 0);
    (levels, last.map_or(0, |last| last + 1))
}

/// §15.2, `c`.
fn c(v: i32) -> i32 {
    v.clamp(-128, 127)
}

/// §15.2, `u2s`.
fn u2s(v: u8) -> i32 {
    i32::from(v) - 128
}

/// §15.2, `s2u`.
fn s2u(v: i32) -> u8 {
    (c(v) + 128) as u8
}

/// §15.2, of `p3 p2 p1 p0 q0 q1 q2 q3`.
fn common_adjust(use_outer_taps: bool, segment: &mut [u8; 8]) -> i32 {
    let [_, _, p1, p0, q0, q1, _, _] = segment.map(u2s);
    let outer = if use_outer_taps { c(p1 - q1) } else { 0 };
    let a = c(outer + 3 * (q0 - p0));
    let b = c(a + 3) >> 3;
    let a = c(a + 4) >> 3;
    segment[4] = s2u(q0 - a);
    segment[3] = s2u(p0 + b);
    a
}

/// §15.2.
pub(super) fn simple_segment(edge_limit: u8, segment: &mut [u8; 8]) {
    let [_, _, p1, p0, q0, q1, _, _] = segment.map(i32::from);
    if (p0 - q0).abs() * 2 + (p1 - q1).abs() / 2 <= edge_limit.into() {
        common_adjust(true, segment);
    }
}

/// §15.3.
fn filter_yes(limits: EdgeLimits, segment: [u8; 8]) -> bool {
    let [p3, p2, p1, p0, q0, q1, q2, q3] = segment.map(i32::from);
    (p0 - q0).abs() * 2 + (p1 - q1).abs() / 2 <= limits.edge.into()
        && [p3 - p2, p2 - p1, p1 - p0, q3 - q2, q2 - q1, q1 - q0]
            .into_iter()
            .all(|step| step.abs() <= limits.interior.into())
}

/// §15.3.
fn hev(threshold: u8, segment: [u8; 8]) -> bool {
    let [_, _, p1, p0, q0, q1, _, _] = segment.map(i32::from);
    (p1 - p0).abs() > threshold.into() || (q1 - q0).abs() > threshold.into()
}

/// §15.3.
pub(super) fn subblock_filter(limits: EdgeLimits, segment: &mut [u8; 8]) {
    if !filter_yes(limits, *segment) {
        return;
    }
    let [_, _, p1, _, _, q1, _, _] = segment.map(u2s);
    let high_variance = hev(limits.high_variance, *segment);
    let a = (common_adjust(high_variance, segment) + 1) >> 1;
    if !high_variance {
        segment[5] = s2u(q1 - a);
        segment[2] = s2u(p1 + a);
    }
}

/// §15.3, `MBfilter`.
pub(super) fn macroblock_filter(limits: EdgeLimits, segment: &mut [u8; 8]) {
    if !filter_yes(limits, *segment) {
        return;
    }
    if hev(limits.high_variance, *segment) {
        common_adjust(true, segment);
        return;
    }
    let [_, p2, p1, p0, q0, q1, q2, _] = segment.map(u2s);
    let w = c(c(p1 - q1) + 3 * (q0 - p0));
    for (factor, (p, p_at), (q, q_at)) in [
        (27, (p0, 3), (q0, 4)),
        (18, (p1, 2), (q1, 5)),
        (9, (p2, 1), (q2, 6)),
    ] {
        let a = c((factor * w + 63) >> 7);
        segment[q_at] = s2u(q - a);
        segment[p_at] = s2u(p + a);
    }
}
