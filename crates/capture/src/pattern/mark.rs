//! The number of a frame as a row of black and white cells; [`read_frame_number`] has its layout.

use std::ops::Range;

use media_recorder_types::{FrameSize, PixelFormat, VideoFrame};

use super::painter::{BLACK, Painter, Rect, WHITE};

const CELLS: usize = 32;
const NUMBER_BITS: u32 = 24;
const NUMBER_MASK: u32 = (1 << NUMBER_BITS) - 1;
/// Makes an all-black or all-white row no valid mark.
const CHECK_SALT: u32 = 9;
/// Cells of that width survive good coding; from 4 pixels on (a picture 128 wide) also coarse.
const MIN_CELL_WIDTH: usize = 2;
const MIN_HEIGHT: usize = 16;
/// The least difference between the luma of a white and a black cell.
const MIN_CONTRAST: u32 = 64;

/// The rows of the mark; `None` if the picture is too small for one.
pub(super) fn rows(width: usize, height: usize) -> Option<Range<usize>> {
    (width >= CELLS * MIN_CELL_WIDTH && height >= MIN_HEIGHT)
        .then(|| height - (height / 12).max(4)..height)
}

fn columns(cell: usize, width: usize) -> Range<usize> {
    cell * width / CELLS..(cell + 1) * width / CELLS
}

fn check_of(number: u32) -> u32 {
    let digits = (0..NUMBER_BITS)
        .step_by(4)
        .map(|shift| number >> shift & 0xF);
    digits.fold(CHECK_SALT, |check, digit| check ^ digit)
}

/// All 32 cells, cell 0 in the highest bit.
fn cells_of(number: u32) -> u32 {
    0b10 << 30 | number << 6 | check_of(number) << 2 | 0b01
}

/// Paints the mark, if there is room for it.
pub(super) fn paint(painter: &mut Painter<'_>, frame: u64) {
    let Some(rows) = rows(painter.width, painter.height) else {
        return;
    };
    // Truncation is what the mark's modulo asks for.
    let cells = cells_of(frame as u32 & NUMBER_MASK);
    for cell in 0..CELLS {
        let columns = columns(cell, painter.width);
        let color = if cells >> (CELLS - 1 - cell) & 1 == 1 {
            WHITE
        } else {
            BLACK
        };
        let rect = Rect::new(columns.start, rows.start, columns.len(), rows.len());
        painter.fill(rect, color);
    }
}

/// The number, modulo 2²⁴, of a [`TestPatternVideo`](crate::TestPatternVideo)'s frame, read from
/// the picture alone: also after lossy coding, scaling or a change of range. `None` if the
/// picture has no luma plane (I420 and NV12 have one), is too small, or shows no mark.
///
/// For other readers: the mark is the lowest twelfth of the picture, at least 4 pixels high, and
/// has 32 cells of equal width from the left edge to the right one.
///
/// | cells | meaning |
/// |---|---|
/// | 0, 1 | white, black: what white and black are after coding |
/// | 2 to 25 | the number modulo 2²⁴, highest bit first, 1 is white |
/// | 26 to 29 | check: the exclusive or of the number's six hexadecimal digits and of 9 |
/// | 30, 31 | black, white |
///
/// ```
/// use media_recorder_capture::{TestPatternVideo, VideoSource, read_frame_number};
/// use media_recorder_types::{FrameSize, Rate};
/// let rate = Rate::new(25, 1).unwrap();
/// let mut pattern = TestPatternVideo::new(FrameSize::new(320, 180), rate)?;
/// pattern.read()?;
/// assert_eq!(read_frame_number(&pattern.read()?.unwrap()), Some(1));
/// # Ok::<(), media_recorder_capture::CaptureError>(())
/// ```
pub fn read_frame_number(frame: &VideoFrame) -> Option<u32> {
    if !matches!(frame.format(), PixelFormat::I420 | PixelFormat::Nv12) {
        return None;
    }
    let FrameSize { width, height } = frame.size();
    let rows = middle_half(rows(width as usize, height as usize)?);
    let plane = frame.plane(0)?;
    let mean = |cell: usize| {
        let columns = middle_half(columns(cell, width as usize));
        let count = (rows.len() * columns.len()) as u64;
        let rows = rows.clone().map(|row| &plane.data[row * plane.stride..]);
        let sum: u64 = rows
            .flat_map(|row| &row[columns.clone()])
            .map(|&luma| u64::from(luma))
            .sum();
        (sum / count) as u32
    };
    let white = mean(0).min(mean(CELLS - 1));
    let black = mean(1).max(mean(CELLS - 2));
    if white < black + MIN_CONTRAST {
        return None;
    }
    let threshold = u32::midpoint(white, black);
    let cells = (0..CELLS).fold(0, |cells, cell| {
        cells << 1 | u32::from(mean(cell) > threshold)
    });
    let number = cells >> 6 & NUMBER_MASK;
    (cells == cells_of(number)).then_some(number)
}

/// The middle half of a range, at least one long if the range is: the edges suffer most from
/// coding.
fn middle_half(range: Range<usize>) -> Range<usize> {
    let margin = range.len() / 4;
    range.start + margin..range.end - margin
}

#[cfg(test)]
mod tests {
    use media_recorder_types::MediaTime;

    use super::*;

    fn picture(size: FrameSize, paint: impl FnOnce(&mut Painter<'_>)) -> VideoFrame {
        let mut data = vec![128; PixelFormat::I420.packed_len(size)];
        paint(&mut Painter::new(size, &mut data));
        VideoFrame::packed(PixelFormat::I420, size, data.into(), MediaTime::ZERO).unwrap()
    }

    #[test]
    fn every_bit_reads_back() {
        for (width, height) in [(64, 16), (65, 17), (320, 180), (1921, 1081)] {
            let size = FrameSize::new(width, height);
            for number in (0..24).map(|bit| 1 << bit).chain([0, 0xFF_FFFF, 0xA5_5A01]) {
                let frame = picture(size, |painter| paint(painter, number));
                assert_eq!(read_frame_number(&frame), Some(number as u32), "{size}");
            }
            let beyond = picture(size, |painter| paint(painter, (1 << 24) + 5));
            assert_eq!(read_frame_number(&beyond), Some(5));
        }
    }

    #[test]
    fn no_mark_is_no_number() {
        let size = FrameSize::new(320, 180);
        assert_eq!(read_frame_number(&picture(size, |_| {})), None);
        for color in [BLACK, WHITE] {
            let plain = picture(size, |painter| {
                painter.fill(Rect::new(0, 0, 320, 180), color)
            });
            assert_eq!(read_frame_number(&plain), None);
        }
        // A single wrong cell does not go unnoticed.
        for cell in 0..32 {
            let broken = picture(size, |painter| {
                paint(painter, 77);
                let inverse = if cells_of(77) >> (31 - cell) & 1 == 1 {
                    BLACK
                } else {
                    WHITE
                };
                painter.fill(Rect::new(cell * 10, 150, 10, 30), inverse);
            });
            assert_eq!(read_frame_number(&broken), None, "cell {cell}");
        }
        let small = picture(FrameSize::new(63, 64), |painter| paint(painter, 1));
        assert_eq!(read_frame_number(&small), None);
    }
}
