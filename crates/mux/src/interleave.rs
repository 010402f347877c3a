//! Packets of several tracks, in the order in which a file stores them.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use media_recorder_types::{MediaTime, MediaTrack, Packet, TrackId, TrackKind};

/// Why an [`Interleaver`] did not take a packet, or a track's end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InterleaveError {
    /// There is no such track.
    #[error("there is no track {track}")]
    UnknownTrack {
        /// The track asked for.
        track: TrackId,
    },
    /// The track has ended.
    #[error("track {track} has ended")]
    TrackEnded {
        /// The track.
        track: TrackId,
    },
    /// The time with the codec's delay added does not fit.
    #[error("track {track}: {time} is outside the range of times")]
    TimeOutOfRange {
        /// The track.
        track: TrackId,
        /// The packet's time.
        time: MediaTime,
    },
    /// Times within a track only grow.
    #[error("track {track}: {time} does not come after {previous}")]
    TimeNotIncreasing {
        /// The track.
        track: TrackId,
        /// The packet's time.
        time: MediaTime,
        /// The time of the track's packet before it.
        previous: MediaTime,
    },
    /// The track was silent for longer than the others were held back for it, and what comes
    /// after this packet has been given out.
    #[error("track {track}: {time} is {by} too late")]
    Late {
        /// The track.
        track: TrackId,
        /// The packet's time.
        time: MediaTime,
        /// How far the output is ahead of it.
        by: MediaTime,
    },
}

/// Brings packets that arrive track by track into the order of their stored time, which is the
/// time with the track's codec delay added; sound comes before pictures of the same time.
///
/// **A packet is given out once no track can still deliver an earlier one.** A track that has
/// fallen silent without being [ended](Self::end_track) holds the others back, but not for
/// longer than `max_hold` of recorded time: then they go ahead, and what the track delivers too
/// late is refused. No clock is read; only the times of packets count.
///
/// ```
/// use bytes::Bytes;
/// use media_recorder_mux::Interleaver;
/// use media_recorder_types::{
///     AudioCodec, AudioTrack, ColorInfo, FrameSize, MediaTime, MediaTrack, Packet, PcmFormat,
///     TrackId, VideoCodec, VideoTrack,
/// };
///
/// let (video, audio) = (TrackId::new(1).unwrap(), TrackId::new(2).unwrap());
/// let tracks = [
///     MediaTrack::video(
///         video,
///         VideoTrack {
///             codec: VideoCodec::Vp8,
///             size: FrameSize::new(64, 64),
///             rate: None,
///             color: ColorInfo::UNSPECIFIED,
///         },
///         Bytes::new(),
///     ),
///     MediaTrack::audio(
///         audio,
///         AudioTrack {
///             codec: AudioCodec::Pcm(PcmFormat::S16),
///             sample_rate: 48_000,
///             channels: 2,
///             codec_delay: MediaTime::ZERO,
///             seek_pre_roll: MediaTime::ZERO,
///         },
///         Bytes::new(),
///     ),
/// ];
/// let mut interleaver = Interleaver::new(&tracks, MediaTime::from_secs(2));
/// let packet = |track| Packet::new(track, Bytes::from_static(b"x"), MediaTime::ZERO, MediaTime::ZERO);
/// interleaver.push(packet(video))?;
/// assert_eq!(interleaver.pop(), None, "sound of the same time may follow");
/// interleaver.push(packet(audio))?;
/// assert_eq!(interleaver.pop().unwrap().track, audio);
/// assert_eq!(interleaver.pop().unwrap().track, video);
/// # Ok::<(), media_recorder_mux::InterleaveError>(())
/// ```
#[derive(Debug)]
pub struct Interleaver {
    tracks: Vec<Track>,
    max_hold: MediaTime,
    /// The stored time of the latest packet given out.
    reached: MediaTime,
    /// The largest stored time of all packets taken.
    newest: MediaTime,
    held: usize,
}

#[derive(Debug)]
struct Track {
    id: TrackId,
    kind: TrackKind,
    codec_delay: MediaTime,
    /// With their stored times.
    waiting: VecDeque<(MediaTime, Packet)>,
    /// The stored time of the latest packet taken: the next one comes after it.
    latest: Option<MediaTime>,
    ended: bool,
}

impl Interleaver {
    /// An interleaver of these tracks. Of `max_hold` a second or two is plenty for live sources:
    /// more than any encoder delays its output, and little memory.
    pub fn new(tracks: &[MediaTrack], max_hold: MediaTime) -> Self {
        Self {
            tracks: tracks
                .iter()
                .map(|track| Track {
                    id: track.id,
                    kind: track.kind(),
                    codec_delay: track.codec_delay(),
                    waiting: VecDeque::new(),
                    latest: None,
                    ended: false,
                })
                .collect(),
            max_hold,
            reached: MediaTime::MIN,
            newest: MediaTime::MIN,
            held: 0,
        }
    }

    /// Takes a packet.
    ///
    /// # Errors
    ///
    /// [`InterleaveError::UnknownTrack`], [`TrackEnded`](InterleaveError::TrackEnded),
    /// [`TimeOutOfRange`](InterleaveError::TimeOutOfRange),
    /// [`TimeNotIncreasing`](InterleaveError::TimeNotIncreasing), or
    /// [`Late`](InterleaveError::Late): the packet is dropped, and nothing else changes.
    pub fn push(&mut self, packet: Packet) -> Result<(), InterleaveError> {
        let reached = self.reached;
        let track = self.open_track(packet.track)?;
        let (id, time) = (packet.track, packet.time);
        let stored = time
            .checked_add(track.codec_delay)
            .ok_or(InterleaveError::TimeOutOfRange { track: id, time })?;
        if let Some(latest) = track.latest.filter(|latest| stored <= *latest) {
            return Err(InterleaveError::TimeNotIncreasing {
                track: id,
                time,
                previous: latest.saturating_sub(track.codec_delay),
            });
        }
        if stored < reached {
            return Err(InterleaveError::Late {
                track: id,
                time,
                by: reached.saturating_sub(stored),
            });
        }
        track.latest = Some(stored);
        track.waiting.push_back((stored, packet));
        self.newest = self.newest.max(stored);
        self.held += 1;
        Ok(())
    }

    /// Says that a track delivers no more; what waits of it is still given out.
    ///
    /// # Errors
    ///
    /// [`InterleaveError::UnknownTrack`] or [`TrackEnded`](InterleaveError::TrackEnded).
    pub fn end_track(&mut self, track: TrackId) -> Result<(), InterleaveError> {
        self.open_track(track)?.ended = true;
        Ok(())
    }

    /// Ends all tracks: [`pop`](Self::pop) then gives out everything that is left.
    pub fn end(&mut self) {
        for track in &mut self.tracks {
            track.ended = true;
        }
    }

    /// The next packet; `None` while a track may still deliver an earlier one.
    pub fn pop(&mut self) -> Option<Packet> {
        let (index, stored) = self.earliest()?;
        let overdue = self.newest.saturating_sub(stored) > self.max_hold;
        if !overdue && self.tracks.iter().any(|track| track.can_precede(stored)) {
            return None;
        }
        let (_, packet) = self.tracks[index].waiting.pop_front()?;
        self.reached = stored;
        self.held -= 1;
        Some(packet)
    }

    /// How many packets wait.
    pub fn held(&self) -> usize {
        self.held
    }

    fn open_track(&mut self, id: TrackId) -> Result<&mut Track, InterleaveError> {
        let track = self
            .tracks
            .iter_mut()
            .find(|track| track.id == id)
            .ok_or(InterleaveError::UnknownTrack { track: id })?;
        if track.ended {
            return Err(InterleaveError::TrackEnded { track: id });
        }
        Ok(track)
    }

    /// The track whose first packet comes next, and that packet's stored time.
    fn earliest(&self) -> Option<(usize, MediaTime)> {
        self.tracks
            .iter()
            .enumerate()
            .filter_map(|(index, track)| {
                let (stored, _) = track.waiting.front()?;
                // TrackKind orders sound before pictures.
                Some((*stored, track.kind, index))
            })
            .min()
            .map(|(stored, _, index)| (index, stored))
    }
}

impl Track {
    /// Whether a packet that belongs before one at `stored` may still come.
    fn can_precede(&self, stored: MediaTime) -> bool {
        !self.ended && self.waiting.is_empty() && self.latest.is_none_or(|latest| latest < stored)
    }
}
