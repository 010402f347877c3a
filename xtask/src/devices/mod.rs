//! `cargo xtask devices`: capture from devices that are played, on a machine that has none.

mod camera;
mod initrd;
mod modules;
mod screen;
mod sound;
mod vm;

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use serde_json::Value;

use crate::process;

#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Which devices; all of them if none is named.
    #[arg(value_enum)]
    parts: Vec<Part>,
    /// Record for two seconds instead of ten.
    #[arg(long)]
    short: bool,
    /// The camera by the crate `v4l` (needs `libclang` to build).
    #[arg(long)]
    v4l: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// A camera that a kernel of its own plays in a virtual machine.
    Camera,
    /// Microphones of PulseAudio and PipeWire.
    Sound,
    /// Displays: Xvfb and a headless sway.
    Screen,
}

impl Options {
    /// How long a recording is, in seconds.
    fn seconds(&self) -> u32 {
        if self.short { 2 } else { 10 }
    }
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let parts = match &options.parts[..] {
        [] => Part::value_variants(),
        parts => parts,
    };
    for part in parts {
        let start = Instant::now();
        match part {
            Part::Camera => camera::run(options)?,
            Part::Sound => sound::run()?,
            Part::Screen => screen::run()?,
        }
        println!("{part:?}: passed in {:.1} s", start.elapsed().as_secs_f64());
    }
    Ok(())
}

/// Installs what is missing of the packages that these programs are in.
fn install(programs: &[(&str, &str)]) -> Result<()> {
    let missing: Vec<&str> = programs
        .iter()
        .filter(|(program, _)| process::find(program).is_none())
        .map(|(_, package)| *package)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    // A fresh machine has no lists of packages yet.
    process::run(&mut apt_get(&["update", "-q"]))?;
    let mut apt = apt_get(&["install", "-y", "-q", "--no-install-recommends"]);
    process::run(apt.args(missing)).context("the rig needs root on Debian to install packages")
}

/// `apt-get`, which waits for another one to finish.
fn apt_get(arguments: &[&str]) -> std::process::Command {
    let mut apt = std::process::Command::new("apt-get");
    apt.args(["-o", "DPkg::Lock::Timeout=300"])
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive");
    apt
}

/// Builds one of capture's tests that need the rig; where it is then.
fn build_test(name: &str, features: &str) -> Result<PathBuf> {
    let mut cargo = process::cargo(&["test", "--package", "media-recorder-capture"]);
    cargo.args(["--features", features, "--test", name, "--no-run"]);
    cargo.args(["--message-format", "json-render-diagnostics"]);
    let messages = String::from_utf8(process::stdout(&mut cargo)?)?;
    match executable(&messages, name) {
        Some(path) => Ok(path),
        None => bail!("cargo built no test {name}"),
    }
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
fn libraries(program: &Path) -> Result<Vec<PathBuf>> {
    let list = process::stdout(std::process::Command::new("ldd").arg(program))?;
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
