//! Packets of several encoders become one container, in slices.

use std::sync::Arc;

use media_recorder_mux::{Interleaver, MuxError, MuxOutput, Muxer};
use media_recorder_state::Slicer;
use media_recorder_types::{MediaTime, MediaTrack, Packet, TrackId, TrackKind};

use crate::blob::{Blob, Patch};
use crate::event::BlobEvent;

/// How far a live recording runs on without a track that delivers nothing. Its input is never
/// silent for much longer than a second, but encoders hold pictures back until the next ones are
/// there: AV1's about five, which may come once a second.
pub(super) const PATIENCE: MediaTime = MediaTime::from_secs(10);

/// Puts packets in order, shifts them so that the first sample is at zero, writes the
/// container, and cuts it into blobs. Without a thread of its own.
pub(super) struct Assembler {
    muxer: Box<dyn Muxer>,
    tracks: Vec<Slot>,
    /// `None` until every track is known and the header is written.
    running: Option<Running>,
    /// Whether to stop waiting for a silent track after [`PATIENCE`].
    live: bool,
    slicer: Slicer,
    /// Blobs begin where they can be played by themselves.
    in_chunks: bool,
    pending: Blob,
    /// Bytes in blobs that were handed out.
    delivered: u64,
    patches: Vec<Patch>,
    duration: MediaTime,
    /// Blobs that are complete and were not taken yet.
    due: Vec<BlobEvent>,
    /// Packets from here on are left out.
    cut: Option<MediaTime>,
}

/// What is known of a track.
#[derive(Default)]
struct Slot {
    description: Option<MediaTrack>,
    /// Packets that came before the header could be written.
    waiting: Vec<Packet>,
    /// The last picture; its duration is known when the next one comes.
    held: Option<Packet>,
    finished: bool,
    /// A picture was lost: those up to the next key frame are built on it.
    broken: bool,
    passage: Passage,
    /// Its source ended before the recording was stopped.
    ended: bool,
    /// When its last packet ends.
    end: Option<MediaTime>,
    /// Where the recording was stopped, in recording time before the shift: a live track's last
    /// picture is shown until then.
    stopped: Option<MediaTime>,
}

struct Running {
    interleaver: Interleaver,
    /// The recording time of the first sample of all.
    origin: MediaTime,
}

/// What became of the packets of a track, since it was last asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Passage {
    /// They no longer wait.
    pub(super) passed: usize,
    /// They came too late to be put in order, and are lost; counted among the passed, too.
    pub(super) late: usize,
}

impl Assembler {
    pub(super) fn new(
        muxer: Box<dyn Muxer>,
        tracks: usize,
        live: bool,
        slicer: Slicer,
        mime_type: Arc<str>,
    ) -> Self {
        Self {
            muxer,
            tracks: (0..tracks).map(|_| Slot::default()).collect(),
            running: None,
            live,
            slicer,
            in_chunks: false,
            pending: Blob::new(mime_type),
            delivered: 0,
            patches: Vec::new(),
            duration: MediaTime::ZERO,
            due: Vec::new(),
            cut: None,
        }
    }

    /// The header comes in a blob of its own, and each later one begins with a key frame.
    pub(super) fn with_self_contained_chunks(mut self, wanted: bool) -> Self {
        self.in_chunks = wanted;
        self
    }

    pub(super) fn set_timeslice(&mut self, timeslice: Option<MediaTime>) {
        self.slicer.set_timeslice(timeslice);
    }

    /// How long the recording plays by now.
    pub(super) fn duration(&self) -> MediaTime {
        self.duration
    }

    /// Bytes of container made by now.
    pub(super) fn bytes(&self) -> u64 {
        self.delivered + self.pending.size()
    }

    /// Bytes of container that were not handed out.
    pub(super) fn pending(&self) -> u64 {
        self.pending.size()
    }

    /// Takes the blobs that are due. **They are there after an error, too.**
    pub(super) fn take_due(&mut self) -> Vec<BlobEvent> {
        std::mem::take(&mut self.due)
    }

    /// Takes what became of a track's packets.
    pub(super) fn take_passage(&mut self, index: usize) -> Passage {
        std::mem::take(&mut self.tracks[index].passage)
    }

    /// Takes the patches for blobs that were handed out.
    pub(super) fn take_patches(&mut self) -> Vec<Patch> {
        std::mem::take(&mut self.patches)
    }

    pub(super) fn describe(&mut self, index: usize, track: MediaTrack) {
        self.tracks[index].description = Some(track);
    }

    /// The type of the file: container and codecs.
    pub(super) fn mime_type(&self) -> &str {
        self.pending.mime_type()
    }

    /// Sets the type, as long as nothing of the file is there.
    pub(super) fn set_mime_type(&mut self, mime_type: &str) {
        if self.running.is_none() && self.mime_type() != mime_type {
            self.pending = Blob::new(mime_type.into());
        }
    }

    pub(super) fn packet(&mut self, index: usize, packet: Packet) -> Result<(), MuxError> {
        if self.running.is_some() {
            self.order(index, packet);
        } else {
            self.tracks[index].waiting.push(packet);
            self.begin_if_ready()?;
        }
        self.write_ordered()
    }

    /// No packet of the track follows. `stopped` is the recording time of the stop that ended
    /// it, if it is live and did not end by itself.
    pub(super) fn finished(
        &mut self,
        index: usize,
        stopped: Option<MediaTime>,
    ) -> Result<(), MuxError> {
        self.tracks[index].finished = true;
        self.tracks[index].stopped = stopped;
        if self.running.is_none() {
            self.begin_if_ready()?;
        } else if self.tracks[index].ended {
            self.release_held(index);
        }
        self.write_ordered()
    }

    /// The track's source has ended by itself.
    pub(super) fn ended(&mut self, index: usize) {
        self.tracks[index].ended = true;
    }

    /// Every track has finished: completes the container.
    ///
    /// Where the recording was stopped, a track whose encoder ran ahead of the others' is cut
    /// where they end; where it `continues` in another file, nothing is.
    pub(super) fn finish(&mut self, continues: bool) -> Result<(), MuxError> {
        if self.running.is_none() {
            return Ok(());
        }
        for index in 0..self.tracks.len() {
            self.release_held(index);
        }
        let stopped = self.tracks.iter().filter(|slot| !slot.ended);
        self.cut = stopped
            .filter_map(|slot| slot.end)
            .min()
            .filter(|_| !self.live && !continues);
        let written = self.write_ordered();
        // Also after an error the container gets its index: what is in it can be played.
        self.muxer.finish()?;
        self.collect();
        written
    }

    /// What was gathered since the last time, as a blob: all of it, playable so far.
    pub(super) fn deliver(&mut self) -> Result<BlobEvent, MuxError> {
        if self.running.is_some() {
            match self.muxer.flush() {
                Ok(()) | Err(MuxError::Finished) => {}
                Err(error) => return Err(error),
            }
            self.collect();
        }
        Ok(self.take_pending())
    }

    /// Completes what is gathered, to be delivered before `next` is written; false if it has to
    /// wait for a packet that a chunk can begin with.
    fn end_slice_before(&mut self, next: &Packet) -> Result<bool, MuxError> {
        let ended = if self.in_chunks {
            self.muxer.cut_before(next)?
        } else {
            self.muxer.flush()?;
            true
        };
        self.collect();
        Ok(ended)
    }

    fn take_pending(&mut self) -> BlobEvent {
        let timecode = self.slicer.deliver();
        let empty = Blob::new(self.pending.mime_type().into());
        let data = std::mem::replace(&mut self.pending, empty);
        self.delivered += data.size();
        BlobEvent { data, timecode }
    }

    /// Writes the header as soon as every track has delivered or is done, or, live, when the
    /// others have waited long enough.
    fn begin_if_ready(&mut self) -> Result<(), MuxError> {
        if self.running.is_some() {
            return Ok(());
        }
        let known = |slot: &Slot| slot.description.is_some() && !slot.waiting.is_empty();
        let waited = self.live && self.tracks.iter().any(Slot::has_waited);
        if !waited && !self.tracks.iter().all(|slot| known(slot) || slot.finished) {
            return Ok(());
        }
        let described: Vec<MediaTrack> = self
            .tracks
            .iter()
            .filter_map(|slot| slot.description.clone())
            .collect();
        let first = |slot: &Slot| {
            let delay = slot.description.as_ref()?.codec_delay();
            Some(slot.waiting.first()?.time.saturating_add(delay))
        };
        let Some(origin) = self.tracks.iter().filter_map(first).min() else {
            return Ok(());
        };
        self.muxer.start(&described)?;
        self.collect();
        if self.in_chunks {
            let header = self.take_pending();
            self.due.push(header);
        }
        let patience = if self.live { PATIENCE } else { MediaTime::MAX };
        let interleaver = Interleaver::new(&described, patience);
        self.running = Some(Running {
            interleaver,
            origin,
        });
        for index in 0..self.tracks.len() {
            for packet in std::mem::take(&mut self.tracks[index].waiting) {
                self.order(index, packet);
            }
            if self.tracks[index].ended && self.tracks[index].finished {
                self.release_held(index);
            }
        }
        Ok(())
    }

    /// Gives a packet to the interleaver, a picture one later than it came.
    fn order(&mut self, index: usize, mut packet: Packet) {
        let Some(running) = &self.running else { return };
        packet.time = packet.time.saturating_sub(running.origin);
        let slot = &mut self.tracks[index];
        slot.end = Some(packet.end());
        let next = match slot.description.as_ref().map(MediaTrack::kind) {
            None => {
                // It came after the header was written without its track.
                slot.lose();
                return;
            }
            Some(TrackKind::Audio) => Some(packet),
            Some(TrackKind::Video) => {
                let time = packet.time;
                let mut held = slot.held.replace(packet);
                if let Some(held) = &mut held {
                    held.duration = time.saturating_sub(held.time);
                }
                held
            }
        };
        if let Some(packet) = next {
            self.interleave(index, packet);
        }
    }

    /// No packet of the track follows: gives its last picture to the interleaver.
    fn release_held(&mut self, index: usize) {
        let (Some(running), Some(id)) = (&self.running, track_id(index)) else {
            return;
        };
        let slot = &mut self.tracks[index];
        // A track that ended by itself ends with its last picture's own duration.
        let stopped = slot.stopped.filter(|_| !slot.ended);
        let end = stopped.map(|time| time.saturating_sub(running.origin));
        if let Some(mut packet) = slot.held.take() {
            if let Some(end) = end {
                packet.duration = packet.duration.max(end.saturating_sub(packet.time));
            }
            slot.end = Some(packet.end());
            self.interleave(index, packet);
        }
        if let Some(running) = &mut self.running {
            // It is refused only for a track without description, which has none to end.
            let _ = running.interleaver.end_track(id);
        }
    }

    fn interleave(&mut self, index: usize, packet: Packet) {
        let Some(running) = &mut self.running else {
            return;
        };
        let slot = &mut self.tracks[index];
        let broken = slot.broken && !packet.key;
        // What comes too late, or not in its track's order, has no place any more.
        slot.broken = broken || running.interleaver.push(packet).is_err();
        if slot.broken {
            slot.lose();
        }
    }

    /// Writes the packets whose order is settled.
    fn write_ordered(&mut self) -> Result<(), MuxError> {
        while let Some(packet) = self
            .running
            .as_mut()
            .and_then(|running| running.interleaver.pop())
        {
            let index = (packet.track.get() - 1) as usize;
            if let Some(slot) = self.tracks.get_mut(index) {
                slot.passage.passed += 1;
            }
            if self.cut.is_some_and(|cut| packet.time >= cut) {
                continue;
            }
            let time = packet.time.max(MediaTime::ZERO);
            if self.slicer.gather(time) && self.end_slice_before(&packet)? {
                let blob = self.take_pending();
                self.due.push(blob);
                self.slicer.gather(time);
            }
            let end = packet.end();
            self.muxer.write(packet)?;
            self.duration = self.duration.max(end);
        }
        self.collect();
        Ok(())
    }

    /// Takes the muxer's output: into the pending blob, or among the patches for what is out.
    fn collect(&mut self) {
        while let Some(output) = self.muxer.poll_output() {
            match output {
                MuxOutput::Append(bytes) => self.pending.push(bytes),
                MuxOutput::Patch { offset, bytes } => self.patch(offset, bytes),
            }
        }
    }

    fn patch(&mut self, offset: u64, mut bytes: bytes::Bytes) {
        let out = self
            .delivered
            .saturating_sub(offset)
            .min(bytes.len() as u64);
        // At most the length of `bytes`.
        let tail = bytes.split_off(out as usize);
        if !bytes.is_empty() {
            self.patches.push(Patch { offset, bytes });
        }
        if !tail.is_empty() {
            let patch = Patch {
                offset: offset + out - self.delivered,
                bytes: tail,
            };
            debug_assert!(self.pending.size() >= patch.offset + patch.bytes.len() as u64);
            self.pending.apply(&patch);
        }
    }
}

impl Passage {
    pub(super) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.late += other.late;
    }
}

impl Slot {
    /// A packet of the track is lost.
    fn lose(&mut self) {
        self.passage.passed += 1;
        self.passage.late += 1;
    }

    /// Whether its packets have waited long enough for a live recording.
    fn has_waited(&self) -> bool {
        match (self.waiting.first(), self.waiting.last()) {
            (Some(first), Some(last)) => last.time.saturating_sub(first.time) > PATIENCE,
            _ => false,
        }
    }
}

/// The number in the container of the track with this index.
pub(super) fn track_id(index: usize) -> Option<TrackId> {
    TrackId::new(u32::try_from(index).ok()?.checked_add(1)?)
}

#[cfg(test)]
mod tests;
