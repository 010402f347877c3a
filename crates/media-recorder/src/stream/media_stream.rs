//! `MediaStream`.

use std::sync::{Arc, Weak};

use media_recorder_types::TrackKind;

use super::track::{MediaStreamTrack, ReadyState, unique_id};
use crate::sync::{Mutex, MutexGuard, lock};

/// One who must know when the set of tracks changes.
pub(crate) trait StreamListener: Send + Sync {
    /// A track was added or removed.
    fn tracks_changed(&self);
}

/// A set of tracks that belong together.
///
/// This is a handle: its clones are the same stream.
///
/// Specification: <https://w3c.github.io/mediacapture-main/#mediastream>
///
/// ```
/// use media_recorder::{MediaStream, TestPattern};
/// let picture = TestPattern::new().duration(std::time::Duration::from_secs(1)).capture_stream()?;
/// let stream = MediaStream::new(picture.video_tracks());
/// assert_eq!(stream.tracks().len(), 1);
/// assert!(stream.is_active());
/// # Ok::<(), media_recorder::RecorderError>(())
/// ```
#[derive(Clone, Default)]
pub struct MediaStream {
    inner: Arc<StreamInner>,
}

struct StreamInner {
    id: String,
    state: Mutex<StreamState>,
}

#[derive(Default)]
struct StreamState {
    tracks: Vec<MediaStreamTrack>,
    listeners: Vec<Weak<dyn StreamListener>>,
}

impl Default for StreamInner {
    fn default() -> Self {
        Self {
            id: unique_id("stream"),
            state: Mutex::default(),
        }
    }
}

impl std::fmt::Debug for MediaStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MediaStream")
            .field("id", &self.id())
            .finish_non_exhaustive()
    }
}

impl MediaStream {
    /// A stream of these tracks; a track that is named twice is in it once.
    pub fn new(tracks: impl IntoIterator<Item = MediaStreamTrack>) -> Self {
        let stream = Self::default();
        for track in tracks {
            stream.add_track(&track);
        }
        stream
    }

    /// What tells it from every other stream of this process.
    pub fn id(&self) -> &str {
        &self.inner.id
    }

    /// All tracks, in the order in which they were added.
    pub fn tracks(&self) -> Vec<MediaStreamTrack> {
        lock(&self.inner.state).tracks.clone()
    }

    /// The sound tracks.
    pub fn audio_tracks(&self) -> Vec<MediaStreamTrack> {
        self.tracks_of(TrackKind::Audio)
    }

    /// The picture tracks.
    pub fn video_tracks(&self) -> Vec<MediaStreamTrack> {
        self.tracks_of(TrackKind::Video)
    }

    /// The track with this `id`.
    pub fn track_by_id(&self, id: &str) -> Option<MediaStreamTrack> {
        self.tracks().into_iter().find(|track| track.id() == id)
    }

    /// `clone()`: a stream of clones of these tracks, each with an `enabled` and an end of its own.
    ///
    /// Specification: <https://w3c.github.io/mediacapture-main/#dom-mediastream-clone>
    #[must_use]
    pub fn clone_stream(&self) -> Self {
        Self::new(self.tracks().iter().map(MediaStreamTrack::clone_track))
    }

    /// Whether a track is live.
    pub fn is_active(&self) -> bool {
        self.tracks()
            .iter()
            .any(|track| track.ready_state() == ReadyState::Live)
    }

    /// Adds a track; nothing happens if it is there already. A recording of this stream ends
    /// with an error.
    pub fn add_track(&self, track: &MediaStreamTrack) {
        let mut state = lock(&self.inner.state);
        if state
            .tracks
            .iter()
            .any(|other| Arc::ptr_eq(&other.inner, &track.inner))
        {
            return;
        }
        state.tracks.push(track.clone());
        notify(state);
    }

    /// Removes a track; nothing happens if it is not there. A recording of this stream ends
    /// with an error.
    pub fn remove_track(&self, track: &MediaStreamTrack) {
        let mut state = lock(&self.inner.state);
        let before = state.tracks.len();
        state
            .tracks
            .retain(|other| !Arc::ptr_eq(&other.inner, &track.inner));
        if state.tracks.len() != before {
            notify(state);
        }
    }

    /// Tells `listener` of every change of the set of tracks for as long as it lives.
    pub(crate) fn listen(&self, listener: Weak<dyn StreamListener>) {
        lock(&self.inner.state).listeners.push(listener);
    }

    fn tracks_of(&self, kind: TrackKind) -> Vec<MediaStreamTrack> {
        self.tracks()
            .into_iter()
            .filter(|track| track.kind() == kind)
            .collect()
    }
}

/// Tells the listeners, with the stream unlocked: they may look at it.
fn notify(mut state: MutexGuard<'_, StreamState>) {
    state
        .listeners
        .retain(|listener| listener.strong_count() > 0);
    let listeners: Vec<_> = state.listeners.iter().filter_map(Weak::upgrade).collect();
    drop(state);
    for listener in listeners {
        listener.tracks_changed();
    }
}
