//! Where streams come from.

mod canvas;
mod device;
mod drive;
mod encoded;
mod generator;
mod media_file;
mod test_pattern;

pub use canvas::{Canvas, CaptureRate};
pub use device::AudioLevel;
pub(crate) use device::{
    Driven, Open, Orders, Output, PicturePlan, microphone_track, orders, video_track,
};
pub use encoded::EncodedTrackGenerator;
pub use generator::{AudioTrackGenerator, VideoTrackGenerator};
pub use media_file::MediaFile;
pub use test_pattern::TestPattern;

use std::error::Error as _;
use std::io;

use media_recorder_capture::CaptureError;

use crate::error::{ErrorKind, RecorderError};
use crate::stream::Timing;

/// Whether a source keeps to the wall clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Pace {
    #[default]
    RealTime,
    AsFastAsPossible,
}

impl Pace {
    fn timing(self) -> Timing {
        match self {
            Self::RealTime => Timing::Live,
            Self::AsFastAsPossible => Timing::Offline,
        }
    }
}

impl From<CaptureError> for RecorderError {
    fn from(error: CaptureError) -> Self {
        use CaptureError as E;
        let kind = match &error {
            E::NotFound { .. } => ErrorKind::NotFound,
            E::NotReadable { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
                ErrorKind::NotAllowed
            }
            E::UnknownFormat | E::Unsupported { .. } | E::NoAudio | E::FrameRate(_) => {
                ErrorKind::NotSupported
            }
            E::Size { .. } | E::WrongSize { .. } | E::WrongLength { .. } => ErrorKind::Type,
            _ => ErrorKind::NotReadable,
        };
        let message = match error.source() {
            Some(source) => format!("{error}: {source}"),
            None => error.to_string(),
        };
        Self::new(kind, message).caused_by(error)
    }
}
