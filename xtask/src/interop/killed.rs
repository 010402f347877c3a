//! Recordings whose program was killed: they play as they are, and can be repaired.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use super::plans::{self, THIRTY};
use super::probe;
use super::record::{Recorder, Recording, Source};
use crate::process;

/// More than a recording that is killed would ever reach.
const SECONDS: &str = "600";
/// It is killed when the file has so many bytes: after a few seconds of the test pattern.
const BYTES: u64 = 400_000;
/// A program that has not written so much until then has failed.
const TIMEOUT: Duration = Duration::from_secs(120);
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// A recording to be killed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    mime_type: &'static str,
    /// What is left of it.
    pub(super) killed: &'static str,
    /// What it is repaired to, if it can be.
    pub(super) repaired: Option<&'static str>,
}

/// Every recording that is killed.
pub(super) const ALL: [Plan; 3] = [
    Plan {
        mime_type: plans::VP9_OPUS,
        killed: "killed.webm",
        repaired: Some("repaired.webm"),
    },
    Plan {
        mime_type: plans::MKV_VP9_OPUS,
        killed: "killed.mkv",
        repaired: Some("repaired.mkv"),
    },
    Plan {
        mime_type: plans::MP4_VP9_OPUS,
        killed: "killed.mp4",
        repaired: None,
    },
];

/// Records until the program is killed in the middle.
pub(super) fn record(recorder: &Recorder<'_>, plan: Plan) -> Result<Recording> {
    let path = recorder.directory.join(plan.killed);
    let mut command = recorder.command();
    command.arg("record").arg(&path);
    command.args(["--size", plans::SMALL, "--duration", SECONDS]);
    command.args(["--mime-type", plan.mime_type, "--as-fast-as-possible"]);
    command.stdin(Stdio::null()).stderr(Stdio::null());
    // What an earlier run left would look like this one's.
    if path.exists() {
        fs::remove_file(&path)?;
    }
    let mut program = command.spawn().context("cannot run media-recorder")?;
    let written = wait_for(&path);
    let ended = program.try_wait()?;
    program.kill()?;
    program.wait()?;
    written?;
    if let Some(status) = ended {
        bail!("ended by itself: {status}");
    }
    measured(plan.killed, path, plan.mime_type, true)
}

/// Waits until there is enough in the file.
fn wait_for(path: &Path) -> Result<()> {
    let start = Instant::now();
    while fs::metadata(path).map_or(0, |metadata| metadata.len()) < BYTES {
        ensure!(start.elapsed() < TIMEOUT, "wrote too little");
        sleep(LOOK_AGAIN);
    }
    Ok(())
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
