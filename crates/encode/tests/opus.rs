//! Opus read back by a decoder.
#![cfg(feature = "opus")]
#![expect(clippy::unwrap_used, reason = "a test that unwraps wrong fails")]

mod common;

use std::f64::consts::TAU;

use common::{audio_packets_of, ms, track};
use media_recorder_encode::{AudioConfig, EncodeError, audio_encoder};
use media_recorder_types::{AudioCodec, AudioFrame, MediaTime, MediaTrack, Packet, TrackMedia};
use opus_rs::OpusDecoder;

const RATE: u32 = 48_000;
const PRE_SKIP: usize = 312;

struct Encoded {
    packets: Vec<Packet>,
    track: MediaTrack,
}

/// Encodes in runs of 10 ms that begin at `start`.
fn encode(rate: u32, channels: u16, samples: &[f32], bits: u32, start: MediaTime) -> Encoded {
    let config = AudioConfig::new(track()).with_bits_per_second(bits);
    encode_with(config, rate, channels, samples, start)
}

fn encode_with(
    config: AudioConfig,
    rate: u32,
    channels: u16,
    samples: &[f32],
    start: MediaTime,
) -> Encoded {
    let mut encoder = audio_encoder(AudioCodec::Opus, config).unwrap();
    let step = rate as usize / 100;
    for (n, run) in (0..).zip(samples.chunks(step * usize::from(channels))) {
        let time = MediaTime::from_ticks(n * step as i64, rate).unwrap();
        let time = start.checked_add(time).unwrap();
        let frame = AudioFrame::new(rate, channels, run, time).unwrap();
        encoder.encode(&frame).unwrap();
    }
    encoder.finish().unwrap();
    Encoded {
        packets: audio_packets_of(&mut *encoder),
        track: encoder.track().unwrap().clone(),
    }
}

/// Everything that a decoder gives out, pre-skip included; the first channel.
fn decode(encoded: &Encoded) -> Vec<f32> {
    let TrackMedia::Audio(audio) = &encoded.track.media else {
        panic!("not audio");
    };
    let channels = usize::from(audio.channels);
    let mut decoder = OpusDecoder::new(RATE as i32, channels).unwrap();
    let mut all = Vec::new();
    for packet in &encoded.packets {
        let mut pcm = vec![0.0; 960 * channels];
        let len = decoder.decode(&packet.data, 960, &mut pcm).unwrap();
        assert_eq!(len, 960);
        all.extend(pcm.chunks(channels).map(|instant| instant[0]));
    }
    all
}

/// Like a voice: a buzz whose pitch and loudness wander, with hiss.
fn voice(rate: u32, seconds: f64) -> Vec<f32> {
    let mut noise = 1_u32;
    let mut phase = 0.0_f64;
    let len = (f64::from(rate) * seconds) as usize;
    let mut sample = |n: usize| {
        let t = n as f64 / f64::from(rate);
        phase += (130.0 + 30.0 * (4.0 * t).sin()) / f64::from(rate);
        let harmonics = (1..12).map(|k| (phase * TAU * f64::from(k)).sin() / f64::from(k));
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let hiss = f64::from(noise >> 16) / 65_536.0 - 0.5;
        let loudness = 0.3 * (0.6 + 0.4 * (9.0 * t).sin());
        (loudness * (0.5 * harmonics.sum::<f64>() + 0.2 * hiss)) as f32
    };
    (0..len).map(&mut sample).collect()
}

/// By how many samples `late` lags behind `source`: where their product is largest.
fn lag(source: &[f32], late: &[f32], most: usize) -> usize {
    let window = 4800..source.len() - most - 960;
    let product = |lag: usize| -> f64 {
        let pairs = source[window.clone()]
            .iter()
            .zip(&late[window.start + lag..]);
        pairs.map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
    };
    (0..most)
        .max_by(|&a, &b| product(a).total_cmp(&product(b)))
        .unwrap()
}

#[test]
fn the_pre_skip_is_what_the_decoder_is_late() {
    // 96 kb/s is coded by CELT; 32 kb/s, and less, by SILK and CELT together.
    for (bits, tolerance) in [(96_000, 0), (32_000, 8), (16_000, 24)] {
        let source = voice(RATE, 1.5);
        let encoded = encode(RATE, 1, &source, bits, MediaTime::ZERO);
        let found = lag(&source, &decode(&encoded), 700);
        assert!(found.abs_diff(PRE_SKIP) <= tolerance, "{bits}: {found}");
    }
}

#[test]
fn times_are_exact_and_all_sound_comes_out() {
    let start = ms(1234);
    for (rate, samples) in [
        (48_000, 48_000),
        (48_000, 1),
        (44_100, 12_345),
        (16_000, 3_333),
    ] {
        let source = &voice(rate, 1.0)[..samples.min(rate as usize)];
        let encoded = encode(rate, 1, source, 64_000, start);
        for (n, packet) in (0..).zip(&encoded.packets) {
            let time = start.as_nanos() - 6_500_000 + n * 20_000_000;
            assert_eq!(packet.time, MediaTime::from_nanos(time));
            assert_eq!(packet.duration, ms(20));
            assert!(packet.key);
        }
        let (last, others) = encoded.packets.split_last().unwrap();
        assert!(others.iter().all(|p| p.discard_padding == MediaTime::ZERO));
        // What is left after pre-skip and padding lasts as long as the source, to the sample.
        let padding = last.discard_padding.to_ticks(RATE).unwrap() as usize;
        let audible = encoded.packets.len() * 960 - PRE_SKIP - padding;
        let exact = samples as f64 * 48_000.0 / f64::from(rate);
        assert_eq!(audible, exact.round() as usize, "{samples} at {rate} Hz");
        assert!(padding < 960);
    }
}

#[test]
fn the_last_sample_is_not_lost() {
    // A click near the end must come out of the decoder before it ends.
    let mut source = vec![0.0; 9_600 * 2];
    for sample in &mut source[19_100..19_140] {
        *sample = 0.9;
    }
    let encoded = encode(RATE, 1, &source, 128_000, MediaTime::ZERO);
    let decoded = decode(&encoded);
    let loudest = (0..decoded.len()).max_by(|&a, &b| decoded[a].total_cmp(&decoded[b]));
    let at = loudest.unwrap() - PRE_SKIP;
    assert!((19_080..19_160).contains(&at), "{at}");
}

#[test]
fn the_track_says_what_players_need() {
    let encoded = encode(44_100, 6, &vec![0.1; 6 * 4410], 64_000, MediaTime::ZERO);
    let TrackMedia::Audio(audio) = &encoded.track.media else {
        panic!("not audio");
    };
    assert_eq!((audio.sample_rate, audio.channels), (44_100, 2));
    assert_eq!(audio.codec_delay, MediaTime::from_nanos(6_500_000));
    assert_eq!(audio.seek_pre_roll, ms(80));
    assert_eq!(&encoded.track.codec_private[..8], b"OpusHead");
}

#[test]
fn bitrates_are_kept_and_clamped() {
    let source = voice(RATE, 4.0);
    for bits in [24_000, 64_000, 128_000] {
        let encoded = encode(RATE, 1, &source, bits, MediaTime::ZERO);
        let bytes: usize = encoded.packets.iter().map(|p| p.data.len()).sum();
        let off = bytes as f64 * 2.0 / f64::from(bits) - 1.0;
        assert!(off.abs() < 0.1, "{bits}: {off:+.3}");
    }
    for bits in [0, u32::MAX] {
        assert!(
            !encode(RATE, 1, &source[..4800], bits, MediaTime::ZERO)
                .packets
                .is_empty()
        );
    }
}

#[test]
fn a_constant_bitrate_makes_all_packets_alike() {
    let source = voice(RATE, 2.0);
    let stereo: Vec<f32> = source.iter().flat_map(|&s| [s, 0.5 * s]).collect();
    for bits in [
        6_000, 16_000, 24_000, 32_000, 64_000, 96_000, 128_000, 256_000,
    ] {
        for (channels, source) in [(1, &source), (2, &stereo)] {
            let config = AudioConfig::new(track())
                .with_bits_per_second(bits)
                .with_constant_bitrate(true);
            let encoded = encode_with(config, RATE, channels, source, MediaTime::ZERO);
            // Fifty packets a second.
            let expected = bits as usize / 8 / 50;
            let mut sizes = encoded.packets.iter().map(|packet| packet.data.len());
            assert!(sizes.all(|size| size == expected), "{bits}, {channels}");
            // And it is still the sound.
            let found = lag(&voice(RATE, 2.0), &decode(&encoded), 700);
            assert!(found.abs_diff(PRE_SKIP) <= 8, "{bits}, {channels}: {found}");
        }
    }
}

#[test]
fn no_sample_is_too_bad() {
    let bad = [
        f32::NAN,
        f32::INFINITY,
        f32::NEG_INFINITY,
        f32::MAX,
        -0.0,
        1e-40,
    ];
    let samples: Vec<f32> = bad.into_iter().cycle().take(9600).collect();
    for (rate, channels) in [(48_000, 1), (44_100, 2), (8_000, 6)] {
        let encoded = encode(rate, channels, &samples, 32_000, MediaTime::ZERO);
        assert!(decode(&encoded).iter().all(|sample| sample.is_finite()));
    }
}

#[test]
fn gaps_become_silence_and_are_counted() {
    let mut encoder = audio_encoder(AudioCodec::Opus, AudioConfig::new(track())).unwrap();
    let frame = |time| AudioFrame::new(RATE, 1, vec![0.2; 4800], time).unwrap();
    let after_gap = (400..1100).step_by(100);
    let after_overlap = (1050..1750).step_by(100);
    for time in [0].into_iter().chain(after_gap).chain(after_overlap) {
        encoder.encode(&frame(ms(time))).unwrap();
    }
    encoder.finish().unwrap();
    let stats = encoder.stats();
    assert_eq!((stats.gaps, stats.silence), (1, ms(300)));
    assert_eq!((stats.overlaps, stats.cut), (1, ms(50)));
    let packets = audio_packets_of(&mut *encoder);
    let end = packets.last().unwrap().end();
    assert_eq!(end, ms(1750));
}

#[test]
fn a_clock_that_is_too_fast_is_slowed_down() {
    let mut encoder = audio_encoder(AudioCodec::Opus, AudioConfig::new(track())).unwrap();
    // 1.0005 times as many samples as 100 s have.
    for n in 0..10_005_i64 {
        let time = MediaTime::from_nanos(n * 100_000_000_000 / 10_005);
        let frame = AudioFrame::new(8000, 1, vec![0.2; 80], time).unwrap();
        encoder.encode(&frame).unwrap();
    }
    encoder.finish().unwrap();
    let stats = encoder.stats();
    assert!((490..=510).contains(&stats.clock_ppm), "{stats:?}");
    let packets = audio_packets_of(&mut *encoder);
    let end = packets.last().unwrap().end();
    let off = end.saturating_sub(MediaTime::from_secs(100));
    assert!(off.saturating_abs() < ms(1), "{end}");
}

#[test]
fn a_refused_frame_leaves_the_encoder_as_it_was() {
    let run = |disturb: bool| {
        let mut encoder = audio_encoder(AudioCodec::Opus, AudioConfig::new(track())).unwrap();
        let sound = voice(RATE, 0.3);
        if disturb {
            let rate = 4_000;
            let refused = encoder.encode(&AudioFrame::new(rate, 1, vec![0.0; 9], ms(7)).unwrap());
            assert!(matches!(
                refused,
                Err(EncodeError::SampleRate { rate: 4_000, .. })
            ));
            assert_eq!(encoder.track(), None);
        }
        for (n, run) in (0..).zip(sound.chunks(480)) {
            let frame = AudioFrame::new(RATE, 1, run, ms(10 * n)).unwrap();
            encoder.encode(&frame).unwrap();
            if disturb {
                let stereo = AudioFrame::new(RATE, 2, vec![1.0; 4], ms(10 * n + 10)).unwrap();
                assert!(matches!(
                    encoder.encode(&stereo),
                    Err(EncodeError::AudioFormat { .. })
                ));
                let far = frame.with_time(MediaTime::MAX);
                assert!(matches!(encoder.encode(&far), Err(EncodeError::Gap { .. })));
            }
        }
        encoder.finish().unwrap();
        encoder.finish().unwrap();
        let more = AudioFrame::new(RATE, 1, vec![0.0; 480], ms(300)).unwrap();
        assert_eq!(encoder.encode(&more), Err(EncodeError::Finished));
        (audio_packets_of(&mut *encoder), encoder.stats())
    };
    assert_eq!(run(true), run(false));
}

#[test]
fn nothing_in_gives_nothing_out() {
    let mut encoder = audio_encoder(AudioCodec::Opus, AudioConfig::new(track())).unwrap();
    let empty = AudioFrame::new(RATE, 1, vec![], ms(0)).unwrap();
    encoder.encode(&empty).unwrap();
    encoder.finish().unwrap();
    assert_eq!(encoder.next_packet(), None);
    assert_eq!(encoder.track(), None);
}
