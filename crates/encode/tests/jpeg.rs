//! JPEG pictures as frames.
//!
//! The pictures in `jpeg/` all show the same gradients in 45x35 pixels. `camera.jpg` is by
//! ffmpeg's Motion JPEG encoder with the Huffman tables of ITU-T T.81 §K.3, the others are by
//! libjpeg-turbo.
#![expect(clippy::unwrap_used, reason = "a test that unwraps wrong fails")]

mod common;

use common::ms;
use media_recorder_encode::EncodeError;
use media_recorder_encode::convert::JpegDecoder;
use media_recorder_types::{ColorInfo, FrameSize, PixelFormat, VideoFrame};
use proptest::prelude::*;

const SIZE: FrameSize = FrameSize::new(45, 35);
const BASELINE: &[u8] = include_bytes!("jpeg/420.jpg");
const PROGRESSIVE: &[u8] = include_bytes!("jpeg/420-progressive.jpg");
const GREY: &[u8] = include_bytes!("jpeg/grey.jpg");
const CAMERA: &[u8] = include_bytes!("jpeg/camera.jpg");
const COLORED: [&[u8]; 5] = [
    BASELINE,
    PROGRESSIVE,
    include_bytes!("jpeg/422.jpg"),
    include_bytes!("jpeg/444.jpg"),
    CAMERA,
];

/// What the pictures show: red grows to the right, green downwards, blue to the upper left.
fn rgb(x: f64, y: f64) -> [f64; 3] {
    let (x, y) = (x.min(44.0), y.min(34.0));
    [
        255.0 * x / 44.0,
        255.0 * y / 34.0,
        255.0 - 255.0 * (x + y) / 78.0,
    ]
}

/// ITU-T T.871 §7.
fn yuv([r, g, b]: [f64; 3]) -> [f64; 3] {
    let y = 0.299 * r + 0.587 * g + 0.114 * b;
    [y, 128.0 + (b - y) / 1.772, 128.0 + (r - y) / 1.402]
}

/// The largest error of luma and of chroma.
fn errors(frame: &VideoFrame, expected: impl Fn(f64, f64) -> [f64; 3]) -> [f64; 2] {
    let largest = |index: usize, scale: f64| {
        let plane = frame.plane(index).unwrap();
        let samples = plane.data.iter().enumerate().map(|(at, &found)| {
            let (x, y) = ((at % plane.stride) as f64, (at / plane.stride) as f64);
            // The middle of the pixels that the sample stands for.
            let place = |at: f64| scale * at + (scale - 1.0) / 2.0;
            (f64::from(found) - expected(place(x), place(y))[index]).abs()
        });
        samples.fold(0.0, f64::max)
    };
    [largest(0, 1.0), largest(1, 2.0).max(largest(2, 2.0))]
}

/// A JPEG picture without its Huffman tables.
fn without_tables(jpeg: &[u8]) -> Vec<u8> {
    let mut stripped = jpeg[..2].to_vec();
    let mut rest = &jpeg[2..];
    while let &[0xFF, marker, high, low, ..] = rest {
        let (segment, after) = rest.split_at(2 + usize::from(u16::from_be_bytes([high, low])));
        if marker != 0xC4 {
            stripped.extend_from_slice(segment);
        }
        rest = after;
        if marker == 0xDA {
            break;
        }
    }
    stripped.extend_from_slice(rest);
    stripped
}

#[test]
fn all_kinds_show_the_picture() {
    let mut decoder = JpegDecoder::new();
    for (n, jpeg) in COLORED.into_iter().enumerate() {
        let frame = decoder.decode(jpeg, ms(7)).unwrap();
        assert_eq!((frame.format(), frame.size()), (PixelFormat::I420, SIZE));
        assert_eq!((frame.color, frame.time), (ColorInfo::JPEG, ms(7)));
        let [luma, chroma] = errors(&frame, |x, y| yuv(rgb(x, y)));
        assert!(luma < 3.0, "picture {n}: luma is off by {luma}");
        assert!(chroma < 6.0, "picture {n}: chroma is off by {chroma}");
    }
}

#[test]
fn grey_has_no_color() {
    let frame = JpegDecoder::new().decode(GREY, ms(0)).unwrap();
    let [luma, chroma] = errors(&frame, |x, y| [yuv(rgb(x, y))[0], 128.0, 128.0]);
    assert!(luma < 3.0, "off by {luma}");
    assert_eq!(chroma, 0.0);
}

#[test]
fn missing_huffman_tables_are_the_standards() {
    let stripped = without_tables(CAMERA);
    assert_eq!(
        stripped.len(),
        CAMERA.len() - 420,
        "there is one table segment"
    );
    let mut decoder = JpegDecoder::new();
    let expected = decoder.decode(CAMERA, ms(0));
    assert_eq!(decoder.decode(&stripped, ms(0)), expected);
    assert!(expected.is_ok());
}

#[test]
fn what_cameras_put_behind_the_picture_is_ignored() {
    let mut decoder = JpegDecoder::new();
    let expected = decoder.decode(CAMERA, ms(0)).unwrap();
    let padded = [CAMERA, &[0; 99]].concat();
    assert_eq!(decoder.decode(&padded, ms(0)), Ok(expected));
}

#[test]
fn half_a_picture_is_none_and_the_next_is_whole() {
    let mut decoder = JpegDecoder::new();
    for jpeg in COLORED.into_iter().chain([GREY]) {
        let whole = decoder.decode(jpeg, ms(0)).unwrap();
        for len in 0..jpeg.len() {
            let error = decoder.decode(&jpeg[..len], ms(0)).unwrap_err();
            assert!(matches!(error, EncodeError::Jpeg { .. }), "{len}: {error}");
        }
        assert_eq!(decoder.decode(jpeg, ms(0)), Ok(whole));
    }
}

#[test]
fn a_header_cannot_ask_for_memory_that_its_data_does_not_fill() {
    let start = BASELINE
        .windows(2)
        .position(|two| two == [0xFF, 0xC0])
        .unwrap();
    let mut huge = BASELINE.to_vec();
    huge[start + 5..start + 9].fill(0xFF);
    let error = JpegDecoder::new().decode(&huge, ms(0)).unwrap_err();
    assert!(error.to_string().contains("65535x65535 pixels"), "{error}");
}

#[test]
fn buffers_come_back() {
    let mut decoder = JpegDecoder::new();
    let address = |frame: &VideoFrame| frame.planes()[0].data.as_ptr();
    let first = decoder.decode(BASELINE, ms(0)).unwrap();
    let second = decoder.decode(BASELINE, ms(40)).unwrap();
    assert_ne!(address(&first), address(&second));
    let used = address(&first);
    drop(first);
    assert_eq!(address(&decoder.decode(BASELINE, ms(80)).unwrap()), used);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damage_never_panics(
        picture in prop::sample::select(vec![BASELINE, PROGRESSIVE, GREY, CAMERA, COLORED[2]]),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
    ) {
        let mut damaged = picture.to_vec();
        for (place, value) in damage {
            damaged[place.index(picture.len())] = value;
        }
        let mut decoder = JpegDecoder::new();
        // Some damage cannot be seen; where it is, nothing of it is left in the next picture.
        if decoder.decode(&damaged, ms(0)).is_err() {
            let after = decoder.decode(picture, ms(0));
            prop_assert_eq!(after, JpegDecoder::new().decode(picture, ms(0)));
        }
    }
}
