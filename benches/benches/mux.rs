//! What the WebM writer costs: small packets, where its own work shows most, and large ones,
//! where only copying would.

use std::fs::File;
use std::hint::black_box;
use std::io::{self, IoSlice, Write};

use bytes::Bytes;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use media_recorder_mux::{ClusterMode, MatroskaOptions, MatroskaWriter, MuxOutput, Muxer};
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

fn tracks() -> [MediaTrack; 2] {
    let picture = VideoTrack {
        codec: VideoCodec::Vp8,
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

/// The writer, and payloads of one size for it.
struct Load {
    writer: MatroskaWriter,
    key: Bytes,
    inter: Bytes,
    sound: Bytes,
}

impl Load {
    fn new(mode: ClusterMode, payload: usize) -> Self {
        let options = MatroskaOptions::webm().cluster_mode(mode);
        let mut writer = MatroskaWriter::new(options);
        writer.start(&tracks()).expect("the tracks are good");
        Self {
            writer,
            key: vec![0x10; payload].into(),
            inter: vec![0x11; payload].into(),
            // Octets that say 20 ms.
            sound: vec![0xF8; payload].into(),
        }
    }

    /// Writes the `n`th packet: a sound after each picture.
    fn write(&mut self, n: usize) {
        let frame = n / 2;
        let time = MediaTime::from_millis(frame as i64 * 20);
        let is_key = frame.is_multiple_of(GROUP);
        let packet = match n % 2 {
            0 if is_key => Packet::new(VIDEO, self.key.clone(), time, STEP).with_key(true),
            0 => Packet::new(VIDEO, self.inter.clone(), time, STEP),
            _ => Packet::new(AUDIO, self.sound.clone(), time, STEP),
        };
        self.writer.write(packet).expect("the packet is good");
    }

    fn finish(&mut self) {
        self.writer.finish().expect("it has been started");
    }
}

/// Writes a whole file, and throws away what comes.
fn discard(mode: ClusterMode) {
    let mut load = Load::new(mode, 64);
    for n in 0..SMALL_PACKETS {
        load.write(n);
        while let Some(output) = load.writer.poll_output() {
            black_box(output);
        }
    }
    load.finish();
    while let Some(output) = load.writer.poll_output() {
        black_box(output);
    }
}

/// Writes a whole file to a disk in memory, where there is one.
fn store(directory: &str) -> io::Result<()> {
    let mut load = Load::new(ClusterMode::Known, 65_536);
    let mut file = tempfile::tempfile_in(directory)?;
    let mut pieces = Vec::new();
    for n in 0..LARGE_PACKETS {
        load.write(n);
        fetch(&mut load.writer, &mut pieces);
        if pieces.len() >= 256 {
            write_out(&mut file, &mut pieces)?;
        }
    }
    load.finish();
    fetch(&mut load.writer, &mut pieces);
    write_out(&mut file, &mut pieces)
}

/// As many bytes of payload, without a writer.
fn store_plain(directory: &str) -> io::Result<()> {
    let mut file = tempfile::tempfile_in(directory)?;
    let payload = Bytes::from(vec![0x11; 65_536]);
    let mut pieces = Vec::new();
    for _ in 0..LARGE_PACKETS {
        pieces.push(payload.clone());
        if pieces.len() >= 128 {
            write_out(&mut file, &mut pieces)?;
        }
    }
    write_out(&mut file, &mut pieces)
}

fn fetch(writer: &mut MatroskaWriter, pieces: &mut Vec<Bytes>) {
    while let Some(output) = writer.poll_output() {
        if let MuxOutput::Append(bytes) = output {
            pieces.push(bytes);
        }
    }
}

/// Writes all pieces, as many with a call as the system takes.
fn write_out(file: &mut File, pieces: &mut Vec<Bytes>) -> io::Result<()> {
    for some in pieces.chunks(1024) {
        let mut slices: Vec<_> = some.iter().map(|bytes| IoSlice::new(bytes)).collect();
        let mut rest = &mut slices[..];
        while !rest.is_empty() {
            let written = file.write_vectored(rest)?;
            IoSlice::advance_slices(&mut rest, written);
        }
    }
    pieces.clear();
    Ok(())
}

fn small(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("mux/webm/64 B, discarded");
    group.sample_size(10);
    group.throughput(Throughput::Elements(SMALL_PACKETS as u64));
    group.bench_function("known", |b| b.iter(|| discard(ClusterMode::Known)));
    group.bench_function("unknown", |b| b.iter(|| discard(ClusterMode::Unknown)));
    group.finish();
}

fn large(criterion: &mut Criterion) {
    let memory = "/dev/shm";
    let directory = if std::path::Path::new(memory).is_dir() {
        memory
    } else {
        "."
    };
    let mut group = criterion.benchmark_group("mux/webm/64 KiB, stored");
    group.sample_size(10);
    group.throughput(Throughput::Bytes(LARGE_PACKETS as u64 * 65_536));
    group.bench_function("muxed", |b| {
        b.iter(|| store(directory).expect("there is room"));
    });
    group.bench_function("plain", |b| {
        b.iter(|| store_plain(directory).expect("there is room"));
    });
    group.finish();
}

criterion_group!(benches, small, large);
criterion_main!(benches);
