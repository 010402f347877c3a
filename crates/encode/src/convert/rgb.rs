//! RGB times a matrix.

use std::borrow::Cow;

use media_recorder_types::{ColorInfo, ColorRange, PixelFormat, Plane, VideoFrame};
use yuv::{
    BufferStoreMut, YuvConversionMode, YuvError, YuvPlanarImageMut, YuvRange, YuvStandardMatrix,
    bgra_to_yuv420, rgb_to_yuv420, rgba_to_yuv420,
};

use super::I420Mut;

pub(super) fn convert(frame: &VideoFrame, color: ColorInfo, out: I420Mut<'_>) {
    let Some(pixels) = frame.plane(0) else {
        return;
    };
    let (convert, pixel_bytes) = match frame.format() {
        PixelFormat::Rgb => (rgb_to_yuv420 as Convert, 3),
        PixelFormat::Rgba => (rgba_to_yuv420 as Convert, 4),
        _ => (bgra_to_yuv420 as Convert, 4),
    };
    let (width, height) = (frame.size().width, frame.size().height);
    let (data, stride) = whole_rows(pixels, width as usize * pixel_bytes, height as usize);
    let [y, u, v] = out.planes;
    // Strides of pictures that exist fit; a lie about them would be refused by `yuv`.
    let u32_of = |stride: usize| u32::try_from(stride).unwrap_or(u32::MAX);
    let mut image = YuvPlanarImageMut {
        y_plane: BufferStoreMut::Borrowed(y),
        y_stride: u32_of(out.strides[0]),
        u_plane: BufferStoreMut::Borrowed(u),
        u_stride: u32_of(out.strides[1]),
        v_plane: BufferStoreMut::Borrowed(v),
        v_stride: u32_of(out.strides[2]),
        width,
        height,
    };
    convert(
        &mut image,
        &data,
        u32_of(stride),
        range(color),
        matrix(color, height),
        YuvConversionMode::Balanced,
    )
    .expect("frames and targets are checked to hold the picture when they are made");
}

type Convert = fn(
    &mut YuvPlanarImageMut<'_, u8>,
    &[u8],
    u32,
    YuvRange,
    YuvStandardMatrix,
    YuvConversionMode,
) -> Result<(), YuvError>;

/// Exactly `height` rows, all of one stride, and that stride. `yuv` goes by the length of the
/// data and leaves out the last rows if the very last is not padded, which a frame's need not be;
/// then the rows are copied together.
fn whole_rows(plane: &Plane, row_bytes: usize, height: usize) -> (Cow<'_, [u8]>, usize) {
    let whole = plane.stride.checked_mul(height);
    match whole.and_then(|len| plane.data.get(..len)) {
        Some(rows) if u32::try_from(plane.stride).is_ok() => (Cow::Borrowed(rows), plane.stride),
        _ => {
            let rows = plane.data.chunks(plane.stride).take(height);
            let tight: Vec<u8> = rows.flat_map(|row| &row[..row_bytes]).copied().collect();
            (Cow::Owned(tight), row_bytes)
        }
    }
}

/// The matrix of a colour description. What players assume where nothing is said is BT.709 for
/// high definition and BT.601 below.
fn matrix(color: ColorInfo, height: u32) -> YuvStandardMatrix {
    match color.matrix {
        1 => YuvStandardMatrix::Bt709,
        4 => YuvStandardMatrix::Fcc,
        5 | 6 => YuvStandardMatrix::Bt601,
        7 => YuvStandardMatrix::Smpte240,
        9 => YuvStandardMatrix::Bt2020,
        _ if height >= 720 => YuvStandardMatrix::Bt709,
        _ => YuvStandardMatrix::Bt601,
    }
}

fn range(color: ColorInfo) -> YuvRange {
    match color.range {
        Some(ColorRange::Full) => YuvRange::Full,
        _ => YuvRange::Limited,
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use media_recorder_types::{FrameSize, MediaTime};

    use super::super::{I420Buffer, chroma, to_i420};
    use super::*;

    /// BT.709 in studio range by the definition (ITU-R BT.709-6 §3), of one pixel.
    fn bt709([r, g, b]: [f64; 3]) -> [f64; 3] {
        let y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
        [
            16.0 + y * 219.0 / 255.0,
            128.0 + (b - y) / 1.8556 * 224.0 / 255.0,
            128.0 + (r - y) / 1.5748 * 224.0 / 255.0,
        ]
    }

    /// A smooth picture of all hues with `extra` bytes behind each row but the last.
    fn frame(format: PixelFormat, size: FrameSize, extra: usize) -> VideoFrame {
        let order: &[usize] = match format {
            PixelFormat::Rgb => &[0, 1, 2],
            PixelFormat::Rgba => &[0, 1, 2, 3],
            _ => &[2, 1, 0, 3],
        };
        let mut data = Vec::new();
        for y in 0..size.height {
            for x in 0..size.width {
                let pixel = color_at(x, y);
                data.extend(order.iter().map(|&c| pixel.get(c).copied().unwrap_or(99)));
            }
            if y + 1 < size.height {
                data.resize(data.len() + extra, 250);
            }
        }
        let stride = size.width as usize * order.len() + extra;
        let plane = Plane::new(Bytes::from(data), stride);
        VideoFrame::new(format, size, vec![plane], MediaTime::ZERO).unwrap()
    }

    fn color_at(x: u32, y: u32) -> [u8; 3] {
        [(x * 5) as u8, 255 - (y * 9) as u8, 40 + (x + y) as u8]
    }

    #[test]
    fn every_pixel_is_converted_by_the_matrix() {
        let sizes = [(1, 1), (2, 2), (3, 5), (1, 8), (40, 3), (33, 18), (47, 20)];
        for (size, extra) in sizes.into_iter().flat_map(|size| [(size, 0), (size, 12)]) {
            let size = FrameSize::new(size.0, size.1);
            for format in [PixelFormat::Rgb, PixelFormat::Rgba, PixelFormat::Bgra] {
                let mut out = I420Buffer::new(size);
                to_i420(&frame(format, size, extra), ColorInfo::BT709, out.as_mut()).unwrap();
                let [luma, u, v] = out.planes();
                for y in 0..size.height {
                    for x in 0..size.width {
                        let expected = bt709(color_at(x, y).map(f64::from))[0];
                        let found = f64::from(luma[(y * size.width + x) as usize]);
                        assert!((found - expected).abs() < 1.5, "{format:?} {size} {x},{y}");
                    }
                }
                let (half_width, half_height) = chroma(size);
                for at in 0..half_width * half_height {
                    let (x, y) = (2 * (at % half_width) as u32, 2 * (at / half_width) as u32);
                    let [_, cb, cr] = mean_of_block(size, x, y);
                    let found = [f64::from(u[at]), f64::from(v[at])];
                    let error = (found[0] - cb).abs().max((found[1] - cr).abs());
                    assert!(error < 2.0, "{format:?} {size} {x},{y}: {error}");
                }
            }
        }
    }

    fn mean_of_block(size: FrameSize, x: u32, y: u32) -> [f64; 3] {
        let (right, below) = ((x + 1).min(size.width - 1), (y + 1).min(size.height - 1));
        let block = [(x, y), (right, y), (x, below), (right, below)];
        let sum = block.map(|(x, y)| color_at(x, y).map(f64::from));
        bt709([0, 1, 2].map(|c| sum.iter().map(|pixel| pixel[c]).sum::<f64>() / 4.0))
    }

    #[test]
    fn the_stream_decides_matrix_and_range() {
        let size = FrameSize::new(2, 2);
        let red = Bytes::from([255, 0, 0].repeat(4));
        let red = VideoFrame::packed(PixelFormat::Rgb, size, red, MediaTime::ZERO).unwrap();
        let luma = |color| {
            let mut out = I420Buffer::new(size);
            to_i420(&red, color, out.as_mut()).unwrap();
            out.planes()[0][0]
        };
        let full = ColorInfo {
            range: Some(ColorRange::Full),
            ..ColorInfo::BT601
        };
        assert!((62..=63).contains(&luma(ColorInfo::BT709)));
        assert!((80..=82).contains(&luma(ColorInfo::BT601)));
        assert!((75..=77).contains(&luma(full)));
        assert_eq!(luma(ColorInfo::UNSPECIFIED), luma(ColorInfo::BT601));
    }
}
