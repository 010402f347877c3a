//! Receiving events, and saving what comes.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::blob::Patch;
use crate::error::{ErrorKind, RecorderError};
use crate::event::{Event, Summary};
use crate::event_queue::EventQueue;
use crate::recorder::Shared;
use crate::threads::spawn;

/// The events of a recorder, in order.
///
/// As an iterator it waits for each event and **ends after the `Stop` of a recording**; called
/// again, it goes on with the next recording. It also ends when the recorder is gone. With the
/// feature `futures` it is a `futures_core::Stream` of the same events, of no particular runtime.
///
/// Events that nobody takes wait here, up to
/// [`max_buffered_bytes`](crate::RecorderOptions::max_buffered_bytes): beyond that the recording
/// ends with an error. Once `Events` is dropped they are dropped with their data, and the
/// recording goes on without a receiver.
///
/// Instead of taking the events, a program can have the recording [saved](Self::save_to).
#[derive(Debug)]
pub struct Events {
    queue: Arc<EventQueue<Event>>,
    recorder: Weak<Shared>,
    /// The last event was the end of a recording.
    at_end: bool,
}

impl Events {
    pub(crate) fn new(queue: Arc<EventQueue<Event>>, recorder: Weak<Shared>) -> Self {
        Self {
            queue,
            recorder,
            at_end: false,
        }
    }

    /// The next event, if it comes within `timeout`. `None` also once the recorder is gone;
    /// unlike the iterator, this goes straight on to the next recording.
    pub fn next_timeout(&mut self, timeout: Duration) -> Option<Event> {
        let event = self.queue.pop_timeout(timeout)?;
        self.at_end = ends(&event);
        Some(event)
    }

    /// Saves one recording to a file, from its start to its `Stop`: data is written as it is
    /// made, in slices of a second, so that a killed process loses a second at most; at the end
    /// the file is given its index and duration, so that it seeks. An existing file is
    /// replaced. Where a recording [goes over to a new file](crate::SizeChange::NewFile), that
    /// is `out-002.webm` after `out.webm`, then `out-003.webm`.
    ///
    /// If the file cannot be written, the recording ends with an error, and what was written
    /// until then plays.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if the directory does not exist, [`ErrorKind::NotAllowed`] if
    /// the file may not be written, [`ErrorKind::Unknown`] for what else keeps it from being
    /// created.
    ///
    /// ```
    /// # let directory = tempfile::tempdir().unwrap();
    /// # let path = directory.path().join("test.webm");
    /// use media_recorder::{Canvas, MediaRecorder, RecorderOptions};
    /// let canvas = Canvas::new(64, 48)?.with_back_pressure();
    /// let stream = canvas.capture_stream(25)?;
    /// let (recorder, events) = MediaRecorder::new(&stream, RecorderOptions::new())?;
    /// let saved = events.save_to(&path)?;
    /// recorder.start()?;
    /// for n in 0..25 {
    ///     canvas.draw(|pixels| pixels.fill(n))?;
    /// }
    /// recorder.stop()?;
    /// let summary = saved.join()?;
    /// assert_eq!(summary.duration.as_millis(), 1000);
    /// # Ok::<(), media_recorder::RecorderError>(())
    /// ```
    pub fn save_to(self, path: impl AsRef<Path>) -> Result<Saved, RecorderError> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let target = FileTarget::create(path)
            .map_err(|error| RecorderError::io(format!("cannot create {name}"), error))?;
        self.save(name, target)
    }

    /// Writes one recording to anything that takes bytes: standard output, a socket. As
    /// [`save_to`](Self::save_to), but what was written stays as it is: the recording plays,
    /// and its end does not have to be known to play it, but most players cannot seek in it.
    /// The patches that would change that are in [`Summary::patches`]. An MP4 stays a fragmented
    /// one; its last bytes are an index that only the patch makes the file's own, and that Media
    /// Source Extensions refuse: for these ask for
    /// [`self_contained_chunks`](crate::RecorderOptions::self_contained_chunks). Where a recording
    /// [goes over to a new file](crate::SizeChange::NewFile), the bytes of the next one follow.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unknown`] if the operating system gives no thread.
    pub fn write_to(self, writer: impl Write + Send + 'static) -> Result<Saved, RecorderError> {
        self.save("the output".to_owned(), WriteTarget(writer))
    }

    fn save(self, name: String, target: impl Target) -> Result<Saved, RecorderError> {
        if let Some(recorder) = self.recorder.upgrade() {
            recorder.set_saving();
        }
        let (sender, receiver) = std::sync::mpsc::sync_channel(1);
        let thread = spawn("saver", move || {
            // Whoever dropped `Saved` does not want to know.
            let _ = sender.send(self.save_all(&name, target));
        })?;
        Ok(Saved { receiver, thread })
    }

    fn save_all(self, name: &str, mut target: impl Target) -> Result<Summary, RecorderError> {
        let cannot = |error| RecorderError::io(format!("cannot write to {name}"), error);
        let recorder = self.recorder.clone();
        let mut failure = None;
        for event in self {
            match event {
                Event::DataAvailable(blob) if failure.is_none() => {
                    if let Err(error) = blob.data.write_to(target.writer()) {
                        let error = cannot(error);
                        if let Some(recorder) = recorder.upgrade() {
                            recorder.fail(error.clone());
                        }
                        failure = Some(error);
                    }
                }
                Event::Error(error) => {
                    failure.get_or_insert(error);
                }
                Event::Stop(summary) => {
                    // After a failure too: what is there gets as good as it can.
                    let patched = target.finish(&summary.patches).map_err(cannot);
                    if summary.continues {
                        let next = patched.and_then(|()| target.next().map_err(cannot));
                        if let (Err(error), None) = (next, &failure) {
                            if let Some(recorder) = recorder.upgrade() {
                                recorder.fail(error.clone());
                            }
                            failure = Some(error);
                        }
                        continue;
                    }
                    return match failure {
                        Some(error) => Err(error),
                        None => patched.map(|()| summary),
                    };
                }
                _ => {}
            }
        }
        let ended = "the recorder was dropped before it recorded anything";
        Err(RecorderError::new(ErrorKind::InvalidState, ended))
    }
}

/// Waits for each event; ends after `Stop`, and when the recorder is gone.
impl Iterator for Events {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        if std::mem::take(&mut self.at_end) {
            return None;
        }
        let event = self.queue.pop()?;
        self.at_end = ends(&event);
        Some(event)
    }
}

/// As the iterator: ends after `Stop`, and polled again goes on with the next recording.
#[cfg(feature = "futures")]
impl futures_core::Stream for Events {
    type Item = Event;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Event>> {
        if std::mem::take(&mut self.at_end) {
            return std::task::Poll::Ready(None);
        }
        let event = std::task::ready!(self.queue.poll_pop(context));
        self.at_end = event.as_ref().is_some_and(ends);
        std::task::Poll::Ready(event)
    }
}

/// What waits is dropped with its data, and so is what would come.
impl Drop for Events {
    fn drop(&mut self) {
        self.queue.abandon();
    }
}

/// Whether a recording ends with this event.
fn ends(event: &Event) -> bool {
    matches!(event, Event::Stop(summary) if !summary.continues)
}

/// A recording that is being saved.
#[derive(Debug)]
pub struct Saved {
    receiver: Receiver<Result<Summary, RecorderError>>,
    thread: JoinHandle<()>,
}

impl Saved {
    /// Waits until the recording has ended and all of it is written.
    ///
    /// # Errors
    ///
    /// What ended the recording, if that was an error: its own, or that the data could not be
    /// written. [`ErrorKind::InvalidState`] if the recorder was dropped without a recording.
    pub fn join(self) -> Result<Summary, RecorderError> {
        let result = self.receiver.recv();
        let _ = self.thread.join();
        result.unwrap_or_else(|_| {
            Err(RecorderError::new(
                ErrorKind::Unknown,
                "the thread that saves panicked",
            ))
        })
    }

    /// Whether [`join`](Self::join) would return at once.
    pub fn is_finished(&self) -> bool {
        self.thread.is_finished()
    }
}

/// Where a recording is saved.
trait Target: Send + 'static {
    type Writer: Write;
    fn writer(&mut self) -> &mut Self::Writer;
    fn finish(&mut self, patches: &[Patch]) -> io::Result<()>;
    /// A new file follows.
    fn next(&mut self) -> io::Result<()>;
}

struct FileTarget {
    file: File,
    path: PathBuf,
    /// Which file of the recording it is.
    number: u32,
}

impl FileTarget {
    fn create(path: &Path) -> io::Result<Self> {
        Ok(Self {
            file: File::create(path)?,
            path: path.to_owned(),
            number: 1,
        })
    }
}

/// The path of a further file of a recording: `out-002.webm` after `out.webm`.
fn numbered(path: &Path, number: u32) -> PathBuf {
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{number:03}"));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

impl Target for FileTarget {
    type Writer = File;

    fn writer(&mut self) -> &mut File {
        &mut self.file
    }

    fn finish(&mut self, patches: &[Patch]) -> io::Result<()> {
        for patch in patches {
            self.file.seek(SeekFrom::Start(patch.offset))?;
            self.file.write_all(&patch.bytes)?;
        }
        self.file.flush()
    }

    fn next(&mut self) -> io::Result<()> {
        self.number += 1;
        self.file = File::create(numbered(&self.path, self.number))?;
        Ok(())
    }
}

struct WriteTarget<W>(W);

impl<W: Write + Send + 'static> Target for WriteTarget<W> {
    type Writer = W;

    fn writer(&mut self) -> &mut W {
        &mut self.0
    }

    fn finish(&mut self, _: &[Patch]) -> io::Result<()> {
        self.0.flush()
    }

    /// The next file follows in the same place.
    fn next(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn further_files_are_numbered() {
        for (path, second) in [
            ("out.webm", "out-002.webm"),
            ("a.b/out.1.mkv", "a.b/out.1-002.mkv"),
            ("out", "out-002"),
            (".hidden", ".hidden-002"),
        ] {
            assert_eq!(numbered(Path::new(path), 2), Path::new(second));
        }
        assert_eq!(
            numbered(Path::new("out.webm"), 1234),
            Path::new("out-1234.webm")
        );
    }
}
