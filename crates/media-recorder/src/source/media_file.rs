//! A file as a stream.

use std::path::Path;
use std::time::Duration;

use media_recorder_capture::open_media;
use media_recorder_types::MediaTime;

use super::Pace;
use super::drive::{Drive, audio_track, video_track};
use crate::error::{ErrorKind, RecorderError};
use crate::stream::{MediaStream, SourceId};

/// A media file that plays into a stream: pictures from Y4M, sound from WAV, FLAC, MP3, Ogg,
/// MP4, Matroska and what else `symphonia` reads. Its tracks end with the file, and with them
/// a recording.
///
/// ```no_run
/// use media_recorder::{MediaFile, MediaRecorder, MediaStream, RecorderOptions};
/// let picture = MediaFile::open("camera.y4m")?.as_fast_as_possible().capture_stream()?;
/// let sound = MediaFile::open("speech.flac")?.as_fast_as_possible().capture_stream()?;
/// let stream = MediaStream::new(picture.tracks().into_iter().chain(sound.tracks()));
/// let (recorder, events) = MediaRecorder::new(&stream, RecorderOptions::new())?;
/// let saved = events.save_to("both.webm")?;
/// recorder.start()?;
/// println!("{}", saved.join()?);
/// # Ok::<(), media_recorder::RecorderError>(())
/// ```
#[derive(Debug)]
pub struct MediaFile {
    media: media_recorder_capture::MediaFile,
    pace: Pace,
    duration: Option<Duration>,
}

impl MediaFile {
    /// Opens a file by its content. It plays in real time, unless
    /// [told otherwise](Self::as_fast_as_possible).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if it does not exist,
    /// [`ErrorKind::NotAllowed`] if it may not be read,
    /// [`ErrorKind::NotReadable`] if it is damaged,
    /// [`ErrorKind::NotSupported`] if nothing in it can be read.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, RecorderError> {
        let media = open_media(path).map_err(|error| match RecorderError::from(error) {
            // A size that no picture has is no mistake of the caller's here.
            error if error.kind() == ErrorKind::Type => error.of_kind(ErrorKind::NotReadable),
            error => error,
        })?;
        Ok(Self {
            media,
            pace: Pace::default(),
            duration: None,
        })
    }

    /// Whether it has pictures.
    pub fn has_video(&self) -> bool {
        self.media.video.is_some()
    }

    /// Whether it has sound.
    pub fn has_audio(&self) -> bool {
        self.media.audio.is_some()
    }

    /// Plays only the first `duration` of it: to the sample, and to the picture that begins
    /// before.
    #[must_use]
    pub fn duration(mut self, duration: Duration) -> Self {
        self.duration = Some(duration);
        self
    }

    /// Plays not in real time but as fast as it is recorded; nothing is dropped.
    #[must_use]
    pub fn as_fast_as_possible(mut self) -> Self {
        self.pace = Pace::AsFastAsPossible;
        self
    }

    /// The stream. It begins to play when somebody records it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unknown`] if the operating system gives no
    /// thread.
    pub fn capture_stream(self) -> Result<MediaStream, RecorderError> {
        let drive = Drive {
            timing: self.pace.timing(),
            source: SourceId::unique(),
            end: self.duration.map(MediaTime::from),
        };
        let mut tracks = Vec::new();
        if let Some(video) = self.media.video {
            tracks.push(video_track(video, drive)?);
        }
        if let Some(audio) = self.media.audio {
            tracks.push(audio_track(audio, drive)?);
        }
        Ok(MediaStream::new(tracks))
    }
}
