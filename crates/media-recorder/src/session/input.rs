//! Where a track's frames enter a recording.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, OnceLock};

use media_recorder_state::Timeline;
use media_recorder_types::{FrameSize, MediaTime, PixelFormat};

use super::Message;
use super::continuity::Continuity;
use super::counters::TrackCounters;
use super::queue::{FrameQueue, Refused};
use super::sleep::SleepWatch;
use crate::black::without_information;
use crate::clock;
use crate::error::RecorderError;
use crate::stream::{Feed, Media, MediaStreamTrack, Sink, Timing, TrackSettings, WhilePaused};
use crate::sync::{Mutex, lock};

/// Pictures that may wait for the encoder of a live track: a second at 30 per second, for a key
/// frame may take ten times as long as those after it. Fewer where they are large, but a third of a
/// second; more only adds delay before frames are dropped all the same.
const LIVE_PICTURES: usize = 30;
const FEWEST_LIVE_PICTURES: usize = 10;
/// What they may take in memory as RGBA, in bytes.
const LIVE_PICTURE_BYTES: usize = 64_000_000;
/// Runs of sound that may wait, two seconds of 10 ms ones: sound costs little memory and a
/// hole in it is heard.
const LIVE_SOUNDS: usize = 200;
/// Packets that may wait where they come encoded, two seconds of pictures: nobody is slow to take
/// them, and one that is lost takes those after it along.
const LIVE_PACKETS: usize = 60;
/// Where the source waits, a queue only has to keep the encoder busy.
const OFFLINE_FRAMES: usize = 4;

/// Takes the frames of one track for one recording: keeps the track's timeline and the queue to
/// its encoder.
#[derive(Debug)]
pub(crate) struct TrackInput {
    /// Which track of the recording, from 0.
    index: usize,
    pub(crate) queue: FrameQueue<Queued>,
    pub(crate) timeline: Mutex<Timeline>,
    pub(crate) counters: Arc<TrackCounters>,
    feed: Arc<Feed>,
    messages: Sender<Message>,
    sleep: Arc<SleepWatch>,
    ended: AtomicBool,
    stopped: OnceLock<MediaTime>,
    /// Something of the source that was to be recorded did not come in after what came in last.
    hole: AtomicBool,
    /// Held while a live frame is put in, so that frames stay in order.
    continuity: Mutex<Continuity>,
}

/// A frame on its way to the encoder.
#[derive(Clone, Debug)]
pub(crate) struct Queued {
    pub(crate) media: Media,
    /// Not of the source, but put in because it delivered nothing.
    pub(crate) repeated: bool,
    /// What came before it from the source is missing.
    pub(crate) after_hole: bool,
}

fn live_pictures(size: FrameSize) -> usize {
    let picture = PixelFormat::Rgba.packed_len(size).max(1);
    (LIVE_PICTURE_BYTES / picture).clamp(FEWEST_LIVE_PICTURES, LIVE_PICTURES)
}

impl TrackInput {
    /// For a recording that starts at `start` on the clock of the track's source.
    pub(crate) fn new(
        index: usize,
        track: &MediaStreamTrack,
        start: MediaTime,
        counters: Arc<TrackCounters>,
        messages: Sender<Message>,
        sleep: Arc<SleepWatch>,
    ) -> Self {
        let feed = Arc::clone(track.feed());
        let capacity = match (feed.timing, track.format()) {
            (Timing::Offline, _) => OFFLINE_FRAMES,
            (Timing::Live, TrackSettings::Video(format)) => live_pictures(format.size),
            (Timing::Live, TrackSettings::Audio(_)) => LIVE_SOUNDS,
            (Timing::Live, TrackSettings::Encoded(_)) => LIVE_PACKETS,
        };
        Self {
            index,
            queue: FrameQueue::new(capacity),
            timeline: Mutex::new(Timeline::new(start)),
            counters,
            feed,
            messages,
            sleep,
            ended: AtomicBool::new(false),
            stopped: OnceLock::new(),
            hole: AtomicBool::new(false),
            continuity: Mutex::new(Continuity::new(track.format())),
        }
    }

    pub(crate) fn is_live(&self) -> bool {
        self.feed.timing == Timing::Live
    }

    /// `pause()` was called at `at`, a time of the source's clock.
    pub(crate) fn pause(&self, at: MediaTime) {
        if self.waits_while_paused() {
            self.queue.hold(true);
        } else {
            lock(&self.timeline).pause(at);
        }
    }

    /// `resume()` was called at `at`, a time of the source's clock.
    pub(crate) fn resume(&self, at: MediaTime) {
        if self.waits_while_paused() {
            self.queue.hold(false);
        } else {
            lock(&self.timeline).resume(at);
            self.feed.note_resumed();
        }
    }

    /// The present is capture time `now`: puts in what a live source that stands still owes.
    /// `silenced` as for a frame.
    pub(crate) fn tick(&self, now: MediaTime, silenced: bool) {
        if !self.is_live() || self.ended.load(Ordering::Relaxed) {
            return;
        }
        let mut continuity = lock(&self.continuity);
        if let Some(media) = continuity.fill(silenced, now) {
            // Where the queue is full, the encoder has enough to do.
            let _ = self.queue.try_push(Queued {
                media,
                repeated: true,
                after_hole: false,
            });
        }
    }

    /// The program did not run between these capture times.
    pub(crate) fn slept(&self, from: MediaTime, to: MediaTime) {
        if self.is_live() {
            lock(&self.timeline).skip(from, to);
        }
    }

    /// Recording ends at capture time `now`: nothing more is taken in, what is in is encoded.
    pub(crate) fn stop(&self, now: MediaTime) {
        if self.is_live() {
            let time = lock(&self.timeline).stop(now);
            let _ = self.stopped.set(time);
        }
        // Last, so that whoever learns that the track is done can learn where it was stopped.
        self.queue.close();
    }

    /// The recording time at which the recording of a live track was stopped.
    pub(crate) fn stopped(&self) -> Option<MediaTime> {
        self.stopped.get().copied()
    }

    /// One who takes packets waits for a key frame.
    pub(crate) fn want_key_frame(&self) {
        self.feed.want_key_frame(true);
    }

    /// A frame of capture time `time` is left out, since there is nothing to record in its place.
    fn skip(&self, time: MediaTime) {
        self.hole.store(true, Ordering::Relaxed);
        if lock(&self.timeline).map(time).is_some() {
            self.counters.frames_in.add(1);
            self.counters.skipped.add(1);
        }
    }

    /// A frame of capture time `time` is lost; one that would not have been recorded is none.
    fn count_dropped(&self, time: MediaTime) {
        self.count_all_dropped(1, time);
    }

    fn count_all_dropped(&self, count: u64, time: MediaTime) {
        self.hole.store(true, Ordering::Relaxed);
        if lock(&self.timeline).map(time).is_some() {
            self.counters.frames_in.add(count);
            self.counters.dropped.add(count);
        }
    }

    fn waits_while_paused(&self) -> bool {
        self.feed.timing == Timing::Offline && self.feed.while_paused == WhilePaused::Waits
    }
}

/// Where a recording of `tracks` that starts at capture time `now` starts on the clock of
/// `track`'s source: at the place of the one of its tracks that is least far.
pub(crate) fn start_of(
    track: &MediaStreamTrack,
    tracks: &[MediaStreamTrack],
    now: MediaTime,
) -> MediaTime {
    places(track, tracks.iter(), now).min().unwrap_or(now)
}

/// Where on the clock of `track`'s source something lies that happens to a recording of `tracks`
/// at capture time `now`: at the place of the one of its tracks that is farthest, so that nothing
/// that was delivered before lies after it, and at the same for all of them.
pub(super) fn place_of<'a>(
    track: &'a MediaStreamTrack,
    tracks: impl Iterator<Item = &'a MediaStreamTrack>,
    now: MediaTime,
) -> MediaTime {
    places(track, tracks, now).max().unwrap_or(now)
}

/// Capture time `now` on the clock of `track`'s source, for each of `tracks` that is of it.
fn places<'a>(
    track: &'a MediaStreamTrack,
    tracks: impl Iterator<Item = &'a MediaStreamTrack>,
    now: MediaTime,
) -> impl Iterator<Item = MediaTime> {
    tracks
        .map(MediaStreamTrack::feed)
        .filter(|feed| feed.source == track.feed().source)
        .map(move |feed| match feed.timing {
            Timing::Live => now,
            Timing::Offline => feed.position(),
        })
}

impl Sink for TrackInput {
    fn push(&self, media: Media, silenced: bool) {
        if silenced && matches!(media, Media::Encoded(_)) {
            self.skip(media.time());
            return;
        }
        if self.feed.timing == Timing::Offline {
            let media = if silenced {
                without_information(&media)
            } else {
                Some(media)
            };
            if let Some(media) = media {
                let _ = self.queue.push_waiting(Queued {
                    media,
                    repeated: false,
                    after_hole: self.hole.swap(false, Ordering::Relaxed),
                });
            }
            return;
        }
        let now = clock::now();
        self.sleep.tick(now);
        let mut continuity = lock(&self.continuity);
        let time = media.time();
        let Some(placed) = continuity.take(media, silenced, now) else {
            self.count_dropped(time);
            return;
        };
        if placed.restamped {
            self.counters.restamped.add(1);
        }
        let time = placed.media.time();
        let pushed = self.queue.try_push(Queued {
            media: placed.media,
            repeated: false,
            after_hole: self.hole.swap(false, Ordering::Relaxed),
        });
        if pushed == Err(Refused::Full) {
            self.count_dropped(time);
        }
    }

    fn lost(&self, count: u64, now: MediaTime) {
        self.count_all_dropped(count, now);
    }

    fn ended(&self, error: Option<&RecorderError>) {
        if self.ended.swap(true, Ordering::Relaxed) {
            return;
        }
        // First of all, so that the coordinator learns it before the encoder is done. Where the
        // recording is over already, nobody listens, and nobody has to.
        let _ = self
            .messages
            .send(Message::TrackEnded(self.index, error.cloned()));
        self.queue.close();
    }
}

#[cfg(test)]
mod tests;
