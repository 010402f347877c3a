//! What a camera's numbers mean, from the kernel's words to those of ITU-T H.273.

use media_recorder_types::{ColorInfo, ColorRange};

use super::answers::PictureFormat;

/// `enum v4l2_colorspace`
mod colorspace {
    pub(super) const SMPTE170M: u32 = 1;
    pub(super) const SMPTE240M: u32 = 2;
    pub(super) const REC709: u32 = 3;
    pub(super) const SYSTEM_470_M: u32 = 5;
    pub(super) const SYSTEM_470_BG: u32 = 6;
    pub(super) const JPEG: u32 = 7;
    pub(super) const SRGB: u32 = 8;
    pub(super) const OPRGB: u32 = 9;
    pub(super) const BT2020: u32 = 10;
    pub(super) const RAW: u32 = 11;
    pub(super) const DCI_P3: u32 = 12;
}

/// The colour of pictures; where a device says nothing of one part, it is that which the
/// colour space implies (`V4L2_MAP_XFER_FUNC_DEFAULT` and its like in `videodev2.h`).
pub(super) fn color_of(format: &PictureFormat, is_rgb: bool) -> ColorInfo {
    use colorspace as space;
    let primaries = match format.colorspace {
        space::SMPTE170M => 6,
        space::SMPTE240M => 7,
        space::REC709 | space::JPEG | space::SRGB => 1,
        space::SYSTEM_470_M => 4,
        space::SYSTEM_470_BG => 5,
        space::BT2020 => 9,
        space::DCI_P3 => 11,
        // H.273 has no number for opRGB; all others say nothing.
        space::OPRGB => 2,
        _ if is_rgb => return ColorInfo::SRGB,
        _ => return ColorInfo::UNSPECIFIED,
    };
    ColorInfo {
        primaries,
        transfer: transfer(format),
        matrix: if is_rgb { 0 } else { matrix(format) },
        range: Some(range(format, is_rgb)),
    }
}

/// `enum v4l2_xfer_func`
fn transfer(format: &PictureFormat) -> u8 {
    match (format.transfer, format.colorspace) {
        (1, _) => 1,
        (2, _) | (0, colorspace::SRGB | colorspace::JPEG) => 13,
        // Gamma 2.2, under the name of BT.470 System M.
        (3, _) | (0, colorspace::OPRGB) => 4,
        (4, _) | (0, colorspace::SMPTE240M) => 7,
        (5, _) | (0, colorspace::RAW) => 8,
        (6, _) | (0, colorspace::DCI_P3) => 17,
        (7, _) => 16,
        (0, _) => 1,
        _ => 2,
    }
}

/// `enum v4l2_ycbcr_encoding`
fn matrix(format: &PictureFormat) -> u8 {
    match (format.ycbcr_encoding, format.colorspace) {
        // With their wide variants.
        (1 | 3 | 5, _) => 6,
        (2 | 4, _) | (0, colorspace::REC709 | colorspace::DCI_P3) => 1,
        (6, _) | (0, colorspace::BT2020) => 9,
        (7, _) => 10,
        (8, _) | (0, colorspace::SMPTE240M) => 7,
        (0, _) => 6,
        _ => 2,
    }
}

/// `enum v4l2_quantization`
fn range(format: &PictureFormat, is_rgb: bool) -> ColorRange {
    match format.quantization {
        1 => ColorRange::Full,
        2 => ColorRange::Limited,
        _ if is_rgb || format.colorspace == colorspace::JPEG => ColorRange::Full,
        _ => ColorRange::Limited,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(colorspace: u32) -> PictureFormat {
        PictureFormat {
            colorspace,
            ..PictureFormat::default()
        }
    }

    #[test]
    fn a_colour_space_implies_the_rest() {
        use colorspace as space;
        assert_eq!(color_of(&format(space::REC709), false), ColorInfo::BT709);
        assert_eq!(color_of(&format(space::JPEG), false), ColorInfo::JPEG);
        assert_eq!(color_of(&format(space::SRGB), true), ColorInfo::SRGB);
        // What most webcams are: sRGB light, in luma and chroma of BT.601, in studio range.
        let webcam = ColorInfo {
            range: Some(ColorRange::Limited),
            ..ColorInfo::JPEG
        };
        assert_eq!(color_of(&format(space::SRGB), false), webcam);
        let television = ColorInfo {
            transfer: 1,
            ..ColorInfo::BT601
        };
        assert_eq!(color_of(&format(space::SMPTE170M), false), television);
        assert_eq!(color_of(&format(space::BT2020), false).matrix, 9);
    }

    #[test]
    fn what_is_said_counts_more_than_what_is_implied() {
        let said = PictureFormat {
            transfer: 7,
            ycbcr_encoding: 2,
            quantization: 1,
            ..format(colorspace::SRGB)
        };
        let expected = ColorInfo {
            primaries: 1,
            transfer: 16,
            matrix: 1,
            range: Some(ColorRange::Full),
        };
        assert_eq!(color_of(&said, false), expected);
        // RGB has no matrix, whatever is in the field.
        assert_eq!(color_of(&said, true).matrix, 0);
    }

    #[test]
    fn nothing_said_is_nothing_known() {
        assert_eq!(color_of(&format(0), false), ColorInfo::UNSPECIFIED);
        assert_eq!(color_of(&format(0), true), ColorInfo::SRGB);
        assert_eq!(color_of(&format(99), false), ColorInfo::UNSPECIFIED);
        let unknown = PictureFormat {
            transfer: 99,
            ycbcr_encoding: 99,
            ..format(colorspace::SRGB)
        };
        let color = color_of(&unknown, false);
        assert_eq!((color.transfer, color.matrix), (2, 2));
    }
}
