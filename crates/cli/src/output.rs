//! Where a recording is written.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

use media_recorder::{Blob, Patch};

use crate::error::CliError;

/// Writes a text to standard output.
///
/// # Errors
///
/// [`CliError::Write`].
pub(crate) fn print(text: &str) -> Result<(), CliError> {
    let mut stdout = io::stdout().lock();
    let written = stdout.write_all(text.as_bytes());
    written
        .and_then(|()| stdout.flush())
        .map_err(|source| CliError::Write {
            name: "standard output".to_owned(),
            source,
        })
}

/// Where a recording is written.
pub(crate) struct Output {
    name: String,
    sink: Sink,
}

enum Sink {
    /// Can be corrected at the end.
    File(File),
    /// What is written stays: a pipe or a device.
    Stream(Box<dyn Write>),
}

impl Output {
    /// Standard output.
    pub(crate) fn stdout() -> Self {
        Self {
            name: "standard output".to_owned(),
            sink: Sink::Stream(Box::new(io::stdout())),
        }
    }

    /// A file, emptied if it exists, or whatever else has that name: a named pipe, a device.
    ///
    /// # Errors
    ///
    /// [`CliError::Create`].
    pub(crate) fn create(path: &Path) -> Result<Self, CliError> {
        let name = path.display().to_string();
        let open = || {
            let file = File::create(path)?;
            Ok(if file.metadata()?.is_file() {
                Sink::File(file)
            } else {
                Sink::Stream(Box::new(file))
            })
        };
        match open() {
            Ok(sink) => Ok(Self { name, sink }),
            Err(source) => Err(CliError::Create { name, source }),
        }
    }

    /// What it is called.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Writes a blob behind those before it, all of it now.
    ///
    /// # Errors
    ///
    /// [`CliError::Write`].
    pub(crate) fn append(&mut self, blob: &Blob) -> Result<(), CliError> {
        let written = match &mut self.sink {
            Sink::File(file) => blob.write_to(file),
            // Standard output would hold back what follows the last line feed.
            Sink::Stream(writer) => blob.write_to(writer).and_then(|()| writer.flush()),
        };
        written.map_err(|source| self.failed(source))
    }

    /// Corrects what was written, where that is possible.
    ///
    /// # Errors
    ///
    /// [`CliError::Write`].
    pub(crate) fn patch(&mut self, patches: &[Patch]) -> Result<(), CliError> {
        let Sink::File(file) = &mut self.sink else {
            return Ok(());
        };
        let apply = |patch: &Patch| {
            file.seek(SeekFrom::Start(patch.offset))?;
            file.write_all(&patch.bytes)
        };
        let patched = patches.iter().try_for_each(apply);
        patched.map_err(|source| self.failed(source))
    }

    fn failed(&self, source: io::Error) -> CliError {
        CliError::Write {
            name: self.name.clone(),
            source,
        }
    }
}
