//! `MediaCapabilities`: what this machine can encode, and how well.

use media_recorder_encode::{VideoConfig, video_encoder};
use media_recorder_state::{Capabilities, TrackNeed, is_type_supported, plan};
use media_recorder_types::{Codec, FrameSize, TrackId, TrackKind};

use crate::calibration::{Pictures, is_smooth, measured};
use crate::error::{ErrorKind, RecorderError};
use crate::support::{capabilities, capabilities_by_speed, named_video_codec};

/// Says what this machine can encode, and whether in real time.
///
/// Specification: <https://w3c.github.io/media-capabilities/#media-capabilities-interface>
///
/// ```
/// use media_recorder::{MediaCapabilities, VideoConfiguration};
/// let video = VideoConfiguration::new("video/webm;codecs=vp9", 640, 360, 30.0);
/// let info = MediaCapabilities::encoding_info(Some(&video), None)?;
/// assert!(info.supported);
/// println!("in real time: {}", info.smooth);
/// # Ok::<(), media_recorder::RecorderError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct MediaCapabilities;

/// The picture that is to be recorded.
///
/// Specification: <https://w3c.github.io/media-capabilities/#videoconfiguration>
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct VideoConfiguration {
    /// Container and codec, such as `video/webm;codecs=vp9`.
    pub content_type: String,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Frames per second, above zero.
    pub framerate: f64,
}

impl VideoConfiguration {
    /// Pictures of `width` times `height` pixels, `framerate` a second.
    pub fn new(content_type: impl Into<String>, width: u32, height: u32, framerate: f64) -> Self {
        Self {
            content_type: content_type.into(),
            width,
            height,
            framerate,
        }
    }
}

/// The sound that is to be recorded.
///
/// Specification: <https://w3c.github.io/media-capabilities/#audioconfiguration>
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AudioConfiguration {
    /// Container and codec, such as `audio/webm;codecs=opus`.
    pub content_type: String,
}

impl AudioConfiguration {
    /// Sound of any rate and any number of channels: all of them are encoded alike.
    pub fn new(content_type: impl Into<String>) -> Self {
        Self {
            content_type: content_type.into(),
        }
    }
}

/// How well something can be encoded.
///
/// Specification: <https://w3c.github.io/media-capabilities/#mediacapabilitiesinfo>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MediaCapabilitiesInfo {
    /// It can be recorded at all.
    pub supported: bool,
    /// It can be encoded as fast as it comes, with a fifth of the time to spare.
    pub smooth: bool,
    /// Encoding it keeps the machine busy for less than a quarter of the time.
    pub power_efficient: bool,
}

impl MediaCapabilitiesInfo {
    const UNSUPPORTED: Self = Self {
        supported: false,
        smooth: false,
        power_efficient: false,
    };
}

impl MediaCapabilities {
    /// What `encodingInfo()` says of a configuration of the type `"record"`.
    ///
    /// `smooth` is for a live recording with [`Preset::Live`](crate::Preset::Live) and the bitrate
    /// of one for which none is asked. The first time that a picture codec is asked about at a size
    /// of about this, some frames are encoded to measure how fast this machine is: that takes less
    /// than half a second. Later answers come at once. A machine that is busy elsewhere is measured
    /// as slow as it is then.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Type`] if neither picture nor sound is given, or if the frame rate is not above
    /// zero and finite.
    pub fn encoding_info(
        video: Option<&VideoConfiguration>,
        audio: Option<&AudioConfiguration>,
    ) -> Result<MediaCapabilitiesInfo, RecorderError> {
        if video.is_none() && audio.is_none() {
            let message = "a configuration has picture or sound";
            return Err(RecorderError::new(ErrorKind::Type, message));
        }
        let audio_supported = audio.is_none_or(|audio| {
            codec(&audio.content_type, TrackKind::Audio, &capabilities()).is_some()
        });
        let Some(video) = video else {
            // Sound is encoded hundreds of times faster than it sounds.
            return Ok(MediaCapabilitiesInfo {
                supported: audio_supported,
                smooth: audio_supported,
                power_efficient: audio_supported,
            });
        };
        if !(video.framerate > 0.0 && video.framerate.is_finite()) {
            let message = format!("a frame rate of {}", video.framerate);
            return Err(RecorderError::new(ErrorKind::Type, message));
        }
        let size = FrameSize::new(video.width, video.height);
        let pictures = Pictures {
            size,
            rate: video.framerate,
        };
        let capabilities = match named_video_codec(&video.content_type) {
            Some(_) => capabilities(),
            None => capabilities_by_speed(&video.content_type, &[pictures], &measured),
        };
        let codec = codec(&video.content_type, TrackKind::Video, &capabilities);
        let Some(Codec::Video(codec)) = codec.filter(|_| audio_supported) else {
            return Ok(MediaCapabilitiesInfo::UNSUPPORTED);
        };
        if video_encoder(codec, VideoConfig::new(TrackId::FIRST, size)).is_err() {
            return Ok(MediaCapabilitiesInfo::UNSUPPORTED);
        }
        let load = pictures.load(codec, &measured).unwrap_or(f64::INFINITY);
        Ok(MediaCapabilitiesInfo {
            supported: true,
            smooth: is_smooth(load),
            power_efficient: load < 0.25,
        })
    }
}

/// The codec that a track of this kind gets in this type, if it can be recorded.
fn codec(content_type: &str, kind: TrackKind, capabilities: &Capabilities) -> Option<Codec> {
    if !is_type_supported(content_type, capabilities, false) {
        return None;
    }
    let plan = plan(content_type, &[TrackNeed::Encode(kind)], capabilities).ok()?;
    plan.codecs.first().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(content_type: &str, width: u32, framerate: f64) -> MediaCapabilitiesInfo {
        let video = VideoConfiguration::new(content_type, width, 90, framerate);
        MediaCapabilities::encoding_info(Some(&video), None).unwrap()
    }

    #[test]
    fn what_cannot_be_recorded_is_not_supported() {
        for content_type in ["", "video/webm", "video/webm;codecs=vp9"] {
            assert!(info(content_type, 160, 10.0).supported, "{content_type}");
        }
        for content_type in ["nonsense", "audio/webm", "video/webm;codecs=theora"] {
            let unsupported = MediaCapabilitiesInfo::UNSUPPORTED;
            assert_eq!(info(content_type, 160, 10.0), unsupported, "{content_type}");
        }
        assert!(!info("video/webm", 0, 10.0).supported);
        let audio = AudioConfiguration::new("audio/webm;codecs=opus");
        let opus = MediaCapabilities::encoding_info(None, Some(&audio)).unwrap();
        assert!(opus.supported && opus.smooth && opus.power_efficient);
        let audio = AudioConfiguration::new("audio/webm;codecs=vp9");
        let video = VideoConfiguration::new("video/webm", 160, 90, 10.0);
        let both = MediaCapabilities::encoding_info(Some(&video), Some(&audio)).unwrap();
        assert!(!both.supported);
    }

    #[test]
    fn no_machine_is_fast_enough_for_everything() {
        let most = info("video/webm", 60_000, 1e9);
        assert!(most.supported && !most.smooth && !most.power_efficient);
        let least = info("video/webm", 16, 1e-6);
        assert!(least.supported && least.smooth && least.power_efficient);
    }

    #[test]
    fn a_configuration_without_meaning_is_refused() {
        let nothing = MediaCapabilities::encoding_info(None, None);
        assert_eq!(nothing.unwrap_err().kind(), ErrorKind::Type);
        for framerate in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let video = VideoConfiguration::new("video/webm", 160, 90, framerate);
            let error = MediaCapabilities::encoding_info(Some(&video), None).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Type);
        }
    }
}
