//! The kernel's names of formats.

use media_recorder_types::{PixelFormat, VideoCodec};

use crate::CameraFormat;

/// A four-character code as `v4l2_fourcc` in `videodev2.h` makes it.
const fn code(text: &[u8; 4]) -> u32 {
    u32::from_le_bytes(*text)
}

/// Of two codes for the same format, the first is what most cameras use.
const FORMATS: [(u32, CameraFormat); 11] = [
    (code(b"YUYV"), CameraFormat::Raw(PixelFormat::Yuyv)),
    (code(b"UYVY"), CameraFormat::Raw(PixelFormat::Uyvy)),
    (code(b"NV12"), CameraFormat::Raw(PixelFormat::Nv12)),
    (code(b"NV21"), CameraFormat::Raw(PixelFormat::Nv21)),
    (code(b"YU12"), CameraFormat::Raw(PixelFormat::I420)),
    (code(b"422P"), CameraFormat::Raw(PixelFormat::I422)),
    (code(b"RGB3"), CameraFormat::Raw(PixelFormat::Rgb)),
    (code(b"AB24"), CameraFormat::Raw(PixelFormat::Rgba)),
    (code(b"MJPG"), CameraFormat::Encoded(VideoCodec::Mjpeg)),
    (code(b"JPEG"), CameraFormat::Encoded(VideoCodec::Mjpeg)),
    (code(b"H264"), CameraFormat::Encoded(VideoCodec::H264)),
];

/// The format of a code; `None` if it is not one that is recorded.
pub(super) fn format_of(pixel_format: u32) -> Option<CameraFormat> {
    let found = FORMATS.iter().find(|(code, _)| *code == pixel_format)?;
    Some(found.1)
}

/// Which of a device's codes is `format`.
pub(super) fn code_of(format: CameraFormat, offered: &[u32]) -> Option<u32> {
    let codes = FORMATS.iter().filter(|(_, known)| *known == format);
    codes
        .map(|(code, _)| *code)
        .find(|code| offered.contains(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_known_both_ways() {
        for (code, format) in FORMATS {
            assert_eq!(format_of(code), Some(format));
            assert_eq!(code_of(format, &[code]), Some(code));
        }
        assert_eq!(format_of(code(b"BA81")), None);
        assert_eq!(code(b"YUYV"), 0x5659_5559);
    }

    #[test]
    fn only_what_the_device_offers_is_asked_of_it() {
        let mjpeg = CameraFormat::Encoded(VideoCodec::Mjpeg);
        assert_eq!(code_of(mjpeg, &[code(b"JPEG")]), Some(code(b"JPEG")));
        let both = [code(b"JPEG"), code(b"MJPG")];
        assert_eq!(code_of(mjpeg, &both), Some(code(b"MJPG")));
        assert_eq!(code_of(mjpeg, &[code(b"YUYV")]), None);
    }
}
