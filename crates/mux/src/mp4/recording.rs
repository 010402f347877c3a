//! What goes on between the header and the end.

use alloc::vec::Vec;

use bytes::{BufMut, Bytes};
use media_recorder_types::{MediaTime, MediaTrack, Packet, TrackKind};

use super::boxes;
use super::fast_start::HeldMedia;
use super::fragment::OpenFragment;
use super::mfra;
use super::moof::fragment_header;
use super::movie::{self, Slot};
use super::options::{Mp4Mode, Mp4Options};
use super::sample_entry;
use super::timeline::Place;
use super::track::Track;
use crate::checks::check_tracks;
use crate::output::Output;
use crate::{CodecPrivateError, MuxError};

/// The most octets that the complete `moov`'s tables may grow to: with what else is in it, its
/// size has 32 bits.
const MAX_INDEX_OCTETS: u64 = u32::MAX as u64 - (64 << 20);

/// The most octets that a sample takes in the tables: in `stts`, `stss`, `stsz`, and as the only
/// one of its chunk in `stsc` and `co64`.
const INDEX_OCTETS_PER_SAMPLE: u64 = 8 + 4 + 4 + 12 + 8;

/// The longest codec configuration: real ones have a few hundred octets, and boxes must not
/// grow beyond 32 bits.
const MAX_PRIVATE_OCTETS: usize = 64 << 10;

/// A file that has a header and no end.
#[derive(Debug)]
pub(super) struct Recording {
    mode: Mp4Mode,
    segment_index: bool,
    random_access_index: bool,
    /// What the end changes; `None` where nothing is put out before it.
    slot: Option<Slot>,
    held: HeldMedia,
    tracks: Vec<Track>,
    /// The first track of pictures; the first one where there is none.
    leader: usize,
    fragment: OpenFragment,
    /// Fragments so far.
    sequence: u32,
    /// The stored time of the latest packet.
    reached: MediaTime,
    packets: u64,
}

/// Where a packet belongs.
#[derive(Clone, Copy, Debug)]
struct Accepted {
    /// Its track's.
    index: usize,
    stored: MediaTime,
    place: Place,
}

impl Recording {
    /// Writes the header.
    pub(super) fn start(
        options: &Mp4Options,
        tracks: &[MediaTrack],
        output: &mut Output,
    ) -> Result<Self, MuxError> {
        let frame_checks = check_tracks(tracks, "mp4", sample_entry::exists_for)?;
        check_private_sizes(tracks)?;
        let tracks: Vec<Track> = (1..)
            .zip(tracks)
            .zip(frame_checks)
            .map(|((number, track), frame_check)| Track::new(number, track, frame_check))
            .collect();
        let slot = (options.mode != Mp4Mode::FastStart).then(|| {
            let (header, slot) = movie::header(options.mode, &tracks);
            output.append(header.into());
            slot
        });
        Ok(Self {
            mode: options.mode,
            segment_index: options.segment_index,
            random_access_index: options.random_access_index,
            slot,
            held: HeldMedia::default(),
            leader: tracks
                .iter()
                .position(|track| track.kind() == TrackKind::Video)
                .unwrap_or(0),
            tracks,
            fragment: OpenFragment::new(options),
            sequence: 0,
            reached: MediaTime::ZERO,
            packets: 0,
        })
    }

    pub(super) fn write(
        &mut self,
        mut packet: Packet,
        output: &mut Output,
    ) -> Result<(), MuxError> {
        let Accepted {
            index,
            stored,
            place,
        } = self.check(&mut packet)?;
        self.reached = stored;
        self.packets += 1;
        let opportune = self.begins_chunk(index, &packet);
        let len = packet.data.len();
        if self.fragment.ends_before(stored, len, opportune) {
            self.tracks[index].settle(Some(place));
            self.end_fragment(output);
        }
        self.fragment.add(stored, len);
        self.tracks[index].push(packet, place);
        Ok(())
    }

    /// Ends the open fragment if another chunk can begin with `next`.
    pub(super) fn cut_before(
        &mut self,
        next: &Packet,
        output: &mut Output,
    ) -> Result<bool, MuxError> {
        let mut next = next.clone();
        let Accepted { index, place, .. } = self.check(&mut next)?;
        let has_chunks = self.mode != Mp4Mode::FastStart;
        let begins_chunk = has_chunks && self.packets > 0 && self.begins_chunk(index, &next);
        if begins_chunk {
            self.tracks[index].settle(Some(place));
            self.end_fragment(output);
        }
        Ok(begins_chunk)
    }

    /// Whether `packet` can follow all that has been written; puts into it what it leaves open.
    fn check(&self, packet: &mut Packet) -> Result<Accepted, MuxError> {
        let id = packet.track;
        let index = self
            .tracks
            .iter()
            .position(|track| track.header.description.id == id)
            .ok_or(MuxError::UnknownTrack { track: id })?;
        let (stored, place) = self.tracks[index].check(packet)?;
        if stored < self.reached {
            return Err(MuxError::OutOfOrder {
                track: id,
                time: stored,
                reached: self.reached,
            });
        }
        if self.mode != Mp4Mode::Fragmented
            && self.packets >= MAX_INDEX_OCTETS / INDEX_OCTETS_PER_SAMPLE
        {
            return Err(MuxError::IndexFull {
                packets: self.packets,
            });
        }
        Ok(Accepted {
            index,
            stored,
            place,
        })
    }

    /// Whether what begins with `packet`, which is of the track at `index`, plays by itself.
    fn begins_chunk(&self, index: usize, packet: &Packet) -> bool {
        let any = self.tracks[self.leader].kind() == TrackKind::Audio;
        any || (index == self.leader && packet.key)
    }

    /// Makes what has been written available, if the file is not put out as a whole.
    pub(super) fn flush(&mut self, output: &mut Output) {
        if self.mode != Mp4Mode::FastStart {
            self.end_fragment(output);
        }
    }

    fn end_fragment(&mut self, output: &mut Output) {
        if !self.fragment.close() {
            return;
        }
        if self.mode == Mp4Mode::FastStart {
            // How long its last samples are is said in the end, when it is known.
            self.held.take_runs(&mut self.tracks);
        } else {
            self.put_fragment(output);
        }
    }

    /// Puts out the open fragment.
    fn put_fragment(&mut self, output: &mut Output) {
        for track in &mut self.tracks {
            track.settle(None);
        }
        self.sequence = self.sequence.wrapping_add(1);
        let header = fragment_header(self.sequence, &self.tracks);
        if self.segment_index {
            self.put_segment_index(header.len(), output);
        }
        let moof = output.len();
        output.append(header.into());
        let mut traf = 0;
        for track in &mut self.tracks {
            if track.run.samples.is_empty() {
                continue;
            }
            traf += 1;
            if self.mode == Mp4Mode::Hybrid {
                track.index_run(output.len());
            } else if self.random_access_index {
                track.list_first_key(moof, traf);
            }
            track.start_roll();
            for payload in track.run.payloads.drain(..) {
                output.append(payload);
            }
            track.run.clear();
        }
    }

    fn put_segment_index(&self, header: usize, output: &mut Output) {
        let payloads: u64 = self.tracks.iter().map(|track| track.run.octets).sum();
        // Little more than a GiB.
        let octets = (header as u64 + payloads) as u32;
        let has_samples = |track: &&Track| !track.run.samples.is_empty();
        let leader = self.tracks.get(self.leader).filter(has_samples);
        if let Some(track) = leader.or_else(|| self.tracks.iter().find(has_samples)) {
            output.append(mfra::segment_index(track, octets).into());
        }
    }

    /// Puts out what is left and makes the file a finished one.
    pub(super) fn finish(&mut self, output: &mut Output) {
        self.end_fragment(output);
        match self.slot {
            Some(Slot::Duration(at)) => {
                if self.random_access_index
                    && let Some(index) = mfra::random_access(&self.tracks)
                {
                    output.append(index.into());
                }
                let duration = movie::movie_extends_header(&self.tracks);
                output.patch(at as u64, duration.into());
            }
            Some(Slot::MediaData(at)) => {
                let at = at as u64;
                let size = output.len() - at;
                self.finish_index();
                output.append(movie::complete_movie(&self.tracks).into());
                output.patch(at, media_data_header(size));
            }
            None => {
                self.finish_index();
                core::mem::take(&mut self.held).put_file(&mut self.tracks, output);
            }
        }
    }

    /// No sample follows.
    fn finish_index(&mut self) {
        for track in &mut self.tracks {
            track.settle(None);
            track.index.finish(track.timeline.end());
        }
    }
}

fn check_private_sizes(tracks: &[MediaTrack]) -> Result<(), MuxError> {
    let too_long = |track: &&MediaTrack| track.codec_private.len() > MAX_PRIVATE_OCTETS;
    match tracks.iter().find(too_long) {
        None => Ok(()),
        Some(track) => Err(MuxError::CodecPrivate {
            track: track.id,
            codec: track.codec(),
            reason: CodecPrivateError::Malformed {
                what: "it is longer than 64 KiB",
            },
        }),
    }
}

/// The header of an `mdat` of `size` octets, these sixteen among them (§4.2.2).
pub(crate) fn media_data_header(size: u64) -> Bytes {
    let mut buf = Vec::with_capacity(boxes::LARGE_HEADER_OCTETS);
    buf.put_u32(1); // the size comes after the type
    buf.put_slice(b"mdat");
    buf.put_u64(size);
    buf.into()
}
