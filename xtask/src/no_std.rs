//! `cargo xtask no-std`: the crates that say `#![no_std]` do without the standard library, and so
//! does all that they depend on.
//!
//! A crate is written that depends on them and has a panic handler. The standard library has one,
//! too: if anything here used it, the compiler would refuse the second one. This needs no target
//! that has no standard library, which few have installed.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::workspace::{Package, Workspace};

const PROBE: &str = "#![no_std]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
";

pub(crate) fn run() -> Result<()> {
    let workspace = Workspace::load()?;
    let packages: Vec<_> = workspace.published().filter(|p| says_no_std(p)).collect();
    if packages.is_empty() {
        bail!("no crate says that it does without the standard library");
    }
    let probe = workspace.target.join("no-std");
    write_probe(&probe, &packages).with_context(|| format!("cannot write {}", probe.display()))?;
    let mut cargo = process::cargo(&["check", "--quiet", "--target-dir"]);
    cargo.arg(probe.join("target")).current_dir(&probe);
    process::run(&mut cargo)?;
    let names: Vec<_> = packages.iter().map(|p| p.name.as_str()).collect();
    println!("without std: {}", names.join(", "));
    Ok(())
}

fn says_no_std(package: &Package) -> bool {
    let library = package.manifest.with_file_name("src").join("lib.rs");
    fs::read_to_string(library).is_ok_and(|source| source.lines().any(|line| line == "#![no_std]"))
}

/// Writes a crate in a workspace of its own: features that other crates of ours ask for do not
/// count.
fn write_probe(directory: &Path, packages: &[&Package]) -> Result<()> {
    let mut manifest = "[package]\nname = \"no-std\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
                        [workspace]\n[dependencies]\n"
        .to_owned();
    let mut source = PROBE.to_owned();
    for package in packages {
        let path = package
            .manifest
            .parent()
            .context("a manifest lies in a directory")?;
        manifest += &format!("{} = {{ path = {path:?} }}\n", package.name);
        // Only what is used is loaded.
        source += &format!("extern crate {};\n", package.name.replace('-', "_"));
    }
    fs::create_dir_all(directory.join("src"))?;
    fs::write(directory.join("Cargo.toml"), manifest)?;
    fs::write(directory.join("src/lib.rs"), source)?;
    fs::copy(
        process::root().join("Cargo.lock"),
        directory.join("Cargo.lock"),
    )?;
    Ok(())
}
