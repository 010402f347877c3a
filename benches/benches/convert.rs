//! What it costs to make I420 of every pixel format, and to scale it, beside copying as many
//! bytes: the copy is what memory allows. Motion JPEG is a photograph-like picture at the quality
//! of a camera.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use media_recorder_encode::convert::{Fitter, I420Buffer, JpegDecoder, to_i420};
use media_recorder_types::{ColorInfo, FrameSize, MediaTime, PixelFormat, VideoFrame};

const FORMATS: [PixelFormat; 9] = [
    PixelFormat::I420,
    PixelFormat::I422,
    PixelFormat::Nv12,
    PixelFormat::Nv21,
    PixelFormat::Yuyv,
    PixelFormat::Uyvy,
    PixelFormat::Rgb,
    PixelFormat::Rgba,
    PixelFormat::Bgra,
];
const P360: FrameSize = FrameSize::new(640, 360);
const P720: FrameSize = FrameSize::new(1280, 720);
const P1080: FrameSize = FrameSize::new(1920, 1080);

/// A picture whose bytes differ everywhere.
fn picture(format: PixelFormat, size: FrameSize) -> VideoFrame {
    let len = format.packed_len(size);
    let data: Vec<u8> = (0..len).map(|n| ((n * 37) ^ (n >> 9)) as u8).collect();
    VideoFrame::packed(format, size, data.into(), MediaTime::ZERO).expect("a whole picture")
}

fn convert(criterion: &mut Criterion) {
    for size in [P360, P720, P1080] {
        let mut group = criterion.benchmark_group(format!("convert {size}"));
        group
            .sample_size(30)
            .warm_up_time(Duration::from_millis(300))
            .measurement_time(Duration::from_secs(1));
        for format in FORMATS {
            let frame = picture(format, size);
            let len = format.packed_len(size);
            group.throughput(Throughput::BytesDecimal(len as u64));
            group.bench_function(BenchmarkId::new("to_i420", format!("{format:?}")), |b| {
                let mut target = I420Buffer::new(size);
                b.iter(|| to_i420(&frame, ColorInfo::BT709, target.as_mut()).expect("same size"));
            });
            group.bench_function(BenchmarkId::new("copy", format!("{format:?}")), |b| {
                let source = vec![1_u8; len];
                let mut target = vec![0_u8; len];
                b.iter(|| black_box(&mut target).copy_from_slice(black_box(&source)));
            });
        }
        group.finish();
    }
}

fn jpeg(criterion: &mut Criterion) {
    const PICTURE: &[u8] = include_bytes!("../data/picture-1280x720.jpg");

    let mut group = criterion.benchmark_group("convert 1280x720");
    group
        .sample_size(30)
        .throughput(Throughput::BytesDecimal(PICTURE.len() as u64));
    group.bench_function(BenchmarkId::new("to_i420", "Mjpeg"), |b| {
        let mut decoder = JpegDecoder::new();
        b.iter(|| {
            decoder
                .decode(black_box(PICTURE), MediaTime::ZERO)
                .expect("a whole picture")
        });
    });
    group.finish();
}

fn fit(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("fit");
    group
        .sample_size(20)
        .measurement_time(Duration::from_secs(2));
    for (from, to) in [(P1080, P720), (P720, P360), (P360, P720)] {
        for format in [PixelFormat::I420, PixelFormat::Rgba] {
            let frame = picture(format, from);
            let name = format!("{from} to {to}");
            group.bench_function(BenchmarkId::new(name, format!("{format:?}")), |b| {
                let mut fitter = Fitter::new(to);
                b.iter(|| black_box(fitter.fit(&frame)));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, convert, jpeg, fit);
criterion_main!(benches);
