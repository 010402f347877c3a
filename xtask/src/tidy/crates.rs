//! Rules for the crates of the workspace.

use crate::workspace::{Package, Workspace};

/// Which of our crates each published one may use; ARCHITECTURE.md says why. The four in the
/// middle do not know each other, and nobody uses the command line, the benches or the tasks.
const MAY_USE: &[(&str, &[&str])] = &[
    ("media-recorder-types", &[]),
    ("media-recorder-vp8", &[]),
    ("media-recorder-capture", &["media-recorder-types"]),
    (
        "media-recorder-encode",
        &["media-recorder-types", "media-recorder-vp8"],
    ),
    ("media-recorder-mux", &["media-recorder-types"]),
    ("media-recorder-state", &["media-recorder-types"]),
    (
        "media-recorder",
        &[
            "media-recorder-capture",
            "media-recorder-encode",
            "media-recorder-mux",
            "media-recorder-state",
            "media-recorder-types",
        ],
    ),
    ("media-recorder-cli", &["media-recorder"]),
];

/// What a crate breaks.
pub(super) fn check(
    package: &Package,
    manifest: &str,
    workspace: &Workspace,
    architecture: &str,
) -> Vec<String> {
    let mut findings = Vec::new();
    let name = &package.name;
    let is_ours = |used: &str| workspace.members().any(|member| member.name == used);

    if !inherits_lints(manifest) {
        findings.push(format!(
            "{name} does not inherit the lints of the workspace"
        ));
    }
    if package.is_published {
        match MAY_USE.iter().find(|(user, _)| user == name) {
            None => findings.push(format!("{name} has no place in the order of the crates")),
            Some((_, allowed)) => {
                let used = package.dependencies.iter().filter(|used| !used.is_dev);
                for used in used.filter(|used| is_ours(&used.name)) {
                    if !allowed.contains(&used.name.as_str()) {
                        findings.push(format!("{name} may not use {}", used.name));
                    }
                }
            }
        }
    }
    for used in package
        .dependencies
        .iter()
        .filter(|used| !is_ours(&used.name))
    {
        if !architecture.contains(&format!("`{}`", used.name)) {
            findings.push(format!(
                "{} (of {name}) is not in ARCHITECTURE.md",
                used.name
            ));
        }
    }
    findings
}

fn inherits_lints(manifest: &str) -> bool {
    let mut lines = manifest.lines().map(str::trim);
    lines.any(|line| line == "[lints]") && lines.next() == Some("workspace = true")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Dependency;

    const LINTS: &str = "[package]\n\n[lints]\nworkspace = true\n";

    fn package(name: &str, dependencies: &[(&str, bool)]) -> Package {
        let dependencies = dependencies.iter().map(|&(name, is_dev)| Dependency {
            name: name.to_owned(),
            is_dev,
        });
        Package {
            name: name.to_owned(),
            version: "0.1.0".to_owned(),
            manifest: "Cargo.toml".into(),
            is_member: name.starts_with("media-recorder"),
            is_published: true,
            links: None,
            dependencies: dependencies.collect(),
        }
    }

    fn workspace() -> Workspace {
        let names = MAY_USE.iter().map(|(name, _)| *name).chain(["bytes"]);
        Workspace {
            target: "target".into(),
            packages: names.map(|name| package(name, &[])).collect(),
        }
    }

    #[test]
    fn a_crate_may_use_what_is_below_it_and_in_tests_anything() {
        let upwards = [("media-recorder", false), ("media-recorder-cli", true)];
        let findings = check(
            &package("media-recorder-mux", &upwards),
            LINTS,
            &workspace(),
            "",
        );
        assert_eq!(findings, ["media-recorder-mux may not use media-recorder"]);
        let sideways = [
            ("media-recorder-encode", false),
            ("media-recorder-types", false),
        ];
        let findings = check(
            &package("media-recorder-mux", &sideways),
            LINTS,
            &workspace(),
            "",
        );
        assert_eq!(
            findings,
            ["media-recorder-mux may not use media-recorder-encode"]
        );
    }

    #[test]
    fn a_new_crate_needs_a_place() {
        let findings = check(&package("media-recorder-new", &[]), LINTS, &workspace(), "");
        assert_eq!(
            findings,
            ["media-recorder-new has no place in the order of the crates"]
        );
    }

    #[test]
    fn each_dependency_is_explained() {
        let user = package("media-recorder-mux", &[("bytes", false)]);
        let findings = check(&user, LINTS, &workspace(), "many bytes");
        assert_eq!(
            findings,
            ["bytes (of media-recorder-mux) is not in ARCHITECTURE.md"]
        );
        assert!(check(&user, LINTS, &workspace(), "| `bytes` | buffers |").is_empty());
    }

    #[test]
    fn lints_are_inherited() {
        assert!(!inherits_lints("[package]\n"));
        assert!(!inherits_lints("[lints]\n[features]\nworkspace = true\n"));
        assert!(inherits_lints(LINTS));
    }
}
