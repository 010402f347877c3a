//! The command as its users meet it: arguments in; files, bytes, messages and exit codes out.

mod info;
mod outputs;
mod recordings;
mod refusals;
#[cfg(unix)]
mod signals;
mod support;
