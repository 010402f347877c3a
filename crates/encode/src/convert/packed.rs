//! Samples of luma and chroma that stand between each other.
//!
//! By hand, because `yuv` leaves out the last row of an odd height. The compiler makes vector code
//! only of loops whose length it knows, so that rows are taken in blocks, and what is left of
//! them by the same loop.

use media_recorder_types::VideoFrame;

use super::yuv::{mean, row_pairs, rows};
use super::{I420Mut, chroma};

/// YUYV, where luma is byte 0 of each pair, and UYVY, where it is byte 1. The chroma of two rows
/// is averaged.
pub(super) fn split_packed<const LUMA: usize>(frame: &VideoFrame, out: I420Mut<'_>) {
    let [packed] = frame.planes() else {
        return;
    };
    let (width, height) = (frame.size().width as usize, frame.size().height as usize);
    let (half_width, _) = chroma(frame.size());
    out.in_bands(|first, band| {
        let [y, u, v] = band.planes;
        let [y_stride, u_stride, v_stride] = band.strides;
        for (to, from) in y.chunks_mut(y_stride).zip(rows(packed, first)) {
            luma_row::<LUMA>(&mut to[..width], from);
        }
        let targets = u.chunks_mut(u_stride).zip(v.chunks_mut(v_stride));
        for ((u, v), pair) in targets.zip(row_pairs(packed, first, height)) {
            chroma_row::<LUMA>([&mut u[..half_width], &mut v[..half_width]], pair);
        }
    });
}

fn luma_row<const LUMA: usize>(to: &mut [u8], from: &[u8]) {
    let (blocks, rest) = to.as_chunks_mut::<16>();
    let (whole, after) = from.split_at(32 * blocks.len());
    for (to, from) in blocks.iter_mut().zip(whole.as_chunks::<32>().0) {
        pick_luma::<LUMA>(to, from);
    }
    pick_luma::<LUMA>(rest, after);
}

// Always, because only where it is inlined is the length known. This holds below, too.
#[inline(always)]
fn pick_luma<const LUMA: usize>(to: &mut [u8], from: &[u8]) {
    for (to, pair) in to.iter_mut().zip(from.chunks_exact(2)) {
        *to = pair[LUMA];
    }
}

fn chroma_row<const LUMA: usize>([u, v]: [&mut [u8]; 2], [upper, lower]: [&[u8]; 2]) {
    let (u_blocks, u_rest) = u.as_chunks_mut::<8>();
    let (v_blocks, v_rest) = v.as_chunks_mut::<8>();
    let whole = 32 * u_blocks.len();
    let (upper, upper_rest) = upper.split_at(whole);
    let (lower, lower_rest) = lower.split_at(whole);
    let sources = upper
        .as_chunks::<32>()
        .0
        .iter()
        .zip(lower.as_chunks::<32>().0);
    for ((u, v), (upper, lower)) in u_blocks.iter_mut().zip(v_blocks).zip(sources) {
        average_chroma::<LUMA>([u, v], [upper, lower]);
    }
    average_chroma::<LUMA>([u_rest, v_rest], [upper_rest, lower_rest]);
}

#[inline(always)]
fn average_chroma<const LUMA: usize>([u, v]: [&mut [u8]; 2], [upper, lower]: [&[u8]; 2]) {
    let quads = upper.chunks_exact(4).zip(lower.chunks_exact(4));
    for ((u, v), (a, b)) in u.iter_mut().zip(v).zip(quads) {
        *u = mean(a[1 - LUMA], b[1 - LUMA]);
        *v = mean(a[3 - LUMA], b[3 - LUMA]);
    }
}

/// Y, U and V of each pixel, rows without padding; the chroma of four pixels is averaged.
pub(super) fn subsample(samples: &[u8], out: I420Mut<'_>) {
    let row_bytes = 3 * out.size().width as usize;
    out.in_bands(|first, band| {
        let [y, u, v] = band.planes;
        let [y_stride, u_stride, v_stride] = band.strides;
        let samples = &samples[first * row_bytes..];
        for (to, from) in y.chunks_mut(y_stride).zip(samples.chunks(row_bytes)) {
            for (to, pixel) in to.iter_mut().zip(from.chunks_exact(3)) {
                *to = pixel[0];
            }
        }
        let targets = u.chunks_mut(u_stride).zip(v.chunks_mut(v_stride));
        for ((u, v), pair) in targets.zip(samples.chunks(2 * row_bytes)) {
            let (upper, lower) = pair.split_at(row_bytes);
            let lower = if lower.is_empty() { upper } else { lower };
            let blocks = upper.chunks_exact(6).zip(lower.chunks_exact(6));
            let edge = (
                upper.chunks_exact(6).remainder(),
                lower.chunks_exact(6).remainder(),
            );
            let mut targets = u.iter_mut().zip(v);
            // In this order, so that the end of the blocks takes no target with it.
            for ((a, b), (u, v)) in blocks.zip(targets.by_ref()) {
                let mean = |c: usize| mean_of([a[c], a[c + 3], b[c], b[c + 3]]);
                (*u, *v) = (mean(1), mean(2));
            }
            if let (Some((u, v)), (&[_, au, av], &[_, bu, bv])) = (targets.next(), edge) {
                (*u, *v) = (mean(au, bu), mean(av, bv));
            }
        }
    });
}

fn mean_of(samples: [u8; 4]) -> u8 {
    ((samples.map(u16::from).iter().sum::<u16>() + 2) >> 2) as u8
}
