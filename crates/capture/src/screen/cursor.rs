//! The mouse cursor, which no picture of a screen has in it.

use super::rect::Rect;

/// Bytes of a pixel.
const PIXEL: usize = 4;

/// How the cursor looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CursorImage {
    width: u32,
    height: u32,
    /// The pixel that points, from the upper left corner.
    hot_spot: (u16, u16),
    /// Row by row: alpha in the highest byte, then red, green, blue, multiplied by alpha.
    pixels: Vec<u32>,
}

impl CursorImage {
    /// `None` if the pixels are not as many as the size says.
    pub(super) fn new(
        width: u16,
        height: u16,
        hot_spot: (u16, u16),
        pixels: Vec<u32>,
    ) -> Option<Self> {
        (pixels.len() == usize::from(width) * usize::from(height)).then_some(Self {
            width: width.into(),
            height: height.into(),
            hot_spot,
            pixels,
        })
    }

    /// What it covers while it points to `(x, y)`.
    pub(super) fn place(&self, (x, y): (i32, i32)) -> Rect {
        let corner = Rect::new(x, y, self.width, self.height);
        corner.seen_from(self.hot_spot.0.into(), self.hot_spot.1.into())
    }

    /// Paints it on a BGRA picture with rows of `stride` bytes, pointing to `at`. What lies
    /// outside of the picture is left out.
    pub(super) fn paint(&self, picture: &mut [u8], size: Rect, stride: usize, at: (i32, i32)) {
        let place = self.place(at);
        let Some(seen) = place.intersection(size) else {
            return;
        };
        // Not negative: what is seen lies in both.
        let from = seen.seen_from(place.x, place.y);
        let to = seen.seen_from(size.x, size.y);
        let width = seen.width as usize;
        let cursor_rows = self.pixels.chunks_exact(self.width as usize);
        let rows = picture.chunks_mut(stride).skip(to.y as usize);
        for (row, cursor) in rows
            .zip(cursor_rows.skip(from.y as usize))
            .take(seen.height as usize)
        {
            let row = &mut row[to.x as usize * PIXEL..][..width * PIXEL];
            let cursor = &cursor[from.x as usize..][..width];
            for (below, &above) in row.chunks_exact_mut(PIXEL).zip(cursor) {
                blend(below, above);
            }
        }
    }
}

/// Puts a pixel over another, which is opaque.
fn blend(below: &mut [u8], above: u32) {
    // Little-endian 0xAARRGGBB is blue, green, red, alpha.
    let [blue, green, red, alpha] = above.to_le_bytes();
    let transparency = 255 - u32::from(alpha);
    for (below, above) in below.iter_mut().zip([blue, green, red]) {
        let shines_through = (u32::from(*below) * transparency + 127) / 255;
        // At most 255 where the cursor is as X has it; others saturate.
        *below = u8::try_from(u32::from(above) + shines_through).unwrap_or(u8::MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RED: u32 = 0xFFFF_0000;
    const NOTHING: u32 = 0;
    const HALF_BLUE: u32 = 0x8000_0080;

    /// Red, nothing, half blue; and a row of red below.
    fn cursor() -> CursorImage {
        let pixels = vec![RED, NOTHING, HALF_BLUE, RED, RED, RED];
        CursorImage::new(3, 2, (1, 0), pixels).unwrap()
    }

    /// A grey picture of 4x3 pixels with two pixels of padding in each row, with a cursor.
    fn painted(at: (i32, i32)) -> Vec<[u8; 4]> {
        let mut picture = vec![100; 6 * 3 * PIXEL];
        cursor().paint(&mut picture, Rect::new(0, 0, 4, 3), 6 * PIXEL, at);
        picture
            .chunks_exact(PIXEL)
            .map(|pixel| pixel.try_into().unwrap())
            .collect()
    }

    const GREY: [u8; 4] = [100; 4];
    const PAINTED_RED: [u8; 4] = [0, 0, 255, 100];
    const PAINTED_BLUE: [u8; 4] = [178, 50, 50, 100];

    #[test]
    fn it_is_blended_at_its_hot_spot() {
        let picture = painted((1, 1));
        assert!(picture[..6].iter().all(|pixel| *pixel == GREY));
        assert_eq!(picture[6..9], [PAINTED_RED, GREY, PAINTED_BLUE]);
        assert_eq!(picture[12..15], [PAINTED_RED; 3]);
        assert_eq!(picture[9..12], [GREY; 3]);
    }

    #[test]
    fn what_lies_outside_is_left_out() {
        // Upper left: only the last pixel of the last row is seen.
        let picture = painted((-1, -1));
        assert_eq!(picture[0], PAINTED_RED);
        assert!(picture[1..].iter().all(|pixel| *pixel == GREY));
        // Lower right: only the first of the first, and nothing in the padding.
        let picture = painted((4, 2));
        assert_eq!(picture[12 + 3], PAINTED_RED);
        assert_eq!(
            picture.iter().filter(|&&pixel| pixel != GREY).count(),
            1,
            "{picture:?}"
        );
        for at in [
            (-2, 0),
            (5, 0),
            (0, 3),
            (0, -2),
            (i32::MIN, i32::MIN),
            (i32::MAX, 0),
        ] {
            assert!(painted(at).iter().all(|pixel| *pixel == GREY), "{at:?}");
        }
    }

    #[test]
    fn a_cursor_needs_its_pixels() {
        assert_eq!(CursorImage::new(2, 2, (0, 0), vec![0; 3]), None);
        // An empty one paints nothing.
        let empty = CursorImage::new(0, 0, (0, 0), Vec::new()).unwrap();
        empty.paint(&mut [1; 4], Rect::new(0, 0, 1, 1), 4, (0, 0));
    }

    #[test]
    fn colours_beyond_their_alpha_saturate() {
        let mut pixel = [200; 4];
        blend(&mut pixel, 0x00FF_FFFF);
        assert_eq!(pixel, [255, 255, 255, 200]);
    }
}
