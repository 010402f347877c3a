//! A file, whatever is in it.

use std::fmt;
use std::fs::File;
use std::io::{Cursor, Read, Seek};
use std::path::Path;

use crate::audio_file::AudioFile;
use crate::y4m_file::{SIGNATURE, Y4mReader};
use crate::{AudioSource, CaptureError, VideoSource};

/// The tracks of a file.
pub struct MediaFile {
    /// Its video, if it has any that can be read.
    pub video: Option<Box<dyn VideoSource>>,
    /// Its audio, if it has any that can be read.
    pub audio: Option<Box<dyn AudioSource>>,
}

impl fmt::Debug for MediaFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MediaFile")
            .field("video", &self.video.as_ref().map(|video| video.format()))
            .field("audio", &self.audio.as_ref().map(|audio| audio.format()))
            .finish()
    }
}

/// Opens a file by what is in it, whatever its name: Y4M as video ([`Y4mReader`]), and all else as
/// audio ([`AudioFile`]). A pipe will do where its format needs no seeking.
///
/// # Errors
///
/// [`CaptureError::NotFound`] or [`CaptureError::NotReadable`] if it cannot be opened;
/// [`CaptureError::UnknownFormat`] if it is no media file, and else as [`Y4mReader::new`] and
/// [`AudioFile::new`].
///
/// ```no_run
/// use media_recorder_capture::open_media;
/// let file = open_media("speech.flac")?;
/// let mut audio = file.audio.expect("FLAC is audio");
/// while let Some(frame) = audio.read()? {
///     println!("{}: {} samples", frame.time, frame.len());
/// }
/// # Ok::<(), media_recorder_capture::CaptureError>(())
/// ```
pub fn open_media(path: impl AsRef<Path>) -> Result<MediaFile, CaptureError> {
    let path = path.as_ref();
    let label = path
        .file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into());
    let mut file = File::open(path).map_err(|error| CaptureError::from_open(path, error))?;
    let mut start = Vec::new();
    file.by_ref()
        .take(SIGNATURE.len() as u64)
        .read_to_end(&mut start)
        .map_err(|error| CaptureError::from_open(path, error))?;

    if start == SIGNATURE {
        let reader = Y4mReader::new(Cursor::new(start).chain(file))?;
        return Ok(MediaFile {
            video: Some(Box::new(reader.with_label(label))),
            audio: None,
        });
    }
    let audio = if file.rewind().is_ok() {
        AudioFile::new(file)?
    } else {
        AudioFile::from_stream(Cursor::new(start).chain(file))?
    };
    Ok(MediaFile {
        video: None,
        audio: Some(Box::new(audio.with_label(label))),
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn file_of(content: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(content).unwrap();
        file
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("missing.y4m");
        match open_media(&missing).unwrap_err() {
            CaptureError::NotFound { path } => assert_eq!(path, missing),
            other => panic!("{other}"),
        }
        match open_media(folder.path()).unwrap_err() {
            CaptureError::NotReadable { path, .. } => assert_eq!(path, folder.path()),
            other => panic!("{other}"),
        }
    }

    #[test]
    fn the_content_decides_not_the_name() {
        let file = file_of(b"YUV4MPEG2 W2 H2 F25:1\nFRAME\n123456");
        let mut media = open_media(file.path()).unwrap();
        assert!(media.audio.is_none());
        let video = media.video.as_mut().unwrap();
        let name = file.path().file_name().unwrap().to_string_lossy();
        assert_eq!(video.format().label, name);
        assert!(video.read().unwrap().is_some());
        assert!(video.read().unwrap().is_none());
    }

    #[test]
    fn what_is_no_media_is_an_unknown_format() {
        for content in [
            &b""[..],
            b"x",
            b"YUV4MPEG2",
            b"hello, this is text\n",
            &[0; 5000],
        ] {
            let file = file_of(content);
            let error = open_media(file.path()).unwrap_err();
            assert!(matches!(error, CaptureError::UnknownFormat), "{error}");
        }
    }
}
