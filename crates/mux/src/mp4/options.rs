//! How a file is written.

use media_recorder_types::MediaTime;

/// What a file is in the end. While it is written, the first two are fragmented: a crash costs no
/// more than the fragment that was not complete.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mp4Mode {
    /// Fragments to the end: what is sent while it is made, and what is appended to a
    /// `SourceBuffer` of Media Source Extensions.
    Fragmented,
    /// An ordinary MP4, of which every player knows the duration and can seek in. For what is
    /// kept. Its last patch is essential: a file without it has two `moov` boxes, of which
    /// readers take the first, and is played as a fragmented one.
    #[default]
    Hybrid,
    /// An ordinary MP4 with everything that a player must know in front of the media, so that
    /// it plays while it is still being downloaded. For what is small or goes into a blob:
    /// **nothing comes out before the end**, all packets wait in memory, and a crash costs all
    /// of them.
    FastStart,
}

/// The configuration of an [`Mp4Writer`](crate::Mp4Writer). In a file of
/// [`Mp4Mode::FastStart`], what is said of fragments is so for how the tracks take turns.
///
/// ```
/// use media_recorder_mux::{Mp4Mode, Mp4Options};
/// use media_recorder_types::MediaTime;
/// let options = Mp4Options::new()
///     .mode(Mp4Mode::Fragmented)
///     .fragment_duration(MediaTime::from_secs(2))
///     .max_fragment_duration(MediaTime::from_secs(10));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mp4Options {
    pub(super) mode: Mp4Mode,
    pub(super) fragment_duration: MediaTime,
    pub(super) max_fragment_duration: MediaTime,
    pub(super) max_fragment_bytes: u64,
    pub(super) segment_index: bool,
    pub(super) random_access_index: bool,
}

/// The largest fragment and the largest packet, in bytes: a fragment says where its samples are
/// in signed 32-bit offsets (ISO/IEC 14496-12 §8.8.8), and this is half of their range.
pub(super) const MAX_FRAGMENT_BYTES: u64 = 1 << 30;

impl Mp4Options {
    /// A hybrid file with the defaults named at each method.
    pub fn new() -> Self {
        Self {
            mode: Mp4Mode::default(),
            fragment_duration: MediaTime::SECOND,
            max_fragment_duration: MediaTime::from_secs(2),
            max_fragment_bytes: 16 << 20,
            segment_index: false,
            random_access_index: true,
        }
    }

    /// What the file is in the end. [`Mp4Mode::Hybrid`] by default.
    #[must_use]
    pub fn mode(mut self, mode: Mp4Mode) -> Self {
        self.mode = mode;
        self
    }

    /// How long a fragment is before the next key frame of the first video track ends it;
    /// without a video track, how long it is. 1 s by default: what a crash costs, and what
    /// output lags behind.
    #[must_use]
    pub fn fragment_duration(mut self, duration: MediaTime) -> Self {
        self.fragment_duration = duration;
        self
    }

    /// How long a fragment is at most, key frame or not. 2 s by default; a time longer than the
    /// distance of key frames makes every fragment begin with one.
    #[must_use]
    pub fn max_fragment_duration(mut self, duration: MediaTime) -> Self {
        self.max_fragment_duration = duration;
        self
    }

    /// The largest fragment, in bytes; only one with a single packet can be larger. 16 MiB by
    /// default, 1 GiB at most: the packets of a fragment are kept until it is complete.
    #[must_use]
    pub fn max_fragment_bytes(mut self, bytes: u64) -> Self {
        self.max_fragment_bytes = bytes.min(MAX_FRAGMENT_BYTES);
        self
    }

    /// Whether each fragment is an indexed media segment of DASH: a `styp` and a `sidx`
    /// (ISO/IEC 14496-12 §8.16) come before it. Not by default, and never where there are no fragments.
    #[must_use]
    pub fn segment_index(mut self, wanted: bool) -> Self {
        self.segment_index = wanted;
        self
    }

    /// Whether a fragmented file ends with an `mfra` (ISO/IEC 14496-12 §8.8.9) to seek by. By
    /// default it does; in memory, it takes 24 bytes per fragment and track. Files of the other modes
    /// never have one.
    #[must_use]
    pub fn random_access_index(mut self, wanted: bool) -> Self {
        self.random_access_index = wanted;
        self
    }
}

impl Default for Mp4Options {
    /// [`new`](Self::new).
    fn default() -> Self {
        Self::new()
    }
}
