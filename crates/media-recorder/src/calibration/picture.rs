//! A moving picture that is as hard to encode as one of a camera.

use bytes::Bytes;
use media_recorder_types::{ColorInfo, FrameSize, MediaTime, PixelFormat, VideoFrame};

/// Pixels between the points of a texture, coarse to fine, and how much each adds. Natural
/// pictures have about so much less of what is finer (their spectrum falls with the frequency).
const OCTAVES: [(u32, u32); 3] = [(64, 110), (16, 50), (4, 20)];
/// How far the texture moves from picture to picture, in pixels: a slow pan.
const MOTION: (u32, u32) = (2, 1);
/// A sensor's noise, in steps of luma.
const GRAIN: u32 = 3;

/// The picture with this number; always the same.
pub(super) fn natural(size: FrameSize, number: u32, time: MediaTime) -> Option<VideoFrame> {
    let (width, height) = (size.width, size.height);
    let mut data = Vec::with_capacity(PixelFormat::I420.packed_len(size));
    let (dx, dy) = (MOTION.0 * number, MOTION.1 * number);
    for y in 0..height {
        for x in 0..width {
            let grain = noise(x, y, 1000 + number) % (2 * GRAIN + 1);
            let luma = 16 + texture(x + dx, y + dy) + grain;
            data.push(luma.min(235) as u8);
        }
    }
    // Colour is smoother than light.
    for plane in 1..=2 {
        for y in 0..height.div_ceil(2) {
            for x in 0..width.div_ceil(2) {
                let value = smooth((2 * x + dx, 2 * y + dy), 64, 100 * plane) * 60 / 255;
                data.push((98 + value) as u8);
            }
        }
    }
    let frame = VideoFrame::packed(PixelFormat::I420, size, Bytes::from(data), time).ok()?;
    Some(frame.with_color(ColorInfo::BT709))
}

/// 0 to 180.
fn texture(x: u32, y: u32) -> u32 {
    let octaves = OCTAVES.iter().zip(1..);
    octaves
        .map(|(&(distance, share), seed)| smooth((x, y), distance, seed) * share / 255)
        .sum()
}

/// Noise at points of this distance, and straight lines between them.
fn smooth((x, y): (u32, u32), distance: u32, seed: u32) -> u32 {
    let (column, row) = (x / distance, y / distance);
    let (right, down) = (x % distance, y % distance);
    let point = |dx, dy| noise(column + dx, row + dy, seed) & 0xFF;
    let between = |a, b, part| (a * (distance - part) + b * part) / distance;
    let above = between(point(0, 0), point(1, 0), right);
    let below = between(point(0, 1), point(1, 1), right);
    between(above, below, down)
}

/// A number that looks like chance.
fn noise(x: u32, y: u32, seed: u32) -> u32 {
    let mut value = x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA77);
    value = (value ^ seed.wrapping_mul(0xC2B2_AE3D)).wrapping_mul(0x27D4_EB2F);
    value ^= value >> 15;
    value.wrapping_mul(0x165_667B1) >> 16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_moves_and_has_texture() {
        let size = FrameSize::new(64, 36);
        let luma = |number| {
            let frame = natural(size, number, MediaTime::ZERO).unwrap();
            frame.planes()[0].data[..64 * 36].to_vec()
        };
        let (first, second) = (luma(0), luma(1));
        assert_ne!(first, second);
        // But for the grain, it is the same picture two pixels to the left and one up.
        let moved = (0..35_usize)
            .flat_map(|y| (0..62_usize).map(move |x| (y * 64 + x, (y + 1) * 64 + x + 2)))
            .map(|(new, old)| second[new].abs_diff(first[old]))
            .max();
        assert!(moved <= Some(2 * GRAIN as u8), "{moved:?}");
        let range = first.iter().max().unwrap() - first.iter().min().unwrap();
        assert!(range > 40, "{range}");
    }
}
