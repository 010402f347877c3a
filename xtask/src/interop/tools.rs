//! The programs that judge: from Debian's packages, from npm, and one that is built by hand.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use super::Options;
use super::node::Node;
use super::report::Report;
use crate::process;

/// Program and package.
const TOOLS: [(&str, &str); 9] = [
    ("ffmpeg", "ffmpeg"),
    ("ffprobe", "ffmpeg"),
    ("mkvmerge", "mkvtoolnix"),
    ("mkvextract", "mkvtoolnix"),
    ("mediaconch", "mediaconch"),
    ("webm_info", "libwebm-tools"),
    ("chromium", "chromium"),
    ("node", "nodejs"),
    ("npm", "npm"),
];
/// What makes the clip, and what measures every file.
const INDISPENSABLE: [&str; 2] = ["ffmpeg", "ffprobe"];

/// The tools that are found each in its own way.
#[derive(Debug)]
pub(super) struct Tools {
    /// mediabunny and mp4box.js.
    pub(super) node: Option<Node>,
    pub(super) mkvalidator: Option<PathBuf>,
}

impl Tools {
    /// Finds and installs them as `options` says; the checks of those that are not there are
    /// left out of `report`.
    pub(super) fn find(options: &Options, report: &mut Report) -> Result<Self> {
        if options.install {
            install()?;
        }
        let missing = missing_packages();
        let left_out = missing_programs();
        let is_indispensable = |program| INDISPENSABLE.contains(program);
        if options.require_tools && !missing.is_empty() || left_out.iter().any(is_indispensable) {
            let packages = missing.join(" ");
            bail!(
                "not installed: {packages} (Debian: apt-get install {packages}; --install does it)"
            );
        }
        for program in &left_out {
            report.leave_out(program, "not installed; --install does it on Debian");
        }
        Ok(Self {
            node: node(options, report, &left_out)?,
            mkvalidator: mkvalidator(report),
        })
    }
}

/// Whatever npm has against it leaves the libraries out, unless they are required.
fn node(options: &Options, report: &mut Report, left_out: &[&str]) -> Result<Option<Node>> {
    let node = if left_out
        .iter()
        .any(|program| ["node", "npm"].contains(program))
    {
        Err(anyhow::anyhow!("node or npm is not installed"))
    } else {
        Node::install()
    };
    match node {
        Ok(node) => Ok(Some(node)),
        Err(error) if options.require_tools => Err(error),
        Err(error) => {
            for library in ["mediabunny", "mp4box.js"] {
                report.leave_out(library, format!("{error:#}"));
            }
            Ok(None)
        }
    }
}

/// No distribution and no registry has it, so that it is never required: the tag
/// `mkvalidator-0.6.0` of <https://github.com/Matroska-Org/foundation-source> is built by
/// `cmake -B build && make -C build mkvalidator`. What is newer than the tag crashes.
fn mkvalidator(report: &mut Report) -> Option<PathBuf> {
    let named = std::env::var_os("MKVALIDATOR").map(PathBuf::from);
    let found = named.or_else(|| process::find("mkvalidator"));
    if found.is_none() {
        report.leave_out("mkvalidator", "not in PATH, nor named by MKVALIDATOR");
    }
    found
}

fn missing() -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    TOOLS
        .iter()
        .filter(|(program, _)| process::find(program).is_none())
}

fn missing_programs() -> Vec<&'static str> {
    missing().map(|(program, _)| *program).collect()
}

/// The packages whose programs are not there.
pub(crate) fn missing_packages() -> Vec<&'static str> {
    let mut packages: Vec<_> = missing().map(|(_, package)| *package).collect();
    packages.dedup();
    packages
}

/// Installs the packages that are missing.
fn install() -> Result<()> {
    let missing = missing_packages();
    if missing.is_empty() {
        return Ok(());
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
