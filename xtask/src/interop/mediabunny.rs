//! What mediabunny reads in a file: its type, its tracks, their packets.

use serde_json::Value;

use super::node::Node;
use super::probe::{self, SOUND_PACKET, TOLERANCE, ms};
use super::record::Recording;
use super::report::Report;

/// An edit list begins after what the decoder of Opus throws away; mediabunny gives such packets
/// times before zero.
const OPUS_PRE_SKIP: f64 = 0.0065;

pub(super) fn check(report: &mut Report, recording: &Recording, node: &Node) {
    let Some(report) = report.by("mediabunny") else {
        return;
    };
    let Recording { name, path, .. } = recording;
    let Some(read) = report.attempt(name, "reads", || node.run("mediabunny.mjs", path)) else {
        return;
    };
    let container = recording.container();
    let measured = read["type"].as_str().unwrap_or_default();
    let is_right = measured.starts_with(&format!("{container};"));
    report.check(name, "type", is_right, measured, container);

    let duration = read["duration"].as_f64().unwrap_or(f64::NAN);
    let end = recording.duration;
    let allowed = end - untold(recording)..=end + recording.end_slack() + TOLERANCE;
    let is_right = allowed.contains(&duration);
    report.check(name, "duration", is_right, ms(duration), ms(end));

    let tracks = read["tracks"].as_array().map_or(&[][..], Vec::as_slice);
    let codecs = tracks.iter().map(|track| track["codec"].as_str());
    let codecs: Vec<_> = codecs.map(Option::unwrap_or_default).collect();
    let wanted: Vec<_> = recording.codecs().map(name_of).collect();
    let is_right = codecs == wanted;
    let [codecs, wanted] = [codecs, wanted].map(|codecs| codecs.join(", "));
    report.check(name, "codecs", is_right, codecs, wanted);
    for track in tracks {
        check_track(report, recording, track);
    }
}

/// It starts at zero, and ffprobe counts the same packets.
fn check_track(report: &mut Report, recording: &Recording, track: &Value) {
    let Recording { name, path, .. } = recording;
    let (stream, what) = match track["kind"].as_str() {
        Some("video") => ("v:0", "picture"),
        _ => ("a:0", "sound"),
    };
    let first = track["first"].as_f64().unwrap_or(f64::NAN);
    let pre_skip = if recording.is_mp4() && track["codec"] == "opus" {
        OPUS_PRE_SKIP
    } else {
        0.0
    };
    let is_right = (first + pre_skip).abs() <= TOLERANCE;
    let check = format!("first {what}");
    report.check(name, &check, is_right, ms(first), ms(0.0 - pre_skip));

    if recording.is_mp4() && track["codec"] == "pcm-f32" {
        // It makes packets of its own of samples that lie one after the other.
        return;
    }
    let Some(packets) = report.attempt(name, "packets", || probe::packets(path, stream)) else {
        return;
    };
    let keys = packets.iter().filter(|packet| packet.is_key).count();
    let text = |count: &dyn std::fmt::Display, keys: &dyn std::fmt::Display| {
        format!("{count}, {keys} of them keys")
    };
    let measured = text(&track["count"], &track["keys"]);
    let wanted = text(&packets.len(), &keys);
    let check = format!("packets of {what}");
    report.check(name, &check, measured == wanted, measured, wanted);
}

/// Its name for a codec of ours.
fn name_of(codec: &str) -> &str {
    match codec {
        "av01" => "av1",
        "pcm" => "pcm-f32",
        same => same,
    }
}

/// How much of the end it may miss, in seconds: a block says how long it is only if it must, and
/// of the last sound it does not find out.
fn untold(recording: &Recording) -> f64 {
    if recording.is_mp4() {
        TOLERANCE
    } else {
        SOUND_PACKET + TOLERANCE
    }
}
