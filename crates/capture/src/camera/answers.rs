//! What a device of Video4Linux says, whoever asks it. Layouts are those of `videodev2.h`.

use std::time::Duration;

/// What a device says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Capability {
    /// A name for people.
    pub(super) card: String,
    /// The program in the kernel.
    pub(super) driver: String,
    /// Where it is plugged in.
    pub(super) bus_info: String,
    /// Whether it delivers pictures, and does so in mapped buffers.
    pub(super) captures: bool,
}

/// The sizes of one entry in a device's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sizes {
    /// Width and height.
    Discrete(u32, u32),
    /// Each from least to most in steps.
    Stepwise {
        /// Least, most, step.
        width: [u32; 3],
        /// Least, most, step.
        height: [u32; 3],
    },
}

/// The times between two pictures of one entry in a device's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Intervals {
    /// One.
    Discrete(Fraction),
    /// All between two.
    Range {
        /// The shortest.
        least: Fraction,
        /// The longest.
        most: Fraction,
    },
}

/// `struct v4l2_fract`
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Fraction {
    pub(super) numerator: u32,
    pub(super) denominator: u32,
}

/// `struct v4l2_pix_format`
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct PictureFormat {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) pixel_format: u32,
    pub(super) field: u32,
    pub(super) bytes_per_line: u32,
    pub(super) size_image: u32,
    pub(super) colorspace: u32,
    pub(super) private: u32,
    pub(super) flags: u32,
    pub(super) ycbcr_encoding: u32,
    pub(super) quantization: u32,
    pub(super) transfer: u32,
}

/// A `struct timeval` after the zero of its clock; `None` for one that no clock shows.
pub(super) fn timestamp(seconds: i64, microseconds: i64) -> Option<Duration> {
    let seconds = u64::try_from(seconds).ok()?;
    let microseconds = u64::try_from(microseconds).ok()?;
    let time = Duration::from_secs(seconds).checked_add(Duration::from_micros(microseconds))?;
    (!time.is_zero()).then_some(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_taken_as_they_are_or_not_at_all() {
        assert_eq!(
            timestamp(12, 345_678),
            Some(Duration::from_micros(12_345_678))
        );
        assert_eq!(timestamp(0, 0), None);
        assert_eq!(timestamp(-1, 0), None);
        assert_eq!(timestamp(1, -1), None);
        assert!(timestamp(i64::MAX, i64::MAX).is_some());
    }
}
