//! The test programs of the rig.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::process;

/// The names of the tests that `cargo test` leaves out, because they need devices.
pub(crate) const TESTS: [&str; 4] = ["rig_camera", "rig_sound", "rig_screen", "rig"];

/// Where they are.
pub(super) struct Programs {
    /// `rig_camera`: cameras by themselves.
    pub(super) camera: PathBuf,
    /// `rig_sound`: microphones by themselves.
    pub(super) sound: PathBuf,
    /// `rig_screen`: displays by themselves.
    pub(super) screen: PathBuf,
    /// `rig`: recordings of all of them.
    pub(super) recordings: PathBuf,
}

impl Programs {
    /// Builds them, with these features.
    pub(super) fn build(features: &[&str]) -> Result<Self> {
        // All packages, so that what `cargo test --workspace` compiled is used again: cargo
        // compiles a dependency anew for another selection of packages.
        let mut cargo = process::cargo(&["test", "--workspace", "--no-run"]);
        for name in TESTS {
            cargo.args(["--test", name]);
        }
        for feature in features {
            cargo.args(["--features", feature]);
        }
        cargo.args(["--message-format", "json-render-diagnostics"]);
        let messages = String::from_utf8(process::stdout(&mut cargo)?)?;
        let built = |name: &str| {
            executable(&messages, name).with_context(|| format!("cargo built no test {name}"))
        };
        Ok(Self {
            camera: built("rig_camera")?,
            sound: built("rig_sound")?,
            screen: built("rig_screen")?,
            recordings: built("rig")?,
        })
    }
}

/// Builds the command `media-recorder`.
pub(super) fn build_command() -> Result<()> {
    // As `cargo xtask interop` does.
    let build = ["build", "--workspace", "--bins", "--examples"];
    process::run(&mut process::cargo(&build))
}

/// The program of a test in what cargo prints.
fn executable(messages: &str, name: &str) -> Option<PathBuf> {
    let messages = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    messages
        .filter(|message| message["target"]["name"] == name)
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
}

/// The shared libraries of a program, and their loader.
pub(super) fn libraries(program: &Path) -> Result<Vec<PathBuf>> {
    let list = process::stdout(Command::new("ldd").arg(program))?;
    Ok(paths(&String::from_utf8(list)?))
}

/// The files in what `ldd` prints; the kernel's own library is in none.
fn paths(list: &str) -> Vec<PathBuf> {
    let words = list.split_whitespace();
    words
        .filter(|word| word.starts_with('/'))
        .map(PathBuf::from)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_is_found_in_what_cargo_prints() {
        let messages = "\
{\"reason\":\"compiler-artifact\",\"target\":{\"name\":\"other\"},\"executable\":\"a\"}
{\"reason\":\"compiler-artifact\",\"target\":{\"name\":\"rig\"},\"executable\":null}
{\"reason\":\"compiler-artifact\",\"target\":{\"name\":\"rig\"},\"executable\":\"b\"}
{\"reason\":\"build-finished\",\"success\":true}
";
        assert_eq!(executable(messages, "rig"), Some("b".into()));
        assert_eq!(executable(messages, "none"), None);
    }

    #[test]
    fn libraries_are_files() {
        let list = "\tlinux-vdso.so.1 (0x00007ffe)\n\
                    \tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f)\n\
                    \t/lib64/ld-linux-x86-64.so.2 (0x00007f)\n";
        let expected = [
            "/lib/x86_64-linux-gnu/libc.so.6",
            "/lib64/ld-linux-x86-64.so.2",
        ];
        assert_eq!(paths(list), expected.map(PathBuf::from));
    }
}
