//! The command as its users meet it: arguments in; files, bytes, messages and exit codes out.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may panic as tests may"
)]

mod devices;
mod info;
mod outputs;
mod recordings;
mod refusals;
mod repair;
#[cfg(unix)]
mod signals;
mod support;
