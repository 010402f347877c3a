//! Media that tests make for themselves.
#![allow(dead_code, reason = "every test uses a part of it")]

use media_recorder_encode::{AudioEncoder, VideoConfig, VideoEncoder};
use media_recorder_types::{FrameSize, MediaTime, Packet, PixelFormat, Rate, TrackId, VideoFrame};

pub(crate) fn track() -> TrackId {
    TrackId::new(1).expect("not zero")
}

pub(crate) fn config(width: u32, height: u32) -> VideoConfig {
    VideoConfig::new(track(), FrameSize::new(width, height))
        .with_rate(Rate::new(25, 1))
        .with_bits_per_second(300_000)
}

/// A grey texture that moves, with a bar that moves faster; I420.
pub(crate) fn moving(size: FrameSize, n: u32, time: MediaTime) -> VideoFrame {
    let mut data = Vec::with_capacity(PixelFormat::I420.packed_len(size));
    for y in 0..size.height {
        for x in 0..size.width {
            let (u, v) = (x + 2 * n, y + n);
            let texture = 90 + (u * u / 7 + v * v / 5) % 61;
            let bar = x.abs_diff(5 * n % size.width) < 8;
            data.push(if bar { 220 } else { texture } as u8);
        }
    }
    data.resize(PixelFormat::I420.packed_len(size), 128);
    VideoFrame::packed(PixelFormat::I420, size, data.into(), time).expect("a whole picture")
}

/// RGBA of one colour.
pub(crate) fn flat(size: FrameSize, pixel: [u8; 4], time: MediaTime) -> VideoFrame {
    let data = pixel.repeat(size.pixels() as usize);
    VideoFrame::packed(PixelFormat::Rgba, size, data.into(), time).expect("a whole picture")
}

pub(crate) fn ms(n: i64) -> MediaTime {
    MediaTime::from_millis(n)
}

pub(crate) fn packets_of(encoder: &mut dyn VideoEncoder) -> Vec<Packet> {
    std::iter::from_fn(|| encoder.next_packet()).collect()
}

pub(crate) fn audio_packets_of(encoder: &mut dyn AudioEncoder) -> Vec<Packet> {
    std::iter::from_fn(|| encoder.next_packet()).collect()
}
