//! `cargo xtask targets`: the default build is type-checked for systems that this is not.
//!
//! That needs their standard library and no linker of theirs: nothing is linked or run.

use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result};

use crate::process;

/// Each with code of its own in the crate that captures.
const TARGETS: [&str; 2] = ["x86_64-pc-windows-msvc", "aarch64-apple-darwin"];

pub(crate) fn run() -> Result<()> {
    for target in TARGETS {
        let start = Instant::now();
        install(target)?;
        let mut cargo = process::cargo(&["clippy", "--package", "media-recorder-capture"]);
        // With the whole of what it uses.
        cargo.args(["--package", "media-recorder-cli"]);
        cargo.args(["--package", "media-recorder"]);
        process::run(cargo.args(["--target", target, "--", "-D", "warnings"]))?;
        println!(
            "{target}: checked in {:.1} s",
            start.elapsed().as_secs_f64()
        );
    }
    Ok(())
}

/// Gets the target's standard library, where it is not there yet.
fn install(target: &str) -> Result<()> {
    if library(target)?.is_dir() {
        return Ok(());
    }
    process::run(Command::new("rustup").args(["target", "add", target]))
        .with_context(|| format!("the standard library of {target} is missing"))
}

/// Where the target's standard library belongs.
fn library(target: &str) -> Result<PathBuf> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let mut rustc = Command::new(rustc);
    rustc.args(["--print", "target-libdir", "--target", target]);
    let path = String::from_utf8(process::stdout(rustc.current_dir(process::root()))?)?;
    Ok(PathBuf::from(path.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_of_targets_lie_in_directories_of_their_names() {
        for target in TARGETS {
            let library = library(target).unwrap();
            assert!(library.is_absolute(), "{library:?}");
            assert!(library.to_string_lossy().contains(target), "{library:?}");
        }
    }
}
