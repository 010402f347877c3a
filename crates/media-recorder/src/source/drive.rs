//! The thread that pulls a source and feeds its track.

use std::sync::Arc;

use media_recorder_capture::{AudioSource, CaptureError, VideoSource};
use media_recorder_types::{AudioFrame, MediaTime};

use crate::clock;
use crate::error::RecorderError;
use crate::stream::{Feed, Media, MediaStreamTrack, SourceId, Timing, TrackSettings, WhilePaused};
use crate::threads::spawn;

/// A track whose pictures are pulled from `source`, from the first moment somebody takes them.
pub(super) fn video_track(
    source: Box<dyn VideoSource>,
    drive: Drive,
) -> Result<MediaStreamTrack, RecorderError> {
    let settings = TrackSettings::Video(source.format().clone());
    track(settings, Pulled::Video(source), drive)
}

/// A track whose sound is pulled from `source`, from the first moment somebody takes it.
pub(super) fn audio_track(
    source: Box<dyn AudioSource>,
    drive: Drive,
) -> Result<MediaStreamTrack, RecorderError> {
    let settings = TrackSettings::Audio(source.format().clone());
    track(settings, Pulled::Audio(source), drive)
}

/// How a source is driven.
#[derive(Clone, Copy)]
pub(super) struct Drive {
    pub(super) timing: Timing,
    /// Tracks of one source have the same.
    pub(super) source: SourceId,
    /// What lies from here on is left out.
    pub(super) end: Option<MediaTime>,
}

enum Pulled {
    Video(Box<dyn VideoSource>),
    Audio(Box<dyn AudioSource>),
}

/// A frame, and when it is over.
struct Piece {
    media: Media,
    end: MediaTime,
    /// When a device would deliver it: a picture when it is taken, sound when it has sounded.
    due: MediaTime,
}

fn track(
    settings: TrackSettings,
    source: Pulled,
    drive: Drive,
) -> Result<MediaStreamTrack, RecorderError> {
    let feed = Feed::new(drive.timing, WhilePaused::Waits, drive.source);
    let track = MediaStreamTrack::new(settings, &feed);
    spawn("source", move || run(source, drive.end, &feed))?;
    Ok(track)
}

fn run(mut source: Pulled, end: Option<MediaTime>, feed: &Arc<Feed>) {
    let error = loop {
        let Some(started) = wait_for_listener(feed) else {
            break None;
        };
        let piece = match source.read() {
            Ok(piece) => piece.and_then(|piece| piece.until(end)),
            Err(error) => break Some(RecorderError::from(error).at(source.label())),
        };
        let Some(piece) = piece else { break None };
        match feed.timing {
            Timing::Offline => feed.push(&piece.media, piece.end),
            Timing::Live => {
                if !wait_until(feed, started.saturating_add(piece.due)) {
                    break None;
                }
                let time = started.saturating_add(piece.media.time());
                feed.push(
                    &piece.media.with_time(time),
                    started.saturating_add(piece.end),
                );
            }
        }
    };
    feed.close(error.as_ref());
}

/// Waits until somebody listens; gives the capture time at which the first one came, or `None`
/// if nobody ever will again. An offline source waits again whenever it has lost its last
/// listener, so that nothing of it passes unheard.
fn wait_for_listener(feed: &Feed) -> Option<MediaTime> {
    loop {
        let status = feed.status();
        if status.abandoned {
            return None;
        }
        let runs = feed.timing == Timing::Live || status.heard;
        if let Some(started) = status.started.filter(|_| runs) {
            return Some(started);
        }
        feed.wait(&status, None);
    }
}

/// Waits until capture time `due`; `false` if the source is abandoned meanwhile.
fn wait_until(feed: &Feed, due: MediaTime) -> bool {
    loop {
        let status = feed.status();
        if status.abandoned {
            return false;
        }
        if clock::now() >= due {
            return true;
        }
        feed.wait(&status, Some(due));
    }
}

impl Piece {
    /// The part that lies before `end`.
    fn until(self, end: Option<MediaTime>) -> Option<Self> {
        let Some(end) = end.filter(|end| self.end > *end) else {
            return Some(self);
        };
        let left = end
            .checked_sub(self.media.time())
            .filter(|left| *left > MediaTime::ZERO)?;
        let Media::Audio(frame) = &self.media else {
            return Some(self);
        };
        let len = usize::try_from(left.to_ticks(frame.rate())?).ok()?;
        let samples = frame.samples().get(..len * usize::from(frame.channels()))?;
        let part = AudioFrame::new(frame.rate(), frame.channels(), samples, frame.time).ok()?;
        Some(Self {
            media: Media::Audio(part),
            end,
            due: end,
        })
    }
}

impl Pulled {
    fn label(&self) -> &str {
        match self {
            Self::Video(source) => &source.format().label,
            Self::Audio(source) => &source.format().label,
        }
    }

    fn read(&mut self) -> Result<Option<Piece>, CaptureError> {
        Ok(match self {
            Self::Video(source) => {
                let period = source
                    .format()
                    .rate
                    .map_or(MediaTime::ZERO, |rate| rate.period());
                source.read()?.map(|frame| Piece {
                    end: frame.time.saturating_add(period),
                    due: frame.time,
                    media: Media::Video(frame),
                })
            }
            Self::Audio(source) => source.read()?.map(|frame| {
                let end = frame
                    .time
                    .saturating_add(frame.duration().unwrap_or_default());
                Piece {
                    end,
                    due: end,
                    media: Media::Audio(frame),
                }
            }),
        })
    }
}
