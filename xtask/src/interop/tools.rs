//! The programs that judge, from Debian's packages.

use std::process::Command;

use anyhow::{Result, bail};

use crate::process;

/// Program and package.
const TOOLS: [(&str, &str); 6] = [
    ("ffmpeg", "ffmpeg"),
    ("ffprobe", "ffmpeg"),
    ("mkvmerge", "mkvtoolnix"),
    ("mediaconch", "mediaconch"),
    ("webm_info", "libwebm-tools"),
    ("chromium", "chromium"),
];

/// The packages whose programs are not there.
pub(crate) fn missing_packages() -> Vec<&'static str> {
    let missing = TOOLS
        .iter()
        .filter(|(program, _)| process::find(program).is_none());
    let mut packages: Vec<_> = missing.map(|(_, package)| *package).collect();
    packages.dedup();
    packages
}

/// Makes sure that all programs are there: installs them if told to.
pub(super) fn require(install: bool) -> Result<()> {
    let missing = missing_packages();
    if missing.is_empty() {
        return Ok(());
    }
    if !install {
        let packages = missing.join(" ");
        bail!("not installed: {packages} (Debian: apt-get install {packages}; --install does it)");
    }
    process::run(Command::new("apt-get").arg("update"))?;
    let mut apt = Command::new("apt-get");
    apt.env("DEBIAN_FRONTEND", "noninteractive");
    apt.args(["install", "--yes", "--no-install-recommends"]);
    process::run(apt.args(&missing))?;
    match missing_packages().as_slice() {
        [] => Ok(()),
        still => bail!("still not installed: {}", still.join(" ")),
    }
}
