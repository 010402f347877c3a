//! Pictures of any size in frames of one.
#![expect(clippy::unwrap_used, reason = "a test that unwraps wrong fails")]

mod common;

use common::{flat, ms};
use media_recorder_encode::convert::Fitter;
use media_recorder_types::{
    ColorInfo, ColorRange, FrameSize, MediaTime, PixelFormat, Plane, VideoFrame,
};
use proptest::prelude::*;

const TIME: MediaTime = MediaTime::from_millis(1234);

fn size(width: u32, height: u32) -> FrameSize {
    FrameSize::new(width, height)
}

/// I420 in which every plane has one value.
fn plain(size: FrameSize, values: [u8; 3], color: ColorInfo) -> VideoFrame {
    let planes = (0..3).map(|index| {
        let layout = PixelFormat::I420.plane_layout(size, index).unwrap();
        let data = vec![values[index]; layout.bytes()];
        Plane::new(data.into(), layout.row_bytes)
    });
    let frame = VideoFrame::new(PixelFormat::I420, size, planes.collect(), TIME);
    frame.unwrap().with_color(color)
}

/// Left, top, right and bottom edge of what has `value` in a plane, all of which must have it,
/// and nothing else may; what is left must be `black`.
fn rectangle(frame: &VideoFrame, index: usize, value: u8, black: u8) -> [usize; 4] {
    let plane = &frame.planes()[index];
    let rows: Vec<&[u8]> = plane.data.chunks(plane.stride).collect();
    let inside = |x: usize, y: usize| rows[y][x] == value;
    let all = || (0..rows.len()).flat_map(|y| (0..plane.stride).map(move |x| (x, y)));
    let seen = || all().filter(|&(x, y)| inside(x, y));
    let (left, right) = (seen().map(|p| p.0).min(), seen().map(|p| p.0).max());
    let (top, bottom) = (seen().map(|p| p.1).min(), seen().map(|p| p.1).max());
    let edges = [left, top, right, bottom].map(|edge| edge.expect("the picture is there"));
    for (x, y) in all() {
        let within = (edges[0]..=edges[2]).contains(&x) && (edges[1]..=edges[3]).contains(&y);
        assert_eq!(rows[y][x], if within { value } else { black }, "{x},{y}");
    }
    [edges[0], edges[1], edges[2] + 1, edges[3] + 1]
}

#[test]
fn the_picture_is_in_the_middle_of_black_and_keeps_its_shape() {
    let full = ColorInfo {
        range: Some(ColorRange::Full),
        ..ColorInfo::BT601
    };
    for (from, to, expected) in [
        // Bars above and below, left and right, none at all.
        (size(1920, 1080), size(640, 480), [0, 60, 640, 420]),
        (size(640, 480), size(1280, 720), [160, 0, 1120, 720]),
        (size(320, 180), size(1280, 720), [0, 0, 1280, 720]),
        (size(90, 160), size(64, 64), [14, 0, 50, 64]),
        // Half of what is left would be odd: the bars stay even.
        (size(100, 100), size(102, 100), [0, 0, 100, 100]),
        (size(100, 100), size(106, 100), [2, 0, 102, 100]),
        (size(100, 100), size(108, 100), [4, 0, 104, 100]),
        // Odd frames keep their last row or column.
        (size(50, 50), size(33, 21), [6, 0, 28, 21]),
        (size(200, 100), size(33, 33), [0, 8, 33, 24]),
        // Extremes: as thin as chroma can be.
        (size(1, 1), size(16, 16), [0, 0, 16, 16]),
        (size(1, 4000), size(64, 48), [30, 0, 32, 48]),
        (size(4000, 1), size(64, 48), [0, 22, 64, 24]),
        (size(640, 480), size(1, 1), [0, 0, 1, 1]),
    ] {
        for (color, black) in [(ColorInfo::BT709, 16), (full, 0)] {
            let fitted = Fitter::new(to).fit(&plain(from, [200, 90, 60], color));
            assert_eq!((fitted.size(), fitted.format()), (to, PixelFormat::I420));
            assert_eq!((fitted.time, fitted.color), (TIME, color));
            assert_eq!(
                rectangle(&fitted, 0, 200, black),
                expected,
                "{from} in {to}"
            );
            let [left, top, right, bottom] = expected;
            let halved = [left / 2, top / 2, right.div_ceil(2), bottom.div_ceil(2)];
            assert_eq!(rectangle(&fitted, 1, 90, 128), halved, "{from} in {to}");
            assert_eq!(rectangle(&fitted, 2, 60, 128), halved, "{from} in {to}");
        }
    }
}

#[test]
fn gradients_keep_their_brightness_everywhere() {
    for (from, to) in [
        (size(320, 240), size(80, 60)),
        (size(333, 251), size(160, 120)),
        (size(64, 48), size(320, 240)),
    ] {
        // Each pixel has the brightness of its middle.
        let pixels = (0..from.height)
            .flat_map(|y| (0..from.width).map(move |x| (x, y)))
            .map(|(x, y)| {
                (40 + 50 * (2 * x + 1) / from.width + 40 * (2 * y + 1) / from.height) as u8
            });
        let mut data: Vec<u8> = pixels.collect();
        data.resize(PixelFormat::I420.packed_len(from), 128);
        let frame = VideoFrame::packed(PixelFormat::I420, from, data.into(), TIME).unwrap();
        let fitted = Fitter::new(to).fit(&frame);
        for (n, &found) in fitted.planes()[0].data.iter().enumerate() {
            let (x, y) = (n % to.width as usize, n / to.width as usize);
            let part = |at: usize, of: u32| (at as f64 + 0.5) / f64::from(of);
            let expected = 40.0 + 100.0 * part(x, to.width) + 80.0 * part(y, to.height);
            let off = (f64::from(found) - expected).abs();
            assert!(
                off < 3.0,
                "{from} in {to}: {found} for {expected} at {x},{y}"
            );
        }
    }
}

/// Chroma samples lie in the middle of the pixels that they stand for, before and after: colour
/// does not move against brightness.
#[test]
fn colour_stays_where_it_was() {
    for (from, to) in [
        (size(96, 64), size(32, 22)),
        (size(64, 44), size(32, 22)),
        (size(48, 33), size(32, 22)),
        (size(20, 14), size(32, 22)),
    ] {
        // Blue on the left becomes red on the right, each pixel with the colour of its middle.
        let part = |x: u32| 255.0 * (f64::from(x) + 0.5) / f64::from(from.width);
        let row: Vec<u8> = (0..from.width)
            .flat_map(|x| [part(x), 0.0, 255.0 - part(x)])
            .map(|value: f64| value.round() as u8)
            .collect();
        let pixels = row.repeat(from.height as usize);
        let frame = VideoFrame::packed(PixelFormat::Rgb, from, pixels.into(), TIME).unwrap();
        let fitted = Fitter::new(to).fit(&frame);
        let plane = fitted.plane(2).unwrap();
        for (n, &found) in plane.data.iter().enumerate() {
            let x = n % plane.stride;
            // Past the outermost samples there is nothing to mix in.
            if x == 0 || x + 1 == plane.stride {
                continue;
            }
            let red = 255.0 * (x as f64 + 0.5) / plane.stride as f64;
            let luma = 0.2126 * red + 0.0722 * (255.0 - red);
            let expected = 128.0 + (red - luma) / 1.5748 * 224.0 / 255.0;
            // A quarter of a sample would be off by 1.9.
            let off = f64::from(found) - expected;
            assert!(off.abs() < 1.5, "{from} in {to}: off by {off} at {n}");
        }
    }
}

#[test]
fn rows_with_padding_are_scaled_as_those_without() {
    let from = size(50, 30);
    let tight = common::moving(from, 3, TIME);
    let padded = (0..3).map(|index| {
        let plane = tight.plane(index).unwrap();
        let rows = plane.data.chunks(plane.stride);
        let data: Vec<u8> = rows.flat_map(|row| [row, &[99; 7]].concat()).collect();
        Plane::new(data.into(), plane.stride + 7)
    });
    let padded = VideoFrame::new(PixelFormat::I420, from, padded.collect(), TIME).unwrap();
    let mut fitter = Fitter::new(size(32, 32));
    assert_eq!(fitter.fit(&padded), fitter.fit(&tight));
}

#[test]
fn what_fits_passes_untouched() {
    let target = size(32, 24);
    let frame = flat(target, [1, 2, 3, 255], ms(7));
    let fitted = Fitter::new(target).fit(&frame);
    assert_eq!(fitted, frame);
    let address = |frame: &VideoFrame| frame.planes()[0].data.as_ptr();
    assert_eq!(address(&fitted), address(&frame));
}

#[test]
fn rgb_is_converted_and_says_so() {
    let fitted = Fitter::new(size(32, 32)).fit(&flat(size(64, 32), [255, 0, 0, 255], ms(7)));
    assert_eq!((fitted.color, fitted.time), (ColorInfo::BT709, ms(7)));
    // 62.56 by the definition.
    let luma = fitted.planes()[0].data[16 * 32 + 16];
    assert!((62..=63).contains(&luma), "{luma}");
    assert_eq!(rectangle(&fitted, 0, luma, 16), [0, 8, 32, 24]);
}

#[test]
fn one_fitter_takes_all_sizes_and_reuses_its_buffers() {
    let mut fitter = Fitter::new(size(32, 32));
    let mut fit = |from| {
        let fitted = fitter.fit(&plain(from, [200, 90, 60], ColorInfo::BT709));
        (
            rectangle(&fitted, 0, 200, 16),
            fitted.planes()[0].data.as_ptr(),
        )
    };
    // Bars where the picture before was, in the same memory.
    let (wide, first) = fit(size(64, 32));
    let (tall, second) = fit(size(32, 64));
    assert_eq!((wide, tall), ([0, 8, 32, 24], [8, 0, 24, 32]));
    assert_eq!(first, second);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_size_is_too_odd(from in (1_u32..400, 1_u32..400), to in (0_u32..200, 0_u32..200)) {
        let (from, to) = (size(from.0, from.1), size(to.0, to.1));
        let mut fitter = Fitter::new(to);
        for format in [PixelFormat::I420, PixelFormat::Nv12, PixelFormat::Yuyv, PixelFormat::Rgb] {
            let data = vec![150; format.packed_len(from)];
            let frame = VideoFrame::packed(format, from, data.into(), TIME).unwrap();
            let fitted = fitter.fit(&frame);
            prop_assert_eq!(fitted.size(), fitter.target());
            let luma = &fitted.planes()[0].data;
            prop_assert!(luma.iter().any(|&sample| sample > 130));
        }
    }
}
