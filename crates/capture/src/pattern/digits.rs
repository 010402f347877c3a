//! Seven-segment digits, painted as rectangles: readable at any size and no font to carry.

use super::painter::{Painter, Rect, WHITE};

/// Segments of the digits 0 to 9, bit 0 to 6: top, upper right, lower right, bottom, lower left,
/// upper left, middle.
const SEGMENTS: [u8; 10] = [
    0b011_1111, 0b000_0110, 0b101_1011, 0b100_1111, 0b110_0110, 0b110_1101, 0b111_1101, 0b000_0111,
    0b111_1111, 0b110_1111,
];

/// Digits below that are not readable.
const MIN_DIGIT_WIDTH: usize = 4;

/// The measures of a line of digits, in pixels. All follow from the width of a digit.
#[derive(Clone, Copy, Debug)]
pub(super) struct DigitSize {
    pub(super) width: usize,
    pub(super) height: usize,
    stroke: usize,
    gap: usize,
}

impl DigitSize {
    /// `None` if `width` is too little to read.
    pub(super) fn from_width(width: usize) -> Option<Self> {
        (width >= MIN_DIGIT_WIDTH).then(|| Self {
            width,
            height: width * 2 - width / 4,
            stroke: (width / 5).max(1),
            gap: (width / 3).max(2),
        })
    }

    /// From the start of `character` to the start of the next.
    fn advance(self, character: char) -> usize {
        self.gap
            + if character.is_ascii_digit() {
                self.width
            } else {
                self.stroke
            }
    }

    /// The width of `text`.
    pub(super) fn text_width(self, text: &str) -> usize {
        let advance: usize = text.chars().map(|c| self.advance(c)).sum();
        advance.saturating_sub(self.gap)
    }

    /// Paints digits, colons and points in white from `(x, y)`, their upper left corner.
    pub(super) fn paint(self, painter: &mut Painter<'_>, text: &str, mut x: usize, y: usize) {
        for character in text.chars() {
            match character.to_digit(10) {
                Some(digit) => self.paint_digit(painter, SEGMENTS[digit as usize], x, y),
                None => self.paint_dots(painter, character, x, y),
            }
            x += self.advance(character);
        }
    }

    fn paint_digit(self, painter: &mut Painter<'_>, segments: u8, x: usize, y: usize) {
        let (right, bottom) = (self.width - self.stroke, self.height - self.stroke);
        let middle = bottom / 2;
        let upright = middle + self.stroke;
        let lower = self.height - middle;
        let shapes = [
            Rect::new(0, 0, self.width, self.stroke),
            Rect::new(right, 0, self.stroke, upright),
            Rect::new(right, middle, self.stroke, lower),
            Rect::new(0, bottom, self.width, self.stroke),
            Rect::new(0, middle, self.stroke, lower),
            Rect::new(0, 0, self.stroke, upright),
            Rect::new(0, middle, self.width, self.stroke),
        ];
        for (bit, shape) in shapes.into_iter().enumerate() {
            if segments >> bit & 1 == 1 {
                painter.fill(
                    Rect::new(x + shape.x, y + shape.y, shape.width, shape.height),
                    WHITE,
                );
            }
        }
    }

    fn paint_dots(self, painter: &mut Painter<'_>, character: char, x: usize, y: usize) {
        let dots: &[usize] = match character {
            ':' => &[self.height / 4, self.height * 3 / 4 - self.stroke],
            _ => &[self.height - self.stroke],
        };
        for dot in dots {
            painter.fill(Rect::new(x, y + dot, self.stroke, self.stroke), WHITE);
        }
    }
}
