//! YUV whose planes only need rearranging. The loops are plain enough for the compiler to make
//! vector code of them.

use std::iter;

use media_recorder_types::{Plane, VideoFrame};

use super::{I420Mut, chroma};

/// I420 as it is.
pub(super) fn copy(frame: &VideoFrame, out: I420Mut<'_>) {
    let [luma, cb, cr] = frame.planes() else {
        return;
    };
    let (half_width, _) = chroma(frame.size());
    out.in_bands(|first, mut band| {
        copy_luma(luma, first, &mut band);
        let [_, u, v] = band.planes;
        for (from, to, stride) in [(cb, u, band.strides[1]), (cr, v, band.strides[2])] {
            copy_rows(rows(from, first / 2), to.chunks_mut(stride), half_width);
        }
    });
}

/// 4:2:2 to 4:2:0: the chroma of two rows is averaged.
pub(super) fn average_i422(frame: &VideoFrame, out: I420Mut<'_>) {
    let [luma, cb, cr] = frame.planes() else {
        return;
    };
    let (half_width, _) = chroma(frame.size());
    let height = frame.size().height as usize;
    out.in_bands(|first, mut band| {
        copy_luma(luma, first, &mut band);
        let [_, u, v] = band.planes;
        for (from, to, stride) in [(cb, u, band.strides[1]), (cr, v, band.strides[2])] {
            for (to, [upper, lower]) in to.chunks_mut(stride).zip(row_pairs(from, first, height)) {
                let samples = upper.iter().zip(lower);
                for (to, (&a, &b)) in to[..half_width].iter_mut().zip(samples) {
                    *to = mean(a, b);
                }
            }
        }
    });
}

/// NV12, where U is byte 0 of each pair, and NV21, where it is byte 1.
pub(super) fn split_nv<const U: usize>(frame: &VideoFrame, out: I420Mut<'_>) {
    let [luma, interleaved] = frame.planes() else {
        return;
    };
    let (half_width, _) = chroma(frame.size());
    out.in_bands(|first, mut band| {
        copy_luma(luma, first, &mut band);
        let [_, u, v] = band.planes;
        let targets = u
            .chunks_mut(band.strides[1])
            .zip(v.chunks_mut(band.strides[2]));
        for ((u, v), from) in targets.zip(rows(interleaved, first / 2)) {
            let targets = u[..half_width].iter_mut().zip(&mut v[..half_width]);
            for ((u, v), pair) in targets.zip(from.chunks_exact(2)) {
                (*u, *v) = (pair[U], pair[1 - U]);
            }
        }
    });
}

fn copy_luma(luma: &Plane, first: usize, band: &mut I420Mut<'_>) {
    let width = band.size().width as usize;
    let targets = band.planes[0].chunks_mut(band.strides[0]);
    copy_rows(rows(luma, first), targets, width);
}

fn copy_rows<'a>(
    from: impl Iterator<Item = &'a [u8]>,
    to: impl Iterator<Item = &'a mut [u8]>,
    width: usize,
) {
    for (to, from) in to.zip(from) {
        to[..width].copy_from_slice(&from[..width]);
    }
}

/// The rows from number `first` on; the last may be without padding.
pub(super) fn rows(plane: &Plane, first: usize) -> impl Iterator<Item = &[u8]> {
    plane.data[first * plane.stride..].chunks(plane.stride)
}

/// The rows of a plane of `height` rows from number `first` on by two. Below the last is, for the
/// average, itself.
pub(super) fn row_pairs(
    plane: &Plane,
    first: usize,
    height: usize,
) -> impl Iterator<Item = [&[u8]; 2]> {
    let mut rows = rows(plane, first).take(height - first);
    iter::from_fn(move || {
        let upper = rows.next()?;
        Some([upper, rows.next().unwrap_or(upper)])
    })
}

/// The average, rounded up at one half.
pub(super) fn mean(a: u8, b: u8) -> u8 {
    ((u16::from(a) + u16::from(b) + 1) >> 1) as u8
}
