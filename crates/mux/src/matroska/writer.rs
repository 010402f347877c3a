//! The writer: what it accepts, and in which order.

use alloc::boxed::Box;
use alloc::vec::Vec;

use media_recorder_types::{MediaTime, MediaTrack, Packet, TrackId, TrackKind};

use super::cluster::Block;
use super::clusters::Clusters;
use super::codec_id::codec_id;
use super::header::{self, Slots, TICK_NANOS};
use super::options::MatroskaOptions;
use crate::checks::{Accepted, PacketChecks, check_tracks};
use crate::output::Output;
use crate::{MuxError, MuxOutput, Muxer};

/// The largest packet in bytes: ffmpeg's reader refuses binary elements above 256 MiB, and a
/// block has a few octets of its own.
const MAX_PACKET_BYTES: usize = (256 << 20) - 64;

/// Writes WebM and Matroska (RFC 9559).
///
/// **What comes out is valid at every moment.** Until [`finish`](Muxer::finish) it is a live
/// file of unknown length; `finish` appends the index (`Cues`) and patches the header with the
/// duration, the places of the parts (`SeekHead`) and, if its clusters have known sizes, the
/// size of the whole. All patches lie in the first few hundred bytes, before the description of
/// the tracks.
///
/// - Times have a resolution of 1 ms. Each is rounded once, to nearest, from the exact time
///   with the track's codec delay added (players subtract it again, RFC 9559 §5.1.4.1.25).
/// - A cluster begins with each key frame of a video track, and where the
///   [options](MatroskaOptions) limit it. Sound of a key frame's millisecond, written before or
///   after it, is in the key frame's cluster; for this, sound waits for the first packet of a
///   later millisecond, or for [`flush`](Muxer::flush).
/// - A chunk that [`cut_before`](Muxer::cut_before) has separated is whole clusters; the last
///   one is followed by the index, which players skip.
/// - The index lists every key frame of video; sound only where there is no video track, at
///   most twice a second. Until the end it takes at most 12 bytes of memory per entry, where
///   key frames are less than 35 minutes and 256 MB apart.
/// - Tracks are numbered from 1 in their order. Packets of sound count as key frames, whatever
///   they say.
/// - The duration is the end of the last packet to end, from zero: padding and the decoder's
///   priming samples do not count.
#[derive(Debug)]
pub struct MatroskaWriter {
    options: MatroskaOptions,
    state: State,
    output: Output,
}

#[derive(Debug)]
enum State {
    Created,
    Started(Box<Recording>),
    Finished,
}

#[derive(Debug)]
struct Recording {
    slots: Slots,
    tracks: Vec<Track>,
    clusters: Clusters,
    /// The index of the track whose key frames begin chunks.
    first_video: Option<usize>,
    /// The stored time of the latest packet.
    reached: MediaTime,
    /// The same in ticks.
    reached_tick: u64,
    /// When the last packet to end ends.
    end: MediaTime,
}

#[derive(Debug)]
struct Track {
    id: TrackId,
    /// From 1, in the order of the tracks.
    number: u8,
    kind: TrackKind,
    checks: PacketChecks,
}

impl MatroskaWriter {
    /// A writer of one file.
    pub fn new(options: MatroskaOptions) -> Self {
        Self {
            options,
            state: State::Created,
            output: Output::default(),
        }
    }

    fn recording(&mut self) -> Result<(&mut Recording, &mut Output), MuxError> {
        match &mut self.state {
            State::Created => Err(MuxError::NotStarted),
            State::Started(recording) => Ok((recording, &mut self.output)),
            State::Finished => Err(MuxError::Finished),
        }
    }
}

/// A packet that can be written.
struct Checked {
    /// The index of its track.
    track: usize,
    accepted: Accepted,
    tick: u64,
}

impl Recording {
    fn check(&self, packet: &Packet) -> Result<Checked, MuxError> {
        let id = packet.track;
        let track = self
            .tracks
            .iter()
            .position(|track| track.id == id)
            .ok_or(MuxError::UnknownTrack { track: id })?;
        let accepted = self.tracks[track].checks.check(packet)?;
        let tick = to_ticks(accepted.stored);
        if tick < self.reached_tick {
            return Err(MuxError::OutOfOrder {
                track: id,
                time: accepted.stored,
                reached: self.reached,
            });
        }
        Ok(Checked {
            track,
            accepted,
            tick,
        })
    }

    fn cut_before(&mut self, next: &Packet, output: &mut Output) -> Result<bool, MuxError> {
        let Checked {
            track,
            accepted,
            tick,
        } = self.check(next)?;
        let can_begin = match self.first_video {
            Some(first_video) => track == first_video && accepted.key,
            None => true,
        };
        let is_first = self.tracks[track].checks.is_first();
        Ok(can_begin && !is_first && self.clusters.cut_before(tick, output))
    }

    fn write(&mut self, mut packet: Packet, output: &mut Output) -> Result<(), MuxError> {
        let Checked {
            track,
            accepted,
            tick,
        } = self.check(&packet)?;
        packet.duration = accepted.duration;
        let track = &mut self.tracks[track];
        track.checks.accepted(packet.time);
        self.reached = accepted.stored;
        self.reached_tick = tick;
        self.end = self.end.max(packet.end());
        let block = Block {
            kind: track.kind,
            track: track.number,
            tick,
            key: accepted.key,
            discard_padding: packet.discard_padding.as_nanos(),
            payload: packet.data,
        };
        self.clusters.write(block, output);
        Ok(())
    }
}

/// The only place where a time is rounded: to nearest, halves up. `stored` is not negative.
fn to_ticks(stored: MediaTime) -> u64 {
    (stored.as_nanos().unsigned_abs() + TICK_NANOS / 2) / TICK_NANOS
}

impl Muxer for MatroskaWriter {
    fn start(&mut self, tracks: &[MediaTrack]) -> Result<(), MuxError> {
        match self.state {
            State::Created => {}
            State::Started(_) => return Err(MuxError::AlreadyStarted),
            State::Finished => return Err(MuxError::Finished),
        }
        let doc_type = self.options.doc_type;
        let frame_checks = check_tracks(tracks, doc_type.name(), |codec| {
            codec_id(codec, doc_type).is_some()
        })?;
        let (bytes, slots) = header::header(&self.options, tracks);
        self.output.append(bytes);
        let first_video = tracks
            .iter()
            .position(|track| track.kind() == TrackKind::Video);
        self.state = State::Started(Box::new(Recording {
            slots,
            tracks: (1..)
                .zip(tracks)
                .zip(frame_checks)
                .map(|((number, track), frame_check)| Track {
                    id: track.id,
                    number,
                    kind: track.kind(),
                    checks: PacketChecks::new(track, frame_check, MAX_PACKET_BYTES),
                })
                .collect(),
            clusters: Clusters::new(&self.options, slots.segment_data, first_video.is_some()),
            first_video,
            reached: MediaTime::ZERO,
            reached_tick: 0,
            end: MediaTime::ZERO,
        }));
        Ok(())
    }

    fn write(&mut self, packet: Packet) -> Result<(), MuxError> {
        let (recording, output) = self.recording()?;
        recording.write(packet, output)
    }

    fn cut_before(&mut self, next: &Packet) -> Result<bool, MuxError> {
        let (recording, output) = self.recording()?;
        recording.cut_before(next, output)
    }

    fn flush(&mut self) -> Result<(), MuxError> {
        let (recording, output) = self.recording()?;
        recording.clusters.flush(output);
        Ok(())
    }

    fn finish(&mut self) -> Result<(), MuxError> {
        let mode = self.options.cluster_mode;
        let (recording, output) = self.recording()?;
        let cues = recording.clusters.finish(output);
        recording.slots.finish(mode, cues, recording.end, output);
        self.state = State::Finished;
        Ok(())
    }

    fn poll_output(&mut self) -> Option<MuxOutput> {
        self.output.poll()
    }
}
