//! The project that has the peers' libraries.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::workspace::Workspace;

const NAME: &str = "mux-peers";

/// `@ROOT@` stands for this workspace's directory.
const MANIFEST: &str = include_str!("project/Cargo.toml.in");

const SOURCES: [(&str, &str); 5] = [
    ("main.rs", include_str!("project/main.rs")),
    ("load.rs", include_str!("project/load.rs")),
    ("ours.rs", include_str!("project/ours.rs")),
    ("peers.rs", include_str!("project/peers.rs")),
    ("positioned.rs", include_str!("project/positioned.rs")),
];

/// A program with all muxers, built.
pub(super) struct Project {
    directory: PathBuf,
    /// It is in C++.
    has_libwebm: bool,
}

impl Project {
    pub(super) fn build() -> Result<Self> {
        let directory = Workspace::load()?.target.join("peers").join("mux");
        let write = |file: &Path, text: &str| {
            fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
        };
        fs::create_dir_all(directory.join("src"))?;
        let root = process::root().to_str();
        let root = root.context("the workspace's path is no text")?;
        write(&directory.join("Cargo.toml"), &manifest(root))?;
        for (name, text) in SOURCES {
            write(&directory.join("src").join(name), text)?;
        }

        let has_libwebm = process::find("c++").is_some();
        if !has_libwebm {
            println!("without libwebm, which needs a C++ compiler (Debian: apt-get install g++)");
        }
        let mut cargo = process::cargo(&["build", "--release"]);
        cargo
            .current_dir(&directory)
            .env("CARGO_TARGET_DIR", directory.join("target"));
        if has_libwebm {
            cargo.args(["--features", "libwebm"]);
        }
        process::run(&mut cargo)?;
        let project = Self {
            directory,
            has_libwebm,
        };
        if !project.program().is_file() {
            bail!("cargo did not make {}", project.program().display());
        }
        Ok(project)
    }

    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Whether it has this muxer.
    pub(super) fn has(&self, muxer: &str) -> bool {
        muxer != "libwebm" || self.has_libwebm
    }

    pub(super) fn command(&self) -> Command {
        Command::new(self.program())
    }

    fn program(&self) -> PathBuf {
        let name = format!("{NAME}{}", std::env::consts::EXE_SUFFIX);
        self.directory.join("target").join("release").join(name)
    }
}

fn manifest(root: &str) -> String {
    // In a TOML string, Windows' separators would begin escapes.
    MANIFEST.replace("@ROOT@", &root.replace('\\', "/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_project_uses_the_crates_of_this_workspace() {
        let made = manifest(r"C:\some\where");
        assert!(
            made.contains(r#"path = "C:/some/where/crates/mux""#),
            "{made}"
        );
        assert!(made.contains(&format!("name = \"{NAME}\"")), "{made}");
        assert!(!made.contains("@ROOT@"), "{made}");
    }
}
