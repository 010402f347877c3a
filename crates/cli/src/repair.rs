//! `media-recorder repair`.

use std::fs::{self, File};
use std::path::Path;

use media_recorder::RepairReport;

use crate::args::RepairArgs;
use crate::error::CliError;
use crate::say;

/// Repairs a file, and says what was kept and lost.
///
/// # Errors
///
/// [`CliError::Recorder`] and [`CliError::Repair`] if there is nothing to save, or if the file
/// cannot be read or written; [`CliError::Read`] and [`CliError::Create`] where a copy is asked for
/// and one of the files cannot be opened. A copy that is not complete is removed.
pub(crate) fn repair(args: &RepairArgs) -> Result<(), CliError> {
    let report = match &args.output {
        None => media_recorder::repair(&args.file)?,
        Some(output) => repair_to(&args.file, output)?,
    };
    say(&format!("{}: {report}", args.file.display()));
    Ok(())
}

fn repair_to(path: &Path, output: &Path) -> Result<RepairReport, CliError> {
    let input = File::open(path).map_err(|source| CliError::Read {
        path: path.to_owned(),
        source,
    })?;
    // Whoever repairs a file wants to lose nothing: what exists is not replaced.
    let copy = File::create_new(output).map_err(|source| CliError::Create {
        name: output.display().to_string(),
        source,
    })?;
    media_recorder::repair_to(input, copy).map_err(|source| {
        let _ = fs::remove_file(output);
        CliError::Repair {
            path: path.to_owned(),
            source,
        }
    })
}
