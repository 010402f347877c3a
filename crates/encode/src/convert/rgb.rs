//! RGB times a matrix.

use std::borrow::Cow;

use media_recorder_types::{ColorInfo, ColorRange, FrameSize, PixelFormat, Plane, VideoFrame};
use yuv::{
    BufferStoreMut, YuvConversionMode, YuvError, YuvPlanarImageMut, YuvRange, YuvStandardMatrix,
    bgra_to_yuv420, rgb_to_yuv420, rgba_to_yuv420,
};

use super::I420Mut;

pub(super) fn convert(frame: &VideoFrame, color: ColorInfo, out: I420Mut<'_>) {
    let [pixels] = frame.planes() else {
        return;
    };
    let (convert, pixel_bytes) = match frame.format() {
        PixelFormat::Rgb => (rgb_to_yuv420 as Convert, 3),
        PixelFormat::Rgba => (rgba_to_yuv420 as Convert, 4),
        _ => (bgra_to_yuv420 as Convert, 4),
    };
    let (range, matrix) = (range(color), matrix(color, frame.size().height));
    out.in_bands(|first, band| {
        let FrameSize { width, height } = band.size();
        let rows = pixels.data.slice(first * pixels.stride..);
        let rows = Plane::new(rows, pixels.stride);
        let (data, stride) = whole_rows(&rows, width as usize * pixel_bytes, height as usize);
        let mut image = image(band);
        convert(
            &mut image,
            &data,
            bytes(stride),
            range,
            matrix,
            YuvConversionMode::Balanced,
        )
        .expect("frames and targets are checked to hold the picture when they are made");
    });
}

/// The target as `yuv` has it.
fn image(target: I420Mut<'_>) -> YuvPlanarImageMut<'_, u8> {
    let FrameSize { width, height } = target.size();
    let [y, u, v] = target.planes;
    YuvPlanarImageMut {
        y_plane: BufferStoreMut::Borrowed(y),
        y_stride: bytes(target.strides[0]),
        u_plane: BufferStoreMut::Borrowed(u),
        u_stride: bytes(target.strides[1]),
        v_plane: BufferStoreMut::Borrowed(v),
        v_stride: bytes(target.strides[2]),
        width,
        height,
    }
}

/// A stride for `yuv`. Those of pictures that exist fit; a lie about them would be refused by it.
fn bytes(stride: usize) -> u32 {
    u32::try_from(stride).unwrap_or(u32::MAX)
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
        // The crate's own numbers for it are off by several levels.
        7 => YuvStandardMatrix::Custom(0.212, 0.087),
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
