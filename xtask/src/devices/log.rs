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

/// Runs each of `all` at the same time; what they say comes one after the other.
pub(super) fn at_once<T: Send>(
    log: &mut Log,
    all: impl IntoIterator<Item = T>,
    run: impl Fn(T, &mut Log) -> Result<()> + Sync,
) -> Result<()> {
    let run = &run;
    std::thread::scope(|scope| {
        let start = |each| {
            scope.spawn(move || {
                let mut log = Log::default();
                (run(each, &mut log), log)
            })
        };
        let runs: Vec<_> = all.into_iter().map(start).collect();
        let mut results = Ok(());
        for run in runs {
            let Ok((result, own)) = run.join() else {
                bail!("a thread panicked");
            };
            log.say(&own.to_string());
            results = results.and(result);
        }
        results
    })
}

impl fmt::Display for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
