//! A recording, and what is expected of its file.

use media_recorder_mux::{MuxError, MuxOutput, Muxer};
use media_recorder_types::{MediaTime, MediaTrack, Packet, TrackKind};

use crate::Operation;

/// What came of a sequence of calls.
pub struct Recorded {
    pub tracks: Vec<MediaTrack>,
    pub finished: bool,
    /// In order.
    pub accepted: Vec<Accepted>,
    /// The file of one who cannot go back: all output but the patches.
    pub live: Vec<u8>,
    /// The file.
    pub file: Vec<u8>,
    /// Where in the live file the chunks begin, the first of them with the first packet.
    pub chunk_starts: Vec<usize>,
}

/// A packet that was accepted.
pub struct Accepted {
    pub packet: Packet,
    /// The index of its track.
    pub track: usize,
    /// Its time with the codec's delay.
    pub stored: MediaTime,
}

/// Makes all calls. The writer never panics, takes what is good, and what it refuses changes
/// nothing: another writer that is not asked for it gives the same bytes.
///
/// `None` if it did not start.
pub fn record<W: Muxer>(
    new: impl Fn() -> W,
    tracks: Vec<MediaTrack>,
    good: bool,
    operations: Vec<Operation>,
) -> Option<Recorded> {
    let mut recording = Recording {
        writer: new(),
        tracks,
        good,
        started: false,
        finished: false,
        reached: MediaTime::ZERO,
        calls: Vec::new(),
        accepted: Vec::new(),
        output: Storage::default(),
        chunk_starts: Vec::new(),
    };
    recording.start();
    assert!(recording.started || !good || recording.tracks.is_empty());
    for operation in operations {
        recording.make(operation);
    }
    if !recording.started {
        assert!(recording.output.live.is_empty());
        return None;
    }
    if !recording.finished {
        recording.flush();
    }
    assert_eq!(recording.output.file, recording.again(new()));
    Some(Recorded {
        tracks: recording.tracks,
        finished: recording.finished,
        accepted: recording.accepted,
        live: recording.output.live,
        file: recording.output.file,
        chunk_starts: recording.chunk_starts,
    })
}

/// A call that changed something.
enum Call {
    Write(Packet),
    Cut(Packet),
    Flush,
    Finish,
}

struct Recording<W> {
    writer: W,
    tracks: Vec<MediaTrack>,
    /// Whether the writer must take the tracks.
    good: bool,
    started: bool,
    finished: bool,
    /// The stored time of the latest accepted packet.
    reached: MediaTime,
    calls: Vec<Call>,
    accepted: Vec<Accepted>,
    output: Storage,
    chunk_starts: Vec<usize>,
}

impl<W: Muxer> Recording<W> {
    fn make(&mut self, operation: Operation) {
        match operation {
            Operation::Start => self.start(),
            Operation::Flush => self.flush(),
            Operation::Finish => self.finish(),
            Operation::Write { packet, cut } => {
                if let Some(packet) = packet.packet(&self.tracks, self.reached) {
                    let result = self.write(packet.clone(), cut);
                    if self.good {
                        self.judge(&packet, result);
                    }
                }
            }
            Operation::WriteAny { packet, cut } => {
                if let Some(packet) = packet.packet() {
                    let _ = self.write(packet, cut);
                }
            }
        }
    }

    fn start(&mut self) {
        let result = self.writer.start(&self.tracks);
        assert!(!self.started || result.is_err());
        self.output.take(&mut self.writer);
        if result.is_ok() {
            self.started = true;
            self.chunk_starts.push(self.output.live.len());
        }
    }

    fn flush(&mut self) {
        let result = self.writer.flush();
        assert_eq!(result.is_ok(), self.is_open());
        if result.is_ok() {
            self.calls.push(Call::Flush);
        }
        self.output.take(&mut self.writer);
    }

    fn finish(&mut self) {
        let result = self.writer.finish();
        assert_eq!(result.is_ok(), self.is_open());
        if result.is_ok() {
            self.calls.push(Call::Finish);
            self.finished = true;
        }
        self.output.take(&mut self.writer);
    }

    fn is_open(&self) -> bool {
        self.started && !self.finished
    }

    fn write(&mut self, packet: Packet, cut: bool) -> Result<(), MuxError> {
        let cut = cut.then(|| self.cut_before(&packet));
        let before = self.output.live.len();
        let result = self.writer.write(packet.clone());
        self.output.take(&mut self.writer);
        assert!(cut.is_none_or(|cut| cut == result));
        if result.is_err() {
            assert_eq!(self.output.live.len(), before);
            return result;
        }
        assert!(self.is_open());
        let track = self.tracks.iter().position(|t| t.id == packet.track);
        let track = track.expect("it was accepted");
        self.reached = packet.time.saturating_add(self.tracks[track].codec_delay());
        self.calls.push(Call::Write(packet.clone()));
        self.accepted.push(Accepted {
            packet,
            track,
            stored: self.reached,
        });
        Ok(())
    }

    fn cut_before(&mut self, next: &Packet) -> Result<(), MuxError> {
        let before = self.output.live.len();
        let cut = self.writer.cut_before(next)?;
        self.output.take(&mut self.writer);
        if cut {
            self.calls.push(Call::Cut(next.clone()));
            self.chunk_starts.push(self.output.live.len());
        } else {
            assert_eq!(self.output.live.len(), before);
        }
        Ok(())
    }

    /// A good packet is refused only for what came before it, or is too far from it.
    fn judge(&self, packet: &Packet, result: Result<(), MuxError>) {
        let Err(error) = result else { return };
        let mut before = self.accepted.iter().rev();
        let latest = before.find(|accepted| accepted.packet.track == packet.track);
        let track = self.tracks.iter().find(|track| track.id == packet.track);
        let track = track.expect("it is good");
        let stored = packet.time.saturating_add(track.codec_delay());
        let expected = match error {
            MuxError::NotStarted => !self.started,
            MuxError::Finished => self.finished,
            MuxError::TimeNotIncreasing { .. } => {
                latest.is_some_and(|latest| packet.time <= latest.packet.time)
            }
            MuxError::FirstFrameNotKey { .. } => {
                latest.is_none() && track.kind() == TrackKind::Video && !packet.key
            }
            MuxError::OutOfOrder { .. } => stored < self.reached,
            MuxError::SampleTooLong { lasts, limit, .. } => lasts > limit,
            MuxError::TimeOutOfRange { .. } => {
                stored < MediaTime::ZERO || stored > MediaTime::from_secs(1 << 32)
            }
            _ => false,
        };
        assert!(expected, "{packet:?} refused: {error}");
    }

    /// The file of a writer that is asked only for what was granted, and whose output is taken
    /// only at the end.
    fn again(&self, mut writer: W) -> Vec<u8> {
        const WHY: &str = "it was granted before";
        writer.start(&self.tracks).expect(WHY);
        for call in &self.calls {
            match call {
                Call::Write(packet) => writer.write(packet.clone()).expect(WHY),
                Call::Cut(packet) => assert_eq!(writer.cut_before(packet), Ok(true)),
                Call::Flush => writer.flush().expect(WHY),
                Call::Finish => writer.finish().expect(WHY),
            }
        }
        let mut output = Storage::default();
        output.take(&mut writer);
        output.file
    }
}

/// What a writer's output makes.
#[derive(Default)]
struct Storage {
    live: Vec<u8>,
    file: Vec<u8>,
}

impl Storage {
    fn take(&mut self, writer: &mut impl Muxer) {
        while let Some(output) = writer.poll_output() {
            match output {
                MuxOutput::Append(bytes) => {
                    self.live.extend_from_slice(&bytes);
                    self.file.extend_from_slice(&bytes);
                }
                MuxOutput::Patch { offset, bytes } => {
                    let offset = usize::try_from(offset).expect("files here are small");
                    self.file[offset..offset + bytes.len()].copy_from_slice(&bytes);
                }
            }
        }
    }
}

impl Recorded {
    /// The initialisation segment with one chunk after it, for each chunk.
    pub fn chunks(&self) -> impl Iterator<Item = Vec<u8>> {
        let header = &self.live[..self.chunk_starts[0]];
        let ends = self.chunk_starts[1..].iter().copied().chain([self.live.len()]);
        let ranges = self.chunk_starts.iter().zip(ends);
        ranges.map(move |(&start, end)| [header, &self.live[start..end]].concat())
    }

    /// The first track of pictures.
    pub fn first_video(&self) -> Option<usize> {
        let mut tracks = self.tracks.iter();
        tracks.position(|track| track.kind() == TrackKind::Video)
    }
}
