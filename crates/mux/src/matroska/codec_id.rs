//! Which codecs a file carries, and what it calls them.

use media_recorder_types::{AudioCodec, Codec, PcmFormat, VideoCodec};

use super::options::DocType;

/// The codec's name in <https://www.matroska.org/technical/codec_specs.html>; `None` if the
/// format does not carry it. WebM is a short list
/// (<https://www.webmproject.org/docs/container/>).
pub(super) fn codec_id(codec: Codec, doc_type: DocType) -> Option<&'static str> {
    let in_webm = match codec {
        Codec::Video(VideoCodec::Vp8) => Some("V_VP8"),
        Codec::Video(VideoCodec::Vp9) => Some("V_VP9"),
        Codec::Video(VideoCodec::Av1) => Some("V_AV1"),
        Codec::Audio(AudioCodec::Opus) => Some("A_OPUS"),
        Codec::Audio(AudioCodec::Vorbis) => Some("A_VORBIS"),
        _ => None,
    };
    let in_matroska = match codec {
        Codec::Video(VideoCodec::H264) => Some("V_MPEG4/ISO/AVC"),
        Codec::Video(VideoCodec::Mjpeg) => Some("V_MJPEG"),
        Codec::Audio(AudioCodec::Pcm(PcmFormat::S16 | PcmFormat::S24)) => Some("A_PCM/INT/LIT"),
        Codec::Audio(AudioCodec::Pcm(PcmFormat::F32)) => Some("A_PCM/FLOAT/IEEE"),
        Codec::Audio(AudioCodec::Flac) => Some("A_FLAC"),
        _ => in_webm,
    };
    match doc_type {
        DocType::WebM => in_webm,
        DocType::Matroska => in_matroska,
    }
}
