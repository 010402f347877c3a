//! `cargo xtask no-c`: `cargo add media-recorder` is the whole installation.
//!
//! The normal and build dependencies of every published crate, with default features, contain
//! nothing that compiles C, looks for a C library or links one, on any of the usual platforms.

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use crate::process;
use crate::workspace::{Package, Workspace};

/// Not `--target all`: that counts what only `cfg(fuzzing)` brings in.
const PLATFORMS: [&str; 5] = [
    "aarch64-apple-darwin",
    "aarch64-unknown-linux-gnu",
    "wasm32-unknown-unknown",
    "x86_64-pc-windows-msvc",
    "x86_64-unknown-linux-gnu",
];

/// Crates that compile C, look for C libraries or load them.
const TOOLS: [&str; 12] = [
    "autotools",
    "bindgen",
    "cc",
    "cmake",
    "cxx-build",
    "libloading",
    "metadeps",
    "nasm-rs",
    "pkg-config",
    "pkgconf",
    "system-deps",
    "vcpkg",
];

/// What looks like C and is none, each with the reason.
const ALLOWED: [(&str, &str); 6] = [
    ("js-sys", "declarations for WebAssembly only"),
    (
        "linux-raw-sys",
        "declarations only: system calls, no library",
    ),
    (
        "rayon-core",
        "its `links` key keeps two versions apart; it links nothing",
    ),
    (
        "wasm-bindgen-shared",
        "its `links` key keeps two versions apart; it links nothing",
    ),
    ("windows-sys", "declarations of what every Windows has"),
    ("windows-link", "declarations of what every Windows has"),
];

pub(crate) fn run() -> Result<()> {
    let workspace = Workspace::load()?;
    let mut offences = Vec::new();
    let mut allowed = BTreeSet::new();
    for package in workspace.published() {
        let mut cargo = process::cargo(&["tree", "--edges", "normal,build"]);
        cargo.args(["--prefix", "depth", "--package", &package.name]);
        cargo.args(PLATFORMS.iter().flat_map(|platform| ["--target", platform]));
        let tree = String::from_utf8(process::stdout(&mut cargo)?)?;
        let mut packages = BTreeSet::new();
        for path in paths(&tree)? {
            let Some((used, _)) = path.last() else {
                continue;
            };
            packages.insert(*used);
            let Some(offence) = offence(&workspace.packages, &path) else {
                continue;
            };
            match ALLOWED.iter().find(|(name, _)| name == used) {
                Some(exception) => _ = allowed.insert(exception),
                None => offences.push(format!("{offence}: {}", joined(&path))),
            }
        }
        println!("{}: {} packages checked", package.name, packages.len());
    }
    for (name, reason) in allowed {
        println!("allowed: {name}: {reason}");
    }
    if !offences.is_empty() {
        bail!(
            "C in the default dependency tree:\n  {}",
            offences.join("\n  ")
        );
    }
    println!("no C in the default dependency tree");
    Ok(())
}

/// A package as `name` and `version`.
type Id<'a> = (&'a str, &'a str);

/// The way from the root to each line of `cargo tree --prefix depth`. Every package has at
/// least one line.
fn paths(tree: &str) -> Result<Vec<Vec<Id<'_>>>> {
    let mut path = Vec::new();
    let mut paths = Vec::new();
    for line in tree.lines().filter(|line| !line.is_empty()) {
        let digits = line.find(|c: char| !c.is_ascii_digit()).unwrap_or(0);
        let (depth, package) = line.split_at(digits);
        let mut words = package.split(' ');
        let (Ok(depth), Some(name), Some(version)) =
            (depth.parse::<usize>(), words.next(), words.next())
        else {
            bail!("cargo tree printed a line of another form than expected: {line}");
        };
        path.truncate(depth);
        path.push((name, version.trim_start_matches('v')));
        paths.push(path.clone());
    }
    Ok(paths)
}

fn joined(path: &[Id<'_>]) -> String {
    let names: Vec<_> = path.iter().map(|(name, _)| *name).collect();
    names.join(" → ")
}

/// Why the last package of a path does not belong into the tree.
fn offence(packages: &[Package], path: &[Id<'_>]) -> Option<String> {
    let &(name, version) = path.last()?;
    if TOOLS.contains(&name) {
        return Some(format!("{name} compiles or finds C"));
    }
    if name.ends_with("-sys") || name.starts_with("windows-link") {
        return Some(format!("{name} declares a C library"));
    }
    let package = packages
        .iter()
        .find(|package| package.name == name && package.version == version);
    let links = package.and_then(|package| package.links.as_ref())?;
    Some(format!("{name} links {links}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TREE: &str = "\
0ours v0.1.0 (/somewhere/ours)
1alsa v0.9.0
2alsa-sys v0.3.1
3pkg-config v0.3.30
1bytes v1.12.1
1zstd v1.0.0 (*)
";

    fn package(name: &str, version: &str, links: Option<&str>) -> Package {
        Package {
            name: name.to_owned(),
            version: version.to_owned(),
            manifest: "Cargo.toml".into(),
            is_member: false,
            is_published: true,
            links: links.map(str::to_owned),
            dependencies: Vec::new(),
        }
    }

    #[test]
    fn each_line_of_a_tree_is_a_path() {
        let paths = paths(TREE).unwrap();
        let joined: Vec<_> = paths.iter().map(|path| joined(path)).collect();
        let expected = [
            "ours",
            "ours → alsa",
            "ours → alsa → alsa-sys",
            "ours → alsa → alsa-sys → pkg-config",
            "ours → bytes",
            "ours → zstd",
        ];
        assert_eq!(joined, expected);
        assert_eq!(paths[5][1], ("zstd", "1.0.0"));
        assert!(super::paths("├── alsa v0.9.0").is_err());
    }

    #[test]
    fn tools_sys_crates_and_links_are_found() {
        let packages = [
            package("zstd", "1.0.0", Some("zstd")),
            package("bytes", "1.12.1", None),
            package("bytes", "0.4.0", Some("other")),
        ];
        let offences: Vec<_> = paths(TREE)
            .unwrap()
            .iter()
            .filter_map(|path| offence(&packages, path))
            .collect();
        let expected = [
            "alsa-sys declares a C library",
            "pkg-config compiles or finds C",
            "zstd links zstd",
        ];
        assert_eq!(offences, expected);
    }
}
