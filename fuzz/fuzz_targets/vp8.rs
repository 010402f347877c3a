//! Any pictures, options and calls: whatever the VP8 encoder takes, a decoder written from the
//! RFC shows what the encoder says it shows.
#![no_main]

#[path = "../../crates/vp8/tests/decoder/mod.rs"]
mod decoder;
#[path = "../../crates/vp8/src/tables/mod.rs"]
#[allow(dead_code)]
mod tables;

use std::time::Duration;

use arbitrary::Arbitrary;
use decoder::Decoder;
use libfuzzer_sys::fuzz_target;
use media_recorder_vp8::{Config, Encoder, Picture, RateControl, Speed};

#[derive(Arbitrary, Debug)]
struct Input {
    size: (u8, u8),
    quantizers: (u8, u8),
    bits_per_second: u32,
    constant_quality: bool,
    speed: u8,
    threads: u8,
    drop_frames: bool,
    simple_filter: bool,
    finer_where_flat: bool,
    key_frame_interval: Option<u32>,
    calls: Vec<Call>,
}

#[derive(Arbitrary, Debug)]
enum Call {
    /// The picture's samples, repeated as often as needed.
    Encode {
        samples: Vec<u8>,
        milliseconds: u16,
        key: bool,
    },
    Bitrate(u32),
    Speed(u8),
}

fn speed(number: u8) -> Speed {
    Speed::ALL[usize::from(number) % Speed::ALL.len()]
}

fuzz_target!(|input: Input| {
    let (width, height) = (u16::from(input.size.0 % 80), u16::from(input.size.1 % 80));
    let mut config = Config::new(width, height);
    (config.min_quantizer, config.max_quantizer) = input.quantizers;
    config.rate = match input.constant_quality {
        true => RateControl::Quality {
            quantizer: input.quantizers.0,
        },
        false => RateControl::Bitrate {
            bits_per_second: input.bits_per_second,
        },
    };
    config.speed = speed(input.speed);
    config.threads = usize::from(input.threads % 4);
    config.drop_frames = input.drop_frames;
    config.simple_filter = input.simple_filter;
    config.finer_where_flat = input.finer_where_flat;
    config.key_frame_interval = input.key_frame_interval;
    let Ok(mut encoder) = Encoder::new(config) else {
        return;
    };
    let mut decoder = Decoder::new();
    let chroma = usize::from(width.div_ceil(2)) * usize::from(height.div_ceil(2));
    let len = usize::from(width) * usize::from(height) + 2 * chroma;
    for call in input.calls.into_iter().take(8) {
        match call {
            Call::Bitrate(bits) => drop(encoder.set_bitrate(bits)),
            Call::Speed(number) => encoder.set_speed(speed(number)),
            Call::Encode {
                samples,
                milliseconds,
                key,
            } => {
                let mut samples: Vec<u8> = samples.into_iter().cycle().take(len).collect();
                samples.resize(len, 128);
                let picture = Picture::i420(width, height, &samples).expect("all samples are there");
                let duration = Duration::from_millis(milliseconds.into());
                let Ok(frame) = encoder.encode(&picture, duration, key) else {
                    assert_eq!(milliseconds, 0);
                    continue;
                };
                if let Some(data) = frame.data {
                    decoder.decode(&data).expect("a decoder understands it");
                }
                let shown = encoder.reconstruction().expect("there was a frame");
                assert!(shown.to_i420() == decoder.shown());
            }
        }
    }
});
