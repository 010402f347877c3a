//! Makes the codec look where it would not.
//!
//! In its fast decisions `rusty_vp9` leaves a block as it is predicted where the luma of some of
//! its tiles of 8×8 pixels hardly differs: of every second one in both directions. What has
//! changed in the other three quarters alone is passed over, at every quantizer and until the
//! next key frame: remains of what moved stay behind it on a ground that stands still.
//!
//! So where a picture changes, the tiles that are looked at get noise: more than is passed over,
//! and far less than the quantizer's step, so that none of it is coded.

use media_recorder_types::FrameSize;

/// Rows and columns of a tile, in luma.
const TILE: usize = 8;
const TILE_PIXELS: usize = TILE * TILE;
/// The largest block.
const BLOCK_TILES: usize = 8;
const BLOCK: usize = TILE * BLOCK_TILES;
/// A tile has changed if its pixels' differences have this mean square at least: more than a
/// camera's noise.
const CHANGED: u32 = 16;
/// Frames for which a block is looked at after it has changed: until the quantizer, which a
/// change makes coarse, is fine again.
const FRAMES: u8 = 15;
/// The mean square, in parts of the quantizer's step squared, above which nothing is passed
/// over: the codec's own number, and a quarter more.
const NOISE: f64 = 1.25 / 8192.0;
/// The strongest noise, as a mean square. More would itself divide blocks; where the quantizer
/// is so coarse, what remains is mended when it is finer.
const MOST_NOISE: f64 = 10.0;

/// The luma as the codec gets it.
#[derive(Debug, Default)]
pub(super) struct Unseen {
    /// The planes of the last picture, packed.
    last: [Vec<u8>; 3],
    /// For how many frames more each of the largest blocks is looked at.
    due: Vec<u8>,
    noisy: Vec<u8>,
}

impl Unseen {
    /// The luma of a picture with noise where it is needed, and its stride. `step` is that of
    /// the quantizer, for coefficients eight times as large as those of an orthonormal transform.
    pub(super) fn luma<'a>(
        &'a mut self,
        planes: [&'a [u8]; 3],
        strides: [usize; 3],
        size: FrameSize,
        step: f64,
        key: bool,
    ) -> (&'a [u8], usize) {
        let (width, height) = (size.width as usize, size.height as usize);
        self.compare(planes, strides, width, height);
        if key {
            // Nothing is predicted, so nothing is passed over.
            self.due.fill(0);
        }
        let noise = step * step * NOISE;
        if noise > MOST_NOISE || self.due.iter().all(|&due| due == 0) {
            return (planes[0], strides[0]);
        }
        self.noisy.clear();
        self.noisy.extend_from_slice(&self.last[0]);
        let across = width.div_ceil(BLOCK);
        for (block, due) in self.due.iter_mut().enumerate().filter(|(_, due)| **due > 0) {
            *due -= 1;
            let (left, top) = (block % across * BLOCK, block / across * BLOCK);
            for y in (top..height.min(top + BLOCK)).step_by(2 * TILE) {
                for x in (left..width.min(left + BLOCK)).step_by(2 * TILE) {
                    add_noise(&mut self.noisy[y * width + x..], width, width - x, noise);
                }
            }
        }
        (&self.noisy, width)
    }

    /// Finds what has changed since the last picture, and keeps this one.
    fn compare(&mut self, planes: [&[u8]; 3], strides: [usize; 3], width: usize, height: usize) {
        let across = width.div_ceil(BLOCK);
        self.due.resize(across * height.div_ceil(BLOCK), 0);
        for ((plane, stride), (n, last)) in planes
            .into_iter()
            .zip(strides)
            .zip(self.last.iter_mut().enumerate())
        {
            let chroma = usize::from(n > 0);
            let (width, height) = (width.div_ceil(1 + chroma), height.div_ceil(1 + chroma));
            last.resize(width * height, 0);
            let tile = TILE >> chroma;
            let tiles = plane
                .chunks(tile * stride)
                .zip(last.chunks_mut(tile * width));
            let mut off = vec![0; width.div_ceil(tile)];
            for (down, (rows, last)) in tiles.enumerate() {
                off.fill(0);
                for (row, last) in rows.chunks(stride).zip(last.chunks_mut(width)) {
                    let row = &row[..width];
                    let tiles = row.chunks(tile).zip(last.chunks(tile));
                    for (off, (row, last)) in off.iter_mut().zip(tiles) {
                        *off += square_error(row, last);
                    }
                    last.copy_from_slice(row);
                }
                for (right, &off) in off.iter().enumerate() {
                    if off > CHANGED * (tile * tile) as u32 {
                        self.due[down / BLOCK_TILES * across + right / BLOCK_TILES] = FRAMES;
                    }
                }
            }
        }
    }
}

fn square_error(a: &[u8], b: &[u8]) -> u32 {
    let squares = a
        .iter()
        .zip(b)
        .map(|(a, b)| u32::from(a.abs_diff(*b)).pow(2));
    squares.sum()
}

/// Adds noise of this mean square to the tile that begins with `luma`, of which `width` columns
/// are in the picture. It is spread over all frequencies: the signs are those of a random word.
fn add_noise(luma: &mut [u8], stride: usize, width: usize, mean_square: f64) {
    const SIGNS: u64 = 0x9e37_79b9_7f4a_7c15;
    /// Without a common divisor with the number of pixels, so that it comes to all of them.
    const STRIDE: usize = 37;
    let strength = mean_square.sqrt().ceil().max(1.0);
    let pixels = (TILE_PIXELS as f64 * mean_square / (strength * strength)).ceil() as usize;
    for n in 0..pixels.min(TILE_PIXELS) {
        let at = n * STRIDE % TILE_PIXELS;
        let (x, y) = (at % TILE, at / TILE);
        let Some(pixel) = luma.get_mut(y * stride + x).filter(|_| x < width) else {
            continue;
        };
        let strength = strength as u8;
        let more = SIGNS >> n & 1 == 0;
        let moved = match more {
            true => pixel.checked_add(strength),
            false => pixel.checked_sub(strength),
        };
        // At the end of the range, the other way.
        *pixel = moved.unwrap_or(match more {
            true => pixel.saturating_sub(strength),
            false => pixel.saturating_add(strength),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: FrameSize = FrameSize::new(150, 70);
    const CHROMA: [usize; 2] = [75, 35];

    fn noisy(unseen: &mut Unseen, luma: &[u8], chroma: &[u8], step: f64, key: bool) -> Vec<usize> {
        let width = SIZE.width as usize;
        let strides = [width, CHROMA[0], CHROMA[0]];
        let (found, stride) = unseen.luma([luma, chroma, chroma], strides, SIZE, step, key);
        assert_eq!(stride, width);
        let different = |&n: &usize| found[n] != luma[n];
        (0..luma.len()).filter(different).collect()
    }

    #[test]
    fn noise_comes_to_what_is_looked_at_where_something_changed() {
        for ground in [0, 100, 255] {
            let mut unseen = Unseen::default();
            let mut luma = vec![ground; SIZE.pixels() as usize];
            let chroma = vec![128; CHROMA[0] * CHROMA[1]];
            assert_eq!(noisy(&mut unseen, &luma, &chroma, 100.0, true), []);
            assert_eq!(noisy(&mut unseen, &luma, &chroma, 100.0, false), []);
            // In the second of the blocks of the first row.
            luma[150 * 20 + 80] = 180;
            for _ in 0..FRAMES {
                let found = noisy(&mut unseen, &luma, &chroma, 100.0, false);
                assert!(!found.is_empty());
                for at in found {
                    let (x, y) = (at % 150, at / 150);
                    assert!((64..128).contains(&x) && y < 64, "{x}, {y}");
                    assert!(x / 8 % 2 == 0 && y / 8 % 2 == 0, "{x}, {y}");
                }
            }
            assert_eq!(noisy(&mut unseen, &luma, &chroma, 100.0, false), []);
        }
    }

    #[test]
    fn chroma_alone_is_a_change_and_noise_of_a_camera_is_none() {
        let mut unseen = Unseen::default();
        let luma = vec![90; SIZE.pixels() as usize];
        let mut chroma = vec![128; CHROMA[0] * CHROMA[1]];
        noisy(&mut unseen, &luma, &chroma, 60.0, true);
        chroma.iter_mut().step_by(2).for_each(|pixel| *pixel += 3);
        assert_eq!(noisy(&mut unseen, &luma, &chroma, 60.0, false), []);
        chroma[0] += 50;
        assert!(!noisy(&mut unseen, &luma, &chroma, 60.0, false).is_empty());
        // Too coarse now, but it stays due.
        assert_eq!(noisy(&mut unseen, &luma, &chroma, 900.0, false), []);
        assert!(!noisy(&mut unseen, &luma, &chroma, 60.0, false).is_empty());
    }

    #[test]
    fn noise_is_far_below_the_step() {
        for step in [15.0, 60.0, 120.0, 250.0_f64] {
            let mut tile = vec![100; TILE_PIXELS];
            let mean_square = step * step * NOISE;
            add_noise(&mut tile, TILE, TILE, mean_square);
            let off = |&pixel: &u8| f64::from(pixel) - 100.0;
            let found = tile.iter().map(|pixel| off(pixel).powi(2)).sum::<f64>() / 64.0;
            assert!(found >= mean_square, "{found} for {mean_square}");
            let mean = tile.iter().map(off).sum::<f64>() / 8.0;
            assert!(mean.abs() < step / 8.0 / 2.0, "{mean} at step {step}");
        }
    }
}
