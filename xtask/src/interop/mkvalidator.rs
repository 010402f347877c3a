//! What mkvalidator finds in a Matroska file.

use std::path::Path;
use std::process::Command;

use super::record::Recording;
use super::report::Report;
use crate::process;

/// Findings that are none: the program knows WebM as it was before colours and AV1.
const FALSE_FINDINGS: [&str; 6] = [
    // ERR201, an element that the profile has not: https://www.webmproject.org/docs/container/
    // has Colour and what is in it.
    "ERR201: Invalid 'Colour' for profile 'webm'",
    "ERR201: Invalid 'MatrixCoefficients' for profile 'webm'",
    "ERR201: Invalid 'TransferCharacteristics' for profile 'webm'",
    "ERR201: Invalid 'Primaries' for profile 'webm'",
    "ERR201: Invalid 'Range' for profile 'webm'",
    // ERR304, a codec that the profile has not: https://www.webmproject.org/docs/container/ has
    // AV1.
    "codec V_AV1 not supported for profile 'webm'",
];
/// What is true of each file that was written front to back, and cannot be otherwise.
const LIVE_FINDINGS: [&str; 2] = [
    // The place of the Cues is not known when a SeekHead would be written.
    "WRN801: The segment has no SeekHead section",
    "WRN800: The segment has Clusters but no Cues section",
];

/// `program` finds nothing that is a fault.
pub(super) fn check(report: &mut Report, recording: &Recording, program: &Path) {
    let Some(report) = report.by("mkvalidator") else {
        return;
    };
    let name = recording.name;
    let mut command = Command::new(program);
    command.arg("--quiet").arg(&recording.path);
    let Some(output) = report.attempt(name, "validates", || process::output(&mut command)) else {
        return;
    };
    let said = String::from_utf8_lossy(&output.stderr);
    let faults = faults(&said, recording.live);
    // Its status is a failure for false findings too, but a crash has none.
    let is_right = output.status.code().is_some() && faults.is_empty();
    let measured = match output.status.code() {
        Some(_) if faults.is_empty() => "no fault".to_owned(),
        Some(_) => faults.join("; "),
        None => output.status.to_string(),
    };
    report.check(name, "validates", is_right, measured, "no fault");
}

/// The lines that tell of a fault.
fn faults(said: &str, live: bool) -> Vec<&str> {
    let lines = said.split(['\r', '\n']).map(str::trim);
    let findings = lines.filter(|line| line.starts_with("ERR") || line.starts_with("WRN"));
    let is_excused = |finding: &&str| {
        let is_listed = |list: &[&str]| list.iter().any(|known| finding.contains(known));
        is_listed(&FALSE_FINDINGS) || live && is_listed(&LIVE_FINDINGS)
    };
    findings.filter(|finding| !is_excused(finding)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_listed_is_excused() {
        let said = "\rERR201: Invalid 'Colour' for profile 'webm' in Video at 270\r\n\
                    \rERR304: Track #1 codec V_AV1 not supported for profile 'webm'\r\n\
                    \rWRN801: The segment has no SeekHead section\r\n...\r\n";
        assert!(faults(said, true).is_empty());
        assert_eq!(
            faults(said, false),
            ["WRN801: The segment has no SeekHead section"]
        );
        let other = "\rERR201: Invalid 'Void' for profile 'webm' in Video at 270\r\n";
        assert_eq!(faults(other, true).len(), 1);
    }
}
