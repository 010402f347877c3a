//! Which MIME types can be recorded.

use alloc::vec::Vec;

use media_recorder_types::{AudioCodec, Codec, Container, MimeType, TrackKind, VideoCodec};

/// What this build can write and encode, best first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// Containers.
    pub containers: Vec<Container>,
    /// Codecs of both kinds that can be encoded.
    pub codecs: Vec<Codec>,
    /// Codecs in which tracks come that are encoded already.
    pub passed: Vec<Codec>,
}

/// The identifiers that the specification's algorithm decides at once; any other is left for
/// `start` to decide.
const DECIDED: [&str; 13] = [
    "vp8", "vp9", "h264", "avc1", "avc3", "av1", "av01", "hvc1", "hev1", "opus", "pcm", "vp08",
    "vp09",
];

impl Capabilities {
    /// Whether `container` can be written with `codec` in it.
    pub fn can_record(&self, container: Container, codec: Codec) -> bool {
        // A type does not tell the forms of PCM apart.
        let comes = |passed: &Codec| passed.short_name() == codec.short_name();
        self.containers.contains(&container)
            && (self.codecs.contains(&codec) || self.passed.iter().any(comes))
            && container_allows(container, codec)
    }

    /// The best codec of `kind` for `container`.
    pub fn preferred(&self, container: Container, kind: TrackKind) -> Option<Codec> {
        let fits = |codec: &Codec| codec.kind() == kind && container_allows(container, *codec);
        self.codecs.iter().copied().find(fits)
    }
}

/// Whether the container's specification gives `codec` a place.
pub(crate) fn container_allows(container: Container, codec: Codec) -> bool {
    use AudioCodec::{Flac, Opus, Pcm, Vorbis};
    use VideoCodec::{Av1, H264, Vp8, Vp9};
    match container {
        Container::WebM => matches!(
            codec,
            Codec::Video(Vp8 | Vp9 | Av1) | Codec::Audio(Opus | Vorbis)
        ),
        Container::Mp4 => {
            matches!(
                codec,
                Codec::Video(Vp9 | Av1 | H264) | Codec::Audio(Opus | Pcm(_) | Flac)
            )
        }
        // Matroska has a place for everything, and so has whatever comes.
        _ => true,
    }
}

/// "Is type supported" of the specification. An empty type is; a codec that the algorithm does
/// not know at once gives `defer_newer` (`true` in the constructor, `false` in
/// `isTypeSupported`).
pub fn is_type_supported(mime_type: &str, capabilities: &Capabilities, defer_newer: bool) -> bool {
    if mime_type.is_empty() {
        return true;
    }
    let Ok(mime) = mime_type.parse::<MimeType>() else {
        return false;
    };
    let (Some(container), Some(kind)) = (mime.container(), mime.track_kind()) else {
        return false;
    };
    if !capabilities.containers.contains(&container) {
        return false;
    }
    let mut seen: Vec<TrackKind> = Vec::new();
    let mut deferred = false;
    for entry in mime.codecs() {
        let codec = entry.codec();
        if let Some(codec) = codec {
            let of_this_kind = codec.kind();
            let wrong_type = kind == TrackKind::Audio && of_this_kind == TrackKind::Video;
            if seen.contains(&of_this_kind) || wrong_type {
                return false;
            }
            seen.push(of_this_kind);
        }
        let recordable = codec.is_some_and(|codec| capabilities.can_record(container, codec));
        if !recordable {
            if DECIDED.contains(&entry.identifier().as_str()) {
                return false;
            }
            deferred = true;
        }
    }
    !deferred || defer_newer
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use media_recorder_types::PcmFormat;

    fn capabilities() -> Capabilities {
        Capabilities {
            containers: vec![Container::WebM, Container::Matroska],
            codecs: vec![
                Codec::Video(VideoCodec::Vp9),
                Codec::Video(VideoCodec::Av1),
                Codec::Audio(AudioCodec::Opus),
                Codec::Audio(AudioCodec::Pcm(PcmFormat::F32)),
            ],
            passed: Vec::new(),
        }
    }

    #[test]
    fn what_comes_encoded_needs_no_encoder() {
        let mut capabilities = capabilities();
        capabilities.passed = vec![Codec::Video(VideoCodec::H264)];
        for (mime, supported) in [
            ("video/x-matroska;codecs=avc1.42E01E", true),
            ("video/webm;codecs=h264", false),
            ("video/x-matroska;codecs=vp8", false),
        ] {
            assert_eq!(
                is_type_supported(mime, &capabilities, false),
                supported,
                "{mime}"
            );
        }
        let preferred = capabilities.preferred(Container::Matroska, TrackKind::Video);
        assert_eq!(preferred, Some(Codec::Video(VideoCodec::Vp9)));
    }

    #[test]
    fn the_algorithm_of_the_specification() {
        for (mime, supported) in [
            ("", true),
            ("video/webm", true),
            ("Video/WEBM", true),
            ("audio/webm;codecs=opus", true),
            ("video/webm;codecs=vp9", true),
            ("video/webm;codecs=\"av01.0.04M.08, opus\"", true),
            ("video/webm; codecs=VP9,Opus", true),
            ("video/x-matroska;codecs=vp9,pcm", true),
            ("video/webm;codecs=vp09.00.31.08", true),
            ("video", false),
            ("invalid/webm", false),
            ("video/invalid", false),
            ("video/mp4", false),
            ("image/webm", false),
            ("video/webm;codecs=vp8", false),
            ("video/webm;codecs=vp9,av01", false),
            ("audio/webm;codecs=opus,pcm", false),
            ("video/webm;codecs=pcm", false),
            ("audio/webm;codecs=vp9", false),
            ("video/webm;codecs=h264", false),
        ] {
            assert_eq!(
                is_type_supported(mime, &capabilities(), false),
                supported,
                "{mime}"
            );
            assert_eq!(
                is_type_supported(mime, &capabilities(), true),
                supported,
                "{mime}"
            );
        }
    }

    #[test]
    fn a_codec_outside_the_list_is_left_to_start() {
        for mime in [
            "video/webm;codecs=theora",
            "video/webm;codecs=\"\"",
            "audio/webm;codecs=flac",
        ] {
            assert!(!is_type_supported(mime, &capabilities(), false), "{mime}");
            assert!(is_type_supported(mime, &capabilities(), true), "{mime}");
        }
    }
}
