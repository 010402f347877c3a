//! A video device's file, and what can be asked of it.

use std::io;
use std::path::Path;

use rustix::io::Errno;
use v4l::capability::Flags;
use v4l::format::{Colorspace, FieldOrder, FourCC, Quantization, TransferFunction};
use v4l::frameinterval::FrameIntervalEnum;
use v4l::framesize::FrameSizeEnum;
use v4l::video::Capture;
use v4l::video::capture::Parameters;
use v4l::{Device, Format};

use super::contained;
use crate::camera::answers::{Capability, Fraction, Intervals, PictureFormat, Sizes};

/// An open video device.
pub(in crate::camera) struct Node {
    device: Device,
}

impl Node {
    /// Opens the device; others may have it open too.
    pub(in crate::camera) fn open(path: &Path) -> io::Result<Self> {
        let device = contained(|| Device::with_path(path))?;
        Ok(Self { device })
    }

    pub(super) fn device(&self) -> &Device {
        &self.device
    }

    pub(in crate::camera) fn capability(&self) -> io::Result<Capability> {
        let said = contained(|| self.device.query_caps())?;
        Ok(Capability {
            card: said.card.trim().to_owned(),
            driver: said.driver,
            bus_info: said.bus,
            captures: said
                .capabilities
                .contains(Flags::VIDEO_CAPTURE | Flags::STREAMING),
        })
    }

    /// The four-character codes of its formats.
    pub(in crate::camera) fn formats(&self) -> io::Result<Vec<u32>> {
        let formats = contained(|| self.device.enum_formats())?;
        Ok(formats.iter().map(|format| format.fourcc.into()).collect())
    }

    /// The sizes of a format; none where the device does not list them.
    pub(in crate::camera) fn sizes(&self, pixel_format: u32) -> io::Result<Vec<Sizes>> {
        let code = FourCC::from(pixel_format);
        let listed = unless_unknown(contained(|| self.device.enum_framesizes(code)))?;
        let sizes = listed.unwrap_or_default().into_iter();
        Ok(sizes
            .map(|entry| match entry.size {
                FrameSizeEnum::Discrete(size) => Sizes::Discrete(size.width, size.height),
                FrameSizeEnum::Stepwise(range) => Sizes::Stepwise {
                    width: [range.min_width, range.max_width, range.step_width],
                    height: [range.min_height, range.max_height, range.step_height],
                },
            })
            .collect())
    }

    /// The times between pictures of a format and size; none where the device does not list
    /// them.
    pub(in crate::camera) fn intervals(
        &self,
        pixel_format: u32,
        (width, height): (u32, u32),
    ) -> io::Result<Vec<Intervals>> {
        let code = FourCC::from(pixel_format);
        let listed = contained(|| self.device.enum_frameintervals(code, width, height));
        let intervals = unless_unknown(listed)?.unwrap_or_default().into_iter();
        Ok(intervals
            .map(|entry| match entry.interval {
                FrameIntervalEnum::Discrete(interval) => Intervals::Discrete(ours(interval)),
                FrameIntervalEnum::Stepwise(range) => Intervals::Range {
                    least: ours(range.min),
                    most: ours(range.max),
                },
            })
            .collect())
    }

    /// What it is set to.
    pub(in crate::camera) fn format(&self) -> io::Result<PictureFormat> {
        let format = contained(|| Capture::format(&self.device))?;
        Ok(picture_format(&format))
    }

    /// Sets it; what the device made of it.
    pub(in crate::camera) fn set_format(&self, format: PictureFormat) -> io::Result<PictureFormat> {
        let wanted = crate_format(&format)?;
        let made = contained(|| Capture::set_format(&self.device, &wanted))?;
        Ok(picture_format(&made))
    }

    /// The time between two pictures that it is set to; `None` if it does not say.
    pub(in crate::camera) fn interval(&self) -> io::Result<Option<Fraction>> {
        let parameters = unless_unknown(contained(|| Capture::params(&self.device)))?;
        Ok(parameters.map(|parameters| ours(parameters.interval)))
    }

    /// Sets the time between two pictures; what the device made of it, `None` if it cannot be
    /// told.
    pub(in crate::camera) fn set_interval(
        &self,
        interval: Fraction,
    ) -> io::Result<Option<Fraction>> {
        let interval = v4l::Fraction::new(interval.numerator, interval.denominator);
        let wanted = Parameters::new(interval);
        let made = contained(|| Capture::set_params(&self.device, &wanted));
        Ok(unless_unknown(made)?.map(|made| ours(made.interval)))
    }
}

/// `None` where the device has no such request (`ENOTTY`) or nothing to say (`EINVAL`).
fn unless_unknown<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) => match Errno::from_io_error(&error) {
            Some(Errno::NOTTY | Errno::INVAL) => Ok(None),
            _ => Err(error),
        },
    }
}

fn ours(fraction: v4l::Fraction) -> Fraction {
    Fraction {
        numerator: fraction.numerator,
        denominator: fraction.denominator,
    }
}

/// The crate leaves out the encoding of `Y'CbCr`, which is then that of the colour space.
fn picture_format(format: &Format) -> PictureFormat {
    PictureFormat {
        width: format.width,
        height: format.height,
        pixel_format: format.fourcc.into(),
        field: format.field_order as u32,
        bytes_per_line: format.stride,
        size_image: format.size,
        colorspace: format.colorspace as u32,
        flags: format.flags.bits(),
        quantization: format.quantization as u32,
        transfer: format.transfer as u32,
        ..PictureFormat::default()
    }
}

fn crate_format(format: &PictureFormat) -> io::Result<Format> {
    let unknown = |()| io::ErrorKind::InvalidInput;
    let mut wanted = Format::new(format.width, format.height, format.pixel_format.into());
    wanted.field_order = FieldOrder::try_from(format.field).map_err(unknown)?;
    wanted.stride = format.bytes_per_line;
    wanted.size = format.size_image;
    wanted.flags = format.flags.into();
    wanted.colorspace = Colorspace::try_from(format.colorspace).map_err(unknown)?;
    wanted.quantization = Quantization::try_from(format.quantization).map_err(unknown)?;
    wanted.transfer = TransferFunction::try_from(format.transfer).map_err(unknown)?;
    Ok(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_stays_what_it_is_both_ways() {
        let format = PictureFormat {
            width: 640,
            height: 360,
            pixel_format: u32::from_le_bytes(*b"YUYV"),
            field: 1,
            bytes_per_line: 1344,
            size_image: 1344 * 360,
            colorspace: 8,
            quantization: 2,
            transfer: 1,
            ..PictureFormat::default()
        };
        assert_eq!(picture_format(&crate_format(&format).unwrap()), format);
        let unknown = PictureFormat {
            colorspace: 4,
            ..format
        };
        assert!(crate_format(&unknown).is_err());
    }

    #[test]
    fn a_file_that_is_no_video_device_answers_nothing() {
        let node = Node::open(Path::new("/dev/null"));
        // Where even that is not to be had, there is nothing to see.
        let Ok(node) = node else { return };
        assert!(node.capability().is_err());
        assert!(node.format().is_err());
        assert!(node.formats().unwrap().is_empty());
        assert!(node.sizes(0).unwrap().is_empty());
    }
}
