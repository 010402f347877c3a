//! VP9 read back by a decoder.
#![cfg(feature = "vp9")]

mod common;

use std::num::NonZeroUsize;

use common::{config, flat, moving, ms, packets_of};
use media_recorder_encode::{Parallelism, Preset, VideoEncoder, video_encoder};
use media_recorder_types::{
    ColorInfo, FrameSize, MediaTime, Packet, PixelFormat, Rate, TrackMedia, VideoCodec, VideoFrame,
};
use rusty_vp9::{BitReader, DecodedFrame, Vp9Decoder, parse_uncompressed_header};

fn decode(packets: &[Packet]) -> Vec<DecodedFrame> {
    let mut decoder = Vp9Decoder::new();
    let decode = |packet: &Packet| {
        decoder.push(&packet.data, None).expect("a packet");
        decoder.next_frame().expect("a picture")
    };
    packets.iter().map(decode).collect()
}

fn encode(encoder: &mut dyn VideoEncoder, frames: &[VideoFrame]) -> Vec<Packet> {
    for (n, frame) in frames.iter().enumerate() {
        encoder.encode(frame, n % 5 == 0).expect("a good frame");
    }
    encoder.finish().expect("good frames");
    packets_of(encoder)
}

fn psnr(source: &VideoFrame, decoded: &DecodedFrame) -> f64 {
    let (width, stride) = (source.size().width as usize, source.planes()[0].stride);
    let rows = source.planes()[0].data.chunks(stride);
    let found = decoded.planes[0].chunks(decoded.strides[0]);
    let error = rows.zip(found).flat_map(|(a, b)| {
        let pixels = a[..width].iter().zip(&b[..width]);
        pixels.map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2))
    });
    10.0 * (255.0_f64.powi(2) * source.size().pixels() as f64 / error.sum::<f64>()).log10()
}

#[test]
fn every_size_comes_back_as_it_went_in() {
    for (width, height) in [(1, 1), (2, 2), (3, 5), (16, 9), (65, 127), (130, 66)] {
        let config = config(width, height).with_bits_per_second(3_000_000);
        let size = config.size;
        let frames: Vec<_> = (0..8)
            .map(|n| moving(size, n, ms(i64::from(n) * 40)))
            .collect();
        let mut encoder = video_encoder(VideoCodec::Vp9, config).unwrap();
        let decoded = decode(&encode(&mut *encoder, &frames));
        assert_eq!(decoded.len(), frames.len());
        for (source, decoded) in frames.iter().zip(&decoded) {
            assert_eq!((decoded.width, decoded.height), (width, height));
            let psnr = psnr(source, decoded);
            assert!(psnr > 30.0, "{size}: {psnr:.1} dB");
        }
    }
}

#[test]
fn saturated_colours_survive_and_the_header_names_their_space() {
    let size = FrameSize::new(32, 32);
    // BT.709 in studio range, by ITU-R BT.709-6 §3.
    for (pixel, yuv) in [
        ([255, 0, 0, 255], [63, 102, 240]),
        ([0, 255, 0, 255], [173, 42, 26]),
        ([0, 0, 255, 255], [32, 240, 118]),
        ([255, 255, 255, 0], [235, 128, 128]),
    ] {
        let frames = [flat(size, pixel, ms(0)), flat(size, pixel, ms(40))];
        let mut encoder = video_encoder(VideoCodec::Vp9, config(32, 32)).unwrap();
        let packets = encode(&mut *encoder, &frames);
        let mut bits = BitReader::new(&packets[0].data);
        let header = parse_uncompressed_header(&mut bits, &[(0, 0); 8]).unwrap();
        const CS_BT_709: u32 = 2;
        assert_eq!((header.key_frame, header.color_space), (true, CS_BT_709));
        for decoded in decode(&packets) {
            for (plane, expected) in decoded.planes.iter().zip(yuv) {
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
fn the_bitrate_is_kept_over_ten_seconds() {
    let rate = Rate::new(25, 1).unwrap();
    for target in [60_000, 150_000] {
        let config = config(160, 96).with_bits_per_second(target);
        let size = config.size;
        let mut encoder = video_encoder(VideoCodec::Vp9, config).unwrap();
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

#[test]
fn colour_that_is_not_known_is_not_claimed() {
    let config = config(16, 16);
    let frame = moving(config.size, 0, ms(0));
    assert_eq!(frame.color, ColorInfo::UNSPECIFIED);
    let mut encoder = video_encoder(VideoCodec::Vp9, config).unwrap();
    let packets = encode(&mut *encoder, &[frame]);
    let mut bits = BitReader::new(&packets[0].data);
    let header = parse_uncompressed_header(&mut bits, &[(0, 0); 8]).unwrap();
    assert_eq!(header.color_space, 0);
}

/// Also where groups of pictures are encoded side by side.
#[test]
fn the_size_changes_with_a_key_frame_and_back() {
    let sizes = [FrameSize::new(64, 48), FrameSize::new(31, 24)];
    for lanes in [1, 2] {
        let groups = Parallelism::Groups(NonZeroUsize::new(lanes).unwrap());
        let config = config(64, 48).with_parallelism(groups);
        let mut encoder = video_encoder(VideoCodec::Vp9, config).unwrap();
        let mut packets = Vec::new();
        let frames: Vec<_> = (0..12)
            .map(|n| moving(sizes[n as usize / 4 % 2], n, ms(i64::from(n) * 40)))
            .collect();
        for (n, frame) in frames.iter().enumerate() {
            if n > 0 && frame.size() != frames[n - 1].size() {
                assert!(encoder.encode(frame, false).is_err());
                assert!(encoder.set_size(frame.size()));
            }
            encoder.encode(frame, false).unwrap();
            packets.append(&mut packets_of(&mut *encoder));
        }
        encoder.finish().unwrap();
        packets.append(&mut packets_of(&mut *encoder));
        let keys = packets.iter().map(|packet| packet.key);
        let expected = (0..12).map(|n| n % 4 == 0);
        assert!(keys.eq(expected), "{lanes} lanes");
        for (source, decoded) in frames.iter().zip(decode(&packets)) {
            let size = FrameSize::new(decoded.width, decoded.height);
            assert_eq!(size, source.size());
            let psnr = psnr(source, &decoded);
            assert!(psnr > 25.0, "{size}: {psnr:.1} dB");
        }
        let TrackMedia::Video(described) = &encoder.track().unwrap().media else {
            panic!("a track of sound");
        };
        assert_eq!(described.size, sizes[0]);
    }
}

#[test]
fn a_size_that_cannot_be_changes_nothing() {
    let mut encoder = video_encoder(VideoCodec::Vp9, config(64, 48)).unwrap();
    assert!(!encoder.set_size(FrameSize::new(0, 48)));
    let frame = moving(FrameSize::new(64, 48), 0, ms(0));
    encoder.encode(&frame, false).unwrap();
}

/// A white disc with a black border that moves over flat bars of colour, above a texture that
/// moves too; I420.
fn disc(size: FrameSize, n: u32, time: MediaTime) -> VideoFrame {
    // Blue, red, green.
    const BARS: [[u8; 3]; 3] = [[32, 240, 118], [63, 102, 240], [173, 42, 26]];
    let color = |x: u32, y: u32| {
        let across = f64::from(x) - f64::from(DISC + n * SPEED);
        let distance = across.hypot(f64::from(y) - f64::from(DISC));
        match distance {
            _ if y >= ground(size) => [(40 + (x + 2 * n) * y % 150) as u8, 128, 128],
            0.0..12.0 => [235, 128, 128],
            12.0..17.0 => [16, 128, 128],
            _ => BARS[(x * 3 / size.width) as usize],
        }
    };
    let mut data = Vec::with_capacity(PixelFormat::I420.packed_len(size));
    for (plane, step) in [(0, 1), (1, 2), (2, 2)] {
        for y in (0..size.height).step_by(step) {
            let row = (0..size.width).step_by(step);
            data.extend(row.map(|x| color(x, y)[plane]));
        }
    }
    VideoFrame::packed(PixelFormat::I420, size, data.into(), time).expect("a whole picture")
}

/// Pixels from the disc's middle to its edges, and how many it goes per frame.
const DISC: u32 = 18;
const SPEED: u32 = 4;

/// The rows above the texture.
fn ground(size: FrameSize) -> u32 {
    size.height / 2
}

/// The mean square of what a plane of the ground that the disc has left behind is off.
fn trail(n: u32, source: &VideoFrame, decoded: &DecodedFrame, plane: usize) -> f64 {
    let (left, ground) = (n * SPEED - 8, ground(source.size()) - 4);
    let [columns, rows] = [left, ground].map(|side| side as usize >> usize::from(plane > 0));
    let source = &source.planes()[plane];
    let source = source.data.chunks(source.stride);
    let found = decoded.planes[plane].chunks(decoded.strides[plane]);
    let off = source.zip(found).take(rows).flat_map(|(source, found)| {
        let pixels = source[..columns].iter().zip(found);
        pixels.map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2))
    });
    off.sum::<f64>() / (columns * rows) as f64
}

#[test]
fn what_moves_leaves_no_trail() {
    const FRAMES: u32 = 40;
    for preset in Preset::ALL {
        for bits_per_second in [500_000, 1_500_000] {
            let config = config(192, 96)
                .with_bits_per_second(bits_per_second)
                .with_preset(Some(preset));
            let size = config.size;
            let frames = (0..FRAMES).map(|n| disc(size, n, ms(i64::from(n) * 40)));
            let frames: Vec<_> = frames.collect();
            let mut encoder = video_encoder(VideoCodec::Vp9, config).unwrap();
            for (n, frame) in frames.iter().enumerate() {
                encoder.encode(frame, n == 0).unwrap();
            }
            encoder.finish().unwrap();
            let decoded = decode(&packets_of(&mut *encoder));
            for n in 20..FRAMES {
                let (source, decoded) = (&frames[n as usize], &decoded[n as usize]);
                for plane in 0..3 {
                    let off = trail(n, source, decoded, plane);
                    assert!(off < 8.0, "{preset}, frame {n}, plane {plane}: {off:.1}");
                }
            }
        }
    }
}
