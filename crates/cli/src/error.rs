//! Why the command ends without success, and how it says so.

use std::error::Error;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use media_recorder::{RecorderError, TrackKind};

/// Why the command ends without success.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    /// The arguments make no sense together, whatever the disk holds.
    #[error("{0}")]
    Usage(String),
    #[error("the output {} is also an input, which it would destroy", .0.display())]
    OutputIsInput(PathBuf),
    #[error("`{0}` files cannot be recorded: use .webm, .mkv, .mka, .mp4 or .m4a")]
    Unsupported(String),
    #[error("cannot use {} as --{kind}", path.display())]
    Input {
        path: PathBuf,
        kind: TrackKind,
        #[source]
        source: RecorderError,
    },
    #[error("cannot use {} as --{kind}: it has no {kind} that can be read", path.display())]
    NoSuchTrack { path: PathBuf, kind: TrackKind },
    #[error("there is no {what} {name}: `media-recorder devices` lists them")]
    NoSuchDevice { what: &'static str, name: String },
    #[error("a source ended before the recording was over")]
    Ended(#[source] RecorderError),
    #[error(transparent)]
    Recorder(#[from] RecorderError),
    #[error("nothing was recorded")]
    Nothing,
    #[error("cannot wait for Ctrl-C")]
    Signals(#[from] ctrlc::Error),
    #[error("cannot create {name}")]
    Create {
        name: String,
        #[source]
        source: io::Error,
    },
    #[error("cannot write to {name}")]
    Write {
        name: String,
        #[source]
        source: io::Error,
    },
    #[error("cannot read {}", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("cannot repair {}", path.display())]
    Repair {
        path: PathBuf,
        #[source]
        source: RecorderError,
    },
    #[error("{} cannot be read as WebM or Matroska: {reason}", path.display())]
    NotMatroska { path: PathBuf, reason: String },
}

impl CliError {
    /// 2 for what `clap` would have refused if it could know, else 1.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::from(2),
            _ => ExitCode::FAILURE,
        }
    }
}

/// The error and its causes on one line. A cause that the text tells already is left out: the
/// recorder's messages name their cause, and give it as the source as well.
pub(crate) fn one_line(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if !line.contains(&text) {
            line = format!("{line}: {text}");
        }
        cause = error.source();
    }
    line
}

#[cfg(test)]
mod tests {
    use media_recorder::DeviceError;

    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{0}")]
    struct Chained(&'static str, #[source] Option<Box<Chained>>);

    #[test]
    fn causes_are_told_once() {
        let disk = Chained("no space", None);
        let write = Chained("cannot write: no space", Some(disk.into()));
        assert_eq!(one_line(&write), "cannot write: no space");
        let outer = Chained("recording failed", Some(write.into()));
        assert_eq!(one_line(&outer), "recording failed: cannot write: no space");
    }

    #[test]
    fn what_keeps_a_device_away_is_told_once_with_what_to_do() {
        let device = || "/dev/video0".to_owned();
        let remedy = "join the group `video` and log in again".to_owned();
        let source = io::Error::other("bad cable");
        for (error, line) in [
            (
                DeviceError::Busy { device: device() },
                "/dev/video0 is in use by another program",
            ),
            (
                DeviceError::NotAllowed {
                    device: device(),
                    remedy,
                },
                "no permission to use /dev/video0: join the group `video` and log in again",
            ),
            (
                DeviceError::Failed {
                    device: device(),
                    source,
                },
                "/dev/video0 failed: bad cable",
            ),
        ] {
            let error = CliError::from(RecorderError::from(error));
            assert_eq!(one_line(&error), line);
        }
        let lost = RecorderError::from(DeviceError::Lost { device: device() });
        assert_eq!(
            one_line(&CliError::Ended(lost)),
            "a source ended before the recording was over: /dev/video0 is gone"
        );
    }
}
