//! The table of checks.

use std::collections::BTreeMap;
use std::fmt::Display;

use anyhow::{Result, bail};

/// Every check, printed as it is made.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// Programs that are not there, and why.
    left_out: BTreeMap<&'static str, String>,
    /// Whose checks are being made.
    program: &'static str,
    /// How many checks of each program passed.
    passed: BTreeMap<&'static str, usize>,
    failures: Vec<String>,
}

impl Report {
    /// The program is not there: its checks are not made.
    pub(super) fn leave_out(&mut self, program: &'static str, why: impl Into<String>) {
        self.left_out.insert(program, why.into());
    }

    /// What follows is said by `program`. `None` if it is not there.
    pub(super) fn by(&mut self, program: &'static str) -> Option<&mut Self> {
        if self.left_out.contains_key(program) {
            return None;
        }
        self.program = program;
        Some(self)
    }

    /// One check of one file: what was measured, and what had to be.
    pub(super) fn check(
        &mut self,
        subject: &str,
        check: &str,
        is_right: bool,
        measured: impl Display,
        wanted: impl Display,
    ) {
        let verdict = if is_right { "pass" } else { "FAIL" };
        let program = self.program;
        let row = format!("{subject:20} {program:12} {check:24} {measured} (wanted: {wanted})");
        println!("{verdict}  {row}");
        if is_right {
            *self.passed.entry(program).or_default() += 1;
        } else {
            self.failures.push(row);
        }
    }

    /// Something that must succeed for other checks to be possible. `None` if it did not,
    /// which is a failed check.
    pub(super) fn attempt<T>(
        &mut self,
        subject: &str,
        check: &str,
        action: impl FnOnce() -> Result<T>,
    ) -> Option<T> {
        match action() {
            Ok(value) => Some(value),
            Err(error) => {
                self.check(subject, check, false, format!("{error:#}"), "success");
                None
            }
        }
    }

    /// The count of all checks; an error that lists the failed ones if there are any.
    pub(super) fn finish(self) -> Result<()> {
        let passed: usize = self.passed.values().sum();
        println!();
        for (program, count) in &self.passed {
            println!("{program:14} {count:4} checks passed");
        }
        for (program, why) in &self.left_out {
            println!("{program:14} left out: {why}");
        }
        if !self.failures.is_empty() {
            let count = self.failures.len();
            let total = passed + count;
            let failures = self.failures.join("\n  ");
            bail!("{count} of {total} checks failed\n  {failures}");
        }
        println!("{passed} checks passed");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_failure_fails_the_report_and_is_listed() {
        let mut report = Report::default();
        let ffprobe = report.by("ffprobe").unwrap();
        ffprobe.check("a.webm", "frames", true, 90, 90);
        ffprobe.check("a.webm", "duration", false, "2.9 s", "3 s");
        assert_eq!(report.attempt("b.webm", "recorded", || Ok(1)), Some(1));
        let nothing = report.attempt("b.webm", "read", || -> Result<()> { bail!("no file") });
        assert_eq!(nothing, None);
        let error = report.finish().unwrap_err().to_string();
        assert!(error.starts_with("2 of 3 checks failed"), "{error}");
        for part in ["ffprobe", "2.9 s", "no file"] {
            assert!(error.contains(part), "{error}");
        }
    }

    #[test]
    fn what_is_left_out_fails_nothing() {
        let mut report = Report::default();
        report.leave_out("mkvalidator", "not there");
        assert!(report.by("mkvalidator").is_none());
        assert!(report.by("ffprobe").is_some());
        assert!(report.finish().is_ok());
    }
}
