//! What this machine encodes: frames per second of video, seconds of sound per second.
//!
//! The picture is synthetic: a texture and bars that move at different speeds. Numbers for real
//! content differ; compare them with each other and with the machine's past.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use media_recorder_encode::convert::{I420Buffer, to_i420};
use media_recorder_encode::{AudioConfig, VideoConfig, audio_encoder, video_codecs, video_encoder};
use media_recorder_types::{
    AudioCodec, AudioFrame, Codec, ColorInfo, FrameSize, MediaTime, PixelFormat, Rate, TrackId,
    VideoFrame,
};

const TRACK: TrackId = TrackId::new(1).expect("not zero");
const RATE: Rate = Rate::new(30, 1).expect("not zero");
const FRAMES: u32 = 20;

fn moving_picture(format: PixelFormat, size: FrameSize, n: u32) -> VideoFrame {
    let mut data = Vec::with_capacity(format.packed_len(size));
    let pixel_bytes = if format == PixelFormat::Rgba { 4 } else { 1 };
    for y in 0..size.height {
        for x in 0..size.width {
            let texture = ((x + 2 * n) * (y + n) / 97) % 61 + 80;
            let bar = x.abs_diff(9 * n % size.width) < 16;
            let value = if bar { 220 } else { texture as u8 };
            data.resize(data.len() + pixel_bytes, value);
        }
    }
    data.resize(format.packed_len(size), 128);
    let time = RATE.time_of(n.into()).expect("a short time");
    VideoFrame::packed(format, size, data.into(), time).expect("a whole picture")
}

fn video(c: &mut Criterion) {
    let size = FrameSize::new(640, 360);
    let picture = |n| moving_picture(PixelFormat::I420, size, n);
    let frames: Vec<VideoFrame> = (0..FRAMES).map(picture).collect();
    let mut group = c.benchmark_group("video 640x360, frames");
    group.throughput(Throughput::Elements(FRAMES.into()));
    group
        .sample_size(10)
        .measurement_time(Duration::from_secs(10));
    for &codec in video_codecs() {
        group.bench_function(Codec::Video(codec).short_name(), |b| {
            b.iter(|| {
                let config = VideoConfig::new(TRACK, size)
                    .with_rate(Some(RATE))
                    .with_bits_per_second(800_000);
                let mut encoder = video_encoder(codec, config).expect("a size that works");
                for frame in &frames {
                    encoder.encode(frame, false).expect("a good frame");
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

fn conversion(c: &mut Criterion) {
    let size = FrameSize::new(1280, 720);
    let mut group = c.benchmark_group("convert 1280x720, frames");
    group.throughput(Throughput::Elements(1));
    group
        .sample_size(20)
        .measurement_time(Duration::from_secs(3));
    group.bench_function("rgba", |b| {
        let frame = moving_picture(PixelFormat::Rgba, size, 1);
        let mut target = I420Buffer::new(size);
        b.iter(|| to_i420(&frame, ColorInfo::BT709, target.as_mut()).expect("the same size"));
    });
    group.finish();
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

criterion_group!(benches, video, conversion, sound);
criterion_main!(benches);
