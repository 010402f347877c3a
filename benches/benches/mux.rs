//! What the writers cost: small packets, where their own work shows most, and large ones, where
//! only copying would.
//!
//! Where it should be: 12 million small packets a second into WebM and 16 into MP4 (`Melem/s`),
//! and for large ones at least 90 % of what the plain write of the same bytes gives. Compare
//! only rows of one run; `cargo xtask peers mux` has other programs' muxers in it, too.

use std::fs::{File, OpenOptions};
use std::io::{self, IoSlice, Seek, SeekFrom, Write};
use std::path::Path;

use bytes::Bytes;
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use media_recorder_mux::{
    ClusterMode, MatroskaOptions, MatroskaWriter, Mp4Mode, Mp4Options, Mp4Writer, MuxOutput, Muxer,
};
use media_recorder_types::{
    AudioCodec, AudioTrack, ColorInfo, FrameSize, MediaTime, MediaTrack, Packet, TrackId,
    VideoCodec, VideoTrack,
};

const VIDEO: TrackId = TrackId::FIRST;
const AUDIO: TrackId = TrackId::new(2).expect("two is not zero");

/// Pictures at 50 per second and sound in packets of 20 ms.
const STEP: MediaTime = MediaTime::from_millis(20);

/// Pictures from one key frame to the next.
const GROUP: usize = 100;

const SMALL_PACKETS: usize = 1_800_000;
const LARGE_PACKETS: usize = 20_000;
const LARGE_OCTETS: usize = 65_536;

/// As many pieces as the system takes with a call.
const PIECES: usize = 1024;

fn tracks() -> [MediaTrack; 2] {
    let picture = VideoTrack {
        codec: VideoCodec::Vp9,
        size: FrameSize::new(1280, 720),
        rate: None,
        color: ColorInfo::UNSPECIFIED,
    };
    let sound = AudioTrack {
        codec: AudioCodec::Opus,
        sample_rate: 48_000,
        channels: 2,
        codec_delay: MediaTime::from_nanos(6_500_000),
        seek_pre_roll: MediaTime::from_millis(80),
    };
    let head = Bytes::from_static(b"OpusHead\x01\x02\x38\x01\x80\xBB\x00\x00\x00\x00\x00");
    [
        MediaTrack::video(VIDEO, picture, Bytes::new()),
        MediaTrack::audio(AUDIO, sound, head),
    ]
}

/// A writer, as this file names it.
#[derive(Clone, Copy)]
struct Kind {
    name: &'static str,
    new: fn() -> Box<dyn Muxer>,
}

const KINDS: [Kind; 4] = [
    Kind {
        name: "webm, clusters of known size",
        new: || {
            let options = MatroskaOptions::webm().cluster_mode(ClusterMode::Known);
            Box::new(MatroskaWriter::new(options))
        },
    },
    Kind {
        name: "webm, clusters of unknown size",
        new: || {
            let options = MatroskaOptions::webm().cluster_mode(ClusterMode::Unknown);
            Box::new(MatroskaWriter::new(options))
        },
    },
    Kind {
        name: "mp4, hybrid",
        new: || Box::new(Mp4Writer::new(Mp4Options::new().mode(Mp4Mode::Hybrid))),
    },
    Kind {
        name: "mp4, fragmented",
        new: || Box::new(Mp4Writer::new(Mp4Options::new().mode(Mp4Mode::Fragmented))),
    },
];

/// Payloads of one size.
struct Payloads {
    key: Bytes,
    inter: Bytes,
    sound: Bytes,
}

impl Payloads {
    fn new(octets: usize) -> Self {
        Self {
            key: vec![0x82; octets].into(),
            inter: vec![0x86; octets].into(),
            // Octets that say 20 ms.
            sound: vec![0xF8; octets].into(),
        }
    }

    /// The `n`th packet: a sound after each picture.
    fn packet(&self, n: usize) -> Packet {
        let frame = n / 2;
        let time = MediaTime::from_millis(frame as i64 * 20);
        let is_key = frame.is_multiple_of(GROUP);
        match n % 2 {
            0 if is_key => Packet::new(VIDEO, self.key.clone(), time, STEP).with_key(true),
            0 => Packet::new(VIDEO, self.inter.clone(), time, STEP),
            // The sound's times have the codec's delay before them, when they are stored.
            _ => Packet::new(AUDIO, self.sound.clone(), time, STEP),
        }
    }
}

/// Where a file goes.
struct Storage {
    file: File,
    pieces: Vec<Bytes>,
}

impl Storage {
    fn new(file: File) -> Self {
        Self {
            file,
            pieces: Vec::with_capacity(PIECES),
        }
    }

    /// One that forgets what it is given.
    fn null() -> io::Result<Self> {
        let device = if cfg!(windows) { "NUL" } else { "/dev/null" };
        Ok(Self::new(OpenOptions::new().write(true).open(device)?))
    }

    /// A file on a disk in memory, where there is one.
    fn memory() -> io::Result<Self> {
        let memory = Path::new("/dev/shm");
        let directory = if memory.is_dir() {
            memory
        } else {
            Path::new(".")
        };
        tempfile::tempfile_in(directory).map(Self::new)
    }

    fn take(&mut self, output: MuxOutput) -> io::Result<()> {
        match output {
            MuxOutput::Append(bytes) => {
                self.pieces.push(bytes);
                if self.pieces.len() == PIECES {
                    self.flush()?;
                }
                Ok(())
            }
            MuxOutput::Patch { offset, bytes } => {
                self.flush()?;
                self.file.seek(SeekFrom::Start(offset))?;
                self.file.write_all(&bytes)?;
                self.file.seek(SeekFrom::End(0)).map(|_| ())
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        let mut slices: Vec<_> = self
            .pieces
            .iter()
            .map(|bytes| IoSlice::new(bytes))
            .collect();
        let mut rest = &mut slices[..];
        while !rest.is_empty() {
            let written = self.file.write_vectored(rest)?;
            IoSlice::advance_slices(&mut rest, written);
        }
        self.pieces.clear();
        Ok(())
    }
}

/// Writes a whole file.
fn mux(
    kind: Kind,
    payloads: &Payloads,
    packets: usize,
    mut take: impl FnMut(MuxOutput) -> io::Result<()>,
) -> io::Result<()> {
    let mut writer = (kind.new)();
    writer.start(&tracks()).expect("the tracks are good");
    for n in 0..packets {
        writer
            .write(payloads.packet(n))
            .expect("the packet is good");
        while let Some(output) = writer.poll_output() {
            take(output)?;
        }
    }
    writer.finish().expect("it has been started");
    while let Some(output) = writer.poll_output() {
        take(output)?;
    }
    Ok(())
}

fn store(
    storage: io::Result<Storage>,
    kind: Kind,
    payloads: &Payloads,
    packets: usize,
) -> io::Result<()> {
    let mut storage = storage?;
    mux(kind, payloads, packets, |output| storage.take(output))?;
    storage.flush()
}

fn small(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("mux/64 B to nowhere");
    group.sample_size(10);
    group.throughput(Throughput::Elements(SMALL_PACKETS as u64));
    let payloads = Payloads::new(64);
    for kind in KINDS {
        group.bench_function(kind.name, |b| {
            b.iter(|| {
                store(Storage::null(), kind, &payloads, SMALL_PACKETS).expect("it takes all")
            });
        });
    }
    group.finish();
}

fn large(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("mux/64 KiB to memory");
    group.sample_size(10);
    group.throughput(Throughput::Elements(LARGE_PACKETS as u64));
    let payloads = Payloads::new(LARGE_OCTETS);
    for kind in KINDS {
        group.bench_function(kind.name, |b| {
            b.iter(|| {
                store(Storage::memory(), kind, &payloads, LARGE_PACKETS).expect("there is room");
            });
        });
        plain(&mut group, kind, &payloads);
    }
    group.finish();
}

/// The same pieces, without a writer.
fn plain(group: &mut BenchmarkGroup<'_, WallTime>, kind: Kind, payloads: &Payloads) {
    let mut outputs = Vec::new();
    let gather = |output| {
        outputs.push(output);
        Ok(())
    };
    mux(kind, payloads, LARGE_PACKETS, gather).expect("memory takes it");
    group.bench_function(format!("{}: plain write", kind.name), |b| {
        b.iter(|| {
            let write = || -> io::Result<()> {
                let mut storage = Storage::memory()?;
                for output in &outputs {
                    storage.take(output.clone())?;
                }
                storage.flush()
            };
            write().expect("there is room");
        });
    });
}

criterion_group!(benches, small, large);
criterion_main!(benches);
