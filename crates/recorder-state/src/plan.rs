//! What `start` decides: a container, and a codec for each track.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use media_recorder_types::{Codec, CodecString, Container, MimeType, TrackKind};

use crate::Capabilities;

/// How a set of tracks is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The container.
    pub container: Container,
    /// A codec for each track, in the order of the tracks.
    pub codecs: Vec<Codec>,
    /// The extended type: container and codecs, such as `video/webm;codecs=vp9,opus`.
    pub mime_type: String,
}

/// Why these tracks cannot be recorded as this type: always the DOM's `NotSupportedError`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// There is no live track.
    #[error("the stream has no live track")]
    NoTracks,
    /// The type is malformed, or its container is not one that this build writes.
    #[error("the type `{0}` cannot be recorded")]
    Type(String),
    /// The type names a codec that cannot be recorded in its container.
    #[error("the codec `{codec}` cannot be recorded in {container:?}")]
    Codec {
        /// The entry of the `codecs` parameter.
        codec: String,
        /// The container.
        container: Container,
    },
    /// The type has no place for a track of this kind, or the build no codec.
    #[error("`{mime_type}` has no place for a track of {kind}")]
    Track {
        /// The type asked for.
        mime_type: String,
        /// The kind of track.
        kind: TrackKind,
    },
}

/// Chooses container and codecs for `tracks` under the constraint `mime_type` (empty for none).
///
/// Where the type names no codec for a kind of track, the best of the build is taken.
///
/// # Errors
///
/// [`PlanError`] where a track cannot be recorded; nothing is recorded in part.
pub fn plan(
    mime_type: &str,
    tracks: &[TrackKind],
    capabilities: &Capabilities,
) -> Result<Plan, PlanError> {
    if tracks.is_empty() {
        return Err(PlanError::NoTracks);
    }
    let bad_type = || PlanError::Type(mime_type.into());
    let (container, kind, entries) = if mime_type.is_empty() {
        let container = *capabilities.containers.first().ok_or_else(bad_type)?;
        let kind = tracks.iter().copied().max().ok_or(PlanError::NoTracks)?;
        (container, kind, Vec::new())
    } else {
        let mime: MimeType = mime_type.parse().map_err(|_| bad_type())?;
        let container = mime.container().ok_or_else(bad_type)?;
        if !capabilities.containers.contains(&container) {
            return Err(bad_type());
        }
        (
            container,
            mime.track_kind().ok_or_else(bad_type)?,
            mime.codecs(),
        )
    };

    for entry in &entries {
        let codec = entry
            .codec()
            .filter(|codec| capabilities.can_record(container, *codec));
        if codec.is_none() {
            return Err(PlanError::Codec {
                codec: entry.as_str().into(),
                container,
            });
        }
    }
    let choose = |track: TrackKind| -> Option<(Codec, CodecString)> {
        if kind == TrackKind::Audio && track == TrackKind::Video {
            return None;
        }
        let named = entries
            .iter()
            .filter_map(|entry| Some((entry.codec()?, entry.clone())))
            .find(|(codec, _)| codec.kind() == track);
        named.or_else(|| {
            let codec = capabilities.preferred(container, track)?;
            Some((codec, codec.into()))
        })
    };
    let mut codecs = Vec::with_capacity(tracks.len());
    let mut strings: Vec<(TrackKind, CodecString)> = Vec::new();
    for &track in tracks {
        let (codec, string) = choose(track).ok_or_else(|| PlanError::Track {
            mime_type: mime_type.into(),
            kind: track,
        })?;
        codecs.push(codec);
        if !strings.iter().any(|(kind, _)| *kind == track) {
            strings.push((track, string));
        }
    }
    // Video first, as everybody writes it.
    strings.sort_by_key(|(kind, _)| core::cmp::Reverse(*kind));
    let strings: Vec<CodecString> = strings.into_iter().map(|(_, string)| string).collect();
    let mime_type = MimeType::recording(kind, container, &strings).to_string();
    Ok(Plan {
        container,
        codecs,
        mime_type,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use TrackKind::{Audio, Video};
    use alloc::vec;
    use media_recorder_types::{AudioCodec, PcmFormat, VideoCodec};

    const VP9: Codec = Codec::Video(VideoCodec::Vp9);
    const AV1: Codec = Codec::Video(VideoCodec::Av1);
    const OPUS: Codec = Codec::Audio(AudioCodec::Opus);
    const PCM: Codec = Codec::Audio(AudioCodec::Pcm(PcmFormat::F32));

    fn planned(mime: &str, tracks: &[TrackKind]) -> Result<(String, Vec<Codec>), PlanError> {
        let capabilities = Capabilities {
            containers: vec![Container::WebM, Container::Matroska],
            codecs: vec![VP9, AV1, OPUS, PCM],
        };
        plan(mime, tracks, &capabilities).map(|plan| (plan.mime_type, plan.codecs))
    }

    #[test]
    fn gaps_are_filled_with_the_best_there_is() {
        for (mime, tracks, extended, codecs) in [
            (
                "",
                &[Video, Audio][..],
                "video/webm;codecs=vp9,opus",
                vec![VP9, OPUS],
            ),
            ("", &[Audio], "audio/webm;codecs=opus", vec![OPUS]),
            (
                "",
                &[Audio, Video],
                "video/webm;codecs=vp9,opus",
                vec![OPUS, VP9],
            ),
            ("video/webm", &[Video], "video/webm;codecs=vp9", vec![VP9]),
            (
                "video/webm;codecs=av01",
                &[Video, Audio],
                "video/webm;codecs=av01,opus",
                vec![AV1, OPUS],
            ),
            (
                "video/webm;codecs=\"av01.0.04M.08\"",
                &[Video, Video, Audio],
                "video/webm;codecs=av01.0.04M.08,opus",
                vec![AV1, AV1, OPUS],
            ),
            (
                "video/webm;codecs=vp9",
                &[Audio],
                "video/webm;codecs=opus",
                vec![OPUS],
            ),
            (
                "audio/x-matroska;codecs=pcm",
                &[Audio],
                "audio/x-matroska;codecs=pcm",
                vec![PCM],
            ),
        ] {
            assert_eq!(
                planned(mime, tracks),
                Ok((extended.into(), codecs)),
                "{mime} {tracks:?}"
            );
        }
    }

    #[test]
    fn what_cannot_be_recorded_is_said() {
        assert_eq!(planned("", &[]), Err(PlanError::NoTracks));
        assert!(matches!(
            planned("nonsense", &[Audio]),
            Err(PlanError::Type(_))
        ));
        assert!(matches!(
            planned("video/mp4", &[Video]),
            Err(PlanError::Type(_))
        ));
        assert!(matches!(
            planned("audio/webm", &[Video]),
            Err(PlanError::Track { kind: Video, .. })
        ));
        for mime in ["video/webm;codecs=theora", "video/webm;codecs=vp9,pcm"] {
            assert!(
                matches!(planned(mime, &[Video]), Err(PlanError::Codec { .. })),
                "{mime}"
            );
        }
    }
}
