//! Development tasks of media-recorder, run as `cargo xtask …`.

#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, reason = "printing is what these tasks are for")]

mod chromium;
mod ci;
mod codegen;
mod devices;
mod interop;
mod no_c;
mod no_std;
mod peers;
mod process;
mod targets;
mod tidy;
mod vp8;
mod workspace;

use std::process::ExitCode;

use clap::Parser;

/// Development tasks of media-recorder.
#[derive(Debug, Parser)]
#[command(name = "xtask", bin_name = "cargo xtask")]
enum Task {
    /// Everything that has to pass before a change goes in.
    Ci(ci::Options),
    /// Makes the table of Matroska elements from the public schemas.
    Codegen(codegen::Options),
    /// Sets up virtual devices, and runs the tests that need them (Debian, as root).
    Devices(devices::Options),
    /// Records, and has programs that we did not write judge the files.
    Interop(interop::Options),
    /// The default dependency tree compiles no C and links no C library.
    NoC,
    /// The crates without the standard library have none in their dependencies either.
    NoStd,
    /// Measures what others need for the same work.
    Peers(peers::Options),
    /// The default build is type-checked for Windows and macOS.
    Targets,
    /// The rules of this repository that neither rustc nor clippy know.
    Tidy,
    /// Others decode what our VP8 encoder writes exactly as it says (ffmpeg is needed).
    Vp8(vp8::Options),
}

fn main() -> ExitCode {
    let result = match Task::parse() {
        Task::Ci(options) => ci::run(&options),
        Task::Codegen(options) => codegen::run(&options),
        Task::Devices(options) => devices::run(&options),
        Task::Interop(options) => interop::run(&options),
        Task::NoC => no_c::run(),
        Task::NoStd => no_std::run(),
        Task::Peers(options) => peers::run(&options),
        Task::Targets => targets::run(),
        Task::Tidy => tidy::run(),
        Task::Vp8(options) => vp8::run(&options),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
