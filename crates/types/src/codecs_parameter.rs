//! Entries of a `codecs=` parameter (RFC 6381).

use core::fmt;

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;

use crate::{AudioCodec, Codec, PcmFormat, VideoCodec};

/// One entry, such as `opus`, `vp9`, `vp09.00.31.08` or `av01.0.04M.08`.
///
/// The text is kept as it was given. What follows the first dot is a hint that a recorder
/// ignores; the parsers here read it where somebody needs it.
///
/// ```
/// use media_recorder_types::{Av1Profile, CodecString};
/// let av1 = CodecString::new("av01.0.04M.08").av1().unwrap();
/// assert_eq!(av1, Av1Profile { profile: 0, level: 4, high_tier: false, bit_depth: 8 });
/// assert_eq!(CodecString::from(av1).as_str(), "av01.0.04M.08");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodecString(String);

/// The mandatory parts of an AV1 string (AV1 in ISOBMFF §5, "Codecs Parameter String").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Av1Profile {
    /// `seq_profile`, 0 to 2.
    pub profile: u8,
    /// `seq_level_idx`, 0 to 31; 31 means no limits.
    pub level: u8,
    /// `seq_tier`: whether it is the high tier.
    pub high_tier: bool,
    /// Bits per sample: 8, 10 or 12.
    pub bit_depth: u8,
}

/// The mandatory parts of a VP9 string (VP Codec ISO Media File Format Binding).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vp9Profile {
    /// 0 to 3.
    pub profile: u8,
    /// Ten times the level: 31 for level 3.1.
    pub level: u8,
    /// Bits per sample: 8, 10 or 12.
    pub bit_depth: u8,
}

/// The parts of an H.264 string (RFC 6381 §3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AvcProfile {
    /// `profile_idc`: 66 is Baseline, 77 Main, 100 High.
    pub profile: u8,
    /// `constraint_set0_flag` in the highest bit, and so on.
    pub constraints: u8,
    /// `level_idc`: ten times the level.
    pub level: u8,
}

impl CodecString {
    /// Any text; whether it names a known codec is for [`codec`](Self::codec) to say.
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The text as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the first dot, in lower case (ASCII).
    pub fn identifier(&self) -> String {
        let end = self.0.find('.').unwrap_or(self.0.len());
        self.0[..end].to_ascii_lowercase()
    }

    /// The codec that the identifier names; `None` for one that no part of media-recorder
    /// knows. `pcm` stands for 32-bit floats, as in browsers.
    pub fn codec(&self) -> Option<Codec> {
        Some(match self.identifier().as_str() {
            "vp8" | "vp08" => Codec::Video(VideoCodec::Vp8),
            "vp9" | "vp09" => Codec::Video(VideoCodec::Vp9),
            "av1" | "av01" => Codec::Video(VideoCodec::Av1),
            "h264" | "avc1" | "avc3" => Codec::Video(VideoCodec::H264),
            "mjpeg" => Codec::Video(VideoCodec::Mjpeg),
            "opus" => Codec::Audio(AudioCodec::Opus),
            "pcm" => Codec::Audio(AudioCodec::Pcm(PcmFormat::F32)),
            "flac" => Codec::Audio(AudioCodec::Flac),
            "vorbis" => Codec::Audio(AudioCodec::Vorbis),
            _ => return None,
        })
    }

    /// The parts of an `av01.P.LLT.DD` string; `None` for any other.
    pub fn av1(&self) -> Option<Av1Profile> {
        let mut parts = self.0.split('.');
        if !parts.next()?.eq_ignore_ascii_case("av01") {
            return None;
        }
        let profile = digits(parts.next()?, 1)?;
        let level_tier = parts.next()?;
        let (level, high_tier) = if let Some(level) = level_tier.strip_suffix('M') {
            (level, false)
        } else {
            (level_tier.strip_suffix('H')?, true)
        };
        let (level, bit_depth) = (digits(level, 2)?, digits(parts.next()?, 2)?);
        let legal = profile <= 2 && level <= 31 && matches!(bit_depth, 8 | 10 | 12);
        legal.then_some(Av1Profile {
            profile,
            level,
            high_tier,
            bit_depth,
        })
    }

    /// The parts of a `vp09.PP.LL.DD` string; `None` for any other.
    pub fn vp9(&self) -> Option<Vp9Profile> {
        let mut parts = self.0.split('.');
        if !parts.next()?.eq_ignore_ascii_case("vp09") {
            return None;
        }
        let profile = digits(parts.next()?, 2)?;
        let level = digits(parts.next()?, 2)?;
        let bit_depth = digits(parts.next()?, 2)?;
        let legal = profile <= 3 && matches!(bit_depth, 8 | 10 | 12);
        legal.then_some(Vp9Profile {
            profile,
            level,
            bit_depth,
        })
    }
}

impl From<Codec> for CodecString {
    fn from(codec: Codec) -> Self {
        Self::new(codec.short_name())
    }
}

impl From<Av1Profile> for CodecString {
    fn from(av1: Av1Profile) -> Self {
        let tier = if av1.high_tier { 'H' } else { 'M' };
        Self(format!(
            "av01.{}.{:02}{tier}.{:02}",
            av1.profile, av1.level, av1.bit_depth
        ))
    }
}

impl From<Vp9Profile> for CodecString {
    fn from(vp9: Vp9Profile) -> Self {
        Self(format!(
            "vp09.{:02}.{:02}.{:02}",
            vp9.profile, vp9.level, vp9.bit_depth
        ))
    }
}

impl From<AvcProfile> for CodecString {
    fn from(avc: AvcProfile) -> Self {
        let AvcProfile {
            profile,
            constraints,
            level,
        } = avc;
        Self(format!("avc1.{profile:02X}{constraints:02X}{level:02X}"))
    }
}

impl fmt::Display for CodecString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Exactly `count` decimal digits.
fn digits(text: &str, count: usize) -> Option<u8> {
    let valid = text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    valid.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_matched_without_case_and_profile() {
        for (text, codec) in [
            ("VP9", Codec::Video(VideoCodec::Vp9)),
            (
                "vp09.02.10.10.01.09.16.09.01",
                Codec::Video(VideoCodec::Vp9),
            ),
            ("av1", Codec::Video(VideoCodec::Av1)),
            ("AVC1.42E01E", Codec::Video(VideoCodec::H264)),
            ("Opus", Codec::Audio(AudioCodec::Opus)),
        ] {
            assert_eq!(CodecString::new(text).codec(), Some(codec), "{text}");
        }
        for text in ["", ".", "vp", "theora", "vp9 ", "\"vp9\""] {
            assert_eq!(CodecString::new(text).codec(), None, "{text}");
        }
    }

    #[test]
    fn av1_strings() {
        let full = CodecString::new("av01.2.31H.12.0.112.09.16.09.0")
            .av1()
            .unwrap();
        assert_eq!(
            full,
            Av1Profile {
                profile: 2,
                level: 31,
                high_tier: true,
                bit_depth: 12
            }
        );
        for bad in [
            "av01",
            "av01.0.4M.08",
            "av01.0.04X.08",
            "av01.3.04M.08",
            "av01.0.32M.08",
            "av01.0.04M.09",
            "av1.0.04M.08",
            "av01.0.é.08",
        ] {
            assert_eq!(CodecString::new(bad).av1(), None, "{bad}");
        }
    }

    #[test]
    fn h264_strings() {
        let high = AvcProfile {
            profile: 100,
            constraints: 0,
            level: 31,
        };
        let string = CodecString::from(high);
        assert_eq!(string.as_str(), "avc1.64001F");
        assert_eq!(string.codec(), Some(Codec::Video(VideoCodec::H264)));
    }

    #[test]
    fn vp9_strings() {
        let parsed = CodecString::new("vp09.00.31.08").vp9().unwrap();
        assert_eq!(
            parsed,
            Vp9Profile {
                profile: 0,
                level: 31,
                bit_depth: 8
            }
        );
        assert_eq!(CodecString::from(parsed).as_str(), "vp09.00.31.08");
        for bad in [
            "vp09.0.31.08",
            "vp09.00.31",
            "vp9.00.31.08",
            "vp09.04.31.08",
        ] {
            assert_eq!(CodecString::new(bad).vp9(), None, "{bad}");
        }
    }
}
