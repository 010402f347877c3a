//! What this build can record.

use media_recorder_encode::{audio_codecs, video_codecs};
use media_recorder_state::{Capabilities, TrackNeed};
use media_recorder_types::{Codec, Container, VideoCodec};

use crate::stream::{MediaStreamTrack, TrackSettings};

/// Containers and codecs, best first.
///
/// VP9 comes before AV1: of the two it is the one that is encoded in real time by an ordinary
/// machine.
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
        passed: Vec::new(),
    }
}

/// The same for these tracks, with the codecs in which some of them come.
pub(crate) fn capabilities_for(tracks: &[MediaStreamTrack]) -> Capabilities {
    let passed = tracks.iter().filter_map(|track| match need_of(track) {
        TrackNeed::Encode(_) => None,
        TrackNeed::Pass(codec) => Some(codec),
    });
    Capabilities {
        passed: passed.collect(),
        ..capabilities()
    }
}

/// What it takes to record a track.
pub(crate) fn need_of(track: &MediaStreamTrack) -> TrackNeed {
    match track.format() {
        TrackSettings::Encoded(settings) => TrackNeed::Pass(settings.present().codec()),
        _ => TrackNeed::Encode(track.kind()),
    }
}
