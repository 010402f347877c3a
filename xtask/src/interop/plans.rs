//! What is recorded: each container with each codec, as a file and as a stream.

use super::inputs::Clip;
use super::record::{FrameRate, Plan, Source};

pub(super) const THIRTY: FrameRate = FrameRate {
    numerator: 30,
    denominator: 1,
};
const NTSC: FrameRate = FrameRate {
    numerator: 30_000,
    denominator: 1001,
};
pub(super) const VP9_OPUS: &str = "video/webm;codecs=vp9,opus";
pub(super) const VP8_OPUS: &str = "video/webm;codecs=vp8,opus";
pub(super) const AV1_OPUS: &str = "video/webm;codecs=av01,opus";
pub(super) const MKV_VP9_OPUS: &str = "video/x-matroska;codecs=vp9,opus";
const MKV_VP8_OPUS: &str = "video/x-matroska;codecs=vp8,opus";
const MKV_AV1_OPUS: &str = "video/x-matroska;codecs=av01,opus";
const MKV_VP9_PCM: &str = "video/x-matroska;codecs=vp9,pcm";
pub(super) const MP4_VP9_OPUS: &str = "video/mp4;codecs=vp9,opus";
pub(super) const MP4_AV1_OPUS: &str = "video/mp4;codecs=av01,opus";
const MP4_VP9_PCM: &str = "video/mp4;codecs=vp9,pcm";
/// The clip, and what is looked at longest.
pub(super) const LONG: usize = 5;
/// The rest.
pub(super) const SHORT: usize = 3;
const SIZE: &str = "320x180";
/// AV1 without assembly is slow.
pub(super) const SMALL: &str = "160x90";
/// What the picture of the clip gets.
const BITS_PER_SECOND: &str = "800k";

/// Every recording that is made by one run of the command.
pub(super) fn all(clip: &Clip) -> Vec<Plan> {
    vec![
        pattern("vp9.webm", VP9_OPUS, SIZE, THIRTY, LONG),
        pattern("vp8.webm", VP8_OPUS, SIZE, THIRTY, LONG),
        pattern("vp8-odd-size.mkv", MKV_VP8_OPUS, "321x183", NTSC, SHORT),
        pattern("av1.webm", AV1_OPUS, SMALL, THIRTY, SHORT),
        pattern("ntsc-odd-size.webm", VP9_OPUS, "321x183", NTSC, LONG),
        pattern("vp9.mkv", MKV_VP9_OPUS, SIZE, THIRTY, SHORT),
        pattern("av1.mkv", MKV_AV1_OPUS, SMALL, THIRTY, SHORT),
        pattern("vp9.mp4", MP4_VP9_OPUS, SIZE, THIRTY, LONG),
        pattern("av1-ntsc-odd-size.mp4", MP4_AV1_OPUS, "161x93", NTSC, SHORT),
        pattern("pcm.mp4", MP4_VP9_PCM, SIZE, THIRTY, SHORT),
        sound("sound.webm", "audio/webm;codecs=opus"),
        sound("sound.mka", "audio/x-matroska;codecs=opus"),
        sound("pcm.mka", "audio/x-matroska;codecs=pcm"),
        sound("sound.m4a", "audio/mp4;codecs=opus"),
        live("live.webm", VP9_OPUS, SIZE),
        live("live-vp8.webm", VP8_OPUS, SIZE),
        live("live-av1.webm", AV1_OPUS, SMALL),
        live("live.mkv", MKV_VP9_OPUS, SIZE),
        live("live.mp4", MP4_VP9_OPUS, SIZE),
        live("live-av1.mp4", MP4_AV1_OPUS, SMALL),
        recorded_clip("clip-vp9.webm", VP9_OPUS, clip),
        recorded_clip("clip-vp9.mp4", MP4_VP9_OPUS, clip),
        recorded_clip("clip-vp8.webm", VP8_OPUS, clip),
        recorded_clip("clip-av1.webm", AV1_OPUS, clip),
        recorded_clip("clip-pcm.mkv", MKV_VP9_PCM, clip),
    ]
}

fn pattern(
    name: &'static str,
    mime_type: &'static str,
    size: &str,
    rate: FrameRate,
    seconds: usize,
) -> Plan {
    let FrameRate {
        numerator,
        denominator,
    } = rate;
    let arguments = [
        "--size",
        size,
        "--frame-rate",
        &format!("{numerator}/{denominator}"),
        "--duration",
        &format!("{seconds}s"),
    ];
    // The frames that begin before the end.
    let is_begun = |&n: &usize| rate.time_of(n) < seconds as f64;
    let frames = (0..).take_while(is_begun).count();
    Plan {
        name,
        source: Source::Pattern { seconds },
        mime_type,
        live: false,
        rate,
        frames,
        duration: rate.time_of(frames),
        arguments: arguments.map(str::to_owned).to_vec(),
    }
}

/// To standard output.
fn live(name: &'static str, mime_type: &'static str, size: &str) -> Plan {
    Plan {
        live: true,
        ..pattern(name, mime_type, size, THIRTY, SHORT)
    }
}

/// The test pattern's sound alone.
fn sound(name: &'static str, mime_type: &'static str) -> Plan {
    let duration = format!("{SHORT}s");
    let arguments = [
        "--video",
        "none",
        "--audio",
        "test",
        "--duration",
        &duration,
    ];
    Plan {
        name,
        source: Source::Pattern { seconds: SHORT },
        mime_type,
        live: false,
        rate: THIRTY,
        frames: 0,
        duration: SHORT as f64,
        arguments: arguments.map(str::to_owned).to_vec(),
    }
}

fn recorded_clip(name: &'static str, mime_type: &'static str, clip: &Clip) -> Plan {
    let arguments = [
        "--video".into(),
        clip.picture.to_string_lossy(),
        "--audio".into(),
        clip.sound.to_string_lossy(),
        "--video-bits-per-second".into(),
        BITS_PER_SECOND.into(),
    ];
    Plan {
        name,
        source: Source::Clip,
        mime_type,
        live: false,
        rate: clip.rate,
        frames: clip.frames,
        duration: clip.rate.time_of(clip.frames),
        arguments: arguments.map(String::from).to_vec(),
    }
}
