//! Recordings whose program was killed: they play as they are, and can be repaired.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use super::plans::{self, THIRTY};
use super::probe;
use super::record::{Recorder, Recording, Source};
use crate::process;

/// More than there is room for.
const SECONDS: &str = "60";
/// A file of more than 800 blocks of 512 bytes, a few seconds of the test pattern, has its program
/// killed by the system: in the middle of a write, and always at the same place.
const LIMIT: &str = "ulimit -c 0 && ulimit -f 800 && exec \"$0\" \"$@\"";

/// A recording to be killed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    mime_type: &'static str,
    /// What is left of it.
    pub(super) killed: &'static str,
    /// What it is repaired to.
    pub(super) repaired: &'static str,
}

/// Every recording that is killed.
pub(super) const ALL: [Plan; 3] = [
    Plan {
        mime_type: plans::VP9_OPUS,
        killed: "killed.webm",
        repaired: "repaired.webm",
    },
    Plan {
        mime_type: plans::MKV_VP9_OPUS,
        killed: "killed.mkv",
        repaired: "repaired.mkv",
    },
    Plan {
        mime_type: plans::MP4_VP9_OPUS,
        killed: "killed.mp4",
        repaired: "repaired.mp4",
    },
];

/// Records until the program is killed in the middle.
pub(super) fn record(recorder: &Recorder<'_>, plan: Plan) -> Result<Recording> {
    let path = recorder.directory.join(plan.killed);
    let mut command = Command::new("sh");
    command
        .args(["-c", LIMIT])
        .arg(recorder.command().get_program());
    command.arg("record").arg(&path);
    command.args(["--size", plans::SMALL, "--duration", SECONDS]);
    command.args(["--mime-type", plan.mime_type, "--as-fast-as-possible"]);
    command.stdin(Stdio::null()).stderr(Stdio::null());
    let status = command.status().context("cannot run sh")?;
    ensure!(status.code().is_none(), "not killed: {status}");
    measured(plan.killed, path, plan.mime_type, true)
}

/// Repairs it, and finds that no packet was lost.
pub(super) fn repair(
    recorder: &Recorder<'_>,
    killed: &Recording,
    name: &'static str,
) -> Result<Recording> {
    let path = recorder.directory.join(name);
    if path.exists() {
        fs::remove_file(&path)?;
    }
    let mut command = recorder.command();
    command.arg("repair").arg(&killed.path).arg("-o").arg(&path);
    process::stdout(&mut command)?;
    for track in ["v:0", "a:0"] {
        let [before, after] = [&killed.path, &path].map(|path| probe::packets(path, track));
        let [before, after] = [before?.len(), after?.len()];
        // The last one may be there in part.
        ensure!(
            after + 1 >= before,
            "{after} of {before} packets of {track} are left"
        );
    }
    measured(name, path, killed.mime_type, false)
}

/// How much was recorded is not known: ffprobe counts it. What broke off is as long as its
/// picture; what was repaired, as its longest track.
fn measured(
    name: &'static str,
    path: PathBuf,
    mime_type: &'static str,
    live: bool,
) -> Result<Recording> {
    let frames = probe::video_stream(&path)?.frames;
    let duration = if live {
        THIRTY.time_of(frames)
    } else {
        end(&path, "v:0")?.max(end(&path, "a:0")?)
    };
    Ok(Recording {
        name,
        frames,
        path,
        source: Source::Killed,
        mime_type,
        live,
        rate: THIRTY,
        duration,
        fragmented: live && mime_type.contains("/mp4"),
    })
}

/// The end of a track's last packet, in seconds.
fn end(file: &Path, track: &str) -> Result<f64> {
    let packets = probe::packets(file, track)?;
    let last = packets.last().context("no packet")?;
    Ok(last.time + last.duration.unwrap_or_default())
}
