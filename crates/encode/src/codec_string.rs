//! What to put into `codecs=` for a track.

use media_recorder_types::{
    Av1Profile, AvcProfile, Codec, CodecString, MediaTrack, VideoCodec, Vp9Profile,
};

/// The entry of a `codecs=` parameter (RFC 6381) that describes a track: with profile,
/// level and bit depth if the track's codec configuration has them (`av01.0.04M.08`, `vp09.00.31.08`, `avc1.64001F`),
/// else the codec's short name.
///
/// ```
/// use media_recorder_encode::codec_string;
/// use media_recorder_types::*;
///
/// let video = VideoTrack {
///     codec: VideoCodec::Av1,
///     size: FrameSize::new(640, 360),
///     rate: None,
///     color: ColorInfo::UNSPECIFIED,
/// };
/// let av1c = bytes::Bytes::from_static(&[0x81, 0x04, 0x0c, 0x00]);
/// let track = MediaTrack::video(TrackId::new(1).expect("not zero"), video, av1c);
/// assert_eq!(codec_string(&track).as_str(), "av01.0.04M.08");
/// ```
pub fn codec_string(track: &MediaTrack) -> CodecString {
    let config = &track.codec_private;
    let described = match track.codec() {
        Codec::Video(VideoCodec::Av1) => av1(config).map(CodecString::from),
        Codec::Video(VideoCodec::Vp9) => vp9(config).map(CodecString::from),
        Codec::Video(VideoCodec::H264) => h264(config).map(CodecString::from),
        _ => None,
    };
    described.unwrap_or_else(|| track.codec().into())
}

/// From `av1C` (AV1 in ISOBMFF §2.3.3).
fn av1(config: &[u8]) -> Option<Av1Profile> {
    let &[0x81, profile_level, flags, ..] = config else {
        return None;
    };
    let bit_depth = match (flags & 0x40 != 0, flags & 0x20 != 0) {
        (false, _) => 8,
        (true, false) => 10,
        (true, true) => 12,
    };
    Some(Av1Profile {
        profile: profile_level >> 5,
        level: profile_level & 0x1f,
        high_tier: flags & 0x80 != 0,
        bit_depth,
    })
}

/// From WebM's list of VP9 features (WebM Container Guidelines, "VP9 Codec Feature Metadata").
fn vp9(config: &[u8]) -> Option<Vp9Profile> {
    let feature = |id: u8| {
        let mut features = config.chunks_exact(3);
        features.find(|f| f[0] == id && f[1] == 1).map(|f| f[2])
    };
    Some(Vp9Profile {
        profile: feature(1)?,
        level: feature(2)?,
        bit_depth: feature(3)?,
    })
}

/// From `avcC` (ISO/IEC 14496-15 §5.3.3.1).
fn h264(config: &[u8]) -> Option<AvcProfile> {
    let &[1, profile, constraints, level, ..] = config else {
        return None;
    };
    Some(AvcProfile {
        profile,
        constraints,
        level,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use media_recorder_types::{ColorInfo, FrameSize, TrackId, VideoTrack};

    fn string(codec: VideoCodec, config: &'static [u8]) -> String {
        let video = VideoTrack {
            codec,
            size: FrameSize::new(64, 64),
            rate: None,
            color: ColorInfo::UNSPECIFIED,
        };
        let id = TrackId::new(1).unwrap();
        let track = MediaTrack::video(id, video, Bytes::from_static(config));
        codec_string(&track).as_str().to_owned()
    }

    #[test]
    fn configurations_are_read() {
        assert_eq!(
            string(VideoCodec::Av1, &[0x81, 0x48, 0xe0, 0]),
            "av01.2.08H.12"
        );
        assert_eq!(string(VideoCodec::Av1, &[0x81]), "av01");
        let vp9 = [1, 1, 0, 2, 1, 31, 3, 1, 8, 4, 1, 1];
        assert_eq!(
            string(VideoCodec::Vp9, Box::leak(Box::new(vp9))),
            "vp09.00.31.08"
        );
        assert_eq!(string(VideoCodec::Vp9, &[]), "vp9");
        assert_eq!(string(VideoCodec::H264, &[1, 66, 0xc0, 31]), "avc1.42C01F");
        assert_eq!(string(VideoCodec::H264, &[1, 66]), "avc1");
    }
}
