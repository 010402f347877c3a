//! What moves in the test picture.

use media_recorder_types::MediaTime;

use super::digits::DigitSize;
use super::painter::{BLACK, Painter, Rect, WHITE, Yuv};

/// 75 % bars of BT.709 in studio range: white, yellow, cyan, green, magenta, red, blue, black.
const BARS: [Yuv; 8] = [
    Yuv(180, 128, 128),
    Yuv(168, 44, 136),
    Yuv(145, 147, 44),
    Yuv(133, 63, 52),
    Yuv(63, 193, 204),
    Yuv(51, 109, 212),
    Yuv(28, 212, 120),
    BLACK,
];

/// The part of the picture that never moves.
pub(super) fn paint_bars(painter: &mut Painter<'_>) {
    for (index, &color) in BARS.iter().enumerate() {
        let left = index * painter.width / BARS.len();
        let right = (index + 1) * painter.width / BARS.len();
        let rect = Rect::new(left, 0, right - left, painter.height);
        painter.fill(rect, color);
    }
}

/// A wave between 0 and `amplitude` that repeats after `period`, of straight lines.
fn triangle(position: u64, period: u64, amplitude: u64) -> u64 {
    let phase = position % period * 2;
    phase.min(period * 2 - phase) * amplitude / period
}

/// A disc that bounces over the top of the picture, over four seconds from side to side
/// and back.
pub(super) fn paint_disc(painter: &mut Painter<'_>, millis: u64) {
    let radius = painter.width.min(painter.height) / 10;
    if radius == 0 {
        return;
    }
    let along = |period, space: usize| triangle(millis, period, space as u64) as usize;
    let x = along(4000, painter.width - 2 * radius) + radius;
    // Above the clock, which would hide it.
    let sky = painter.height * 27 / 100;
    let y = along(2600, sky.saturating_sub(2 * radius)) + radius;
    for (radius, color) in [(radius, BLACK), (radius * 3 / 4, WHITE)] {
        for dy in 0..2 * radius {
            let distance = dy.abs_diff(radius);
            let half = (radius * radius - distance * distance).isqrt();
            painter.fill(Rect::new(x - half, y - radius + dy, 2 * half, 1), color);
        }
    }
}

/// Two gratings woven into each other, drifting apart, in the lower part of the picture: detail
/// that an encoder has to work for.
pub(super) fn paint_texture(painter: &mut Painter<'_>, millis: u64) {
    let top = painter.height * 5 / 8;
    let width = painter.width;
    // Pixels per second: a quarter of the width, whatever the rate.
    let drift = millis * width as u64 / 4000;
    for (y, row) in painter.luma.chunks_exact_mut(width).enumerate().skip(top) {
        let y = y as u64;
        for (x, luma) in row.iter_mut().enumerate() {
            let x = x as u64;
            let fine = triangle(2 * x + y + drift, 32, 60);
            let coarse = triangle(x + 5 * y + WRAP - drift % WRAP, 144, 110);
            *luma = (40 + fine + coarse) as u8;
        }
    }
    let chroma_width = painter.chroma_width();
    for (index, plane) in painter.chroma.iter_mut().enumerate() {
        let rows = plane.chunks_exact_mut(chroma_width).enumerate();
        for (y, row) in rows.skip(top / 2) {
            let y = y as u64;
            for (x, value) in row.iter_mut().enumerate() {
                let x = x as u64 + index as u64 * 97;
                *value = (96 + triangle(x + y + drift / 2, 194, 64)) as u8;
            }
        }
    }
}

/// A multiple of the period of what drifts backwards, so that positions stay positive.
const WRAP: u64 = 144;

/// The time and the frame's number on black, in the middle.
pub(super) fn paint_clock(painter: &mut Painter<'_>, frame: u64, time: MediaTime) {
    // Nine digits of the time with their gaps take two thirds of the width; both lines together
    // at most half of the height.
    let digit_width = (painter.width / 19).min(painter.height / 9);
    let Some(digits) = DigitSize::from_width(digit_width) else {
        return;
    };
    let margin = digits.width / 2;
    let lines = [time.to_string(), format!("{frame:06}")];
    let widths = lines.each_ref().map(|line| digits.text_width(line));
    let box_width = widths[0].max(widths[1]) + 2 * margin;
    let box_height = 2 * digits.height + 3 * margin;
    // Even corners, so that the box covers whole chroma samples.
    let left = painter.width.saturating_sub(box_width) / 4 * 2;
    let top = painter.height.saturating_sub(box_height) / 4 * 2;
    painter.fill(Rect::new(left, top, box_width, box_height), BLACK);
    let mut y = top + margin;
    for (line, width) in lines.iter().zip(widths) {
        digits.paint(painter, line, left + (box_width - width) / 2, y);
        y += digits.height + margin;
    }
}

/// The flash: all white.
pub(super) fn paint_flash(painter: &mut Painter<'_>) {
    painter.fill(Rect::new(0, 0, painter.width, painter.height), WHITE);
}
