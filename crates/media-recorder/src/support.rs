//! What this build can record.

use media_recorder_encode::{audio_codecs, video_codecs};
use media_recorder_state::{Capabilities, TrackNeed};
use media_recorder_types::{Codec, Container, MimeType, VideoCodec};

use crate::calibration::{Pictures, Speeds, best_for, can_encode, known, measured};
use crate::stream::{MediaStreamTrack, Timing, TrackSettings};

/// Containers and codecs, best first, for pictures of which nothing is known.
///
/// VP9 comes before AV1, which is too slow for many a machine. H.264 comes last: who wants it says
/// so.
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
        ..capabilities_by_speed("", &live_pictures(tracks), &known)
    }
}

/// The same for a type that names no picture codec, with the best codec first that keeps up with
/// these live pictures, where it is known how fast they are encoded.
pub(crate) fn capabilities_by_speed(
    mime_type: &str,
    pictures: &[Pictures],
    speeds: Speeds<'_>,
) -> Capabilities {
    let candidates = candidates(mime_type, pictures);
    let best = match pictures {
        [] => None,
        _ => best_for(&candidates, pictures, speeds),
    };
    let Some(best) = best.map(|index| candidates[index]) else {
        return capabilities();
    };
    let mut video = best_first();
    video.sort_by_key(|codec| *codec != best);
    let mut found = with_video(video);
    // The first one is for the type that names none; H.264 has no place in WebM.
    let mut containers = found.containers.clone();
    containers.sort_by_key(|container| !found.can_record(*container, Codec::Video(best)));
    found.containers = containers;
    found
}

/// The codecs that a type leaves open for all of these live pictures, best first. That is VP8: its
/// encoder leaves most of the machine to others, and whatever plays WebM plays it.
fn candidates(mime_type: &str, pictures: &[Pictures]) -> Vec<VideoCodec> {
    let container = mime_type.parse().ok();
    let container = container.and_then(|mime: MimeType| mime.container());
    let capabilities = capabilities();
    let has_place = |codec| match container {
        Some(container) => capabilities.can_record(container, Codec::Video(codec)),
        None => true,
    };
    let fits = |&codec: &VideoCodec| {
        let mut pictures = pictures.iter();
        has_place(codec) && pictures.all(|picture| can_encode(codec, picture.size))
    };
    let mut codecs: Vec<VideoCodec> = video_codecs().iter().copied().filter(fits).collect();
    codecs.sort_by_key(|codec| *codec != VideoCodec::Vp8);
    codecs
}

/// The pictures that come live and have to be encoded.
pub(crate) fn live_pictures(tracks: &[MediaStreamTrack]) -> Vec<Pictures> {
    let pictures = tracks.iter().filter_map(|track| match &track.format() {
        TrackSettings::Video(format) if track.feed().timing == Timing::Live => {
            Some(Pictures::new(format.size, format.rate))
        }
        _ => None,
    });
    pictures.collect()
}

/// Measures how fast live tracks can be encoded as this type says, unless that is known: with the
/// codec that it names, or with one after the other until one keeps up.
pub(crate) fn calibrate(tracks: &[MediaStreamTrack], mime_type: &str) {
    let pictures = live_pictures(tracks);
    match named_video_codec(mime_type) {
        Some(codec) => {
            for picture in &pictures {
                // What cannot be measured is refused when it is to be recorded.
                let _ = measured(codec, picture.size);
            }
        }
        None => {
            capabilities_by_speed(mime_type, &pictures, &measured);
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

#[cfg(all(
    test,
    feature = "h264",
    feature = "vp8",
    feature = "mp4",
    feature = "webm"
))]
mod tests {
    use super::{capabilities, capabilities_by_speed};
    use crate::calibration::Pictures;
    use media_recorder_state::{TrackNeed, is_type_supported, plan};
    use media_recorder_types::{FrameSize, TrackKind, VideoCodec};

    /// The type that a live recording of this size gets, where VP8, AV1, VP9 and H.264 take so much
    /// of the time.
    fn type_for(mime_type: &str, width: u32, loads: [f64; 4]) -> String {
        let size = FrameSize::new(width, width * 9 / 16);
        let pictures = Pictures { size, rate: 30.0 };
        let speeds = |codec, _| {
            let load = match codec {
                VideoCodec::Vp8 => loads[0],
                VideoCodec::Av1 => loads[1],
                VideoCodec::Vp9 => loads[2],
                _ => loads[3],
            };
            Some(load / (size.pixels() as f64 * 30.0))
        };
        let capabilities = capabilities_by_speed(mime_type, &[pictures], &speeds);
        let tracks = [TrackNeed::Encode(TrackKind::Video)];
        let plan = plan(mime_type, &tracks, &capabilities).expect("a type that is built");
        plan.mime_type.to_string()
    }

    #[test]
    fn the_best_codec_that_keeps_up_is_taken_for_live_pictures() {
        for (mime_type, loads, codec) in [
            ("", [0.5, 0.1, 0.1, 0.05], "video/webm;codecs=vp8"),
            ("", [0.9, 0.15, 0.1, 0.05], "video/webm;codecs=av01"),
            ("", [0.9, 0.7, 0.4, 0.1], "video/webm;codecs=vp9"),
            ("", [0.9, 2.0, 1.0, 0.4], "video/x-matroska;codecs=avc1"),
            // Nothing does: the fastest.
            ("", [4.0, 9.0, 4.0, 2.0], "video/x-matroska;codecs=avc1"),
            ("video/webm", [0.9, 2.0, 1.0, 0.4], "video/webm;codecs=vp8"),
            (
                "video/webm",
                [0.9, 0.15, 0.1, 0.05],
                "video/webm;codecs=av01",
            ),
            // VP8 has no place there.
            ("video/mp4", [0.1, 0.15, 0.1, 0.05], "video/mp4;codecs=av01"),
            ("video/mp4", [0.1, 2.0, 1.0, 0.4], "video/mp4;codecs=avc1"),
        ] {
            assert_eq!(type_for(mime_type, 640, loads), codec, "{loads:?}");
        }
        // AV1 has no pictures as small as this, however fast it is.
        assert_eq!(
            type_for("", 14, [0.9, 0.1, 0.1, 0.1]),
            "video/webm;codecs=vp9"
        );
    }

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
