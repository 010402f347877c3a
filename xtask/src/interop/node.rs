//! Scripts of ours for JavaScript libraries, run by node.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::process;
use crate::workspace::Workspace;

/// Relative to the workspace.
const SOURCE: &str = "xtask/interop-js";
const LOCK: &str = "package-lock.json";
const FILES: [&str; 4] = ["package.json", LOCK, "mediabunny.mjs", "mp4box.mjs"];
/// npm writes it last.
const INSTALLED: &str = "node_modules/.package-lock.json";

/// The scripts, with the libraries that they use.
#[derive(Debug)]
pub(super) struct Node {
    directory: PathBuf,
}

impl Node {
    /// Installs the libraries in the target directory, unless they are there already.
    pub(super) fn install() -> Result<Self> {
        let source = process::root().join(SOURCE);
        let directory = Workspace::load()?.target.join("interop-js");
        fs::create_dir_all(&directory)?;
        let is_installed = directory.join(INSTALLED).is_file()
            && fs::read(directory.join(LOCK)).ok() == Some(fs::read(source.join(LOCK))?);
        for file in FILES {
            fs::copy(source.join(file), directory.join(file))
                .with_context(|| format!("cannot copy {file}"))?;
        }
        if !is_installed {
            let mut npm = Command::new("npm");
            npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
            process::run(npm.current_dir(&directory))?;
        }
        Ok(Self { directory })
    }

    /// The JSON that a script prints about a file.
    pub(super) fn run(&self, script: &str, file: &Path) -> Result<Value> {
        let mut node = Command::new("node");
        node.arg(self.directory.join(script)).arg(file);
        Ok(serde_json::from_slice(&process::stdout(&mut node)?)?)
    }
}
