//! Repairing files.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use media_recorder_mux::{MuxOutput, Repair, RepairError, RepairScan, RepairStep};

use crate::error::{ErrorKind, RecorderError};

pub use media_recorder_mux::RepairReport;

/// Octets to read at once. Payloads are passed over, so that more would only be thrown away.
const READ_OCTETS: usize = 16 * 1024;

/// How many names to try for the new file beside the old one.
const MOST_NAMES: u32 = 1000;

/// Makes a finished file, with its duration and an index to seek by, of one that a killed process
/// or a full disk cut off at whatever byte, or that is damaged. Every packet that is whole is
/// kept as it is; nothing is encoded again. A file that is whole is left alone.
///
/// Files of any program can be repaired: WebM and Matroska, and MP4 in fragments, as far as this
/// library is built with the container; an encrypted MP4 cannot. An MP4 becomes an ordinary one,
/// which is not fragmented any more; one that never was is of no help, since it says where its
/// packets are at its end, or once at its beginning. Memory is bounded: it grows by some ten bytes
/// per key frame, and with an MP4, whose index lists each of them, by some twenty per packet.
///
/// The file is repaired where it is, if its header has room for what is missing, as with all files
/// made by [`Events::save_to`](crate::Events::save_to) and with any MP4. **What can be read at any moment is then a
/// file that can be repaired again**, also after a crash: what was cut off goes first, then the
/// index comes, and the header, which makes it a finished file, is corrected last. Otherwise a new
/// file is written beside it, which takes its place once it is complete.
///
/// The file must not be one that is being recorded.
///
/// # Errors
///
/// Nothing has changed if it is one of the first three.
///
/// - [`ErrorKind::NotSupported`]: it is no WebM, Matroska or MP4, or it is encrypted.
/// - [`ErrorKind::NotReadable`]: there is nothing in it to save: it breaks off before its first
///   packet, or is an MP4 without fragments that breaks off.
/// - [`ErrorKind::NotFound`], [`ErrorKind::NotAllowed`]: the file cannot be opened.
/// - [`ErrorKind::QuotaExceeded`], [`ErrorKind::Unknown`]: what reading or writing gave.
///
/// ```
/// # let directory = tempfile::tempdir().unwrap();
/// # let path = directory.path().join("cut.webm");
/// use media_recorder::{Canvas, MediaRecorder, RecorderOptions, repair};
/// # let canvas = Canvas::new(64, 48)?.with_back_pressure();
/// # let stream = canvas.capture_stream(25)?;
/// # let (recorder, events) = MediaRecorder::new(&stream, RecorderOptions::new())?;
/// # let saved = events.save_to(&path)?;
/// # recorder.start()?;
/// # for n in 0..25 {
/// #     canvas.draw(|pixels| pixels.fill(n))?;
/// # }
/// # recorder.stop()?;
/// # saved.join()?;
/// # let bytes = std::fs::read(&path).unwrap();
/// # std::fs::write(&path, &bytes[..bytes.len() * 2 / 3]).unwrap();
/// let report = repair(&path)?;
/// println!("{report}"); // repaired: 00:00:00.640, 16 packets kept; 102 bytes lost
/// assert!(report.packets > 0 && report.bytes_lost > 0);
/// assert!(repair(&path)?.was_whole);
/// # Ok::<(), media_recorder::RecorderError>(())
/// ```
pub fn repair(path: impl AsRef<Path>) -> Result<RepairReport, RecorderError> {
    let path = path.as_ref();
    let name = path.display();
    let cannot_open = |error| RecorderError::io(format!("cannot open {name}"), error);
    let cannot_repair = |error| RecorderError::io(format!("cannot repair {name}"), error);
    let mut file = File::open(path).map_err(cannot_open)?;
    if file.metadata().map_err(cannot_open)?.is_dir() {
        return Err(cannot_open(io::ErrorKind::IsADirectory.into()));
    }
    let repair = scan(&mut file)
        .map_err(cannot_repair)?
        .map_err(|error| nothing_to_save(error).at(&name.to_string()))?;
    let report = repair.report().clone();
    if report.was_whole {
        return Ok(report);
    }
    if repair.in_place() {
        let mut options = OpenOptions::new();
        let mut file = options.write(true).open(path).map_err(cannot_open)?;
        apply_in_place(repair, &mut file).map_err(cannot_repair)?;
    } else {
        replace(repair, file, path).map_err(cannot_repair)?;
    }
    Ok(report)
}

/// As [`repair`], but writes the repaired file to `output` and leaves `input` as it is. A file that
/// is whole is copied.
///
/// `input` is read from its start, wherever it stands; `output` is written from where it stands, and
/// stands behind what was written then.
///
/// # Errors
///
/// - [`ErrorKind::NotSupported`]: the input is no WebM, Matroska or MP4, or it is encrypted.
///   Nothing was written.
/// - [`ErrorKind::NotReadable`]: there is nothing in it to save. Nothing was written.
/// - [`ErrorKind::QuotaExceeded`], [`ErrorKind::Abort`], [`ErrorKind::Unknown`]: what reading or
///   writing gave.
pub fn repair_to(
    mut input: impl Read + Seek,
    output: impl Write + Seek,
) -> Result<RepairReport, RecorderError> {
    let cannot_repair = |error| RecorderError::io("cannot repair", error);
    let repair = scan(&mut input)
        .map_err(cannot_repair)?
        .map_err(nothing_to_save)?;
    let report = repair.report().clone();
    let mut output = BufWriter::new(output);
    apply_to(repair, &mut input, &mut output).map_err(cannot_repair)?;
    output.flush().map_err(cannot_repair)?;
    Ok(report)
}

fn nothing_to_save(error: RepairError) -> RecorderError {
    let (kind, message) = match error {
        RepairError::UnknownContainer | RepairError::Encrypted => {
            (ErrorKind::NotSupported, "it cannot be repaired")
        }
        _ => (ErrorKind::NotReadable, "there is nothing to save"),
    };
    RecorderError::new(kind, format!("{message}: {error}")).caused_by(error)
}

/// Looks the whole input through.
fn scan(input: &mut (impl Read + Seek)) -> io::Result<Result<Repair, RepairError>> {
    let mut scan = RepairScan::new(input.seek(SeekFrom::End(0))?);
    input.seek(SeekFrom::Start(0))?;
    let mut reader = BufReader::with_capacity(READ_OCTETS, input);
    let mut position = 0_u64;
    let mut bytes = Vec::new();
    while let Some(Range { start, end }) = scan.wants() {
        // Both are inside the file: their distance fits. What is buffered stays.
        reader.seek_relative(start.cast_signed() - position.cast_signed())?;
        bytes.clear();
        let read = reader.by_ref().take(end - start).read_to_end(&mut bytes)?;
        position = start + read as u64;
        scan.provide(&bytes);
    }
    Ok(scan.finish())
}

/// Takes the steps where the file is.
fn apply_in_place(mut repair: Repair, file: &mut File) -> io::Result<()> {
    let mut has_appended = false;
    while let Some(step) = repair.poll_step() {
        match step {
            RepairStep::Copy(range) => file.set_len(range.end)?,
            RepairStep::Output(MuxOutput::Append(bytes)) => {
                file.seek(SeekFrom::End(0))?;
                file.write_all(&bytes)?;
                has_appended = true;
            }
            RepairStep::Output(MuxOutput::Patch { offset, bytes }) => {
                // What refers to something may not be there before it.
                if std::mem::take(&mut has_appended) {
                    file.sync_data()?;
                }
                file.seek(SeekFrom::Start(offset))?;
                file.write_all(&bytes)?;
            }
        }
    }
    file.sync_all()
}

/// Takes the steps into another file.
fn apply_to(
    mut repair: Repair,
    input: &mut (impl Read + Seek),
    output: &mut (impl Write + Seek),
) -> io::Result<()> {
    let start = output.stream_position()?;
    let mut end = start;
    while let Some(step) = repair.poll_step() {
        match step {
            RepairStep::Copy(range) => {
                output.seek(SeekFrom::Start(end))?;
                input.seek(SeekFrom::Start(range.start))?;
                let len = range.end - range.start;
                if io::copy(&mut input.take(len), output)? < len {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                end += len;
            }
            RepairStep::Output(MuxOutput::Append(bytes)) => {
                output.seek(SeekFrom::Start(end))?;
                output.write_all(&bytes)?;
                end += bytes.len() as u64;
            }
            RepairStep::Output(MuxOutput::Patch { offset, bytes }) => {
                output.seek(SeekFrom::Start(start + offset))?;
                output.write_all(&bytes)?;
            }
        }
    }
    output.seek(SeekFrom::Start(end))?;
    Ok(())
}

/// Writes a new file beside the one at `path`, and puts it in its place.
fn replace(repair: Repair, mut file: File, path: &Path) -> io::Result<()> {
    // It is the file that is replaced, and not what links to it.
    let path = path.canonicalize()?;
    let beside = NewFile::beside(&path)?;
    let mut output = BufWriter::new(&beside.file);
    apply_to(repair, &mut file, &mut output)?;
    output.flush()?;
    drop(output);
    beside
        .file
        .set_permissions(file.metadata()?.permissions())?;
    beside.file.sync_all()?;
    beside.rename(&path)
}

/// A file that is gone again unless it gets its proper name.
struct NewFile {
    file: File,
    path: Option<PathBuf>,
}

impl NewFile {
    /// With a name of its own, in the directory of `path`.
    fn beside(path: &Path) -> io::Result<Self> {
        let mut number = 0;
        loop {
            let mut name = OsString::from(".");
            name.push(path.file_name().unwrap_or_default());
            name.push(format!(".repair-{number}"));
            let path = path.with_file_name(name);
            match File::create_new(&path) {
                Ok(file) => {
                    let path = Some(path);
                    return Ok(Self { file, path });
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    number += 1;
                    if number == MOST_NAMES {
                        return Err(error);
                    }
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn rename(mut self, to: &Path) -> io::Result<()> {
        if let Some(from) = &self.path {
            fs::rename(from, to)?;
        }
        self.path = None;
        Ok(())
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if let Some(path) = self.path.take() {
            // There is nobody to tell, and what is left is of no harm.
            let _ = fs::remove_file(path);
        }
    }
}
