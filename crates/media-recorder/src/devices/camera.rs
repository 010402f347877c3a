//! The ways in which cameras can be used.

use media_recorder_capture::{CameraFormat, CameraMode};
use media_recorder_types::{FrameSize, Rate, VideoCodec};

use super::CameraInfo;
use super::constraints::{
    Candidate, ConstraintSet, MediaSettings, Preference, ResizeMode, Settings, TrackConstraints,
};
use super::sizes::Sizes;
use crate::source::{Output, PicturePlan};

/// What a camera is used with where nothing else is asked: what encoders keep up with.
const DEFAULT_SIZE: FrameSize = FrameSize::new(640, 480);
const DEFAULT_RATE: f64 = 30.0;

/// How much more work it is to decode a pixel of JPEG than to take one as it is.
const JPEG_WORK: f64 = 4.0;

/// A camera in a mode, and what is made of its pictures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct CameraUse<'a> {
    /// Where in the list it is.
    index: usize,
    pub(crate) camera: &'a CameraInfo,
    pub(crate) mode: CameraMode,
    /// What comes out.
    pub(crate) size: FrameSize,
    /// One of so many pictures is kept.
    pub(crate) divisor: u32,
    /// The rate of those.
    pub(crate) rate: Rate,
    pub(crate) resize_mode: ResizeMode,
}

/// All ways that may fit best what is asked: each mode as it is, and, because sizes and rates
/// between those of the modes are made by scaling and leaving pictures out, each mode with each of
/// the numbers that are named.
pub(crate) fn camera_uses<'a>(
    cameras: &'a [CameraInfo],
    constraints: &'a TrackConstraints,
) -> impl Iterator<Item = CameraUse<'a>> {
    let sets: Vec<&ConstraintSet> = [&constraints.basic]
        .into_iter()
        .chain(&constraints.advanced)
        .collect();
    let sizes = Sizes::named(&sets);
    let rates: Vec<f64> = sets
        .iter()
        .flat_map(|set| set.frame_rate.values())
        .collect();
    let cameras = cameras.iter().enumerate();
    cameras.flat_map(move |(index, camera)| {
        let (sizes, rates) = (sizes.clone(), rates.clone());
        let modes = camera.modes.iter().copied();
        let modes = modes.filter(|mode| {
            if constraints.encoded {
                is_passed_on(mode.format)
            } else {
                is_decoded(mode.format)
            }
        });
        modes.flat_map(move |mode| {
            let native = CameraUse {
                index,
                camera,
                mode,
                size: mode.size,
                divisor: 1,
                rate: mode.rate,
                resize_mode: ResizeMode::None,
            };
            let made = if constraints.encoded {
                Vec::new()
            } else {
                made_of(native, &sizes, &rates)
            };
            [native].into_iter().chain(made)
        })
    })
}

/// Whether its packets are recorded as they are if that is asked for.
fn is_passed_on(format: CameraFormat) -> bool {
    matches!(format, CameraFormat::Encoded(_))
}

/// Whether it gives pixels, by itself or when decoded. H.264 is not decoded here.
pub(super) fn is_decoded(format: CameraFormat) -> bool {
    matches!(
        format,
        CameraFormat::Raw(_) | CameraFormat::Encoded(VideoCodec::Mjpeg)
    )
}

/// What can be made of a mode's pictures.
fn made_of<'a>(native: CameraUse<'a>, sizes: &Sizes, rates: &[f64]) -> Vec<CameraUse<'a>> {
    let mut divisors = vec![1];
    for rate in rates.iter().filter(|rate| **rate > 0.0) {
        let divisor = native.mode.rate.as_f64() / rate;
        // `as` saturates.
        divisors.extend([divisor.floor() as u32, divisor.ceil() as u32]);
    }
    divisors.sort_unstable();
    divisors.dedup();
    let mut made = Vec::new();
    for size in sizes.within(native.mode.size) {
        for &divisor in &divisors {
            let rate = native.mode.rate;
            let denominator = rate.denominator().checked_mul(divisor);
            let Some(rate) = denominator.and_then(|to| Rate::new(rate.numerator(), to)) else {
                continue;
            };
            made.push(CameraUse {
                size,
                divisor,
                rate,
                resize_mode: ResizeMode::CropAndScale,
                ..native
            });
        }
    }
    made
}

impl CameraUse<'_> {
    /// What comes out of it.
    pub(super) fn output(&self, encoded: bool) -> Output {
        if encoded {
            return Output::Packets { rate: self.rate };
        }
        Output::Pictures(PicturePlan {
            size: self.size,
            rate: self.rate,
            divisor: self.divisor,
        })
    }

    /// The part of the picture that is cut away to get the aspect ratio.
    fn cut_away(&self) -> f64 {
        let ratio = |size: FrameSize| f64::from(size.width) / f64::from(size.height);
        let (from, to) = (ratio(self.mode.size), ratio(self.size));
        1.0 - (from / to).min(to / from)
    }

    /// Pixels per second that the camera's pictures cost before they are scaled.
    fn work(&self) -> f64 {
        let pixels = self.mode.size.pixels() as f64 * self.mode.rate.as_f64();
        match self.mode.format {
            CameraFormat::Encoded(_) => pixels * JPEG_WORK,
            CameraFormat::Raw(_) => pixels,
        }
    }
}

impl Candidate for CameraUse<'_> {
    fn settings(&self) -> Settings<'_> {
        Settings {
            device_id: Some(&self.camera.device.id),
            group_id: &self.camera.device.group,
            media: MediaSettings::Video {
                size: self.size,
                frame_rate: Some(self.rate.as_f64()),
                resize_mode: Some(self.resize_mode),
            },
        }
    }

    fn preference(&self) -> Preference {
        let from = |actual: f64, usual: f64| (actual - usual).abs() / actual.max(usual);
        let from_default = from(self.size.width.into(), DEFAULT_SIZE.width.into())
            + from(self.size.height.into(), DEFAULT_SIZE.height.into())
            + from(self.rate.as_f64(), DEFAULT_RATE);
        [
            self.index as f64,
            f64::from(u8::from(self.resize_mode == ResizeMode::CropAndScale)),
            // A picture that is nearly whole is whole: sides are whole numbers.
            (self.cut_away() * 50.0).round(),
            from_default,
            self.work(),
        ]
    }
}
