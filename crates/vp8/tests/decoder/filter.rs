//! The loop filter (RFC 6386 §15).

use super::modes::{BLOCKS, Macroblock, SPLIT, ZERO};
use super::{Filter, Frame, Plane, Segmentation};

pub(crate) fn frame(
    frame: &mut Frame,
    macroblocks: &[Macroblock],
    columns: usize,
    key: bool,
    (filter, segmentation): (&Filter, &Segmentation),
) {
    if filter.level == 0 {
        return;
    }
    for (index, macroblock) in macroblocks.iter().enumerate() {
        let (column, row) = (index % columns, index / columns);
        let level = level(macroblock, filter, segmentation);
        if level == 0 {
            continue;
        }
        let mut interior = level;
        if filter.sharpness > 0 {
            interior >>= if filter.sharpness > 4 { 2 } else { 1 };
            interior = interior.min(9 - filter.sharpness);
        }
        let interior = interior.max(1);
        let mut variance = i32::from(level >= 15) + i32::from(level >= 40);
        variance += i32::from(level >= 20 && !key);
        let edges = Edges {
            interior,
            variance,
            simple: filter.simple,
        };
        let (outer, inner) = ((level + 2) * 2 + interior, level * 2 + interior);
        let inside = !macroblock.has_y2() || !macroblock.skip;
        for (plane, side) in frame.iter_mut().zip([16, 8, 8]) {
            if filter.simple && side == 8 {
                continue;
            }
            let (x, y) = (column * side, row * side);
            for (vertical, has_outer) in [(true, column > 0), (false, row > 0)] {
                if has_outer {
                    edges.filter(plane, (x, y), side, vertical, outer, true);
                }
                for offset in (4..side).step_by(4).filter(|_| inside) {
                    let at = if vertical {
                        (x + offset, y)
                    } else {
                        (x, y + offset)
                    };
                    edges.filter(plane, at, side, vertical, inner, false);
                }
            }
        }
    }
}

fn level(macroblock: &Macroblock, filter: &Filter, segmentation: &Segmentation) -> i32 {
    let mut level = segmentation
        .level(macroblock.segment(), filter.level)
        .clamp(0, 63);
    if filter.adjust {
        level += filter.references[macroblock.reference];
        level += match (macroblock.reference, macroblock.mode) {
            (0, BLOCKS) => filter.modes[0],
            (0, _) => 0,
            (_, ZERO) => filter.modes[1],
            (_, SPLIT) => filter.modes[3],
            _ => filter.modes[2],
        };
    }
    level.clamp(0, 63)
}

struct Edges {
    interior: i32,
    variance: i32,
    simple: bool,
}

fn clamp(value: i32) -> i32 {
    value.clamp(-128, 127)
}

impl Edges {
    /// All segments across an edge; a vertical one lies to the left of `x`.
    fn filter(
        &self,
        plane: &mut Plane,
        (x, y): (usize, usize),
        length: usize,
        vertical: bool,
        limit: i32,
        outer: bool,
    ) {
        for along in 0..length {
            let at = |across: i32| match vertical {
                true => ((x as i32 + across) as usize, y + along),
                false => (x + along, (y as i32 + across) as usize),
            };
            let mut s: [i32; 8] = std::array::from_fn(|i| {
                let (x, y) = at(i as i32 - 4);
                i32::from(plane.get(x as i32, y as i32))
            });
            self.segment(&mut s, limit, outer);
            for (i, sample) in s.into_iter().enumerate() {
                let (x, y) = at(i as i32 - 4);
                plane.set(x, y, sample as u8);
            }
        }
    }

    /// One segment: four samples before the edge and four behind it.
    fn segment(&self, s: &mut [i32; 8], limit: i32, outer: bool) {
        let [p3, p2, p1, p0, q0, q1, q2, q3] = *s;
        let far = |a: i32, b: i32| (a - b).abs();
        if far(p0, q0) * 2 + far(p1, q1) / 2 > limit {
            return;
        }
        let signed = s.map(|sample| sample - 128);
        let [_, p2s, p1s, p0s, q0s, q1s, q2s, _] = signed;
        let put = |value: i32| clamp(value) + 128;
        if self.simple {
            let a = clamp(clamp(p1s - q1s) + 3 * (q0s - p0s));
            s[4] = put(q0s - (clamp(a + 4) >> 3));
            s[3] = put(p0s + (clamp(a + 3) >> 3));
            return;
        }
        let pairs = [(p3, p2), (p2, p1), (p1, p0), (q1, q0), (q2, q1), (q3, q2)];
        if pairs.into_iter().any(|(a, b)| far(a, b) > self.interior) {
            return;
        }
        let varies = far(p1, p0) > self.variance || far(q1, q0) > self.variance;
        if outer && !varies {
            let w = clamp(clamp(p1s - q1s) + 3 * (q0s - p0s));
            for (weight, p, q) in [
                (27, (3, p0s), (4, q0s)),
                (18, (2, p1s), (5, q1s)),
                (9, (1, p2s), (6, q2s)),
            ] {
                let a = clamp((weight * w + 63) >> 7);
                s[q.0] = put(q.1 - a);
                s[p.0] = put(p.1 + a);
            }
            return;
        }
        let outer_taps = if outer || varies { clamp(p1s - q1s) } else { 0 };
        let a = clamp(outer_taps + 3 * (q0s - p0s));
        let (behind, before) = (clamp(a + 4) >> 3, clamp(a + 3) >> 3);
        s[4] = put(q0s - behind);
        s[3] = put(p0s + before);
        if !outer && !varies {
            let a = (behind + 1) >> 1;
            s[5] = put(q1s - a);
            s[2] = put(p1s + a);
        }
    }
}
