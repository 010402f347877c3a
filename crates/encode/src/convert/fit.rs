//! A picture of any size in a frame of another.

use fast_image_resize::images::{CroppedImageMut, Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use media_recorder_types::{BufferPool, ColorInfo, ColorRange, FrameSize, PixelFormat, VideoFrame};

use super::{I420Buffer, chroma, to_i420};

/// Pictures that may be on their way before buffers are allocated for each.
const BUFFERS: usize = 4;

/// Scales pictures to fit into frames of one size: whole, in their own aspect ratio, in the
/// middle of black.
///
/// Bars begin and end at even pixels, so that chroma stays where it was; for that, the picture's
/// sides are rounded to even numbers, and are never less than 2 where the frame has as much.
/// Buffers are reused as soon as the frames made of them are dropped.
///
/// ```
/// use media_recorder_encode::convert::Fitter;
/// use media_recorder_types::{FrameSize, MediaTime, PixelFormat, VideoFrame};
///
/// let mut fitter = Fitter::new(FrameSize::new(64, 48));
/// let size = FrameSize::new(32, 18);
/// let white = vec![255; PixelFormat::Rgb.packed_len(size)];
/// let frame = VideoFrame::packed(PixelFormat::Rgb, size, white.into(), MediaTime::SECOND)?;
/// let fitted = fitter.fit(&frame);
/// assert_eq!((fitted.size(), fitted.time), (FrameSize::new(64, 48), MediaTime::SECOND));
/// let luma = &fitted.planes()[0].data;
/// assert_eq!((luma[0], luma[24 * 64]), (16, 235));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Fitter {
    target: FrameSize,
    /// The picture as I420 without padding in its own size, where it did not come as that.
    source: Option<I420Buffer>,
    buffers: BufferPool,
    resizer: Resizer,
}

impl Fitter {
    /// For frames of `target`, the sides of which are taken to be 1 to [`FrameSize::MAX`].
    pub fn new(target: FrameSize) -> Self {
        let side = |side: u32| side.clamp(1, FrameSize::MAX);
        let target = FrameSize::new(side(target.width), side(target.height));
        Self {
            target,
            source: None,
            buffers: BufferPool::new(PixelFormat::I420.packed_len(target), BUFFERS),
            resizer: Resizer::new(),
        }
    }

    /// The size of all frames that come out.
    pub fn target(&self) -> FrameSize {
        self.target
    }

    /// The picture of `frame` in a frame of the target's size, in I420; at the same time and in
    /// the same colours, RGB as BT.709 in studio range. A frame that has the size already is
    /// returned as it is, in its own format and without a copy.
    pub fn fit(&mut self, frame: &VideoFrame) -> VideoFrame {
        let (size, target) = (frame.size(), self.target);
        if size == target {
            return frame.clone();
        }
        let color = color_of(frame);
        let source = match tight_i420(frame) {
            Some(planes) => planes,
            None => {
                let buffer = match &mut self.source {
                    Some(buffer) if buffer.size() == size => buffer,
                    other => other.insert(I420Buffer::new(size)),
                };
                to_i420(frame, color, buffer.as_mut()).expect("the buffer has the frame's size");
                buffer.planes()
            }
        };
        let sources = source.into_iter().zip(shapes(size));
        let place = Place::of(size, target);
        let resizer = &mut self.resizer;
        let data = self.buffers.fill(|mut pixels| {
            let parts = sources.zip(shapes(target)).zip(black(color)).enumerate();
            for (index, (((source, from), to), black)) in parts {
                let (plane, rest) = pixels.split_at_mut((to.width * to.height) as usize);
                pixels = rest;
                plane.fill(black);
                let place = if index == 0 { place } else { place.halved() };
                resize(resizer, (source, from), (plane, to), place);
            }
        });
        VideoFrame::packed(PixelFormat::I420, target, data, frame.time)
            .expect("the buffer has the length of a picture")
            .with_color(color)
    }
}

/// The sizes of the planes Y, U, V.
fn shapes(size: FrameSize) -> [FrameSize; 3] {
    let (width, height) = chroma(size);
    let chroma = FrameSize::new(width as u32, height as u32);
    [size, chroma, chroma]
}

/// The planes of a frame that is I420 without padding already.
fn tight_i420(frame: &VideoFrame) -> Option<[&[u8]; 3]> {
    let [y, u, v] = frame.planes() else {
        return None;
    };
    let shapes = shapes(frame.size());
    let planes = [y, u, v];
    let tight = planes
        .iter()
        .zip(shapes)
        .all(|(plane, shape)| plane.stride == shape.width as usize);
    if frame.format() != PixelFormat::I420 || !tight {
        return None;
    }
    Some(planes.map(|plane| &plane.data[..]))
}

/// The colour in which the frame's picture is scaled: as in recordings that begin with it.
fn color_of(frame: &VideoFrame) -> ColorInfo {
    if frame.format().is_rgb() {
        ColorInfo::BT709
    } else {
        frame.color
    }
}

/// Y, U, V of black.
fn black(color: ColorInfo) -> [u8; 3] {
    match color.range {
        Some(ColorRange::Full) => [0, 128, 128],
        _ => [16, 128, 128],
    }
}

/// Scales one plane into its place in another.
fn resize(
    resizer: &mut Resizer,
    (source, from): (&[u8], FrameSize),
    (target, to): (&mut [u8], FrameSize),
    place: Place,
) {
    const WHOLE: &str = "the plane holds all its rows";
    let source = ImageRef::new(from.width, from.height, source, PixelType::U8).expect(WHOLE);
    let mut target = Image::from_slice_u8(to.width, to.height, target, PixelType::U8).expect(WHOLE);
    let (left, top, size) = (place.left, place.top, place.size);
    let mut target = CroppedImageMut::new(&mut target, left, top, size.width, size.height)
        .expect("the place lies in the plane");
    // Averages where it makes smaller, so that nothing flickers, and does not ring.
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear));
    resizer
        .resize(&source, &mut target, &options)
        .expect("both planes hold 8-bit samples");
}

/// Where in a frame a picture is put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    left: u32,
    top: u32,
    size: FrameSize,
}

impl Place {
    /// The largest in which all of a picture of `size` is seen in its own aspect ratio.
    fn of(size: FrameSize, target: FrameSize) -> Self {
        let product = |a: u32, b: u32| u64::from(a) * u64::from(b);
        let wide = product(size.width, target.height) >= product(size.height, target.width);
        let (width, height) = if wide {
            let height = scaled(size.height, target.width, size.width);
            (target.width, even(height, target.height))
        } else {
            let width = scaled(size.width, target.height, size.height);
            (even(width, target.width), target.height)
        };
        Self {
            left: bar(target.width - width),
            top: bar(target.height - height),
            size: FrameSize::new(width, height),
        }
    }

    /// The same in a chroma plane.
    fn halved(self) -> Self {
        let (width, height) = chroma(self.size);
        Self {
            left: self.left / 2,
            top: self.top / 2,
            size: FrameSize::new(width as u32, height as u32),
        }
    }
}

/// Half of `side * to / from`, rounded to nearest.
fn scaled(side: u32, to: u32, from: u32) -> u64 {
    let (side, to, from) = (u64::from(side), u64::from(to), u64::from(from));
    (side * to + from) / (2 * from)
}

/// Twice `half`, but at least 2 and at most `most`.
fn even(half: u64, most: u32) -> u32 {
    let side = 2 * half.max(1);
    u32::try_from(side).map_or(most, |side| side.min(most))
}

/// The even number nearest to half of what is left.
fn bar(left: u32) -> u32 {
    (left + 1) / 4 * 2
}
