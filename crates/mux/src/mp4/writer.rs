//! The writer: what it accepts, and in which order.

use alloc::boxed::Box;

use media_recorder_types::{MediaTrack, Packet};

use super::options::Mp4Options;
use super::recording::Recording;
use crate::output::Output;
use crate::{MuxError, MuxOutput, Muxer};

/// Writes MP4 (ISO/IEC 14496-12).
///
/// **What comes out is playable at every moment**, up to its last complete fragment. How it ends
/// is for [`Mp4Mode`](crate::Mp4Mode) to say; the patches lie in the first few hundred bytes.
/// With [`Mp4Mode::FastStart`](crate::Mp4Mode::FastStart) nothing comes out before
/// [`finish`](Muxer::finish): [`flush`](Muxer::flush) has no effect, and there are neither
/// patches nor chunks.
///
/// - A track's ticks are its samples', 48,000 a second for Opus; for pictures, a multiple of
///   their rate, and at least 90,000 a second. Each time is rounded once, to nearest; durations
///   are differences of these. A packet lasts until the next one of its track, whatever it says;
///   the last one of a fragment lasts as it says if the next one is not there yet.
/// - What the decoder puts out before the first sound is cut off by an edit list, and the end of
///   the last packet by its duration.
/// - In a fragment, the packets of each track follow one another. What fragments are is for
///   [options](Mp4Options) and for [`flush`](Muxer::flush), which ends the open one.
/// - A chunk that [`cut_before`](Muxer::cut_before) has separated is whole fragments. Sound of
///   the time at which it begins may be in the chunk before: a player has one buffer a track.
/// - Tracks are numbered from 1 in their order. Packets of sound count as key frames, whatever
///   they say.
/// - Channels of PCM are in the order of WAV files (RFC 9639 §9.1.3).
/// - Where the sound in an Opus or PCM packet lasts a millisecond longer or shorter than the
///   packet says, the packet is refused; one with a duration of zero has that of its sound.
/// - A hybrid file remembers each packet in two to ten bytes of memory, commonly four; one of
///   `FastStart` also keeps its payload.
#[derive(Debug)]
pub struct Mp4Writer {
    options: Mp4Options,
    state: State,
    output: Output,
}

#[derive(Debug)]
enum State {
    Created,
    Started(Box<Recording>),
    Finished,
}

impl Mp4Writer {
    /// A writer of one file.
    pub fn new(options: Mp4Options) -> Self {
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

impl Muxer for Mp4Writer {
    fn start(&mut self, tracks: &[MediaTrack]) -> Result<(), MuxError> {
        match self.state {
            State::Created => {}
            State::Started(_) => return Err(MuxError::AlreadyStarted),
            State::Finished => return Err(MuxError::Finished),
        }
        let recording = Recording::start(&self.options, tracks, &mut self.output)?;
        self.state = State::Started(Box::new(recording));
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
        recording.flush(output);
        Ok(())
    }

    fn finish(&mut self) -> Result<(), MuxError> {
        let (recording, output) = self.recording()?;
        recording.finish(output);
        self.state = State::Finished;
        Ok(())
    }

    fn poll_output(&mut self) -> Option<MuxOutput> {
        self.output.poll()
    }
}
