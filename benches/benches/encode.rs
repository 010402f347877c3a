//! What this machine encodes: frames per second of video by codec, preset, size and threads, and
//! seconds of sound per second.
//!
//! The picture is synthetic: a texture and bars that move at different speeds. Numbers for real
//! content differ; compare them with each other and with the machine's past. Or name a clip of
//! 8-bit 4:2:0, of which the first frames are taken in place of it:
//!
//! ```text
//! MEDIA_RECORDER_CLIP=clip.y4m cargo bench -p benches --bench encode
//! ```

use std::env;
use std::fs::File;
use std::hint::black_box;
use std::io::BufReader;
use std::num::NonZeroUsize;
use std::thread::available_parallelism;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use media_recorder_encode::{
    AudioConfig, Preset, VideoConfig, audio_encoder, video_codecs, video_encoder,
};
use media_recorder_types::{
    AudioCodec, AudioFrame, Codec, FrameSize, MediaTime, PixelFormat, Rate, TrackId, VideoCodec,
    VideoFrame,
};

const TRACK: TrackId = TrackId::new(1).expect("not zero");
const RATE: Rate = Rate::new(30, 1).expect("not zero");
const FRAMES: u32 = 20;
const SIZES: [FrameSize; 2] = [FrameSize::new(640, 360), FrameSize::new(1280, 720)];
/// Those of live recordings.
const PRESETS: [Preset; 2] = [Preset::Balanced, Preset::Live];

fn moving_picture(size: FrameSize, n: u32) -> VideoFrame {
    let mut data = Vec::with_capacity(PixelFormat::I420.packed_len(size));
    for y in 0..size.height {
        for x in 0..size.width {
            let texture = ((x + 2 * n) * (y + n) / 97) % 61 + 80;
            let bar = x.abs_diff(9 * n % size.width) < 16;
            data.push(if bar { 220 } else { texture as u8 });
        }
    }
    data.resize(PixelFormat::I420.packed_len(size), 128);
    frame(size, data, n)
}

fn frame(size: FrameSize, data: Vec<u8>, n: u32) -> VideoFrame {
    let time = RATE.time_of(n.into()).expect("a short time");
    VideoFrame::packed(PixelFormat::I420, size, data.into(), time).expect("a whole picture")
}

/// The first frames of a Y4M file.
fn clip(path: &str) -> Vec<VideoFrame> {
    let file = BufReader::new(File::open(path).expect("the clip can be read"));
    let mut reader = y4m::decode(file).expect("the clip is Y4M");
    let size = FrameSize::new(reader.get_width() as u32, reader.get_height() as u32);
    let mut frames = Vec::new();
    for n in 0..FRAMES {
        let Ok(picture) = reader.read_frame() else {
            break;
        };
        let planes = [
            picture.get_y_plane(),
            picture.get_u_plane(),
            picture.get_v_plane(),
        ];
        frames.push(frame(size, planes.concat(), n));
    }
    frames
}

fn video(c: &mut Criterion) {
    let cases = match env::var("MEDIA_RECORDER_CLIP") {
        Ok(path) => vec![clip(&path)],
        Err(_) => SIZES
            .map(|size| (0..FRAMES).map(|n| moving_picture(size, n)).collect())
            .to_vec(),
    };
    let cores = available_parallelism().map_or(1, NonZeroUsize::get);
    let mut threads = vec![1, cores];
    threads.dedup();
    for frames in cases {
        let size = frames.first().expect("a clip has frames").size();
        let mut group = c.benchmark_group(format!("video {size}, frames"));
        group
            .throughput(Throughput::Elements(frames.len() as u64))
            .sample_size(10)
            .warm_up_time(Duration::from_millis(100))
            .measurement_time(Duration::from_secs(5));
        for &codec in video_codecs() {
            for preset in PRESETS {
                for &threads in &threads {
                    let name = format!("{} {preset}", Codec::Video(codec).short_name());
                    let id = BenchmarkId::new(name, format!("{threads} threads"));
                    group.bench_function(id, |b| {
                        b.iter(|| encode(codec, preset, threads, &frames));
                    });
                }
            }
        }
        group.finish();
    }
}

fn encode(codec: VideoCodec, preset: Preset, threads: usize, frames: &[VideoFrame]) {
    let config = VideoConfig::new(TRACK, frames[0].size())
        .with_rate(Some(RATE))
        .with_preset(Some(preset))
        .with_threads(NonZeroUsize::new(threads));
    let mut encoder = video_encoder(codec, config).expect("a size that works");
    for frame in frames {
        encoder.encode(frame, false).expect("a good frame");
    }
    encoder.finish().expect("good frames");
    while let Some(packet) = encoder.next_packet() {
        black_box(packet);
    }
}

fn sound(c: &mut Criterion) {
    const SECONDS: u32 = 5;
    let sound = |rate: u32| -> Vec<AudioFrame> {
        let frame = |n: u32| {
            let sample = |m: u32| ((m / 2) as f32 * 0.057).sin() * 0.3;
            let samples: Vec<f32> = (n * rate / 5..(n + 2) * rate / 5).map(sample).collect();
            let time = MediaTime::from_ticks((n * rate / 10).into(), rate).expect("short");
            AudioFrame::new(rate, 2, &samples[..rate as usize / 5], time).expect("whole frames")
        };
        (0..SECONDS * 10).map(frame).collect()
    };
    let mut group = c.benchmark_group("opus stereo 128 kb/s, seconds of sound");
    group.throughput(Throughput::Elements(SECONDS.into()));
    group
        .sample_size(10)
        .measurement_time(Duration::from_secs(5));
    for rate in [48_000, 44_100] {
        let frames = sound(rate);
        group.bench_function(format!("from {rate} Hz"), |b| {
            b.iter(|| {
                let config = AudioConfig::new(TRACK).with_bits_per_second(128_000);
                let mut encoder = audio_encoder(AudioCodec::Opus, config).expect("Opus is built");
                for frame in &frames {
                    encoder.encode(frame).expect("a good frame");
                }
                encoder.finish().expect("good frames");
                while let Some(packet) = encoder.next_packet() {
                    black_box(packet);
                }
            });
        });
    }
    group.finish();
}

criterion_group!(benches, video, sound);
criterion_main!(benches);
