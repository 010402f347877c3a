//! YUV that only needs rearranging.

use media_recorder_types::{Plane, VideoFrame};
use rayon::prelude::*;

use super::{I420Mut, chroma};

/// Where the samples of two neighbouring pixels stand in four bytes.
#[derive(Clone, Copy)]
pub(super) struct Packing {
    luma: [usize; 2],
    chroma: [usize; 2],
}

pub(super) const YUYV: Packing = Packing {
    luma: [0, 2],
    chroma: [1, 3],
};
pub(super) const UYVY: Packing = Packing {
    luma: [1, 3],
    chroma: [0, 2],
};

pub(super) fn copy_planes(frame: &VideoFrame, out: I420Mut<'_>) {
    let (width, height) = (frame.size().width as usize, frame.size().height as usize);
    let (half_width, half_height) = chroma(frame.size());
    let shapes = [
        (width, height),
        (half_width, half_height),
        (half_width, half_height),
    ];
    let targets = out.planes.into_iter().zip(out.strides).zip(shapes);
    for (plane, ((target, stride), (width, rows))) in frame.planes().iter().zip(targets) {
        for (to, from) in target.chunks_mut(stride).zip(rows_of(plane)).take(rows) {
            to[..width].copy_from_slice(&from[..width]);
        }
    }
}

pub(super) fn split_nv12(frame: &VideoFrame, out: I420Mut<'_>) {
    let [luma, interleaved] = frame.planes() else {
        return;
    };
    let (width, height) = (frame.size().width as usize, frame.size().height as usize);
    let (half_width, half_height) = chroma(frame.size());
    let [y, u, v] = out.planes;
    let [y_stride, u_stride, v_stride] = out.strides;
    for (to, from) in y.chunks_mut(y_stride).zip(rows_of(luma)).take(height) {
        to[..width].copy_from_slice(&from[..width]);
    }
    let targets = u.chunks_mut(u_stride).zip(v.chunks_mut(v_stride));
    for ((u, v), uv) in targets.zip(rows_of(interleaved)).take(half_height) {
        let pairs = uv[..2 * half_width].chunks_exact(2);
        for ((u, v), pair) in u.iter_mut().zip(v.iter_mut()).zip(pairs) {
            (*u, *v) = (pair[0], pair[1]);
        }
    }
}

/// 4:2:2 to 4:2:0: the chroma of two rows is averaged. By hand because `yuv` leaves out the last
/// row of an odd height and wants the last row padded.
pub(super) fn split_packed(frame: &VideoFrame, packing: Packing, out: I420Mut<'_>) {
    let Some(packed) = frame.plane(0) else {
        return;
    };
    let (width, height) = (frame.size().width as usize, frame.size().height as usize);
    let (half_width, half_height) = chroma(frame.size());
    let [y, u, v] = out.planes;
    let [y_stride, u_stride, v_stride] = out.strides;
    let row = |n: usize| {
        let start = n.min(height - 1) * packed.stride;
        &packed.data[start..start + 4 * half_width]
    };
    y.par_chunks_mut(2 * y_stride)
        .zip(u.par_chunks_mut(u_stride))
        .zip(v.par_chunks_mut(v_stride))
        .take(half_height)
        .enumerate()
        .for_each(|(pair, ((y, u), v))| {
            let (upper, lower) = (row(2 * pair), row(2 * pair + 1));
            let rows = (height - 2 * pair).min(2);
            for (to, from) in y.chunks_mut(y_stride).zip([upper, lower]).take(rows) {
                let pixels = to[..width].chunks_mut(2);
                for (to, from) in pixels.zip(from.chunks_exact(4)) {
                    for (to, from) in to.iter_mut().zip(packing.luma.map(|at| from[at])) {
                        *to = from;
                    }
                }
            }
            let quads = upper.chunks_exact(4).zip(lower.chunks_exact(4));
            for ((u, v), (a, b)) in u.iter_mut().zip(v.iter_mut()).zip(quads) {
                let mean = |at: usize| (u16::from(a[at]) + u16::from(b[at])).div_ceil(2) as u8;
                (*u, *v) = (mean(packing.chroma[0]), mean(packing.chroma[1]));
            }
        });
}

fn rows_of(plane: &Plane) -> impl Iterator<Item = &[u8]> {
    plane.data.chunks(plane.stride)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use media_recorder_types::{ColorInfo, FrameSize, MediaTime, PixelFormat};

    use super::super::{I420Buffer, to_i420};
    use super::*;

    /// A picture whose samples differ everywhere, with rows `extra` bytes longer than needed and
    /// the last one unpadded.
    fn frame(format: PixelFormat, size: FrameSize, extra: usize) -> VideoFrame {
        let planes = (0..format.plane_count()).map(|index| {
            let layout = format.plane_layout(size, index).unwrap();
            let stride = layout.row_bytes + extra;
            let len = stride * (layout.rows - 1) + layout.row_bytes;
            let data: Vec<u8> = (0..len).map(|n| (n * 37 + index * 101) as u8).collect();
            Plane::new(Bytes::from(data), stride)
        });
        VideoFrame::new(format, size, planes.collect(), MediaTime::ZERO).unwrap()
    }

    fn byte(frame: &VideoFrame, plane: usize, x: usize, y: usize) -> u8 {
        let plane = &frame.planes()[plane];
        plane.data[y * plane.stride + x]
    }

    fn sizes() -> impl Iterator<Item = FrameSize> {
        [(1, 1), (2, 2), (3, 5), (64, 3), (33, 18)]
            .into_iter()
            .map(|(w, h)| FrameSize::new(w, h))
    }

    #[test]
    fn planar_and_semi_planar_keep_every_sample() {
        for (size, extra) in sizes().zip([0, 3, 1, 7, 0]) {
            let (half_width, half_height) = chroma(size);
            for format in [PixelFormat::I420, PixelFormat::Nv12] {
                let source = frame(format, size, extra);
                let mut out = I420Buffer::new(size);
                to_i420(&source, ColorInfo::BT709, out.as_mut()).unwrap();
                let [luma, u, v] = out.planes();
                for (at, &value) in luma.iter().enumerate() {
                    let (x, y) = (at % size.width as usize, at / size.width as usize);
                    assert_eq!(value, byte(&source, 0, x, y), "{format:?} {size}");
                }
                for at in 0..half_width * half_height {
                    let (x, y) = (at % half_width, at / half_width);
                    let expected = match format {
                        PixelFormat::I420 => (byte(&source, 1, x, y), byte(&source, 2, x, y)),
                        _ => (byte(&source, 1, 2 * x, y), byte(&source, 1, 2 * x + 1, y)),
                    };
                    assert_eq!((u[at], v[at]), expected, "{format:?} {size}");
                }
            }
        }
    }

    #[test]
    fn packed_keeps_luma_and_averages_chroma() {
        for (size, extra) in sizes().zip([0, 3, 4, 7, 0]) {
            let (half_width, half_height) = chroma(size);
            for (format, packing) in [(PixelFormat::Yuyv, YUYV), (PixelFormat::Uyvy, UYVY)] {
                let source = frame(format, size, extra);
                let mut out = I420Buffer::new(size);
                to_i420(&source, ColorInfo::BT709, out.as_mut()).unwrap();
                let [luma, u, v] = out.planes();
                for (at, &value) in luma.iter().enumerate() {
                    let (x, y) = (at % size.width as usize, at / size.width as usize);
                    let expected = byte(&source, 0, x / 2 * 4 + packing.luma[x % 2], y);
                    assert_eq!(value, expected, "{format:?} {size}");
                }
                for at in 0..half_width * half_height {
                    let (x, y) = (at % half_width, at / half_width);
                    let below = (2 * y + 1).min(size.height as usize - 1);
                    let mean = |c: usize| {
                        let column = 4 * x + packing.chroma[c];
                        let upper = u16::from(byte(&source, 0, column, 2 * y));
                        let lower = u16::from(byte(&source, 0, column, below));
                        (upper + lower).div_ceil(2) as u8
                    };
                    assert_eq!((u[at], v[at]), (mean(0), mean(1)), "{format:?} {size}");
                }
            }
        }
    }

    #[test]
    fn another_size_is_refused() {
        let source = frame(PixelFormat::I420, FrameSize::new(4, 4), 0);
        let mut out = I420Buffer::new(FrameSize::new(4, 6));
        assert!(to_i420(&source, ColorInfo::BT709, out.as_mut()).is_err());
        assert!(out.planes()[0].iter().all(|&y| y == 0));
    }
}
