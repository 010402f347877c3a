//! Where a track's frames enter a recording.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex};

use media_recorder_state::Timeline;
use media_recorder_types::{MediaTime, TrackKind};

use super::Message;
use super::queue::{FrameQueue, Refused};
use crate::error::RecorderError;
use crate::statistics::{TrackCounters, count};
use crate::stream::{Feed, Media, MediaStreamTrack, Sink, Timing, WhilePaused};
use crate::threads::lock;

/// Pictures that may wait for the encoder of a live track: a third of a second at 30 per
/// second. More only adds memory and delay before frames are dropped all the same.
const LIVE_PICTURES: usize = 10;
/// Runs of sound that may wait, two seconds of 10 ms ones: sound costs little memory and a
/// hole in it is heard.
const LIVE_SOUNDS: usize = 200;
/// Where the source waits, a queue only has to keep the encoder busy.
const OFFLINE_FRAMES: usize = 4;

/// Takes the frames of one track for one recording: keeps the track's timeline and the queue to
/// its encoder.
#[derive(Debug)]
pub(crate) struct TrackInput {
    /// Which track of the recording, from 0.
    index: usize,
    pub(crate) queue: FrameQueue<Media>,
    pub(crate) timeline: Mutex<Timeline>,
    pub(crate) counters: Arc<TrackCounters>,
    feed: Arc<Feed>,
    messages: Sender<Message>,
    ended: AtomicBool,
}

impl TrackInput {
    /// For a recording that starts at `start` on the clock of the track's source.
    pub(crate) fn new(
        index: usize,
        track: &MediaStreamTrack,
        start: MediaTime,
        counters: Arc<TrackCounters>,
        messages: Sender<Message>,
    ) -> Self {
        let feed = Arc::clone(track.feed());
        let capacity = match (feed.timing, track.kind()) {
            (Timing::Offline, _) => OFFLINE_FRAMES,
            (Timing::Live, TrackKind::Video) => LIVE_PICTURES,
            (Timing::Live, TrackKind::Audio) => LIVE_SOUNDS,
        };
        Self {
            index,
            queue: FrameQueue::new(capacity),
            timeline: Mutex::new(Timeline::new(start)),
            counters,
            feed,
            messages,
            ended: AtomicBool::new(false),
        }
    }

    pub(crate) fn is_live(&self) -> bool {
        self.feed.timing == Timing::Live
    }

    /// `pause()` was called at capture time `now`.
    pub(crate) fn pause(&self, now: MediaTime) {
        if self.waits_while_paused() {
            self.queue.hold(true);
        } else {
            lock(&self.timeline).pause(place(&self.feed, now));
        }
    }

    /// `resume()` was called at capture time `now`.
    pub(crate) fn resume(&self, now: MediaTime) {
        if self.waits_while_paused() {
            self.queue.hold(false);
        } else {
            lock(&self.timeline).resume(place(&self.feed, now));
            self.feed.note_resumed();
        }
    }

    /// Recording ends at capture time `now`: nothing more is taken in, what is in is encoded.
    /// For a live track, the recording time of that instant.
    pub(crate) fn stop(&self, now: MediaTime) -> Option<MediaTime> {
        self.queue.close();
        self.is_live().then(|| lock(&self.timeline).stop(now))
    }

    fn waits_while_paused(&self) -> bool {
        self.feed.timing == Timing::Offline && self.feed.while_paused == WhilePaused::Waits
    }
}

/// Where a recording that starts at capture time `now` starts on the clock of `track`'s source,
/// of which it may have other tracks, too: at the place of the one that is least far.
pub(crate) fn start_of(
    track: &MediaStreamTrack,
    tracks: &[MediaStreamTrack],
    now: MediaTime,
) -> MediaTime {
    let of_source = tracks
        .iter()
        .filter(|other| other.feed().source == track.feed().source);
    of_source
        .map(|track| place(track.feed(), now))
        .min()
        .unwrap_or(now)
}

/// Capture time `now` on the clock of the feed's source.
fn place(feed: &Feed, now: MediaTime) -> MediaTime {
    match feed.timing {
        Timing::Live => now,
        Timing::Offline => feed.position(),
    }
}

impl Sink for TrackInput {
    fn push(&self, media: Media) {
        let pushed = match self.feed.timing {
            Timing::Live => self.queue.try_push(media),
            Timing::Offline => self.queue.push_waiting(media),
        };
        if pushed == Err(Refused::Full) {
            count(&self.counters.dropped);
        }
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
