//! The threads that read devices and feed their tracks.

use std::sync::Arc;
use std::time::Duration;

use media_recorder_capture::{
    AudioDevice, Captured, CapturedPicture, DeviceCounts, DeviceError, VideoDevice,
};
use media_recorder_types::{MediaTime, Packet, TrackId};

use super::super::encoded::PacketReader;
use super::level::LevelMeter;
use super::picture::Pictures;
use crate::clock;
use crate::stream::{EncodedSettings, Feed, Media};

/// How long to wait for a device before looking whether anybody still wants it, and how late a
/// display that stands still is seen by one who comes.
const PATIENCE: Duration = Duration::from_millis(50);

/// A camera or microphone that has delivered nothing for so many times of [`PATIENCE`], two
/// seconds, is muted until it delivers again.
const MUTED_AFTER: u32 = 40;

/// What becomes of what a device of pictures delivers.
pub(super) enum Pixels {
    /// A camera's: decoded, cut and scaled.
    Made(Pictures),
    /// A camera's packets, as they are.
    Packets {
        reader: PacketReader,
        present: Arc<EncodedSettings>,
    },
    /// A display's, which stand until there are others.
    Still {
        /// The present picture.
        last: Option<Media>,
    },
}

/// Reads a device of pictures until all tracks have ended, or it fails.
pub(super) fn drive_video(mut device: Box<dyn VideoDevice>, mut pixels: Pixels, feed: &Feed) {
    let mut watch = Watch::default();
    let mut seen = 0;
    let failure = loop {
        let status = feed.status();
        if status.abandoned {
            break None;
        }
        let read = device.read(PATIENCE);
        watch.count(device.counts(), feed);
        match read {
            Ok(Some(picture)) => {
                seen = status.newcomers;
                watch.delivered(feed);
                let time = clock::at(picture.at);
                match pixels.take(picture, time) {
                    Taken::Media(media) => feed.push(&media, time),
                    Taken::Nothing => {}
                    Taken::Damaged => feed.note_lost(1),
                }
            }
            Ok(None) => match &pixels {
                Pixels::Still { last } => {
                    if let Some(last) = last.clone().filter(|_| seen != status.newcomers) {
                        seen = status.newcomers;
                        let now = clock::now();
                        feed.push(&last.with_time(now), now);
                    }
                }
                Pixels::Made(_) | Pixels::Packets { .. } => watch.missed(feed),
            },
            Err(error) => break Some(error),
        }
    };
    end(device, failure, feed);
}

/// As [`drive_video`], of sound.
pub(super) fn drive_sound(mut device: Box<dyn AudioDevice>, feed: &Feed) {
    let mut watch = Watch::default();
    let mut meter = LevelMeter::default();
    let failure = loop {
        if feed.status().abandoned {
            break None;
        }
        let read = device.read(PATIENCE);
        watch.count(device.counts(), feed);
        match read {
            Ok(Some(sound)) => {
                watch.delivered(feed);
                if let Some(level) = meter.add(&sound.data) {
                    feed.set_level(level);
                }
                let frame = sound.data.with_time(clock::at(sound.at));
                let end = frame
                    .time
                    .saturating_add(frame.duration().unwrap_or_default());
                feed.push(&Media::Audio(frame), end);
            }
            Ok(None) => watch.missed(feed),
            Err(error) => break Some(error),
        }
    };
    end(device, failure, feed);
}

/// The device is closed before its tracks end, so that one who sees the end can open it again.
fn end<D>(device: D, failure: Option<DeviceError>, feed: &Feed) {
    drop(device);
    match failure {
        Some(error) => feed.lose(&error.into()),
        None => feed.close(None),
    }
}

enum Taken {
    Media(Media),
    Nothing,
    Damaged,
}

impl Pixels {
    fn take(&mut self, picture: Captured<CapturedPicture>, time: MediaTime) -> Taken {
        match self {
            Self::Made(pictures) => match pictures.make(picture.data, time) {
                Ok(Some(frame)) => Taken::Media(Media::Video(frame)),
                Ok(None) => Taken::Nothing,
                Err(_) => Taken::Damaged,
            },
            Self::Packets { reader, present } => {
                let CapturedPicture::Encoded(data) = picture.data else {
                    return Taken::Damaged;
                };
                let packet = Packet::new(TrackId::FIRST, data, time, MediaTime::ZERO);
                match reader.read(packet) {
                    Ok(Some(frame)) => {
                        present.set(&frame.format);
                        Taken::Media(Media::Encoded(frame))
                    }
                    Ok(None) => Taken::Nothing,
                    Err(_) => Taken::Damaged,
                }
            }
            Self::Still { last } => {
                let CapturedPicture::Raw(frame) = picture.data else {
                    return Taken::Damaged;
                };
                let media = Media::Video(frame.with_time(time));
                *last = Some(media.clone());
                Taken::Media(media)
            }
        }
    }
}

/// Tells the feed what does not come.
#[derive(Debug, Default)]
struct Watch {
    counts: DeviceCounts,
    missed: u32,
}

impl Watch {
    fn count(&mut self, counts: DeviceCounts, feed: &Feed) {
        let all = |counts: DeviceCounts| counts.lost.saturating_add(counts.damaged);
        let more = all(counts).saturating_sub(all(self.counts));
        self.counts = counts;
        if more > 0 {
            feed.note_lost(more);
        }
    }

    fn delivered(&mut self, feed: &Feed) {
        if self.missed >= MUTED_AFTER {
            feed.set_muted(false);
        }
        self.missed = 0;
    }

    fn missed(&mut self, feed: &Feed) {
        self.missed = self.missed.saturating_add(1);
        if self.missed == MUTED_AFTER {
            feed.set_muted(true);
        }
    }
}
