//! What ffprobe reads in a file: frames, times, duration.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use super::record::{FrameRate, Recording};
use super::report::Report;
use crate::process;

/// WebM and Matroska files have times in milliseconds, so that half of one is lost; the other
/// half is for this program's own rounding.
pub(super) const TOLERANCE: f64 = 0.001;
/// Sound comes in packets so long, in seconds.
pub(super) const SOUND_PACKET: f64 = 0.02;

/// The first picture track of a file.
#[derive(Debug)]
pub(super) struct VideoStream {
    pub(super) rate: FrameRate,
    /// As many as are there, counted by decoding.
    pub(super) frames: usize,
}

fn ffprobe(arguments: &[&str], file: &Path) -> Result<Value> {
    let mut ffprobe = Command::new("ffprobe");
    ffprobe
        .args(["-v", "error", "-of", "json"])
        .args(arguments)
        .arg(file);
    Ok(serde_json::from_slice(&process::stdout(&mut ffprobe)?)?)
}

/// A number that ffprobe prints as a string.
fn number(value: &Value) -> Option<f64> {
    value.as_str()?.parse().ok()
}

pub(super) fn video_stream(file: &Path) -> Result<VideoStream> {
    let probed = ffprobe(
        &["-count_frames", "-show_streams", "-select_streams", "v:0"],
        file,
    )?;
    let stream = &probed["streams"][0];
    let rate = stream["r_frame_rate"]
        .as_str()
        .and_then(|rate| rate.split_once('/'));
    let (numerator, denominator) = rate.context("no frame rate")?;
    Ok(VideoStream {
        rate: FrameRate {
            numerator: numerator.parse()?,
            denominator: denominator.parse()?,
        },
        frames: number(&stream["nb_read_frames"]).context("no count of frames")? as usize,
    })
}

pub(super) fn has_sound(file: &Path) -> bool {
    ffprobe(&["-show_streams", "-select_streams", "a:0"], file)
        .is_ok_and(|probed| !probed["streams"][0].is_null())
}

/// A packet of a track, as it is in the file.
#[derive(Debug, PartialEq)]
pub(super) struct Packet {
    /// When it begins, in seconds.
    pub(super) time: f64,
    /// How long it is, in seconds, if anything says so.
    pub(super) duration: Option<f64>,
    pub(super) is_key: bool,
}

/// The packets of a track, in the order of the file.
pub(super) fn packets(file: &Path, track: &str) -> Result<Vec<Packet>> {
    let probed = ffprobe(&["-show_packets", "-select_streams", track], file)?;
    let packets = probed["packets"].as_array().context("no packets")?;
    let packets = packets.iter().map(|packet| {
        Some(Packet {
            time: number(&packet["pts_time"])?,
            duration: number(&packet["duration_time"]),
            is_key: packet["flags"].as_str()?.starts_with('K'),
        })
    });
    packets
        .collect::<Option<_>>()
        .context("a packet without a time")
}

/// When the packets of a track begin, in seconds, in the order of the file.
pub(crate) fn packet_times(file: &Path, track: &str) -> Result<Vec<f64>> {
    let packets = packets(file, track)?;
    Ok(packets.iter().map(|packet| packet.time).collect())
}

/// When the first decoded frame of a track begins, in seconds.
pub(crate) fn first_frame_time(file: &Path, track: &str) -> Result<f64> {
    let first = [
        "-show_frames",
        "-read_intervals",
        "%+#5",
        "-select_streams",
        track,
    ];
    let probed = ffprobe(&first, file)?;
    number(&probed["frames"][0]["pts_time"]).context("no decoded frame with a time")
}

/// The duration in the file's header, in seconds, if there is one.
pub(crate) fn duration(file: &Path) -> Result<Option<f64>> {
    let probed = ffprobe(&["-show_format"], file)?;
    Ok(number(&probed["format"]["duration"]))
}

pub(super) fn check(report: &mut Report, recording: &Recording) {
    let Some(report) = report.by("ffprobe") else {
        return;
    };
    if recording.has_picture() {
        check_frames(report, recording);
    }
    check_first_times(report, recording);
    check_sound_times(report, recording);
    check_duration(report, recording);
}

fn check_frames(report: &mut Report, recording: &Recording) {
    let Recording { name, path, .. } = recording;
    if let Some(stream) = report.attempt(name, "frames", || video_stream(path)) {
        let is_right = stream.frames == recording.frames;
        report.check(name, "frames", is_right, stream.frames, recording.frames);
    }
    if let Some(times) = report.attempt(name, "times", || packet_times(path, "v:0")) {
        let errors = times.iter().enumerate().map(|(n, time)| {
            let error = time - recording.rate.time_of(n);
            error.abs()
        });
        let worst = errors.fold(0.0, f64::max);
        let is_right = worst <= TOLERANCE;
        report.check(
            name,
            "frame times, worst",
            is_right,
            ms(worst),
            "1 ms of n/rate",
        );
    }
}

/// Picture and sound begin at zero.
pub(super) fn check_first_times(report: &mut Report, recording: &Recording) {
    let Recording { name, path, .. } = recording;
    for (track, check) in recording.decoded_tracks() {
        if let Some(time) = report.attempt(name, check, || first_frame_time(path, track)) {
            report.check(name, check, time.abs() <= TOLERANCE, ms(time), "0 ms");
        }
    }
}

/// Sound packets follow each other without a gap.
///
/// The first one of Opus begins before zero: its block has the time 0, and a reader subtracts
/// the CodecDelay (RFC 9559 §5.1.4.1.25) that the decoder throws away.
fn check_sound_times(report: &mut Report, recording: &Recording) {
    let name = recording.name;
    let Some(times) = report.attempt(name, "sound times", || packet_times(&recording.path, "a:0"))
    else {
        return;
    };
    let steps: Vec<_> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let mean = steps.iter().sum::<f64>() / steps.len() as f64;
    let errors = times.iter().enumerate().map(|(n, time)| {
        let error = time - times[0] - n as f64 * mean;
        error.abs()
    });
    let worst = errors.fold(0.0, f64::max);
    let is_right = worst <= TOLERANCE;
    report.check(
        name,
        "sound times, worst",
        is_right,
        ms(worst),
        "1 ms of even steps",
    );
}

fn check_duration(report: &mut Report, recording: &Recording) {
    let name = recording.name;
    let Some(duration) = report.attempt(name, "duration", || duration(&recording.path)) else {
        return;
    };
    let measured = duration.map_or("none".to_owned(), ms);
    if recording.live && !recording.is_mp4() {
        // It was not known when the header was written.
        report.check(name, "duration", duration.is_none(), measured, "none");
    } else {
        let end = recording.duration;
        let allowed = end - TOLERANCE..=end + recording.end_slack() + TOLERANCE;
        let is_right = duration.is_some_and(|duration| allowed.contains(&duration));
        report.check(name, "duration", is_right, measured, ms(end));
    }
}

/// Seconds in milliseconds.
pub(super) fn ms(seconds: f64) -> String {
    format!("{:.2} ms", seconds * 1000.0)
}
