//! What the container's own tools say.

use std::process::Command;

use anyhow::Result;
use serde_json::Value;

use super::record::Recording;
use super::report::Report;
use crate::process;

pub(super) fn check(report: &mut Report, recording: &Recording) {
    check_mkvmerge(report, recording);
    // The others know nothing of MP4.
    if !recording.is_mp4() {
        check_mediaconch(report, recording);
    }
    if recording.is_webm() {
        check_webm_info(report, recording);
    }
}

/// `mkvmerge -J` has no warnings and no errors.
fn check_mkvmerge(report: &mut Report, recording: &Recording) {
    let Some(report) = report.by("mkvmerge") else {
        return;
    };
    let name = recording.name;
    if let Some(problems) = report.attempt(name, "identifies", || problems(recording)) {
        let measured = if problems.is_empty() {
            "nothing"
        } else {
            &problems
        };
        report.check(name, "complains", problems.is_empty(), measured, "nothing");
    }
}

fn problems(recording: &Recording) -> Result<String> {
    let mut mkvmerge = Command::new("mkvmerge");
    let output = process::stdout(mkvmerge.arg("-J").arg(&recording.path))?;
    let identified: Value = serde_json::from_slice(&output)?;
    let lists = ["errors", "warnings"].map(|list| identified[list].as_array());
    let problems = lists.into_iter().flatten().flatten().map(Value::to_string);
    Ok(problems.collect::<Vec<_>>().join(", "))
}

fn check_mediaconch(report: &mut Report, recording: &Recording) {
    let Some(report) = report.by("mediaconch") else {
        return;
    };
    let name = recording.name;
    let mut mediaconch = Command::new("mediaconch");
    mediaconch.arg(&recording.path);
    if let Some(output) = report.attempt(name, "verdict", || process::output(&mut mediaconch)) {
        let said = String::from_utf8_lossy(&output.stdout);
        let is_right = said.starts_with("pass!");
        let measured = if is_right { "pass!" } else { said.trim() };
        report.check(name, "verdict", is_right, measured, "pass!");
    }
}

fn check_webm_info(report: &mut Report, recording: &Recording) {
    let Some(report) = report.by("webm_info") else {
        return;
    };
    let name = recording.name;
    let mut webm_info = Command::new("webm_info");
    webm_info.arg("-all").arg("-i").arg(&recording.path);
    if let Some(output) = report.attempt(name, "lists", || process::output(&mut webm_info)) {
        let status = output.status;
        report.check(name, "lists", status.success(), status, "success");
    }
}
