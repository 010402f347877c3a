//! H.264 read back by a decoder.
#![cfg(feature = "h264")]

mod common;

use bytes::Bytes;
use common::{config, flat, moving, ms, packets_of};
use media_recorder_encode::{Parallelism, Preset, VideoConfig, VideoEncoder, video_encoder};
use media_recorder_types::{
    ColorInfo, FrameSize, MediaTime, Packet, PixelFormat, Rate, TrackMedia, VideoCodec, VideoFrame,
};
use rusty_h264::{Decoder, YuvFrame};

const START_CODE: [u8; 4] = [0, 0, 0, 1];

/// Encodes with a key frame every five frames.
fn encode(encoder: &mut dyn VideoEncoder, frames: &[VideoFrame]) -> Vec<Packet> {
    for (n, frame) in frames.iter().enumerate() {
        encoder.encode(frame, n % 5 == 0).expect("a good frame");
    }
    encoder.finish().expect("good frames");
    packets_of(encoder)
}

/// The parameter sets of an `avcC`: that of the sequence, then those of pictures, the codec's first.
fn parameter_sets(record: &[u8]) -> [&[u8]; 3] {
    let set = |at: usize| {
        let length = usize::from(u16::from_be_bytes([record[at], record[at + 1]]));
        &record[at + 2..at + 2 + length]
    };
    let sequence_set = set(6);
    let pictures = 6 + 2 + sequence_set.len();
    assert_eq!(record[pictures], 2, "sets of pictures");
    let codecs = set(pictures + 1);
    [sequence_set, codecs, set(pictures + 1 + 2 + codecs.len())]
}

/// What a player does with the samples of an `avc1` track.
fn decode(record: &Bytes, packets: &[Packet]) -> Vec<YuvFrame> {
    let mut decoder = Decoder::new();
    let decode = |packet: &Packet| {
        let mut stream = Vec::new();
        if packet.key {
            for set in parameter_sets(record) {
                stream.extend_from_slice(&START_CODE);
                stream.extend_from_slice(set);
            }
        }
        let mut rest = &packet.data[..];
        while let Some((length, after)) = rest.split_first_chunk() {
            let (nal, next) = after.split_at(u32::from_be_bytes(*length) as usize);
            assert!(matches!(nal[0] & 0x1f, 1 | 5), "a slice");
            stream.extend_from_slice(&START_CODE);
            stream.extend_from_slice(nal);
            rest = next;
        }
        assert!(rest.is_empty());
        decoder
            .decode(&stream)
            .expect("a packet")
            .expect("a picture")
    };
    packets.iter().map(decode).collect()
}

fn psnr(source: &VideoFrame, decoded: &YuvFrame) -> f64 {
    let (width, stride) = (source.size().width as usize, source.planes()[0].stride);
    let rows = source.planes()[0].data.chunks(stride);
    let found = decoded.y.chunks(decoded.width);
    let error = rows.zip(found).flat_map(|(a, b)| {
        let pixels = a[..width].iter().zip(&b[..width]);
        pixels.map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2))
    });
    10.0 * (255.0_f64.powi(2) * source.size().pixels() as f64 / error.sum::<f64>()).log10()
}

#[test]
fn every_size_comes_back_with_even_sides() {
    for (width, height) in [(1, 1), (2, 2), (3, 5), (16, 9), (65, 127), (130, 66)] {
        let config = config(width, height).with_bits_per_second(3_000_000);
        let size = config.size;
        let frames: Vec<_> = (0..8)
            .map(|n| moving(size, n, ms(i64::from(n) * 40)))
            .collect();
        let mut encoder = video_encoder(VideoCodec::H264, config).unwrap();
        let packets = encode(&mut *encoder, &frames);
        let track = encoder.track().unwrap();
        let TrackMedia::Video(video) = &track.media else {
            panic!("{track:?}");
        };
        let even = FrameSize::new(width.next_multiple_of(2), height.next_multiple_of(2));
        assert_eq!(video.size, even);
        let decoded = decode(&track.codec_private, &packets);
        assert_eq!(decoded.len(), frames.len());
        for (source, decoded) in frames.iter().zip(&decoded) {
            let found = FrameSize::new(decoded.width as u32, decoded.height as u32);
            assert_eq!(found, even);
            let psnr = psnr(source, decoded);
            assert!(psnr > 30.0, "{size}: {psnr:.1} dB");
        }
    }
}

#[test]
fn saturated_colours_survive() {
    let size = FrameSize::new(32, 32);
    // BT.709 in studio range, by ITU-R BT.709-6 §3.
    for (pixel, yuv) in [
        ([255, 0, 0, 255], [63, 102, 240]),
        ([0, 255, 0, 255], [173, 42, 26]),
        ([0, 0, 255, 255], [32, 240, 118]),
    ] {
        let frames = [flat(size, pixel, ms(0)), flat(size, pixel, ms(40))];
        let mut encoder = video_encoder(VideoCodec::H264, config(32, 32)).unwrap();
        let packets = encode(&mut *encoder, &frames);
        let record = &encoder.track().unwrap().codec_private;
        for decoded in decode(record, &packets) {
            for (plane, expected) in [decoded.y, decoded.u, decoded.v].iter().zip(yuv) {
                let middle = i32::from(plane[plane.len() / 2]);
                assert!(
                    (middle - expected).abs() <= 3,
                    "{pixel:?}: {middle} for {expected}"
                );
            }
        }
    }
}

#[test]
fn a_preset_is_taken_up_at_a_key_frame_and_the_description_stays() {
    presets_follow_each_other(config(64, 48));
}

#[test]
fn so_it_is_in_large_pictures() {
    let config = config(1920, 1080)
        .with_bits_per_second(10_000_000)
        .with_parallelism(Parallelism::Within);
    presets_follow_each_other(config);
}

fn presets_follow_each_other(config: VideoConfig) {
    let size = config.size;
    let mut encoder = video_encoder(VideoCodec::H264, config).expect("a good configuration");
    let mut frames = Vec::new();
    for (preset, first) in Preset::ALL.into_iter().zip((0..).step_by(3)) {
        let before = encoder.preset();
        encoder.set_preset(preset);
        for n in first..first + 3 {
            frames.push(moving(size, n, ms(i64::from(n) * 40)));
            // The second of the three is the key frame.
            let key = n == first + 1;
            encoder
                .encode(&frames[n as usize], key)
                .expect("a good frame");
            let in_force = if n == first && n > 0 { before } else { preset };
            assert_eq!(encoder.preset(), in_force, "frame {n}");
        }
    }
    encoder.finish().expect("good frames");
    let packets = packets_of(&mut *encoder);
    let decoded = decode(
        &encoder.track().expect("packets are there").codec_private,
        &packets,
    );
    assert_eq!(decoded.len(), frames.len());
    for (source, decoded) in frames.iter().zip(&decoded) {
        assert!(psnr(source, decoded) > 24.0);
    }
}

#[test]
fn the_bitrate_is_kept_over_ten_seconds() {
    let rate = Rate::new(25, 1).unwrap();
    for target in [100_000, 250_000] {
        let config = config(160, 96).with_bits_per_second(target);
        let size = config.size;
        let mut encoder = video_encoder(VideoCodec::H264, config).unwrap();
        for n in 0..250 {
            let time = rate.time_of(n).unwrap();
            encoder
                .encode(&moving(size, n as u32, time), n % 100 == 0)
                .unwrap();
        }
        encoder.finish().unwrap();
        let packets = packets_of(&mut *encoder);
        let bytes: usize = packets.iter().map(|packet| packet.data.len()).sum();
        let found = bytes as f64 * 8.0 / 10.0;
        let off = found / f64::from(target) - 1.0;
        assert!(off.abs() < 0.05, "{found:.0} bits per second for {target}");
    }
}

/// A picture as new as can be, of small blocks.
fn blocks(size: FrameSize, n: u32, time: MediaTime) -> VideoFrame {
    let mut data = Vec::with_capacity(PixelFormat::I420.packed_len(size));
    for (y, x) in (0..size.height).flat_map(|y| (0..size.width).map(move |x| (y, x))) {
        let block = (y / 4 * 61 + x / 4 + 1).wrapping_mul((n + 1).wrapping_mul(2_654_435_761));
        data.push((block >> 24) as u8);
    }
    data.resize(PixelFormat::I420.packed_len(size), 128);
    VideoFrame::packed(PixelFormat::I420, size, data.into(), time).expect("a whole picture")
}

#[test]
fn where_every_picture_is_new_some_show_the_one_before() {
    let config = config(160, 96).with_bits_per_second(20_000);
    let size = config.size;
    // Beyond the numbers that pictures have, which start again at 16 and 128.
    let frames: Vec<_> = (0..300)
        .map(|n| blocks(size, n / 10 * 10 + (n % 10).min(6), ms(i64::from(n) * 40)))
        .collect();
    let mut encoder = video_encoder(VideoCodec::H264, config).expect("a good configuration");
    for (n, frame) in frames.iter().enumerate() {
        encoder.encode(frame, n == 0).expect("a good frame");
    }
    encoder.finish().expect("good frames");
    let packets = packets_of(&mut *encoder);
    assert_eq!(packets.len(), frames.len());
    let record = &encoder.track().expect("packets are there").codec_private;
    let decoded = decode(record, &packets);
    // The first byte of a slice says whether others are predicted from it.
    let is_copy = |packet: &Packet| packet.data[4] == 0x01;
    let copies = (1..packets.len()).filter(|&n| is_copy(&packets[n]));
    for n in copies.clone() {
        assert_eq!(decoded[n].y, decoded[n - 1].y, "picture {n}");
        assert!(!is_copy(&packets[n - 1]), "two in a row at {n}");
    }
    assert!(copies.clone().count() > 20);
    assert!(copies.into_iter().any(|n| n > 256));
    // What follows a copy is still predicted from the same picture as in the encoder.
    let mean = |n: usize| {
        let plane = &frames[n].planes()[0].data;
        let pairs = plane.iter().zip(&decoded[n].y);
        pairs.map(|(&a, &b)| f64::from(a.abs_diff(b))).sum::<f64>() / plane.len() as f64
    };
    for n in (9..frames.len()).step_by(10) {
        // Between two pictures that have nothing in common there are 85.
        assert!(mean(n) < 40.0, "picture {n} is {:.1} off", mean(n));
    }
}

#[test]
fn the_record_describes_profile_and_level() {
    let config = config(320, 180);
    let frame = moving(config.size, 0, ms(0)).with_color(ColorInfo::BT709);
    let mut encoder = video_encoder(VideoCodec::H264, config).unwrap();
    encode(&mut *encoder, &[frame]);
    let record = &encoder.track().unwrap().codec_private;
    // High profile without constraints, level 1.2, lengths of 4 bytes.
    assert_eq!(record[..6], [1, 100, 0, 12, 0xff, 0xe1]);
    assert_eq!(record[record.len() - 4..], [0xfd, 0xf8, 0xf8, 0]);
    let [sequence_set, picture_set, of_copies] = parameter_sets(record);
    assert_eq!(
        [sequence_set[0], picture_set[0], of_copies[0]],
        [0x67, 0x68, 0x68]
    );
    assert_eq!(sequence_set[1..4], record[1..4]);
}
