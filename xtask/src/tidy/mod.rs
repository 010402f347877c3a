//! `cargo xtask tidy`: the rules of this repository that neither rustc nor clippy know.

mod crates;
mod text;

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::process;
use crate::workspace::Workspace;

pub(crate) fn run() -> Result<()> {
    let root = process::root();
    let mut findings = Vec::new();

    let files = files(root)?;
    for file in &files {
        // What is not UTF-8 is no text; what git knows and is not there was just removed.
        if let Ok(content) = std::fs::read_to_string(root.join(file)) {
            findings.extend(text::check(file, &content));
        }
    }

    let workspace = Workspace::load()?;
    let architecture = std::fs::read_to_string(root.join("ARCHITECTURE.md")).unwrap_or_default();
    for package in workspace.members() {
        let manifest = std::fs::read_to_string(&package.manifest)?;
        findings.extend(crates::check(package, &manifest, &workspace, &architecture));
    }

    if !findings.is_empty() {
        bail!("{} findings\n  {}", findings.len(), findings.join("\n  "));
    }
    let crates = workspace.members().count();
    println!("{} files and {crates} crates are tidy", files.len());
    Ok(())
}

/// The files of the repository, also those that were not added yet, relative to its root.
fn files(root: &Path) -> Result<Vec<String>> {
    let mut git = Command::new("git");
    git.args([
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "-z",
    ]);
    let list = String::from_utf8(process::stdout(git.current_dir(root))?)?;
    Ok(list.split_terminator('\0').map(str::to_owned).collect())
}
