//! What a program costs.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process;

/// Seconds that a program took.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cost {
    /// Of all its threads, user and system.
    pub(super) cpu: f64,
    /// On the clock on the wall.
    pub(super) wall: f64,
}

/// Runs a program that must succeed, and says what it cost, children included. The shell's `time`
/// is there wherever a shell is, and asks the system as one would oneself.
pub(super) fn cost(command: &mut Command) -> Result<Cost> {
    const SCRIPT: &str = r#"TIMEFORMAT=$'\n%U %S %R'; time "$@""#;
    let mut shell = Command::new("bash");
    shell.args(["-c", SCRIPT, "bash"]);
    shell.arg(command.get_program()).args(command.get_args());
    let output = process::output(&mut shell)?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        bail!("{}: {said}", output.status);
    }
    let line = said.lines().last().unwrap_or_default();
    parse(line).with_context(|| format!("no times in {said:?}"))
}

/// `1.234 0.056 0.789`: user, system, wall.
fn parse(line: &str) -> Option<Cost> {
    let numbers: Result<Vec<f64>, _> = line.split(' ').map(str::parse).collect();
    match numbers.ok()?[..] {
        [user, system, wall] => Some(Cost {
            cpu: user + system,
            wall,
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_computes_costs_something() {
        let mut command = Command::new("bash");
        command.args([
            "-c",
            "for ((n = 0; n < 20000; n++)); do :; done; echo noise >&2",
        ]);
        let cost = cost(&mut command).unwrap();
        assert!(cost.cpu > 0.0 && cost.wall > 0.0, "{cost:?}");
    }

    #[test]
    fn a_failure_says_what_the_program_said() {
        let mut command = Command::new("bash");
        command.args(["-c", "echo reason >&2; exit 3"]);
        let error = cost(&mut command).unwrap_err().to_string();
        assert!(error.contains("reason"), "{error}");
    }
}
