//! `MediaStreamTrack`.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use media_recorder_capture::{AudioFormat, VideoFormat};
use media_recorder_types::{MediaTime, TrackKind, TrackMedia};

use super::Media;
use super::device::{Controls, DeviceSettings, Present, Request};
use super::encoded::EncodedSettings;
use super::feed::Feed;
use super::settings::MediaTrackSettings;
use crate::devices::{MediaTrackCapabilities, TrackConstraints, holds_as_it_is};
use crate::error::RecorderError;
use crate::source::AudioLevel;
use crate::sync::{Mutex, lock};

/// `MediaStreamTrackState`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReadyState {
    /// The source delivers.
    Live,
    /// The track has ended, for good.
    Ended,
}

/// What a track's source delivers.
#[derive(Clone, Debug)]
pub(crate) enum TrackSettings {
    Video(VideoFormat),
    Audio(AudioFormat),
    /// Packets that are encoded already.
    Encoded(Arc<EncodedSettings>),
}

impl TrackSettings {
    pub(crate) fn kind(&self) -> TrackKind {
        match self {
            Self::Video(_) => TrackKind::Video,
            Self::Audio(_) => TrackKind::Audio,
            Self::Encoded(settings) => settings.kind(),
        }
    }
}

/// One who takes the frames of a track.
pub(crate) trait Sink: Send + Sync + fmt::Debug {
    /// A frame; `silenced` if the track is muted or disabled, so that black or silence is to be
    /// shown in its place. May wait for room where the track's source is offline.
    fn push(&self, media: Media, silenced: bool);
    /// So many frames, up to capture time `now`, were lost on their way to the track.
    fn lost(&self, count: u64, now: MediaTime);
    /// The track has ended; no frame follows.
    fn ended(&self, error: Option<&RecorderError>);
}

/// One picture or sound of a [`MediaStream`](crate::MediaStream).
///
/// This is a handle: its clones are the same track. [`clone_track`](Self::clone_track) makes
/// another track of the same source.
///
/// Specification: <https://w3c.github.io/mediacapture-main/#mediastreamtrack>
#[derive(Clone, Debug)]
pub struct MediaStreamTrack {
    pub(crate) inner: Arc<TrackInner>,
}

#[derive(Debug)]
pub(crate) struct TrackInner {
    id: String,
    label: String,
    kind: TrackKind,
    source: Arc<Source>,
    constraints: Mutex<TrackConstraints>,
    enabled: AtomicBool,
    feed: Arc<Feed>,
    state: Mutex<TrackState>,
}

/// What the tracks of a source share.
#[derive(Debug)]
struct Source {
    present: Mutex<Present>,
    device: Option<Device>,
}

#[derive(Debug)]
struct Device {
    id: String,
    group: String,
    /// Locked while it is set otherwise; `None` if it stays as it was opened.
    controls: Option<Mutex<Box<dyn Controls>>>,
}

#[derive(Debug)]
struct TrackState {
    ready: ReadyState,
    /// Why its source ended, if not by itself.
    failure: Option<RecorderError>,
    sinks: Vec<Arc<dyn Sink>>,
}

impl MediaStreamTrack {
    pub(crate) fn new(settings: TrackSettings, feed: &Arc<Feed>) -> Self {
        let present = Present {
            settings,
            resize_mode: None,
        };
        Self::with_source(present, None, TrackConstraints::new(), feed)
    }

    pub(crate) fn of_device(
        settings: TrackSettings,
        device: DeviceSettings,
        feed: &Arc<Feed>,
    ) -> Self {
        let present = Present {
            settings,
            resize_mode: device.resize_mode,
        };
        let own = Device {
            id: device.device_id,
            group: device.group_id,
            controls: device.controls.map(Mutex::new),
        };
        Self::with_source(present, Some(own), device.constraints, feed)
    }

    fn with_source(
        present: Present,
        device: Option<Device>,
        constraints: TrackConstraints,
        feed: &Arc<Feed>,
    ) -> Self {
        let label = match &present.settings {
            TrackSettings::Video(format) => format.label.clone(),
            TrackSettings::Audio(format) => format.label.clone(),
            TrackSettings::Encoded(settings) => settings.label().to_owned(),
        };
        let kind = present.settings.kind();
        let present = Mutex::new(present);
        let source = Arc::new(Source { present, device });
        Self::of_source(&source, label, kind, constraints, feed)
    }

    fn of_source(
        source: &Arc<Source>,
        label: String,
        kind: TrackKind,
        constraints: TrackConstraints,
        feed: &Arc<Feed>,
    ) -> Self {
        let inner = Arc::new(TrackInner {
            id: unique_id("track"),
            label,
            kind,
            source: Arc::clone(source),
            constraints: Mutex::new(constraints),
            enabled: AtomicBool::new(true),
            feed: Arc::clone(feed),
            state: Mutex::new(TrackState {
                ready: ReadyState::Live,
                failure: None,
                sinks: Vec::new(),
            }),
        });
        feed.add_track(&inner);
        Self { inner }
    }

    /// Audio or video.
    pub fn kind(&self) -> TrackKind {
        self.inner.kind()
    }

    /// What tells it from every other track of this process.
    pub fn id(&self) -> &str {
        &self.inner.id
    }

    /// What its source is called.
    pub fn label(&self) -> &str {
        &self.inner.label
    }

    /// Whether it shows what its source delivers; if not, it is black or silent.
    pub fn enabled(&self) -> bool {
        self.inner.enabled.load(Ordering::Relaxed)
    }

    /// Sets [`enabled`](Self::enabled).
    pub fn set_enabled(&self, enabled: bool) {
        self.inner.enabled.store(enabled, Ordering::Relaxed);
    }

    /// Whether its source delivers nothing at present, as the source has it: black or silence is
    /// recorded meanwhile.
    ///
    /// Specification: <https://w3c.github.io/mediacapture-main/#dom-mediastreamtrack-muted>
    pub fn muted(&self) -> bool {
        self.inner.feed.is_muted()
    }

    /// Whether it can still deliver.
    pub fn ready_state(&self) -> ReadyState {
        lock(&self.inner.state).ready
    }

    /// Why its source ended, where that was no end of its own: the device was unplugged, the file is
    /// damaged. `None` for a track that is live, was [stopped](Self::stop), or came to its end.
    pub fn failure(&self) -> Option<RecorderError> {
        lock(&self.inner.state).failure.clone()
    }

    /// How loud its microphone is at present, whether the track is [enabled](Self::enabled) or not.
    /// `None` for other sources, and before a tenth of a second has come.
    pub fn level(&self) -> Option<AudioLevel> {
        self.inner.feed.level()
    }

    /// Ends the track. When all tracks of a source have ended, the source stops, and a device is
    /// closed.
    pub fn stop(&self) {
        self.inner.end(None);
        self.inner.feed.note_changed();
    }

    /// A new track of the same source, with its own `id` and `enabled`. The clone of an ended
    /// track has ended.
    #[must_use]
    pub fn clone_track(&self) -> Self {
        let inner = &self.inner;
        let clone = Self::of_source(
            &inner.source,
            inner.label.clone(),
            inner.kind,
            self.constraints(),
            &inner.feed,
        );
        clone.set_enabled(self.enabled());
        lock(&clone.inner.state).ready = self.ready_state();
        clone
    }

    /// `getConstraints()`: what was asked of it when it was opened, or
    /// [since then](Self::apply_constraints).
    ///
    /// Specification: <https://w3c.github.io/mediacapture-main/#dom-constrainablepattern-getconstraints>
    pub fn constraints(&self) -> TrackConstraints {
        lock(&self.inner.constraints).clone()
    }

    /// `getCapabilities()`: what its device can be set to while it is open. Of a source that is no
    /// device nothing can be set, and nothing is said.
    ///
    /// Specification: <https://w3c.github.io/mediacapture-main/#dom-mediastreamtrack-getcapabilities>
    pub fn capabilities(&self) -> MediaTrackCapabilities {
        let Some(device) = &self.inner.source.device else {
            return MediaTrackCapabilities::default();
        };
        let own = MediaTrackCapabilities::as_it_is(&self.settings());
        match &device.controls {
            None => own,
            Some(controls) => MediaTrackCapabilities {
                device_id: own.device_id,
                group_id: own.group_id,
                ..lock(controls).capabilities()
            },
        }
    }

    /// `applyConstraints()`: sets the device to what fits best what is asked now, in place of what
    /// was asked before, by the algorithm of [`get_user_media`](
    /// crate::MediaDevices::get_user_media). Waits until that is done; pictures which are taken
    /// before look as before. A recording goes on: the new size is what its
    /// [`size_change`](crate::RecorderOptions::size_change) makes of it.
    ///
    /// A camera is closed for a moment and opened again where another of its modes fits better. While
    /// it is recorded it keeps its pixel format, because a file has one description of its colours;
    /// and whether [packets](TrackConstraints::encoded) are delivered is decided when it is opened.
    /// A display is opened again with another rate, and its pictures are scaled down. Microphones,
    /// and sources that are no devices, stay as they are: what is asked of them holds or is refused.
    ///
    /// All tracks of a device have the same settings: what the others require must hold on. For a
    /// track that has ended nothing is done.
    ///
    /// Specification: <https://w3c.github.io/mediacapture-main/#dom-mediastreamtrack-applyconstraints>
    ///
    /// ```no_run
    /// use media_recorder::{ConstraintSet, Constraints, MediaDevices};
    /// let camera = Constraints::new().video(ConstraintSet::new().width(640));
    /// let track = MediaDevices::new().get_user_media(&camera)?.video_tracks().remove(0);
    /// if track.capabilities().width.is_some_and(|width| *width.end() >= 1280) {
    ///     track.apply_constraints(ConstraintSet::new().width(1280).height(720))?;
    /// }
    /// # Ok::<(), media_recorder::RecorderError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::Overconstrained`](crate::ErrorKind::Overconstrained) if the device does not
    ///   have what is required;
    /// - as for [`get_user_media`](crate::MediaDevices::get_user_media) if it cannot be opened anew.
    ///
    /// The track is as it was then, and so are its constraints; only a device that cannot be opened
    /// as it was either is lost, and its tracks have ended.
    pub fn apply_constraints(
        &self,
        constraints: impl Into<TrackConstraints>,
    ) -> Result<(), RecorderError> {
        let (constraints, inner) = (constraints.into(), &self.inner);
        if !inner.is_live() {
            return Ok(());
        }
        let device = inner.source.device.as_ref();
        let Some(controls) = device.and_then(|device| device.controls.as_ref()) else {
            holds_as_it_is(&self.settings(), &constraints)?;
            *lock(&inner.constraints) = constraints;
            return Ok(());
        };
        let controls = lock(controls);
        let request = Request {
            constraints: &constraints,
            others: &inner.feed.constraints_beside(inner),
            is_recorded: inner.feed.status().heard,
        };
        if let Some(present) = controls.apply(&request)? {
            *lock(&inner.source.present) = present;
        }
        *lock(&inner.constraints) = constraints;
        Ok(())
    }

    /// `getSettings()`: what its source delivers.
    pub fn settings(&self) -> MediaTrackSettings {
        let settings = self.media_settings();
        let Some(device) = &self.inner.source.device else {
            return settings;
        };
        MediaTrackSettings {
            device_id: Some(device.id.clone()),
            group_id: Some(device.group.clone()).filter(|group| !group.is_empty()),
            resize_mode: lock(&self.inner.source.present).resize_mode,
            ..settings
        }
    }

    fn media_settings(&self) -> MediaTrackSettings {
        match &self.format() {
            TrackSettings::Video(format) => {
                MediaTrackSettings::of_picture(format.size, format.rate)
            }
            TrackSettings::Audio(format) => {
                MediaTrackSettings::of_sound(format.rate, format.channels)
            }
            TrackSettings::Encoded(settings) => match &settings.present().media {
                TrackMedia::Video(video) => MediaTrackSettings::of_picture(video.size, video.rate),
                TrackMedia::Audio(audio) => {
                    MediaTrackSettings::of_sound(audio.sample_rate, audio.channels)
                }
            },
        }
    }

    /// Whether black or silence is shown.
    pub(crate) fn is_silenced(&self) -> bool {
        self.inner.is_silenced()
    }

    /// What its source delivers, in full.
    pub(crate) fn format(&self) -> TrackSettings {
        lock(&self.inner.source.present).settings.clone()
    }

    pub(crate) fn feed(&self) -> &Arc<Feed> {
        &self.inner.feed
    }

    /// Delivers every frame from now on to `sink`. A track that has ended says so at once.
    pub(crate) fn attach(&self, sink: Arc<dyn Sink>, now: MediaTime) {
        let ended = {
            let mut state = lock(&self.inner.state);
            if state.ready == ReadyState::Live {
                state.sinks.push(Arc::clone(&sink));
            }
            state.ready == ReadyState::Ended
        };
        if ended {
            sink.ended(None);
        } else {
            self.inner.feed.note_attached(now);
        }
    }

    /// Delivers nothing more to `sink`.
    pub(crate) fn detach(&self, sink: &Arc<dyn Sink>) {
        lock(&self.inner.state)
            .sinks
            .retain(|other| !Arc::ptr_eq(other, sink));
        self.inner.feed.note_changed();
    }
}

impl TrackInner {
    fn kind(&self) -> TrackKind {
        self.kind
    }

    pub(crate) fn constraints(&self) -> TrackConstraints {
        lock(&self.constraints).clone()
    }

    pub(crate) fn is_live(&self) -> bool {
        lock(&self.state).ready == ReadyState::Live
    }

    pub(crate) fn has_sinks(&self) -> bool {
        !lock(&self.state).sinks.is_empty()
    }

    fn is_silenced(&self) -> bool {
        !self.enabled.load(Ordering::Relaxed) || self.feed.is_muted()
    }

    /// Hands a frame to all sinks.
    pub(crate) fn push(&self, media: Media) {
        let sinks = lock(&self.state).sinks.clone();
        let silenced = self.is_silenced();
        for sink in sinks {
            sink.push(media.clone(), silenced);
        }
    }

    /// So many frames of the source, up to capture time `now`, were lost.
    pub(crate) fn note_lost(&self, count: u64, now: MediaTime) {
        let sinks = lock(&self.state).sinks.clone();
        for sink in sinks {
            sink.lost(count, now);
        }
    }

    /// Ends the track, once; with an error, who records it fails.
    pub(crate) fn end(&self, error: Option<&RecorderError>) {
        for sink in self.ended_sinks(error) {
            sink.ended(error);
        }
    }

    /// Ends the track because its source is gone.
    pub(crate) fn lose(&self, reason: &RecorderError) {
        for sink in self.ended_sinks(Some(reason)) {
            sink.ended(None);
        }
    }

    fn ended_sinks(&self, failure: Option<&RecorderError>) -> Vec<Arc<dyn Sink>> {
        let mut state = lock(&self.state);
        if state.ready == ReadyState::Live {
            state.failure = failure.cloned();
        }
        state.ready = ReadyState::Ended;
        std::mem::take(&mut state.sinks)
    }
}

/// The last handle is gone: the source must notice that nobody can listen any more.
impl Drop for TrackInner {
    fn drop(&mut self) {
        self.feed.note_changed();
    }
}

/// An identifier that no other call in this process gives.
pub(crate) fn unique_id(prefix: &str) -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("{prefix}-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}
