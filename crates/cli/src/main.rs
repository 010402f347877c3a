//! The `media-recorder` command: records cameras, microphones, screens, test patterns and files,
//! shows what is in a recording, and repairs one that broke off.

#![forbid(unsafe_code)]

mod args;
mod devices;
mod error;
mod info;
mod output;
mod progress;
mod record;
mod repair;
mod sources;
mod values;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command};

fn main() -> ExitCode {
    let result = match Args::parse().command {
        Command::Record(args) => record::record(&args),
        Command::Devices(args) => devices::devices(&args),
        Command::Info(args) => info::info(&args),
        Command::Repair(args) => repair::repair(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("media-recorder: {}", error::one_line(&error)));
            error.exit_code()
        }
    }
}

/// A line for people. Standard error may be closed, and then there is nobody to tell.
fn say(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}
