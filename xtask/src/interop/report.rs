//! The table of checks.

use std::fmt::Display;

use anyhow::{Result, bail};

/// Every check, printed as it is made.
#[derive(Debug, Default)]
pub(super) struct Report {
    passed: usize,
    failures: Vec<String>,
}

impl Report {
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
        let row = format!("{subject:20} {check:24} {measured} (wanted: {wanted})");
        println!("{verdict}  {row}");
        if is_right {
            self.passed += 1;
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
        let Self { passed, failures } = self;
        if !failures.is_empty() {
            let count = failures.len();
            let total = passed + count;
            bail!(
                "{count} of {total} checks failed\n  {}",
                failures.join("\n  ")
            );
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
        report.check("a.webm", "frames", true, 90, 90);
        report.check("a.webm", "duration", false, "2.9 s", "3 s");
        assert_eq!(report.attempt("b.webm", "recorded", || Ok(1)), Some(1));
        let nothing = report.attempt("b.webm", "read", || -> Result<()> { bail!("no file") });
        assert_eq!(nothing, None);
        let error = report.finish().unwrap_err().to_string();
        assert!(error.starts_with("2 of 3 checks failed"), "{error}");
        assert!(
            error.contains("2.9 s") && error.contains("no file"),
            "{error}"
        );
    }
}
