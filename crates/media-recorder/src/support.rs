//! What this build can record.

use media_recorder_encode::{audio_codecs, video_codecs};
use media_recorder_state::Capabilities;
use media_recorder_types::{Codec, Container, VideoCodec};

/// Containers and codecs, best first.
///
/// VP9 comes before AV1: of the two it is the one that is encoded in real time by an ordinary
/// machine. H.264 comes last: who wants it says so.
pub(crate) fn capabilities() -> Capabilities {
    let mut containers = Vec::new();
    if cfg!(feature = "webm") {
        containers.extend([Container::WebM, Container::Matroska]);
    }
    if cfg!(feature = "mp4") {
        containers.push(Container::Mp4);
    }
    let mut video = video_codecs().to_vec();
    video.sort_by_key(|codec| *codec != VideoCodec::Vp9);
    let video = video.into_iter().map(Codec::Video);
    let audio = audio_codecs().iter().copied().map(Codec::Audio);
    Capabilities {
        containers,
        codecs: video.chain(audio).collect(),
    }
}

#[cfg(all(test, feature = "h264", feature = "mp4", feature = "webm"))]
mod tests {
    use super::capabilities;
    use media_recorder_state::is_type_supported;

    #[test]
    fn h264_goes_where_it_has_a_place_and_only_when_asked_for() {
        for (mime, supported) in [
            ("video/mp4;codecs=avc1.42E01E", true),
            ("video/mp4;codecs=\"avc1.64001F, opus\"", true),
            ("video/x-matroska;codecs=avc1", true),
            ("video/webm;codecs=h264", false),
            ("video/webm;codecs=avc1.42E01E", false),
        ] {
            let found = is_type_supported(mime, &capabilities(), false);
            assert_eq!(found, supported, "{mime}");
        }
        let best = capabilities().codecs[0];
        assert_ne!(best.short_name(), "avc1");
    }
}
