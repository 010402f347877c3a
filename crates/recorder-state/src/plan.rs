//! What `start` decides: a container, and a codec for each track.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use media_recorder_types::{Codec, CodecString, Container, MimeType, TrackKind};

use crate::Capabilities;
use crate::support::container_allows;

/// A track that is to be recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrackNeed {
    /// It delivers frames of this kind, and gets an encoder.
    Encode(TrackKind),
    /// It delivers packets that are encoded already: **they keep their codec.**
    Pass(Codec),
}

impl TrackNeed {
    /// Audio or video.
    pub fn kind(self) -> TrackKind {
        match self {
            Self::Encode(kind) => kind,
            Self::Pass(codec) => codec.kind(),
        }
    }
}

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
    /// The type names another codec than the one in which a track is encoded already.
    #[error("a track that is encoded as {codec} cannot be recorded as `{mime_type}`")]
    Encoded {
        /// What the track is encoded as.
        codec: Codec,
        /// The type asked for.
        mime_type: String,
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
/// Where the type names no codec for a kind of track, the best of the build is taken. Without a
/// type, the container is the first that has a place for every track that is encoded already.
///
/// # Errors
///
/// [`PlanError`] where a track cannot be recorded; nothing is recorded in part.
pub fn plan(
    mime_type: &str,
    tracks: &[TrackNeed],
    capabilities: &Capabilities,
) -> Result<Plan, PlanError> {
    let kind_of_all = tracks.iter().map(|track| track.kind()).max();
    let kind_of_all = kind_of_all.ok_or(PlanError::NoTracks)?;
    let bad_type = || PlanError::Type(mime_type.into());
    let (container, kind, entries) = if mime_type.is_empty() {
        let mut containers = capabilities.containers.iter().copied();
        let first = *capabilities.containers.first().ok_or_else(bad_type)?;
        let container = containers.find(|container| carries(*container, tracks));
        (container.unwrap_or(first), kind_of_all, Vec::new())
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
    let request = Request {
        mime_type,
        container,
        kind,
        entries: &entries,
        capabilities,
    };
    let mut codecs = Vec::with_capacity(tracks.len());
    let mut strings: Vec<CodecString> = Vec::new();
    for &track in tracks {
        let (codec, string) = request.choose(track)?;
        if !codecs.contains(&codec) {
            strings.push(string);
        }
        codecs.push(codec);
    }
    Ok(Plan {
        container,
        codecs,
        mime_type: label(kind, container, strings),
    })
}

/// What was asked for, taken apart.
struct Request<'a> {
    mime_type: &'a str,
    container: Container,
    kind: TrackKind,
    entries: &'a [CodecString],
    capabilities: &'a Capabilities,
}

impl Request<'_> {
    /// The codec of a track, and how the type spells it.
    fn choose(&self, track: TrackNeed) -> Result<(Codec, CodecString), PlanError> {
        let kind = track.kind();
        let no_place = || PlanError::Track {
            mime_type: self.mime_type.into(),
            kind,
        };
        if self.kind == TrackKind::Audio && kind == TrackKind::Video {
            return Err(no_place());
        }
        let named = self
            .entries
            .iter()
            .filter_map(|entry| Some((entry.codec()?, entry.clone())))
            .find(|(codec, _)| codec.kind() == kind);
        match (track, named) {
            (TrackNeed::Pass(codec), Some((named, string))) if is_same(codec, named) => {
                Ok((codec, string))
            }
            (TrackNeed::Pass(codec), None) if container_allows(self.container, codec) => {
                Ok((codec, codec.into()))
            }
            (TrackNeed::Pass(codec), Some(_)) => Err(PlanError::Encoded {
                codec,
                mime_type: self.mime_type.into(),
            }),
            (TrackNeed::Pass(codec), None) => Err(PlanError::Codec {
                codec: codec.to_string(),
                container: self.container,
            }),
            (TrackNeed::Encode(_), Some((codec, string))) => {
                let encodes = self.capabilities.codecs.contains(&codec);
                encodes.then_some((codec, string)).ok_or_else(no_place)
            }
            (TrackNeed::Encode(_), None) => {
                let codec = self.capabilities.preferred(self.container, kind);
                let codec = codec.ok_or_else(no_place)?;
                Ok((codec, codec.into()))
            }
        }
    }
}

impl Plan {
    /// From now on the track with this index, from 0, is encoded as `codec`: its source has
    /// changed.
    ///
    /// # Errors
    ///
    /// [`PlanError::Codec`] if the container has no place for it. Nothing has changed then.
    pub fn change_codec(&mut self, track: usize, codec: Codec) -> Result<(), PlanError> {
        if !container_allows(self.container, codec) {
            return Err(PlanError::Codec {
                codec: codec.to_string(),
                container: self.container,
            });
        }
        let Some(present) = self.codecs.get_mut(track).filter(|c| **c != codec) else {
            return Ok(());
        };
        *present = codec;
        let mut distinct: Vec<Codec> = Vec::new();
        for codec in &self.codecs {
            if !distinct.contains(codec) {
                distinct.push(*codec);
            }
        }
        let kind = match self.mime_type.split_once('/') {
            Some(("audio", _)) => TrackKind::Audio,
            _ => TrackKind::Video,
        };
        let strings = distinct.into_iter().map(CodecString::from).collect();
        self.mime_type = label(kind, self.container, strings);
        Ok(())
    }
}

/// Whether `container` has a place for every track that is encoded already.
fn carries(container: Container, tracks: &[TrackNeed]) -> bool {
    tracks.iter().all(|track| match track {
        TrackNeed::Encode(_) => true,
        TrackNeed::Pass(codec) => container_allows(container, *codec),
    })
}

/// `pcm` in a type stands for every form of it.
fn is_same(codec: Codec, named: Codec) -> bool {
    codec.short_name() == named.short_name()
}

/// The extended type. Video comes first, as everybody writes it.
fn label(kind: TrackKind, container: Container, mut strings: Vec<CodecString>) -> String {
    strings.sort_by_key(|string| core::cmp::Reverse(string.codec().map(Codec::kind)));
    MimeType::recording(kind, container, &strings).to_string()
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
    const VP8: Codec = Codec::Video(VideoCodec::Vp8);
    const H264: Codec = Codec::Video(VideoCodec::H264);
    const MJPEG: Codec = Codec::Video(VideoCodec::Mjpeg);
    const S16: Codec = Codec::Audio(AudioCodec::Pcm(PcmFormat::S16));
    const PCM: Codec = Codec::Audio(AudioCodec::Pcm(PcmFormat::F32));

    fn planned(mime: &str, tracks: &[TrackKind]) -> Result<(String, Vec<Codec>), PlanError> {
        let tracks: Vec<_> = tracks.iter().copied().map(TrackNeed::Encode).collect();
        planned_for(mime, &tracks)
    }

    fn planned_for(mime: &str, tracks: &[TrackNeed]) -> Result<(String, Vec<Codec>), PlanError> {
        let passed = tracks.iter().filter_map(|track| match track {
            TrackNeed::Encode(_) => None,
            TrackNeed::Pass(codec) => Some(*codec),
        });
        let capabilities = Capabilities {
            containers: vec![Container::WebM, Container::Matroska],
            codecs: vec![VP9, AV1, OPUS, PCM],
            passed: passed.collect(),
        };
        plan(mime, tracks, &capabilities).map(|plan| (plan.mime_type, plan.codecs))
    }

    #[test]
    fn what_is_encoded_already_keeps_its_codec() {
        use TrackNeed::{Encode, Pass};
        for (mime, tracks, extended) in [
            ("", &[Pass(VP8)][..], "video/webm;codecs=vp8"),
            ("", &[Pass(MJPEG)], "video/x-matroska;codecs=mjpeg"),
            (
                "",
                &[Encode(Audio), Pass(H264)],
                "video/x-matroska;codecs=avc1,opus",
            ),
            ("video/webm", &[Pass(VP8)], "video/webm;codecs=vp8"),
            (
                "video/webm;codecs=\"vp8, opus\"",
                &[Pass(VP8), Encode(Audio)],
                "video/webm;codecs=vp8,opus",
            ),
            (
                "video/x-matroska;codecs=avc1.42E01E",
                &[Pass(H264)],
                "video/x-matroska;codecs=avc1.42E01E",
            ),
            ("", &[Pass(S16)], "audio/x-matroska;codecs=pcm"),
            (
                "audio/x-matroska;codecs=pcm",
                &[Pass(S16)],
                "audio/x-matroska;codecs=pcm",
            ),
            ("", &[Encode(Video), Pass(VP8)], "video/webm;codecs=vp9,vp8"),
        ] {
            let (named, codecs) = planned_for(mime, tracks).unwrap();
            assert_eq!(named, extended, "{mime} {tracks:?}");
            for (track, codec) in tracks.iter().zip(codecs) {
                assert!(matches!(track, Encode(_)) || *track == Pass(codec));
            }
        }
    }

    #[test]
    fn nothing_that_is_encoded_is_encoded_again() {
        use TrackNeed::{Encode, Pass};
        for (mime, tracks) in [
            ("video/webm;codecs=vp9", &[Pass(VP8)][..]),
            ("video/webm", &[Pass(MJPEG)]),
            ("audio/webm", &[Pass(VP8)]),
            ("video/webm;codecs=opus", &[Pass(MJPEG)]),
            // A track of frames gets no codec that there is no encoder for.
            ("video/webm;codecs=vp8", &[Pass(VP8), Encode(Video)]),
        ] {
            assert!(planned_for(mime, tracks).is_err(), "{mime} {tracks:?}");
        }
    }

    #[test]
    fn a_source_may_change_its_codec_within_the_container() {
        let mut plan = Plan {
            container: Container::WebM,
            codecs: vec![VP8, OPUS],
            mime_type: "video/webm;codecs=vp8,opus".into(),
        };
        plan.change_codec(0, VP9).unwrap();
        assert_eq!(plan.mime_type, "video/webm;codecs=vp9,opus");
        let before = plan.clone();
        assert!(matches!(
            plan.change_codec(0, H264),
            Err(PlanError::Codec { .. })
        ));
        assert_eq!(plan, before);
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
