//! A track while it is written.

use alloc::vec::Vec;

use bytes::Bytes;
use media_recorder_types::{AudioCodec, MediaTime, MediaTrack, Packet, TrackKind, TrackMedia};

use super::configuration::Configuration;
use super::index::SampleIndex;
use super::options::MAX_FRAGMENT_BYTES;
use super::sample_entry::sample_description;
use super::timeline::{Place, Timeline};
use crate::MuxError;
use crate::checks::{Accepted, PacketChecks};
use crate::codec::{FrameCheck, opus};

/// The timescale of pictures that come at no known rate: that of MPEG.
const USUAL_TIMESCALE: u32 = 90_000;

/// The highest numerator of a rate that becomes a timescale: with 32 bits for a duration, a
/// sample then lasts an hour at most.
const MAX_RATE_NUMERATOR: u32 = 1_000_000;

/// What a track's description says in either `moov`.
#[derive(Debug)]
pub(super) struct TrackHeader {
    /// `track_ID`: from 1, in the order of the tracks.
    pub(super) number: u32,
    pub(super) description: MediaTrack,
    /// Ticks per second.
    pub(super) timescale: u32,
    /// What of the beginning is not for the audience, in ticks.
    pub(super) delay: u64,
    /// The `stsd`.
    pub(super) sample_description: Vec<u8>,
}

/// All there is of a track.
#[derive(Debug)]
pub(super) struct Track {
    pub(super) header: TrackHeader,
    checks: PacketChecks,
    configuration: Configuration,
    pub(super) timeline: Timeline,
    /// Its samples in the open fragment.
    pub(super) run: Run,
    /// How to begin in the middle of it, if that takes more than a key frame.
    pub(super) roll: Option<Roll>,
    pub(super) index: SampleIndex,
    pub(super) random_access: Vec<RandomAccess>,
}

/// Samples of a track in a fragment.
#[derive(Debug, Default)]
pub(super) struct Run {
    /// When the first one starts, in ticks.
    pub(super) start: u64,
    pub(super) samples: Vec<Sample>,
    /// In the order of `samples`.
    pub(super) payloads: Vec<Bytes>,
    /// Octets of all payloads.
    pub(super) octets: u64,
}

/// A sample of the open fragment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sample {
    pub(super) size: u32,
    /// In ticks; that of the latest one is not known yet.
    pub(super) duration: u32,
    pub(super) key: bool,
}

/// `roll` (ISO/IEC 14496-12 §10.1): a decoder that begins with a sample is right only after some
/// more. The samples at the very beginning have none before them, and are in no group.
#[derive(Clone, Copy, Debug)]
pub(super) struct Roll {
    /// How many samples earlier to begin.
    pub(super) distance: u16,
    /// How many samples of the track have been put into fragments, up to `distance`.
    pub(super) started: u16,
}

/// A key frame that `mfra` lists, one of a fragment.
#[derive(Clone, Copy, Debug)]
pub(super) struct RandomAccess {
    /// In ticks.
    pub(super) start: u64,
    /// The fragment, from the start of the file.
    pub(super) moof: u64,
    /// The track's number among those in the fragment, from 1.
    pub(super) traf: u32,
    /// Its number among the track's samples in the fragment, from 1.
    pub(super) sample: u32,
}

impl Track {
    pub(super) fn new(number: u32, description: &MediaTrack, frame_check: FrameCheck) -> Self {
        let timescale = timescale(description);
        let usual_duration = match &description.media {
            TrackMedia::Video(video) => video.rate.map(|rate| rate.period()),
            TrackMedia::Audio(_) => None,
        };
        let delay = description.codec_delay().to_ticks(timescale);
        Self {
            checks: PacketChecks::new(description, frame_check, MAX_FRAGMENT_BYTES as usize),
            configuration: Configuration::of(description),
            timeline: Timeline::new(
                description,
                timescale,
                usual_duration.unwrap_or(MediaTime::ZERO),
            ),
            header: TrackHeader {
                number,
                description: description.clone(),
                timescale,
                delay: delay.unwrap_or_default().unsigned_abs(),
                sample_description: sample_description(description),
            },
            run: Run::default(),
            roll: None,
            index: SampleIndex::default(),
            random_access: Vec::new(),
        }
    }

    pub(super) fn kind(&self) -> TrackKind {
        self.header.description.kind()
    }

    /// Checks `packet` against this track alone; gives its stored time and its place, and puts
    /// into it what it leaves open.
    pub(super) fn check(&self, packet: &mut Packet) -> Result<(MediaTime, Place), MuxError> {
        let Accepted {
            stored,
            duration,
            key,
        } = self.checks.check(packet)?;
        self.configuration
            .check(packet)
            .map_err(|reason| MuxError::Payload {
                track: packet.track,
                time: packet.time,
                reason,
            })?;
        packet.duration = duration;
        packet.key = key;
        Ok((stored, self.timeline.place(packet, stored)?))
    }

    /// Adds the next packet, which has been [checked](Self::check), to the open fragment, and
    /// thereby settles how long the one before it lasts.
    pub(super) fn push(&mut self, packet: Packet, place: Place) {
        self.checks.accepted(packet.time);
        if self.timeline.first.is_none() {
            self.roll = self.roll_of(packet.duration);
        }
        let settled = self.timeline.advance(place);
        match (settled, self.run.samples.last_mut()) {
            (Some(duration), Some(before)) => before.duration = duration,
            _ => self.run.start = place.start,
        }
        // Packets of more than 30 bits are refused.
        let size = packet.data.len() as u32;
        self.run.samples.push(Sample {
            size,
            duration: 0,
            key: packet.key,
        });
        self.run.octets += u64::from(size);
        self.run.payloads.push(packet.data);
    }

    /// The open fragment ends, and with it its latest sample; `next` is where the track goes on,
    /// if that is known.
    pub(super) fn settle(&mut self, next: Option<Place>) {
        if let (Some(duration), Some(latest)) =
            (self.timeline.settle(next), self.run.samples.last_mut())
        {
            latest.duration = duration;
        }
    }

    /// Remembers the open fragment's samples, whose payloads begin at `offset` of the file.
    pub(super) fn index_run(&mut self, offset: u64) {
        let mut start = self.run.start;
        for sample in &self.run.samples {
            self.index.add(start, sample.size, sample.key);
            start += u64::from(sample.duration);
        }
        self.index.add_chunk(offset, self.run.samples.len() as u32);
    }

    /// Remembers where in the open fragment one can begin: with its first key frame. That is
    /// enough to seek by, and costs the same however often there is one.
    pub(super) fn list_first_key(&mut self, moof: u64, traf: u32) {
        let samples = &self.run.samples;
        let Some(before) = samples.iter().position(|sample| sample.key) else {
            return;
        };
        let skipped = samples[..before].iter();
        let skipped: u64 = skipped.map(|sample| u64::from(sample.duration)).sum();
        self.random_access.push(RandomAccess {
            start: self.run.start + skipped,
            moof,
            traf,
            sample: before as u32 + 1,
        });
    }

    /// The open fragment's samples are in a file.
    pub(super) fn start_roll(&mut self) {
        if let Some(roll) = &mut self.roll {
            let started = usize::from(roll.started) + self.run.samples.len();
            roll.started = started.min(roll.distance.into()) as u16;
        }
    }

    /// When the sound or the pictures end for the audience, in ticks.
    pub(super) fn end(&self) -> u64 {
        self.timeline.end().saturating_sub(self.header.delay)
    }

    /// From a track's first packet, as its others last as long.
    fn roll_of(&self, duration: MediaTime) -> Option<Roll> {
        let TrackMedia::Audio(audio) = &self.header.description.media else {
            return None;
        };
        let (pre_roll, duration) = (audio.seek_pre_roll.as_nanos(), duration.as_nanos());
        if pre_roll <= 0 || duration <= 0 {
            return None;
        }
        let samples = (pre_roll - 1) / duration + 1;
        // As a negative number, it has 16 bits.
        let distance = samples.min(i16::MAX.into()) as u16;
        Some(Roll {
            distance,
            started: 0,
        })
    }
}

impl Run {
    /// Makes room for the next fragment, in the same allocations.
    pub(super) fn clear(&mut self) {
        self.samples.clear();
        self.payloads.clear();
        self.octets = 0;
    }
}

/// For sound, the rate of its samples. For pictures that come at a rate, a multiple of the
/// rate's numerator, so that their times are whole numbers, and fine enough for pictures that
/// come as they like.
fn timescale(track: &MediaTrack) -> u32 {
    match &track.media {
        TrackMedia::Audio(audio) => match audio.codec {
            AudioCodec::Opus => opus::RATE,
            _ => audio.sample_rate,
        },
        TrackMedia::Video(video) => match video.rate.map(|rate| rate.numerator()) {
            Some(numerator @ ..=MAX_RATE_NUMERATOR) => {
                numerator * USUAL_TIMESCALE.div_ceil(numerator)
            }
            _ => USUAL_TIMESCALE,
        },
    }
}
