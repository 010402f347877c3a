//! What the windows of these tests show: a number as 32 black and white cells in a row, and what
//! is read of it in a captured picture.

use std::time::Duration;

use media_recorder_capture::{Captured, CapturedPicture, VideoDevice};
use media_recorder_types::{PixelFormat, VideoFrame};

pub(crate) const CELLS: u16 = 32;

/// Whether `cell` is white in the card of `number`: its bits, then their opposites.
pub(crate) fn is_white(number: u16, cell: u16) -> bool {
    let bit = number >> (cell % 16) & 1 == 1;
    bit == (cell < 16)
}

/// The number that a picture shows; `None` if it is no card, or parts of two.
pub(crate) fn number(frame: &VideoFrame) -> Option<u16> {
    let size = frame.size();
    let white: Vec<bool> = (0..u32::from(CELLS))
        .map(|cell| {
            let x = (2 * cell + 1) * size.width / (2 * u32::from(CELLS));
            // Above and below where other tests put a cursor or another window.
            let [above, below] = [size.height / 8, size.height * 7 / 8].map(|y| pixel(frame, x, y));
            (above == below).then_some(above)
        })
        .map(|color| match color {
            Some([255, 255, 255]) => Some(true),
            Some([0, 0, 0]) => Some(false),
            _ => None,
        })
        .collect::<Option<_>>()?;
    let number = (0..16).fold(0, |number, cell| number | u16::from(white[cell]) << cell);
    let is_card = (0..CELLS).all(|cell| is_white(number, cell) == white[usize::from(cell)]);
    is_card.then_some(number)
}

/// Red, green and blue.
pub(crate) fn pixel(frame: &VideoFrame, x: u32, y: u32) -> [u8; 3] {
    let plane = frame.plane(0).expect("packed pixels are a plane");
    let at = y as usize * plane.stride + x as usize * 4;
    let [a, b, c] = [0, 1, 2].map(|byte| plane.data[at + byte]);
    assert_eq!(plane.data[at + 3], 255, "opaque");
    match frame.format() {
        PixelFormat::Bgra => [c, b, a],
        PixelFormat::Rgba => [a, b, c],
        other => panic!("{other:?}"),
    }
}

/// The next picture, which must come within two seconds.
pub(crate) fn next(device: &mut dyn VideoDevice) -> Captured<VideoFrame> {
    let picture = device.read(Duration::from_secs(2)).unwrap();
    raw(picture.expect("a picture within two seconds"))
}

pub(crate) fn raw(picture: Captured<CapturedPicture>) -> Captured<VideoFrame> {
    match picture.data {
        CapturedPicture::Raw(data) => Captured {
            data,
            at: picture.at,
        },
        CapturedPicture::Encoded(_) => panic!("screens are not encoded"),
    }
}

/// The first of the next pictures that is as it should be.
pub(crate) fn next_with(
    device: &mut dyn VideoDevice,
    is_right: impl Fn(&VideoFrame) -> bool,
) -> VideoFrame {
    for _ in 0..60 {
        let frame = next(device).data;
        if is_right(&frame) {
            return frame;
        }
    }
    panic!("none of 60 pictures was right");
}
