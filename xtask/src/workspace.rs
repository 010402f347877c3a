//! What `cargo metadata` says about this workspace.

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::process;

/// The workspace with every package that any of its crates may use.
#[derive(Debug)]
pub(crate) struct Workspace {
    pub(crate) target: PathBuf,
    pub(crate) packages: Vec<Package>,
}

#[derive(Clone, Debug)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) manifest: PathBuf,
    /// One of our own.
    pub(crate) is_member: bool,
    /// Goes to crates.io.
    pub(crate) is_published: bool,
    /// The native library that it says it links.
    pub(crate) links: Option<String>,
    pub(crate) dependencies: Vec<Dependency>,
}

#[derive(Clone, Debug)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// Only for tests, examples and benches.
    pub(crate) is_dev: bool,
}

impl Workspace {
    pub(crate) fn load() -> Result<Self> {
        let mut cargo = process::cargo(&["metadata", "--format-version", "1"]);
        let metadata = serde_json::from_slice(&process::stdout(&mut cargo)?)?;
        Self::parse(&metadata).context("cargo metadata has another form than expected")
    }

    fn parse(metadata: &Value) -> Option<Self> {
        let members = metadata["workspace_members"].as_array()?;
        let packages = metadata["packages"].as_array()?.iter().map(|package| {
            Some(Package {
                name: text(&package["name"])?,
                version: text(&package["version"])?,
                manifest: text(&package["manifest_path"])?.into(),
                is_member: members.contains(&package["id"]),
                // `publish = false` is an empty list of registries.
                is_published: package["publish"]
                    .as_array()
                    .is_none_or(|to| !to.is_empty()),
                links: text(&package["links"]),
                dependencies: dependencies(package)?,
            })
        });
        Some(Self {
            target: text(&metadata["target_directory"])?.into(),
            packages: packages.collect::<Option<_>>()?,
        })
    }

    /// Our own crates.
    pub(crate) fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| package.is_member)
    }

    /// Our own crates that go to crates.io.
    pub(crate) fn published(&self) -> impl Iterator<Item = &Package> {
        self.members().filter(|package| package.is_published)
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn dependencies(package: &Value) -> Option<Vec<Dependency>> {
    let dependencies = package["dependencies"].as_array()?.iter();
    let dependencies = dependencies.map(|dependency| {
        Some(Dependency {
            name: text(&dependency["name"])?,
            is_dev: dependency["kind"] == "dev",
        })
    });
    dependencies.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_workspace_is_understood() {
        let workspace = Workspace::load().unwrap();
        let names: Vec<_> = workspace.members().map(|package| &package.name).collect();
        assert!(names.iter().any(|name| *name == "xtask"), "{names:?}");
        let published: Vec<_> = workspace.published().map(|package| &package.name).collect();
        assert!(
            published.iter().any(|name| *name == "media-recorder"),
            "{published:?}"
        );
        assert!(
            !published.iter().any(|name| *name == "xtask"),
            "{published:?}"
        );
        assert!(workspace.packages.len() > workspace.members().count());
    }

    #[test]
    fn another_form_is_an_error_and_no_empty_workspace() {
        assert!(Workspace::parse(&serde_json::json!({"packages": []})).is_none());
    }
}
