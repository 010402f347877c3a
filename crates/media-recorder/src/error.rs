//! The one error type.

use std::error::Error as StdError;
use std::fmt;
use std::io;

use media_recorder_state::{InvalidState, PlanError};

/// What kind of error it is, with the names of the DOM's exceptions (without their `Error`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An argument is out of range or does not fit the object: `TypeError`.
    Type,
    /// The type, codec or configuration cannot be recorded.
    NotSupported,
    /// The recorder is in a state that does not allow the call.
    InvalidState,
    /// A track was added to or removed from the stream during the recording.
    InvalidModification,
    /// The file or device does not exist.
    NotFound,
    /// The operating system forbids it.
    NotAllowed,
    /// The file or device cannot be read or is damaged; another program has the device.
    NotReadable,
    /// No device has all that was [required](crate::Constraints).
    Overconstrained {
        /// The name of a property of which no device has what was required, as scripts spell it:
        /// `frameRate`. Empty where each requirement is met by some device, and all by none.
        constraint: &'static str,
    },
    /// There is no room left to write to.
    QuotaExceeded,
    /// The other end is gone, a closed pipe or socket; or a device cannot be had for another reason
    /// than those above.
    Abort,
    /// Anything else that keeps the recording from going on.
    Unknown,
}

/// An error of the recorder: a kind to match on, a message for people, and the cause.
#[derive(Debug, Clone)]
pub struct RecorderError {
    kind: ErrorKind,
    message: String,
    source: Option<std::sync::Arc<dyn StdError + Send + Sync>>,
}

impl RecorderError {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            source: None,
        }
    }

    pub(crate) fn caused_by(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.source = Some(std::sync::Arc::new(source));
        self
    }

    /// The same error of another kind.
    pub(crate) fn of_kind(mut self, kind: ErrorKind) -> Self {
        self.kind = kind;
        self
    }

    /// The same error, its message saying where it happened.
    pub(crate) fn at(mut self, place: &str) -> Self {
        if !place.is_empty() {
            self.message = format!("{place}: {}", self.message);
        }
        self
    }

    /// From an I/O error; `what` says what could not be done ("cannot write to out.webm").
    pub(crate) fn io(what: impl fmt::Display, error: io::Error) -> Self {
        let kind = match error.kind() {
            io::ErrorKind::NotFound => ErrorKind::NotFound,
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                ErrorKind::NotAllowed
            }
            io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::FileTooLarge => ErrorKind::QuotaExceeded,
            io::ErrorKind::BrokenPipe
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted => ErrorKind::Abort,
            _ => ErrorKind::Unknown,
        };
        Self::new(kind, format!("{what}: {error}")).caused_by(error)
    }

    /// The kind.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// What went wrong, for people.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for RecorderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for RecorderError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source
            .as_ref()
            .map(|source| &**source as &(dyn StdError + 'static))
    }
}

impl From<InvalidState> for RecorderError {
    fn from(error: InvalidState) -> Self {
        Self::new(ErrorKind::InvalidState, error.to_string()).caused_by(error)
    }
}

impl From<PlanError> for RecorderError {
    fn from(error: PlanError) -> Self {
        Self::new(ErrorKind::NotSupported, error.to_string()).caused_by(error)
    }
}
