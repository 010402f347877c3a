//! Where a source's frames enter.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use media_recorder_types::MediaTime;

use super::Media;
use super::track::TrackInner;
use crate::clock::{self, until};
use crate::devices::TrackConstraints;
use crate::error::RecorderError;
use crate::source::AudioLevel;
use crate::sync::{Condvar, Mutex, lock, wait, wait_timeout};

/// On which clock a source's frames are stamped, and what happens when nobody keeps up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Timing {
    /// Capture instants on the process's monotonic clock. The source does not wait: what the
    /// recorder cannot take is dropped and counted.
    Live,
    /// The source's own time, which has nothing to do with the wall clock. The source waits
    /// until there is room.
    Offline,
}

/// What an offline source does while the recorder is paused. (A live one always goes on, and
/// what it shows then is not recorded.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WhilePaused {
    /// It goes on, unrecorded: a program that draws is not stopped by a paused recorder.
    GoesOn,
    /// It waits and continues where it was: nothing of a file is lost.
    Waits,
}

/// Tells sources apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SourceId(u64);

impl SourceId {
    /// The program itself, where it gives frames times of its own.
    pub(crate) const PROGRAM: Self = Self(0);

    /// One that no other call in this process gives.
    pub(crate) fn unique() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// The tracks of one source, and the source's place in its own time.
#[derive(Debug)]
pub(crate) struct Feed {
    pub(crate) timing: Timing,
    pub(crate) while_paused: WhilePaused,
    /// Feeds of the same source share its clock.
    pub(crate) source: SourceId,
    /// The source says that it delivers nothing.
    muted: AtomicBool,
    /// One who takes packets waits for a key frame.
    key_wanted: AtomicBool,
    /// How loud its source is, if that is measured.
    level: Mutex<Option<AudioLevel>>,
    state: Mutex<FeedState>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct FeedState {
    tracks: Vec<Weak<TrackInner>>,
    /// Where the source is: the time of the frame after the last one pushed.
    position: MediaTime,
    /// When the first sink was attached, on the capture clock.
    started: Option<MediaTime>,
    /// How often somebody came, or came back, who has not seen the present picture.
    newcomers: u64,
    /// How often anything happened that one who waits may wait for.
    changes: u64,
    /// No frame will come any more.
    closed: bool,
}

/// What one who drives a source must know.
pub(crate) struct FeedStatus {
    /// When the first sink was attached, on the capture clock.
    pub(crate) started: Option<MediaTime>,
    /// How often somebody came, or came back, who has not seen the present picture: a source
    /// whose picture stands still repeats it then.
    pub(crate) newcomers: u64,
    /// A sink is attached now.
    pub(crate) heard: bool,
    /// The source may stop for good: every track has ended or is gone.
    pub(crate) abandoned: bool,
    changes: u64,
}

impl Feed {
    pub(crate) fn new(timing: Timing, while_paused: WhilePaused, source: SourceId) -> Arc<Self> {
        let (state, changed) = (Mutex::default(), Condvar::new());
        Arc::new(Self {
            timing,
            while_paused,
            source,
            muted: AtomicBool::new(false),
            key_wanted: AtomicBool::new(false),
            level: Mutex::default(),
            state,
            changed,
        })
    }

    pub(crate) fn add_track(&self, track: &Arc<TrackInner>) {
        lock(&self.state).tracks.push(Arc::downgrade(track));
    }

    /// What was asked for the live tracks other than `track`.
    pub(crate) fn constraints_beside(&self, track: &TrackInner) -> Vec<TrackConstraints> {
        // Unlocked before they are dropped.
        let tracks = live_tracks(&lock(&self.state));
        let others = tracks
            .iter()
            .filter(|other| !std::ptr::eq(&raw const ***other, track) && other.is_live());
        others.map(|other| other.constraints()).collect()
    }

    pub(crate) fn is_muted(&self) -> bool {
        self.muted.load(Ordering::Relaxed)
    }

    pub(crate) fn set_muted(&self, muted: bool) {
        self.muted.store(muted, Ordering::Relaxed);
    }

    pub(crate) fn level(&self) -> Option<AudioLevel> {
        *lock(&self.level)
    }

    pub(crate) fn set_level(&self, level: AudioLevel) {
        *lock(&self.level) = Some(level);
    }

    /// Whether the source of packets should make a key frame.
    pub(crate) fn wants_key_frame(&self) -> bool {
        self.key_wanted.load(Ordering::Relaxed)
    }

    pub(crate) fn want_key_frame(&self, wanted: bool) {
        self.key_wanted.store(wanted, Ordering::Relaxed);
    }

    /// A sink was attached to one of the tracks at capture time `now`.
    pub(crate) fn note_attached(&self, now: MediaTime) {
        self.want_key_frame(true);
        let mut state = lock(&self.state);
        state.started.get_or_insert(now);
        state.newcomers += 1;
        state.changes += 1;
        self.changed.notify_all();
    }

    /// A sink that did not look is looking again.
    pub(crate) fn note_resumed(&self) {
        self.want_key_frame(true);
        let mut state = lock(&self.state);
        state.newcomers += 1;
        state.changes += 1;
        self.changed.notify_all();
    }

    /// Something happened that the source may wait for.
    pub(crate) fn note_changed(&self) {
        lock(&self.state).changes += 1;
        self.changed.notify_all();
    }

    /// No frame will come any more, or nobody is left who could take one.
    pub(crate) fn is_closed(&self) -> bool {
        self.status().abandoned
    }

    /// The time of the frame that comes next, on the source's own clock.
    pub(crate) fn position(&self) -> MediaTime {
        lock(&self.state).position
    }

    pub(crate) fn status(&self) -> FeedStatus {
        let state = lock(&self.state);
        let (started, newcomers, changes) = (state.started, state.newcomers, state.changes);
        let (closed, tracks) = (state.closed, live_tracks(&state));
        // A track that is dropped here tells the feed: it must be unlocked by then.
        drop(state);
        FeedStatus {
            started,
            newcomers,
            changes,
            heard: tracks.iter().any(|track| track.has_sinks()),
            abandoned: closed || !tracks.iter().any(|track| track.is_live()),
        }
    }

    /// Waits until something has happened since `status`, or until the capture time `deadline`.
    pub(crate) fn wait(&self, status: &FeedStatus, deadline: Option<MediaTime>) {
        let mut state = lock(&self.state);
        while state.changes == status.changes {
            state = match deadline.map(until) {
                None => wait(&self.changed, state),
                Some(left) if left.is_zero() => return,
                Some(left) => wait_timeout(&self.changed, state, left),
            };
        }
    }

    /// Hands a frame to all live tracks; `next` is the time of the frame after it. For an
    /// offline source this waits until every sink has room.
    pub(crate) fn push(&self, media: &Media, next: MediaTime) {
        let tracks = {
            let mut state = lock(&self.state);
            state.position = next;
            live_tracks(&state)
        };
        for track in tracks {
            track.push(media.clone());
        }
    }

    /// So many frames of the source got lost before they came here.
    pub(crate) fn note_lost(&self, count: u64) {
        let tracks = live_tracks(&lock(&self.state));
        let now = clock::now();
        for track in tracks {
            track.note_lost(count, now);
        }
    }

    /// The source has no more: its tracks end, with an error if it broke.
    pub(crate) fn close(&self, error: Option<&RecorderError>) {
        for track in self.closed_tracks() {
            track.end(error);
        }
    }

    /// The source is gone. That ends its tracks, and is no error of who records them: what came
    /// before is all there is.
    pub(crate) fn lose(&self, reason: &RecorderError) {
        for track in self.closed_tracks() {
            track.lose(reason);
        }
    }

    fn closed_tracks(&self) -> Vec<Arc<TrackInner>> {
        let mut state = lock(&self.state);
        state.closed = true;
        state.changes += 1;
        self.changed.notify_all();
        live_tracks(&state)
    }
}

fn live_tracks(state: &FeedState) -> Vec<Arc<TrackInner>> {
    state.tracks.iter().filter_map(Weak::upgrade).collect()
}
