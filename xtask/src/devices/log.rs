//! What a part of the rig says, kept together while others run at the same time.

use std::fmt;
use std::process::Command;

use anyhow::{Result, bail};

use crate::process;

#[derive(Default)]
pub(super) struct Log(String);

impl Log {
    pub(super) fn say(&mut self, text: &str) {
        self.0.push_str(text.trim_end());
        self.0.push('\n');
    }

    /// Runs a program that must succeed.
    pub(super) fn run(&mut self, command: &mut Command) -> Result<()> {
        let output = process::output(command)?;
        self.say(&String::from_utf8_lossy(&output.stdout));
        self.say(&String::from_utf8_lossy(&output.stderr));
        if !output.status.success() {
            bail!("{}: {}", process::line(command), output.status);
        }
        Ok(())
    }
}

impl fmt::Display for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
