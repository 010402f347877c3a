//! Every pixel format to I420, against the definitions.
#![expect(clippy::unwrap_used, reason = "a test that unwraps wrong fails")]

use media_recorder_encode::EncodeError;
use media_recorder_encode::convert::{I420Buffer, I420Mut, to_i420};
use media_recorder_types::{
    ColorInfo, ColorRange, FrameSize, MediaTime, PixelFormat, Plane, VideoFrame,
};
use proptest::prelude::*;

const FORMATS: [PixelFormat; 9] = [
    PixelFormat::I420,
    PixelFormat::I422,
    PixelFormat::Nv12,
    PixelFormat::Nv21,
    PixelFormat::Yuyv,
    PixelFormat::Uyvy,
    PixelFormat::Rgb,
    PixelFormat::Rgba,
    PixelFormat::Bgra,
];

/// Red's and blue's part of luma by the code points of ITU-T H.273 §8.3, and two code points
/// that mean the same matrix or none.
const MATRICES: [(u8, f64, f64); 6] = [
    (1, 0.2126, 0.0722),
    (5, 0.299, 0.114),
    (6, 0.299, 0.114),
    (7, 0.212, 0.087),
    (9, 0.2627, 0.0593),
    (2, 0.299, 0.114),
];

/// What a picture is made of: `extra` bytes behind each row, but for the last where `unpadded`.
#[derive(Clone, Copy, Debug)]
struct Layout {
    format: PixelFormat,
    size: FrameSize,
    extra: usize,
    unpadded: bool,
}

/// A picture of noise.
fn noise(layout: Layout, seed: u32) -> VideoFrame {
    let Layout { format, size, .. } = layout;
    let mut state = seed | 1;
    let mut byte = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        (state >> 11) as u8
    };
    let planes = (0..format.plane_count()).map(|index| {
        let plane = format.plane_layout(size, index).unwrap();
        let stride = plane.row_bytes + layout.extra;
        let missing = if layout.unpadded { layout.extra } else { 0 };
        let len = stride * plane.rows - missing;
        let data: Vec<u8> = (0..len).map(|_| byte()).collect();
        Plane::new(data.into(), stride)
    });
    VideoFrame::new(format, size, planes.collect(), MediaTime::ZERO).unwrap()
}

/// Byte `x` of row `y` of a plane.
fn byte(frame: &VideoFrame, plane: usize, x: usize, y: usize) -> f64 {
    let plane = frame.plane(plane).unwrap();
    f64::from(plane.data[y * plane.stride + x])
}

/// Red, green and blue of a pixel; past the edge they are those of the edge.
fn rgb(frame: &VideoFrame, x: usize, y: usize) -> [f64; 3] {
    let (bytes, order) = match frame.format() {
        PixelFormat::Rgb => (3, [0, 1, 2]),
        PixelFormat::Rgba => (4, [0, 1, 2]),
        _ => (4, [2, 1, 0]),
    };
    let x = x.min(frame.size().width as usize - 1);
    let y = y.min(frame.size().height as usize - 1);
    order.map(|at| byte(frame, 0, x * bytes + at, y))
}

/// Y, U and V of a colour by ITU-T H.273 §8.3, equations 46 to 50 and 26 to 31.
fn yuv([r, g, b]: [f64; 3], (kr, kb): (f64, f64), range: ColorRange) -> [f64; 3] {
    let y = kr * r + (1.0 - kr - kb) * g + kb * b;
    let (u, v) = ((b - y) / (2.0 * (1.0 - kb)), (r - y) / (2.0 * (1.0 - kr)));
    match range {
        ColorRange::Full => [y, 128.0 + u, 128.0 + v],
        ColorRange::Limited => [
            16.0 + y * 219.0 / 255.0,
            128.0 + u * 224.0 / 255.0,
            128.0 + v * 224.0 / 255.0,
        ],
    }
}

/// U and V of the block of two by two pixels at (`x`, `y`) of the chroma planes.
fn chroma(frame: &VideoFrame, x: usize, y: usize) -> [f64; 2] {
    let below = (2 * y + 1).min(frame.size().height as usize - 1);
    let mean = |plane: usize, x: usize| {
        let sum = byte(frame, plane, x, 2 * y) + byte(frame, plane, x, below);
        (sum / 2.0 + 0.5).floor()
    };
    match frame.format() {
        PixelFormat::I420 => [byte(frame, 1, x, y), byte(frame, 2, x, y)],
        PixelFormat::I422 => [mean(1, x), mean(2, x)],
        PixelFormat::Nv12 => [0, 1].map(|at| byte(frame, 1, 2 * x + at, y)),
        PixelFormat::Nv21 => [1, 0].map(|at| byte(frame, 1, 2 * x + at, y)),
        PixelFormat::Yuyv => [1, 3].map(|at| mean(0, 4 * x + at)),
        _ => [0, 2].map(|at| mean(0, 4 * x + at)),
    }
}

/// Converts, and says where it is not what is expected: RGB by more than a level and a half of
/// luma or two of chroma, the rest at all.
fn check(frame: &VideoFrame, matrix: (u8, f64, f64), range: ColorRange) -> Result<(), String> {
    let size = frame.size();
    let (width, height) = (size.width as usize, size.height as usize);
    let color = ColorInfo {
        matrix: matrix.0,
        range: Some(range),
        ..ColorInfo::UNSPECIFIED
    };
    let mut out = I420Buffer::new(size);
    to_i420(frame, color, out.as_mut()).unwrap();
    let [luma, u, v] = out.planes();
    let is_rgb = frame.format().is_rgb();
    let ks = (matrix.1, matrix.2);
    for (at, &found) in luma.iter().enumerate() {
        let (x, y) = (at % width, at / width);
        let (expected, most) = match frame.format() {
            _ if is_rgb => (yuv(rgb(frame, x, y), ks, range)[0], 1.5),
            PixelFormat::Yuyv => (byte(frame, 0, 2 * x, y), 0.0),
            PixelFormat::Uyvy => (byte(frame, 0, 2 * x + 1, y), 0.0),
            _ => (byte(frame, 0, x, y), 0.0),
        };
        if (f64::from(found) - expected).abs() > most {
            return Err(format!("luma {found} for {expected} at {x},{y}"));
        }
    }
    let half_width = width.div_ceil(2);
    assert_eq!(u.len(), half_width * height.div_ceil(2));
    for (at, found) in u.iter().zip(v).enumerate() {
        let (x, y) = (at % half_width, at / half_width);
        let (expected, most) = if is_rgb {
            let corners = [(0, 0), (1, 0), (0, 1), (1, 1)];
            let pixels = corners.map(|(right, below)| rgb(frame, 2 * x + right, 2 * y + below));
            let mean = [0, 1, 2].map(|c| pixels.map(|pixel| pixel[c]).iter().sum::<f64>() / 4.0);
            let [_, u, v] = yuv(mean, ks, range);
            ([u, v], 2.0)
        } else {
            (chroma(frame, x, y), 0.0)
        };
        let off = [
            f64::from(*found.0) - expected[0],
            f64::from(*found.1) - expected[1],
        ];
        if off.iter().any(|off| off.abs() > most) {
            return Err(format!("chroma {found:?} for {expected:?} at {x},{y}"));
        }
    }
    Ok(())
}

#[test]
fn every_small_size_of_every_format() {
    for format in FORMATS {
        for (width, height) in (1..=17).flat_map(|width| (1..=9).map(move |height| (width, height)))
        {
            for (extra, unpadded) in [(0, false), (5, false), (5, true)] {
                let layout = Layout {
                    format,
                    size: FrameSize::new(width, height),
                    extra,
                    unpadded,
                };
                let frame = noise(layout, width * 31 + height);
                let result = check(&frame, MATRICES[0], ColorRange::Limited);
                assert_eq!(result, Ok(()), "{layout:?}");
            }
        }
    }
}

#[test]
fn every_matrix_in_both_ranges() {
    for format in [PixelFormat::Rgb, PixelFormat::Rgba, PixelFormat::Bgra] {
        for matrix in MATRICES {
            for range in [ColorRange::Limited, ColorRange::Full] {
                let layout = Layout {
                    format,
                    size: FrameSize::new(125, 51),
                    extra: 0,
                    unpadded: false,
                };
                let result = check(&noise(layout, 7), matrix, range);
                assert_eq!(result, Ok(()), "{format:?} {matrix:?} {range:?}");
            }
        }
    }
}

/// Large pictures are cut into bands: none may be lost, or see its neighbour as an edge.
#[test]
fn large_pictures_are_converted_whole() {
    for format in FORMATS {
        let layout = Layout {
            format,
            size: FrameSize::new(1279, 641),
            extra: 3,
            unpadded: true,
        };
        let result = check(&noise(layout, 3), MATRICES[0], ColorRange::Full);
        assert_eq!(result, Ok(()), "{format:?}");
    }
}

#[test]
fn what_is_unspecified_is_what_players_assume() {
    for (height, color) in [(719, ColorInfo::BT601), (720, ColorInfo::BT709)] {
        let size = FrameSize::new(2, height);
        let red = [255, 0, 0].repeat(size.pixels() as usize);
        let red = VideoFrame::packed(PixelFormat::Rgb, size, red.into(), MediaTime::ZERO).unwrap();
        let luma = |color| {
            let mut out = I420Buffer::new(size);
            to_i420(&red, color, out.as_mut()).unwrap();
            out.planes()[0][0]
        };
        assert_eq!(luma(ColorInfo::UNSPECIFIED), luma(color));
    }
}

#[test]
fn padding_of_the_target_is_left_alone() {
    let size = FrameSize::new(5, 3);
    for format in FORMATS {
        let layout = Layout {
            format,
            size,
            extra: 0,
            unpadded: false,
        };
        let (mut y, mut u, mut v) = (vec![77; 3 * 16 + 4], vec![77; 2 * 8], vec![77; 2 * 8]);
        let out = I420Mut::new(size, [&mut y, &mut u, &mut v], [16, 8, 8]).unwrap();
        // Black, or samples of zero: no pixel becomes 77.
        let mut frame = noise(layout, 1);
        let zeros = (0..format.plane_count()).map(|index| {
            let plane = format.plane_layout(size, index).unwrap();
            Plane::new(vec![0; plane.bytes()].into(), plane.row_bytes)
        });
        frame = VideoFrame::new(format, size, zeros.collect(), frame.time).unwrap();
        to_i420(&frame, ColorInfo::BT709, out).unwrap();
        let written = |plane: &[u8], stride: usize, width: usize, rows: usize| {
            plane.iter().enumerate().all(|(at, &sample)| {
                let inside = at % stride < width && at / stride < rows;
                inside != (sample == 77)
            })
        };
        assert!(written(&y, 16, 5, 3), "{format:?}");
        assert!(written(&u, 8, 3, 2) && written(&v, 8, 3, 2), "{format:?}");
    }
}

#[test]
fn another_size_is_refused_and_nothing_written() {
    for format in FORMATS {
        let layout = Layout {
            format,
            size: FrameSize::new(4, 4),
            extra: 0,
            unpadded: false,
        };
        let mut out = I420Buffer::new(FrameSize::new(4, 6));
        let error = to_i420(&noise(layout, 5), ColorInfo::BT709, out.as_mut());
        let expected = EncodeError::FrameSize {
            expected: FrameSize::new(4, 6),
            found: FrameSize::new(4, 4),
        };
        assert_eq!(error, Err(expected));
        assert!(out.planes().concat().iter().all(|&sample| sample == 0));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_layout_is_converted(
        format in prop::sample::select(&FORMATS[..]),
        (width, height) in (1_u32..140, 1_u32..40),
        (extra, unpadded) in (0_usize..40, any::<bool>()),
        matrix in prop::sample::select(&MATRICES[..]),
        full in any::<bool>(),
        seed in any::<u32>(),
    ) {
        let size = FrameSize::new(width, height);
        let frame = noise(Layout { format, size, extra, unpadded }, seed);
        let range = if full { ColorRange::Full } else { ColorRange::Limited };
        prop_assert_eq!(check(&frame, matrix, range), Ok(()));
    }
}
