//! What this build can record.

use media_recorder_encode::{audio_codecs, video_codecs};
use media_recorder_state::{Capabilities, TrackNeed};
use media_recorder_types::{Codec, Container, MimeType, VideoCodec};

use crate::calibration::{Pictures, Speeds, known, measured, sort_for};
use crate::stream::{MediaStreamTrack, Timing, TrackSettings};

/// Containers and codecs, best first.
///
/// VP9 comes before AV1: at every speed that an ordinary machine manages, it is the better picture
/// of the two (`docs/presets.md`). H.264 comes last: who wants it says so.
pub(crate) fn capabilities() -> Capabilities {
    with_video(best_first())
}

fn best_first() -> Vec<VideoCodec> {
    let mut video = video_codecs().to_vec();
    video.sort_by_key(|codec| *codec != VideoCodec::Vp9);
    video
}

fn with_video(video: Vec<VideoCodec>) -> Capabilities {
    let mut containers = Vec::new();
    if cfg!(feature = "webm") {
        containers.extend([Container::WebM, Container::Matroska]);
    }
    if cfg!(feature = "mp4") {
        containers.push(Container::Mp4);
    }
    let video = video.into_iter().map(Codec::Video);
    let audio = audio_codecs().iter().copied().map(Codec::Audio);
    Capabilities {
        containers,
        codecs: video.chain(audio).collect(),
        passed: Vec::new(),
    }
}

/// The same for these tracks: with the codecs in which some of them come, and with the best codec
/// first that keeps up with the live ones, where it is known how fast they are encoded.
pub(crate) fn capabilities_for(tracks: &[MediaStreamTrack]) -> Capabilities {
    let passed = tracks.iter().filter_map(|track| match need_of(track) {
        TrackNeed::Encode(_) => None,
        TrackNeed::Pass(codec) => Some(codec),
    });
    Capabilities {
        passed: passed.collect(),
        ..capabilities_by_speed(&live_pictures(tracks), &known)
    }
}

/// The same with the best codec first that keeps up with these live pictures, where it is known
/// how fast they are encoded.
pub(crate) fn capabilities_by_speed(pictures: &[Pictures], speeds: Speeds<'_>) -> Capabilities {
    // AV1 is no choice for live pictures unless one asks for it: it looks ahead, so that a short
    // measurement flatters it.
    let (slow, mut video): (Vec<_>, Vec<_>) = best_first()
        .into_iter()
        .partition(|codec| *codec == VideoCodec::Av1);
    if video.is_empty() || pictures.is_empty() || !sort_for(&mut video, pictures, speeds) {
        return capabilities();
    }
    video.extend(slow);
    with_video(video)
}

/// The pictures that come live and have to be encoded.
pub(crate) fn live_pictures(tracks: &[MediaStreamTrack]) -> Vec<Pictures> {
    let pictures = tracks.iter().filter_map(|track| match track.format() {
        TrackSettings::Video(format) if track.feed().timing == Timing::Live => {
            Some(Pictures::new(format.size, format.rate))
        }
        _ => None,
    });
    pictures.collect()
}

/// Measures how fast live tracks can be encoded as this type says, unless that is known.
pub(crate) fn calibrate(tracks: &[MediaStreamTrack], mime_type: &str) {
    let pictures = live_pictures(tracks);
    let named = named_video_codec(mime_type);
    for &codec in video_codecs() {
        if named.is_none_or(|named| named == codec) {
            for picture in &pictures {
                // What cannot be measured is refused when it is to be recorded.
                let _ = measured(codec, picture.size);
            }
        }
    }
}

/// The picture codec that a type names.
pub(crate) fn named_video_codec(mime_type: &str) -> Option<VideoCodec> {
    let mime: MimeType = mime_type.parse().ok()?;
    let mut codecs = mime.codecs().into_iter();
    codecs.find_map(|entry| match entry.codec() {
        Some(Codec::Video(codec)) => Some(codec),
        _ => None,
    })
}

/// What it takes to record a track.
pub(crate) fn need_of(track: &MediaStreamTrack) -> TrackNeed {
    match track.format() {
        TrackSettings::Encoded(settings) => TrackNeed::Pass(settings.present().codec()),
        _ => TrackNeed::Encode(track.kind()),
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
