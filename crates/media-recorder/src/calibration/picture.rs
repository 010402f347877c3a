//! Moving pictures that are as hard to encode as those of a camera.

use bytes::Bytes;
use media_recorder_types::{ColorInfo, FrameSize, MediaTime, PixelFormat, VideoFrame};

/// Pixels between the points of a texture, coarse to fine, and how much each adds. Natural
/// pictures have about so much less of what is finer (their spectrum falls with the frequency).
const OCTAVES: [(u32, u32); 3] = [(64, 100), (16, 50), (4, 30)];
/// How far what moves goes from picture to picture, in pixels.
const MOTION: (u32, u32) = (2, 1);
/// What a camera's own filter leaves of the sensor's noise: one of so many samples of luma is a
/// step lighter. More of it, and VP9 takes half as long again as it does for real pictures.
const GRAIN: u32 = 8;
/// After so many pictures it begins again.
const PICTURES: u32 = 40;
/// How much noise there is before it repeats.
const NOISE: usize = 1 << 16;

/// What is in front of a camera that stands: the middle half moves, as a person does.
pub(super) struct Scene {
    size: FrameSize,
    /// Larger than the pictures by the way of all motion.
    planes: [Plane; 3],
    grain: Vec<u8>,
}

impl Scene {
    /// Always the same for a size.
    pub(super) fn new(size: FrameSize) -> Self {
        // Colour is smoother than light.
        let color = |seed| {
            let value = move |x, y| 98 + smooth((2 * x, 2 * y), 64, seed) * 60 / 255;
            let (width, height) = (size.width.div_ceil(2), size.height.div_ceil(2));
            Plane::new((width, height), (MOTION.0 / 2, MOTION.1 / 2), value)
        };
        let luma = |x, y| 16 + texture(x, y);
        let grain = |n| u8::from(noise(n, 0, 1000).is_multiple_of(GRAIN));
        Self {
            size,
            planes: [
                Plane::new((size.width, size.height), MOTION, luma),
                color(100),
                color(200),
            ],
            grain: (0..).map(grain).take(NOISE + size.width as usize).collect(),
        }
    }

    /// The picture with this number.
    pub(super) fn picture(&self, number: u32, time: MediaTime) -> Option<VideoFrame> {
        let number = number % PICTURES;
        let mut data = Vec::with_capacity(PixelFormat::I420.packed_len(self.size));
        let [luma, colors @ ..] = &self.planes;
        for y in 0..luma.height {
            let begin = data.len();
            luma.append_row(&mut data, y, number);
            let chance = noise(number, u32::try_from(y).ok()?, 2000) as usize % NOISE;
            for (value, grain) in data[begin..].iter_mut().zip(&self.grain[chance..]) {
                *value += grain;
            }
        }
        for plane in colors {
            for y in 0..plane.height {
                plane.append_row(&mut data, y, number);
            }
        }
        let data = Bytes::from(data);
        let frame = VideoFrame::packed(PixelFormat::I420, self.size, data, time).ok()?;
        Some(frame.with_color(ColorInfo::BT709))
    }
}

struct Plane {
    width: usize,
    height: usize,
    motion: (usize, usize),
    /// Of all samples, those beyond the picture too.
    stride: usize,
    samples: Vec<u8>,
}

impl Plane {
    fn new((width, height): (u32, u32), motion: (u32, u32), at: impl Fn(u32, u32) -> u32) -> Self {
        let (right, bottom) = (width + motion.0 * PICTURES, height + motion.1 * PICTURES);
        let rows = 0..bottom;
        let samples = rows.flat_map(|y| (0..right).map(move |x| (x, y)));
        Self {
            width: width as usize,
            height: height as usize,
            motion: (motion.0 as usize, motion.1 as usize),
            stride: right as usize,
            samples: samples.map(|(x, y)| at(x, y) as u8).collect(),
        }
    }

    /// Row `y` of a picture.
    fn append_row(&self, data: &mut Vec<u8>, y: usize, number: u32) {
        let (dx, dy) = (
            self.motion.0 * number as usize,
            self.motion.1 * number as usize,
        );
        let still = &self.samples[y * self.stride..];
        let moved = &self.samples[(y + dy) * self.stride + dx..];
        let (left, right) = (self.width / 4, self.width * 3 / 4);
        data.extend_from_slice(&still[..left]);
        data.extend_from_slice(&moved[left..right]);
        data.extend_from_slice(&still[right..self.width]);
    }
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
    fn its_middle_moves_and_has_texture() {
        const WIDTH: usize = 64;
        let size = FrameSize::new(64, 36);
        let scene = Scene::new(size);
        let luma = |number| {
            let frame = scene.picture(number, MediaTime::ZERO).unwrap();
            frame.planes()[0].data[..WIDTH * 36].to_vec()
        };
        let (first, second) = (luma(0), luma(1));
        assert_ne!(first, second);
        // But for the grain: the middle is the same two pixels to the left and one up.
        let worst = |columns: std::ops::Range<usize>, new: usize, old: usize| {
            let at = (0..35).flat_map(|y| columns.clone().map(move |x| y * WIDTH + x));
            at.map(|at| second[at + new].abs_diff(first[at + old]))
                .max()
        };
        let grain = Some(1);
        assert!(worst(16..46, 0, WIDTH + 2) <= grain);
        assert!(worst(0..16, 0, 0) <= grain && worst(48..64, 0, 0) <= grain);
        let range = first.iter().max().unwrap() - first.iter().min().unwrap();
        assert!(range > 40, "{range}");
        assert_eq!(luma(0), luma(PICTURES));
    }

    #[test]
    fn sides_may_be_odd_and_small() {
        for size in [FrameSize::new(1, 1), FrameSize::new(17, 15)] {
            assert!(Scene::new(size).picture(39, MediaTime::ZERO).is_some());
        }
    }
}
