//! VP8 as a codec among the others; what is in its frames is tested where they are made.
#![cfg(feature = "vp8")]

mod common;

use std::num::NonZeroUsize;

use common::{config, flat, moving, ms, packets_of};
use media_recorder_encode::{
    EncodeError, Parallelism, Preset, UnsupportedReason, VideoEncoder, video_encoder,
};
use media_recorder_types::{FrameSize, Packet, Rate, TrackMedia, VideoCodec, VideoFrame};

fn encode(encoder: &mut dyn VideoEncoder, frames: &[VideoFrame]) -> Vec<Packet> {
    for (n, frame) in frames.iter().enumerate() {
        encoder.encode(frame, n % 5 == 0).expect("a good frame");
    }
    encoder.finish().expect("good frames");
    packets_of(encoder)
}

/// Whether a frame is a key frame by its own header, and then of which size (RFC 6386 §9.1).
fn header(data: &[u8]) -> (bool, Option<FrameSize>) {
    let key = data[0] & 1 == 0;
    let side = |at: usize| u32::from(u16::from_le_bytes([data[at], data[at + 1]]) & 0x3fff);
    (key, key.then(|| FrameSize::new(side(6), side(8))))
}

#[test]
fn each_frame_is_a_packet_with_its_time_and_kind() {
    for (width, height) in [(1, 1), (3, 5), (65, 127), (130, 66)] {
        let config = config(width, height);
        let size = config.size;
        let frames: Vec<_> = (0..12)
            .map(|n| moving(size, n, ms(i64::from(n) * 40)))
            .collect();
        let mut encoder = video_encoder(VideoCodec::Vp8, config).unwrap();
        let packets = encode(&mut *encoder, &frames);
        assert_eq!(packets.len(), frames.len());
        for (n, (packet, frame)) in packets.iter().zip(&frames).enumerate() {
            assert_eq!((packet.time, packet.duration), (frame.time, ms(40)));
            assert_eq!(packet.key, n % 5 == 0);
            let expected = packet.key.then_some(size);
            assert_eq!(header(&packet.data), (packet.key, expected));
        }
        let TrackMedia::Video(described) = &encoder.track().unwrap().media else {
            panic!("a track of sound");
        };
        assert_eq!((described.codec, described.size), (VideoCodec::Vp8, size));
    }
}

#[test]
fn a_rate_of_frames_shorter_than_a_nanosecond_is_taken() {
    let config = config(32, 32).with_rate(Rate::new(u32::MAX, 1));
    let frame = moving(config.size, 0, ms(0));
    let mut encoder = video_encoder(VideoCodec::Vp8, config).unwrap();
    assert_eq!(encode(&mut *encoder, &[frame]).len(), 1);
}

#[test]
fn other_pixels_than_i420_are_converted() {
    let size = FrameSize::new(32, 32);
    let frames = [
        flat(size, [255, 0, 0, 255], ms(0)),
        flat(size, [0, 0, 255, 255], ms(40)),
    ];
    let mut encoder = video_encoder(VideoCodec::Vp8, config(32, 32)).unwrap();
    assert_eq!(encode(&mut *encoder, &frames).len(), 2);
}

#[test]
fn a_preset_is_taken_up_by_the_next_frame() {
    let config = config(64, 48);
    let size = config.size;
    let mut encoder = video_encoder(VideoCodec::Vp8, config).unwrap();
    for (n, preset) in (0..).zip(Preset::ALL) {
        encoder.set_preset(preset);
        encoder
            .encode(&moving(size, n, ms(i64::from(n) * 40)), false)
            .unwrap();
        assert_eq!(encoder.preset(), preset);
    }
    encoder.finish().unwrap();
    let keys: Vec<bool> = packets_of(&mut *encoder)
        .iter()
        .map(|packet| packet.key)
        .collect();
    assert_eq!(keys, [true, false, false, false, false]);
}

#[test]
fn the_size_changes_with_a_key_frame_and_back() {
    let sizes = [FrameSize::new(64, 48), FrameSize::new(32, 24)];
    let mut encoder = video_encoder(VideoCodec::Vp8, config(64, 48)).unwrap();
    for n in 0..12 {
        let size = sizes[n as usize / 4 % 2];
        assert!(encoder.set_size(size));
        encoder
            .encode(&moving(size, n, ms(i64::from(n) * 40)), false)
            .unwrap();
    }
    encoder.finish().unwrap();
    for (n, packet) in packets_of(&mut *encoder).iter().enumerate() {
        let expected = (n % 4 == 0).then_some(sizes[n / 4 % 2]);
        assert_eq!(header(&packet.data), (n % 4 == 0, expected));
    }
}

#[test]
fn a_size_that_cannot_be_changes_nothing() {
    let refused = video_encoder(VideoCodec::Vp8, config(16_384, 16));
    assert!(matches!(
        refused.err(),
        Some(EncodeError::Unsupported {
            reason: UnsupportedReason::Size { max: 16_383, .. },
            ..
        })
    ));
    let mut encoder = video_encoder(VideoCodec::Vp8, config(64, 48)).unwrap();
    assert!(!encoder.set_size(FrameSize::new(64, 16_384)));
    assert!(!encoder.set_size(FrameSize::new(0, 48)));
    let frame = moving(FrameSize::new(64, 48), 0, ms(0));
    encoder.encode(&frame, false).unwrap();
}

#[test]
fn the_bitrate_is_kept_over_ten_seconds() {
    let rate = Rate::new(25, 1).unwrap();
    for (target, lanes) in [(150_000, 1), (300_000, 1), (300_000, 2)] {
        let lanes = NonZeroUsize::new(lanes).unwrap();
        let config = config(160, 96)
            .with_bits_per_second(target)
            .with_parallelism(Parallelism::Groups(lanes));
        let size = config.size;
        let mut encoder = video_encoder(VideoCodec::Vp8, config).unwrap();
        for n in 0..250 {
            let frame = moving(size, n as u32, rate.time_of(n).unwrap());
            encoder.encode(&frame, n % 100 == 0).unwrap();
        }
        encoder.finish().unwrap();
        let packets = packets_of(&mut *encoder);
        let bytes: usize = packets.iter().map(|packet| packet.data.len()).sum();
        let found = bytes as f64 * 8.0 / 10.0;
        let off = found / f64::from(target) - 1.0;
        assert!(
            off.abs() < 0.05,
            "{found:.0} bits per second for {target}, {lanes} lanes"
        );
    }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let size = FrameSize::new(160, 256);
    let frames: Vec<_> = (0..6)
        .map(|n| moving(size, n, ms(i64::from(n) * 40)))
        .collect();
    let with = |threads: usize| {
        let config = config(160, 256)
            .with_threads(NonZeroUsize::new(threads))
            .with_parallelism(Parallelism::Within);
        let mut encoder = video_encoder(VideoCodec::Vp8, config).unwrap();
        encode(&mut *encoder, &frames)
    };
    assert_eq!(with(1), with(4));
}
