//! Groups of pictures side by side, with a real codec and read back by its decoder.
#![cfg(feature = "vp9")]

mod common;

use std::num::NonZeroUsize;

use common::{config, moving, ms, packets_of};
use media_recorder_encode::{Mode, Parallelism, VideoConfig, VideoEncoder, video_encoder};
use media_recorder_types::{FrameSize, Packet, VideoCodec};
use rusty_vp9::{DecodedFrame, Vp9Decoder};

const SIZE: FrameSize = FrameSize::new(96, 64);
const FRAMES: u32 = 80;

fn groups(number: usize) -> VideoConfig {
    let number = NonZeroUsize::new(number).expect("not zero");
    config(SIZE.width, SIZE.height).with_parallelism(Parallelism::Groups(number))
}

fn encode(encoder: &mut dyn VideoEncoder) -> Vec<Packet> {
    let mut packets = Vec::new();
    for n in 0..FRAMES {
        let frame = moving(SIZE, n, ms(i64::from(n) * 40));
        encoder.encode(&frame, n % 50 == 0).expect("a good frame");
        packets.extend(packets_of(encoder));
    }
    encoder.finish().expect("good frames");
    packets.extend(packets_of(encoder));
    packets
}

fn decode(packets: &[Packet]) -> Vec<DecodedFrame> {
    let mut decoder = Vp9Decoder::new();
    let decode = |packet: &Packet| {
        decoder.push(&packet.data, None).expect("a packet");
        decoder.next_frame().expect("a picture")
    };
    packets.iter().map(decode).collect()
}

/// The mean square of what the luma is off.
fn error(n: u32, decoded: &DecodedFrame) -> f64 {
    let source = moving(SIZE, n, ms(0));
    let rows = source.planes()[0].data.chunks(source.planes()[0].stride);
    let off = rows.zip(decoded.planes[0].chunks(decoded.strides[0]));
    let off = off.flat_map(|(a, b)| {
        a.iter()
            .zip(b)
            .map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2))
    });
    off.sum::<f64>() / SIZE.pixels() as f64
}

#[test]
fn the_stream_decodes_from_any_key_frame() {
    let mut encoder = video_encoder(VideoCodec::Vp9, groups(3)).unwrap();
    let packets = encode(&mut *encoder);
    let times: Vec<_> = packets.iter().map(|packet| packet.time).collect();
    assert_eq!(
        times,
        (0..FRAMES)
            .map(|n| ms(i64::from(n) * 40))
            .collect::<Vec<_>>()
    );
    assert!(packets.iter().all(|packet| packet.duration == ms(40)));
    let keys: Vec<usize> = (0..packets.len()).filter(|&n| packets[n].key).collect();
    assert!([0, 50].iter().all(|key| keys.contains(key)), "{keys:?}");
    for &start in &keys {
        for (decoded, n) in decode(&packets[start..]).iter().zip(start as u32..) {
            let error = error(n, decoded);
            assert!(error < 200.0, "frame {n} from {start}: {error:.0}");
        }
    }
}

#[test]
fn two_runs_give_the_same_bytes() {
    let run = || encode(&mut *video_encoder(VideoCodec::Vp9, groups(2)).unwrap());
    assert!(run() == run());
}

#[test]
fn the_latency_is_kept() {
    let mut encoder = video_encoder(VideoCodec::Vp9, groups(2)).unwrap();
    let latency = encoder.latency();
    assert!((2..=64).contains(&latency), "{latency}");
    let mut out = 0;
    for n in 0..4 * latency {
        let frame = moving(SIZE, n as u32, ms(n as i64 * 40));
        encoder.encode(&frame, false).unwrap();
        out += packets_of(&mut *encoder).len();
        assert!(encoder.backlog().0 <= latency);
        assert!(n + 1 - out <= latency + 1, "{} of {} are out", out, n + 1);
    }
    encoder.finish().unwrap();
    assert_eq!(encoder.backlog().0, 0);
    let alone = groups(2).with_parallelism(Parallelism::Within);
    assert_eq!(video_encoder(VideoCodec::Vp9, alone).unwrap().latency(), 0);
}

#[test]
fn one_thread_makes_no_groups() {
    let one = config(SIZE.width, SIZE.height)
        .with_mode(Mode::Offline)
        .with_threads(Some(NonZeroUsize::MIN));
    let mut encoder = video_encoder(VideoCodec::Vp9, one).unwrap();
    assert_eq!(encoder.latency(), 0);
    let keys = encode(&mut *encoder);
    let keys: Vec<usize> = (0..keys.len()).filter(|&n| keys[n].key).collect();
    assert_eq!(keys, [0, 50]);
}
