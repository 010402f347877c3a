//! Streams, tracks, and how media flows from a source to those who take it.
//!
//! A source (a thread, or the program that draws on a canvas) pushes frames into a [`Feed`];
//! the feed hands them to each live [`MediaStreamTrack`] on it, and a track to each [`Sink`]
//! attached to it. Frames are shared, not copied.

mod device;
mod encoded;
mod feed;
mod media_stream;
mod settings;
mod track;

pub(crate) use device::{Controls, DeviceSettings, Present, Request};
pub(crate) use encoded::{EncodedFrame, EncodedSettings};
pub(crate) use feed::{Feed, SourceId, Timing, WhilePaused};
pub use media_stream::MediaStream;
pub(crate) use media_stream::StreamListener;
pub use settings::MediaTrackSettings;
pub use track::{MediaStreamTrack, ReadyState};
pub(crate) use track::{Sink, TrackSettings};

use media_recorder_types::{AudioFrame, MediaTime, VideoFrame};

/// A frame of either kind, or a packet of one.
#[derive(Clone, Debug)]
pub(crate) enum Media {
    Video(VideoFrame),
    Audio(AudioFrame),
    Encoded(EncodedFrame),
}

impl Media {
    pub(crate) fn time(&self) -> MediaTime {
        match self {
            Self::Video(frame) => frame.time,
            Self::Audio(frame) => frame.time,
            Self::Encoded(frame) => frame.packet.time,
        }
    }

    pub(crate) fn with_time(self, time: MediaTime) -> Self {
        match self {
            Self::Encoded(mut frame) => {
                frame.packet.time = time;
                Self::Encoded(frame)
            }
            Self::Video(frame) => Self::Video(frame.with_time(time)),
            Self::Audio(frame) => Self::Audio(frame.with_time(time)),
        }
    }
}
