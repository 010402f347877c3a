//! What the container's own tools say.

use std::process::Command;

use anyhow::Result;
use serde_json::Value;

use super::record::Recording;
use super::report::Report;
use crate::process;

pub(super) fn check(report: &mut Report, recording: &Recording) {
    let name = recording.name;
    if let Some(problems) = report.attempt(name, "mkvmerge", || mkvmerge(recording)) {
        let measured = if problems.is_empty() {
            "nothing"
        } else {
            &problems
        };
        report.check(name, "mkvmerge", problems.is_empty(), measured, "nothing");
    }
    if recording.is_mp4() {
        // The other two know nothing of it.
        return;
    }
    if let Some(verdict) = report.attempt(name, "mediaconch", || mediaconch(recording)) {
        let is_right = verdict.starts_with("pass!");
        let measured = if is_right { "pass!" } else { &verdict };
        report.check(name, "mediaconch", is_right, measured, "pass!");
    }
    if recording.is_webm() {
        let mut webm_info = Command::new("webm_info");
        webm_info.arg("-all").arg("-i").arg(&recording.path);
        if let Some(output) = report.attempt(name, "webm_info", || process::output(&mut webm_info))
        {
            report.check(
                name,
                "webm_info",
                output.status.success(),
                output.status,
                "success",
            );
        }
    }
}

/// The warnings and errors of `mkvmerge -J`.
fn mkvmerge(recording: &Recording) -> Result<String> {
    let mut mkvmerge = Command::new("mkvmerge");
    let output = process::stdout(mkvmerge.arg("-J").arg(&recording.path))?;
    let identified: Value = serde_json::from_slice(&output)?;
    let lists = ["errors", "warnings"].map(|list| identified[list].as_array());
    let problems = lists.into_iter().flatten().flatten().map(Value::to_string);
    Ok(problems.collect::<Vec<_>>().join(", "))
}

fn mediaconch(recording: &Recording) -> Result<String> {
    let mut mediaconch = Command::new("mediaconch");
    let output = process::output(mediaconch.arg(&recording.path))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
