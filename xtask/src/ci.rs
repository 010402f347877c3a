//! `cargo xtask ci`: everything that has to pass before a change goes in.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::Args;

use crate::devices;
use crate::{interop, no_c, no_std, process, tidy};

#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Leave out `cargo test`: it has run already.
    #[arg(long)]
    no_test: bool,
    /// How long each fuzz target runs, in seconds.
    #[arg(long, default_value_t = 5)]
    fuzz_seconds: u32,
    /// A missing program fails the checks that need it instead of leaving them out.
    #[arg(long)]
    require_tools: bool,
}

/// The facade with one codec and one container each.
const FEATURES: [&str; 4] = ["vp9,webm", "av1,mp4", "h264,mp4", "opus,webm"];

pub(crate) fn run(options: &Options) -> Result<()> {
    let mut steps = Steps::default();
    steps.run("format", || {
        process::run(&mut process::cargo(&["fmt", "--all", "--check"]))
    });
    steps.run("tidy", tidy::run);
    steps.run("no C", no_c::run);
    steps.run("no std", no_std::run);
    steps.run("clippy", || {
        let clippy = [
            "clippy",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ];
        process::run(&mut process::cargo(&clippy))
    });
    steps.run("clippy of the rig", || {
        // What is not tested by default is no target of `--all-targets`.
        let mut clippy = process::cargo(&["clippy", "--workspace"]);
        for test in devices::TESTS {
            clippy.args(["--test", test]);
        }
        process::run(clippy.args(["--", "-D", "warnings"]))
    });
    if options.no_test {
        steps.skip("tests", "left out as asked for");
    } else {
        steps.run("tests", || {
            process::run(&mut process::cargo(&["test", "--workspace"]))
        });
    }
    steps.run("documentation", || {
        let mut doc = process::cargo(&["doc", "--workspace", "--no-deps"]);
        process::run(doc.env("RUSTDOCFLAGS", "-D warnings"))
    });
    for features in FEATURES {
        steps.run(&format!("feature {features}"), || {
            let mut clippy = process::cargo(&["clippy", "--package", "media-recorder"]);
            clippy.args(["--no-default-features", "--features", features]);
            process::run(clippy.args(["--", "-D", "warnings"]))
        });
    }
    fuzz(&mut steps, options)?;
    let missing = interop::missing_packages();
    if missing.is_empty() || options.require_tools {
        let interop = interop::Options {
            require_tools: options.require_tools,
            ..interop::Options::default()
        };
        steps.run("interop", || interop::run(&interop));
    } else {
        steps.skip("interop", &format!("not installed: {}", missing.join(" ")));
    }
    let played = devices::Options::quick();
    match played.obstacle(options.require_tools) {
        Some(reason) => steps.skip("devices", &reason),
        None => steps.run("devices", || devices::run(&played)),
    }
    steps.finish()
}

fn fuzz(steps: &mut Steps, options: &Options) -> Result<()> {
    let has_cargo_fuzz = process::output(&mut process::cargo(&["fuzz", "--version"]))?
        .status
        .success();
    if !has_cargo_fuzz && !options.require_tools {
        steps.skip("fuzz", "not installed: cargo install cargo-fuzz");
        return Ok(());
    }
    let mut targets = Vec::new();
    for file in std::fs::read_dir(process::root().join("fuzz/fuzz_targets"))? {
        let path = file?.path();
        if let Some(name) = path.file_stem().filter(|_| path.extension().is_some()) {
            targets.push(name.to_string_lossy().into_owned());
        }
    }
    targets.sort();
    // libFuzzer uses one thread.
    for targets in targets.chunks(2) {
        steps.run(&format!("fuzz {}", targets.join(", ")), || {
            std::thread::scope(|scope| {
                let runs: Vec<_> = targets
                    .iter()
                    .map(|target| scope.spawn(|| fuzz_one(target, options.fuzz_seconds)))
                    .collect();
                let mut results = runs
                    .into_iter()
                    .map(|run| run.join().unwrap_or_else(|_| bail!("the thread panicked")));
                results.try_for_each(|result| result)
            })
        });
    }
    Ok(())
}

fn fuzz_one(target: &str, seconds: u32) -> Result<()> {
    let time = format!("-max_total_time={seconds}");
    let mut fuzz = process::cargo(&["fuzz", "run", target, "--sanitizer", "none"]);
    fuzz.args(inputs(target)?).args(["--", &time]);
    // The coverage flags that cargo-fuzz passes are unstable ones of the compiler.
    process::run(fuzz.env("RUSTC_BOOTSTRAP", "1"))
}

/// Where a fuzz target begins: first the directory for what it finds, which git ignores, then
/// the seeds that are kept.
fn inputs(target: &str) -> Result<Vec<PathBuf>> {
    let fuzz = process::root().join("fuzz");
    let corpus = fuzz.join("corpus").join(target);
    std::fs::create_dir_all(&corpus)?;
    let seeds = fuzz.join("seeds").join(target);
    let seeds = seeds.is_dir().then_some(seeds);
    Ok([corpus].into_iter().chain(seeds).collect())
}

/// What ran, how it went and how long it took.
#[derive(Default)]
struct Steps {
    done: Vec<(String, Outcome)>,
}

enum Outcome {
    Passed(Duration),
    Failed(Duration),
    Skipped(String),
}

impl Steps {
    /// Runs a step; the others run too if it fails.
    fn run(&mut self, name: &str, step: impl FnOnce() -> Result<()>) {
        println!("\n== {name}");
        let start = Instant::now();
        let result = step();
        let time = start.elapsed();
        let outcome = match result {
            Ok(()) => Outcome::Passed(time),
            Err(error) => {
                println!("{error:#}");
                Outcome::Failed(time)
            }
        };
        println!("== {name}: {outcome}");
        self.done.push((name.to_owned(), outcome));
    }

    fn skip(&mut self, name: &str, why: &str) {
        self.done
            .push((name.to_owned(), Outcome::Skipped(why.to_owned())));
    }

    fn finish(self) -> Result<()> {
        println!("\n== summary");
        for (name, outcome) in &self.done {
            println!("{name:24} {outcome}");
        }
        let failed = self
            .done
            .iter()
            .filter(|(_, outcome)| matches!(outcome, Outcome::Failed(_)));
        match failed.count() {
            0 => Ok(()),
            count => bail!("{count} of {} steps failed", self.done.len()),
        }
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Passed(time) => write!(f, "passed in {:.1} s", time.as_secs_f64()),
            Self::Failed(time) => write!(f, "FAILED after {:.1} s", time.as_secs_f64()),
            Self::Skipped(why) => write!(f, "skipped: {why}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_step_fails_the_whole_but_not_the_rest() {
        let mut steps = Steps::default();
        steps.run("first", || bail!("broken"));
        let mut ran = false;
        steps.run("second", || {
            ran = true;
            Ok(())
        });
        steps.skip("third", "no reason");
        assert!(ran);
        assert_eq!(
            steps.finish().unwrap_err().to_string(),
            "1 of 3 steps failed"
        );
    }

    #[test]
    fn what_was_left_out_does_not_fail() {
        let mut steps = Steps::default();
        steps.skip("fuzz", "not installed");
        assert!(steps.finish().is_ok());
    }
}
