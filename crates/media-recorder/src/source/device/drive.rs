//! The threads that read devices and feed their tracks.

use std::sync::mpsc::Receiver;
use std::time::Duration;

use media_recorder_capture::{AudioDevice, DeviceCounts, DeviceError, VideoDevice};

use super::level::LevelMeter;
use super::orders::Order;
use super::output::{Pixels, Taken};
use crate::clock;
use crate::stream::{Feed, Media};

/// How long to wait for a device before looking whether anybody still wants it, and how late a
/// display that stands still is seen by one who comes.
const PATIENCE: Duration = Duration::from_millis(50);

/// A camera or microphone that has delivered nothing for so many times of [`PATIENCE`], two
/// seconds, is muted until it delivers again.
const MUTED_AFTER: u32 = 40;

/// Reads a device of pictures until all tracks have ended, or it fails, and sets it as it is told
/// meanwhile.
pub(super) fn drive_video(
    mut device: Box<dyn VideoDevice>,
    mut pixels: Pixels,
    orders: &Receiver<Order>,
    feed: &Feed,
) {
    let mut watch = Watch::default();
    let mut seen = 0;
    let failure = loop {
        let status = feed.status();
        if status.abandoned {
            break None;
        }
        if let Ok(order) = orders.try_recv() {
            match order.carry_out(device, pixels, status.heard) {
                Ok(set) => (device, pixels) = set,
                Err(error) => return feed.lose(&error.into()),
            }
            watch = Watch::default();
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
                Pixels::Still { last, .. } => {
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
