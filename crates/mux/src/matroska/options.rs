//! How a file is written.

use alloc::string::String;
use alloc::vec::Vec;

use media_recorder_types::{MediaTime, TrackId};

/// Which of the two formats a file claims to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DocType {
    /// WebM: VP8, VP9 and AV1 with Opus and Vorbis, playable by browsers.
    WebM,
    /// Matroska: every codec known here.
    Matroska,
}

impl DocType {
    /// The string that the EBML header says (RFC 8794 §11.2.6).
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::WebM => "webm",
            Self::Matroska => "matroska",
        }
    }
}

/// When a cluster leaves the writer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ClusterMode {
    /// As a whole, with its size: readers can skip it. A cluster's packets are kept until it is
    /// complete, so output lags by up to [`MatroskaOptions::max_cluster_duration`].
    #[default]
    Known,
    /// Block by block, with an unknown size that is never patched: for live streams that must
    /// not lag, and recordings that must survive a crash to the last block. The Segment's size
    /// then stays unknown too, also in a finished file.
    Unknown,
}

/// How a picture is to be turned to be upright, as of a camera that was held on its side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rotation {
    /// By 90° clockwise.
    Clockwise90,
    /// By 180°.
    HalfTurn,
    /// By 90° counterclockwise.
    Counterclockwise90,
}

impl Rotation {
    /// `ProjectionPoseRoll`: degrees counterclockwise, −180 to 180 (RFC 9559 §5.1.4.1.28.46).
    pub(super) const fn roll(self) -> f64 {
        match self {
            Self::Clockwise90 => -90.0,
            Self::HalfTurn => 180.0,
            Self::Counterclockwise90 => 90.0,
        }
    }
}

/// The configuration of a [`MatroskaWriter`](crate::MatroskaWriter).
///
/// ```
/// use media_recorder_mux::{ClusterMode, MatroskaOptions};
/// use media_recorder_types::{MediaTime, TrackId};
/// let options = MatroskaOptions::webm()
///     .cluster_mode(ClusterMode::Unknown)
///     .max_cluster_duration(MediaTime::from_secs(1))
///     .writing_app("my program 1.0");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatroskaOptions {
    pub(super) doc_type: DocType,
    pub(super) cluster_mode: ClusterMode,
    pub(super) max_cluster_ticks: u64,
    pub(super) max_cluster_bytes: u64,
    pub(super) track_uid_seed: u64,
    pub(super) writing_app: String,
    rotations: Vec<(TrackId, Rotation)>,
    /// Names and values.
    pub(super) tags: Vec<(String, String)>,
}

/// Our name, in `MuxingApp` and by default in `WritingApp`.
pub(super) const APP: &str = concat!("media-recorder ", env!("CARGO_PKG_VERSION"));

/// A block's time is a signed 16-bit number of ticks from its cluster's (RFC 9559 §10.1).
const MAX_RELATIVE_TICKS: i64 = i16::MAX as i64;

impl MatroskaOptions {
    /// A WebM file with the defaults named at each method.
    pub fn webm() -> Self {
        Self::new(DocType::WebM)
    }

    /// A Matroska file with the defaults named at each method.
    pub fn matroska() -> Self {
        Self::new(DocType::Matroska)
    }

    /// A file of either format, with the defaults named at each method.
    pub fn new(doc_type: DocType) -> Self {
        Self {
            doc_type,
            cluster_mode: ClusterMode::default(),
            max_cluster_ticks: 5_000,
            max_cluster_bytes: 5_000_000,
            track_uid_seed: 0,
            writing_app: APP.into(),
            rotations: Vec::new(),
            tags: Vec::new(),
        }
    }

    /// When clusters leave the writer. [`ClusterMode::Known`] by default, because it makes the
    /// files that readers like best.
    #[must_use]
    pub fn cluster_mode(mut self, mode: ClusterMode) -> Self {
        self.cluster_mode = mode;
        self
    }

    /// The longest time between a cluster's first and last block, if no key frame begins another
    /// one earlier. 5 s by default, as RFC 9559 §25.1 recommends; clamped to 1 ms to 32.767 s,
    /// the most that a block can say.
    #[must_use]
    pub fn max_cluster_duration(mut self, duration: MediaTime) -> Self {
        let ticks = duration.as_millis().clamp(1, MAX_RELATIVE_TICKS);
        self.max_cluster_ticks = ticks.unsigned_abs();
        self
    }

    /// The largest cluster, in bytes; one larger than this holds blocks of a single time only.
    /// 5 MB by default, as RFC 9559 §25.1 recommends. Bounds what [`ClusterMode::Known`] keeps.
    #[must_use]
    pub fn max_cluster_bytes(mut self, bytes: u64) -> Self {
        self.max_cluster_bytes = bytes;
        self
    }

    /// What the tracks' UIDs are made from. 0 by default, so that the same input gives the same
    /// bytes; a random number makes UIDs that differ from other files' (RFC 9559 §5.1.4.1.2).
    #[must_use]
    pub fn track_uid_seed(mut self, seed: u64) -> Self {
        self.track_uid_seed = seed;
        self
    }

    /// The program that makes the recording, for `WritingApp` (RFC 9559 §5.1.2.14). By default
    /// this library's name and version.
    #[must_use]
    pub fn writing_app(mut self, name: impl Into<String>) -> Self {
        self.writing_app = name.into();
        self
    }

    /// How players are to turn the pictures of a track (RFC 9559 §5.1.4.1.28.41). By default
    /// they show them as they are. Has no effect on sound.
    #[must_use]
    pub fn rotation(mut self, track: TrackId, rotation: Rotation) -> Self {
        self.rotations.retain(|(other, _)| *other != track);
        self.rotations.push((track, rotation));
        self
    }

    /// Adds a tag that describes the whole file (RFC 9559 §5.1.8): a name in capitals, such as
    /// `TITLE`, `ENCODER` or `DATE_RECORDED`, of those in
    /// <https://www.matroska.org/technical/tagging.html> or one's own, and a value. None by
    /// default.
    #[must_use]
    pub fn tag(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.tags.push((name.into(), value.into()));
        self
    }

    pub(super) fn rotation_of(&self, track: TrackId) -> Option<Rotation> {
        let found = self.rotations.iter().find(|(id, _)| *id == track);
        found.map(|(_, rotation)| *rotation)
    }
}

impl Default for MatroskaOptions {
    /// [`webm`](Self::webm).
    fn default() -> Self {
        Self::webm()
    }
}
