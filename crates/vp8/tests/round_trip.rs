//! Whatever is encoded, a decoder that was written from the RFC shows what the encoder says it
//! shows.

mod decoder;
#[path = "../src/tables/mod.rs"]
#[expect(dead_code, reason = "the decoder needs the numbers alone")]
mod tables;

use std::time::Duration;

use decoder::Decoder;
use media_recorder_vp8::{Config, Encoder, Error, Picture, RateControl, Speed};
use proptest::prelude::*;

const FRAME: Duration = Duration::from_millis(40);

/// What a generated picture shows.
#[derive(Clone, Copy, Debug)]
enum Content {
    /// One value everywhere.
    Flat(u8),
    /// Waves that move by so much with each picture.
    Moving(i8, i8),
    /// Every sample another, and each time anew.
    Noise(u32),
}

fn picture(width: u16, height: u16, content: Content, time: i32) -> Vec<u8> {
    let planes = [1, 2, 2].map(|divisor: u16| (width.div_ceil(divisor), height.div_ceil(divisor)));
    let mut samples = Vec::new();
    for (plane, (width, height)) in planes.into_iter().enumerate() {
        for y in 0..i32::from(height) {
            for x in 0..i32::from(width) {
                samples.push(match content {
                    Content::Flat(value) => value,
                    Content::Moving(dx, dy) => {
                        let (x, y) = (x + i32::from(dx) * time / 4, y + i32::from(dy) * time / 4);
                        let wave = f64::from(x) * 0.21 + f64::from(y * (plane as i32 + 1)) * 0.13;
                        let bars = if (x / 9 + y / 7) % 3 == 0 { 60 } else { 0 };
                        (110.0 + 60.0 * wave.sin()) as u8 + bars
                    }
                    Content::Noise(seed) => {
                        let n = (x + y * 7919 + time * 104_729 + plane as i32) as u32;
                        ((n ^ seed).wrapping_mul(2_654_435_761) >> 24) as u8
                    }
                });
            }
        }
    }
    samples
}

/// What is called between frames.
#[derive(Clone, Copy, Debug)]
enum Step {
    Frame {
        content: Content,
        key: bool,
    },
    Bitrate(u32),
    Speed(Speed),
    /// A picture of another size, or a duration that cannot be: both are refused.
    Refused,
}

fn content() -> impl Strategy<Value = Content> {
    prop_oneof![
        any::<u8>().prop_map(Content::Flat),
        any::<(i8, i8)>().prop_map(|(x, y)| Content::Moving(x, y)),
        any::<u32>().prop_map(Content::Noise),
    ]
}

fn speed() -> impl Strategy<Value = Speed> {
    prop::sample::select(Speed::ALL.to_vec())
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (content(), prop::bool::weighted(0.1)).prop_map(|(content, key)| Step::Frame { content, key }),
        1 => (1..5_000_000_u32).prop_map(Step::Bitrate),
        1 => speed().prop_map(Step::Speed),
        1 => Just(Step::Refused),
    ]
}

prop_compose! {
    fn config()(
        width in 1..70_u16,
        height in 1..50_u16,
        quantizers in (0..=127_u8, 0..=127_u8),
        rate in prop_oneof![
            (1..4_000_000_u32).prop_map(|bits_per_second| RateControl::Bitrate { bits_per_second }),
            (0..=127_u8).prop_map(|quantizer| RateControl::Quality { quantizer }),
        ],
        speed in speed(),
        threads in 1..4_usize,
        drop_frames in any::<bool>(),
        simple_filter in any::<bool>(),
        finer_where_flat in any::<bool>(),
        key_frame_interval in prop::option::of(1..9_u32),
    ) -> Config {
        let mut config = Config::new(width, height);
        config.min_quantizer = quantizers.0.min(quantizers.1);
        config.max_quantizer = quantizers.0.max(quantizers.1);
        config.rate = rate;
        config.speed = speed;
        config.threads = threads;
        config.drop_frames = drop_frames;
        config.simple_filter = simple_filter;
        config.finer_where_flat = finer_where_flat;
        config.key_frame_interval = key_frame_interval;
        config
    }
}

/// Runs the calls, and compares after each frame.
fn check(config: Config, steps: &[Step]) {
    let (width, height) = (config.width, config.height);
    let mut encoder = Encoder::new(config).expect("the configuration is possible");
    let mut decoder = Decoder::new();
    let mut has_begun = false;
    for (time, step) in steps.iter().enumerate() {
        match *step {
            Step::Bitrate(bits) => encoder.set_bitrate(bits).expect("it is not 0"),
            Step::Speed(speed) => encoder.set_speed(speed),
            Step::Refused => {
                let samples = picture(width + 1, height, Content::Flat(1), 0);
                let other =
                    Picture::i420(width + 1, height, &samples).expect("all samples are there");
                let refused = encoder.encode(&other, FRAME, false);
                assert!(matches!(refused, Err(Error::OtherSize { .. })));
                let samples = picture(width, height, Content::Flat(1), 0);
                let same = Picture::i420(width, height, &samples).expect("all samples are there");
                let refused = encoder.encode(&same, Duration::ZERO, true);
                assert!(matches!(refused, Err(Error::Duration { .. })));
            }
            Step::Frame { content, key } => {
                let samples = picture(width, height, content, time as i32);
                let picture =
                    Picture::i420(width, height, &samples).expect("all samples are there");
                let frame = encoder
                    .encode(&picture, FRAME, key)
                    .expect("it is a picture of this size");
                assert!(frame.key || has_begun && !key);
                if let Some(data) = &frame.data {
                    decoder.decode(data).expect("a decoder understands it");
                    has_begun = true;
                }
                let shown = encoder.reconstruction().expect("there was a frame");
                assert!(shown.to_i420() == decoder.shown(), "frame {time} differs");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_decoder_shows_what_the_encoder_says(
        config in config(),
        steps in prop::collection::vec(step(), 1..12),
    ) {
        check(config, &steps);
    }
}

#[test]
fn motion_is_decoded_at_every_speed_and_quality() {
    for speed in Speed::ALL {
        for quantizer in [0, 20, 60, 127] {
            let mut config = Config::new(150, 100);
            config.speed = speed;
            config.rate = RateControl::Quality { quantizer };
            let content = Content::Moving(7, -9);
            check(
                config,
                &[Step::Frame {
                    content,
                    key: false,
                }; 12],
            );
        }
    }
}
