//! What a browser's own `MediaRecorder` costs for the same pictures on a canvas.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::clip::Clip;
use super::ffmpeg;
use crate::chromium::{self, Resource};
use crate::process;

/// The types that are recorded, in the order of a browser's liking.
const TYPES: [&str; 3] = [
    "video/webm;codecs=vp8",
    "video/webm;codecs=vp9",
    "video/webm;codecs=av1",
];

/// Plays the clip onto a canvas in Chromium, without and with recording it; the difference is the
/// recorder's. In Markdown.
pub(super) fn measure(clip: &Clip, bits_per_second: u32) -> Result<String> {
    let directory = tempfile::tempdir()?;
    let movie = directory.path().join("clip.mp4");
    encode(clip, &movie)?;
    let idle = visit(&movie, clip, "", bits_per_second)?;
    let mut text = format!(
        "\n| Chromium's MediaRecorder, {} kb/s | CPU ms a frame | kb/s |\n|---|---|---|\n",
        bits_per_second / 1000
    );
    for media_type in TYPES {
        let recorded = visit(&movie, clip, media_type, bits_per_second)?;
        let cost = (recorded.cpu - idle.cpu) / f64::from(clip.frames) * 1000.0;
        let rate = recorded.bytes * 8.0 / recorded.seconds / 1000.0;
        text += &format!("| {media_type} | {cost:.1} | {rate:.0} |\n");
    }
    Ok(text)
}

struct Visit {
    /// Seconds of all of the browser's processes.
    cpu: f64,
    /// What was recorded.
    bytes: f64,
    /// For how long.
    seconds: f64,
}

fn visit(movie: &Path, clip: &Clip, media_type: &str, bits_per_second: u32) -> Result<Visit> {
    let script = include_str!("page.js")
        .replace("{TYPE}", media_type)
        .replace("{BITS}", &bits_per_second.to_string())
        .replace("{WIDTH}", &clip.width.to_string())
        .replace("{HEIGHT}", &clip.height.to_string());
    let page = "<!doctype html><meta charset=utf-8><title>peer</title><body>\
                <script src=/page.js></script>";
    let resources = HashMap::from([
        ("/".to_owned(), Resource::Page("text/html", page.into())),
        ("/page.js".into(), Resource::Page("text/javascript", script)),
        (
            "/clip.mp4".into(),
            Resource::Media("video/mp4", movie.to_owned()),
        ),
    ]);
    let (result, cpu) = chromium::visit_measured(resources)?;
    if let Some(error) = result["error"].as_str() {
        bail!("the browser says: {error}");
    }
    let number = |name: &str| {
        let number = result[name].as_f64();
        number.with_context(|| format!("no {name} in {result}"))
    };
    Ok(Visit {
        cpu: cpu.as_secs_f64(),
        bytes: number("bytes")?,
        seconds: number("seconds")?,
    })
}

/// A file that a browser plays, cheap to decode and near the original.
fn encode(clip: &Clip, movie: &Path) -> Result<()> {
    let mut command = ffmpeg();
    command.arg("-i").arg(&clip.path);
    command.args(["-c:v", "libx264", "-preset", "veryfast", "-crf", "14"]);
    command.args(["-tune", "fastdecode"]).arg(movie);
    process::stdout(&mut command).map(drop)
}
