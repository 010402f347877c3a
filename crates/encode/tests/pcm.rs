//! PCM keeps what it is given.
#![expect(clippy::unwrap_used, reason = "a test that unwraps wrong fails")]

mod common;

use common::{audio_packets_of, ms, track};
use media_recorder_encode::{AudioConfig, audio_encoder};
use media_recorder_types::{AudioCodec, AudioFrame, MediaTime, Packet, PcmFormat, TrackMedia};

fn encode(format: PcmFormat, rate: u32, channels: u16, samples: &[f32]) -> Vec<Packet> {
    let mut encoder = audio_encoder(AudioCodec::Pcm(format), AudioConfig::new(track())).unwrap();
    for (n, run) in (0..).zip(samples.chunks(333 * usize::from(channels))) {
        let time = MediaTime::from_ticks(333 * n, rate).unwrap();
        let frame = AudioFrame::new(rate, channels, run, time).unwrap();
        encoder.encode(&frame).unwrap();
    }
    encoder.finish().unwrap();
    encoder.finish().unwrap();
    let track = encoder.track().unwrap();
    let TrackMedia::Audio(audio) = &track.media else {
        panic!("not audio");
    };
    assert_eq!((audio.sample_rate, audio.channels), (rate, channels));
    assert_eq!(audio.codec_delay, MediaTime::ZERO);
    audio_packets_of(&mut *encoder)
}

#[test]
fn every_sample_comes_out_at_its_time() {
    let samples: Vec<f32> = (0..8000).map(|n| n as f32 / 8000.0).collect();
    for (rate, channels) in [(44_100, 2), (48_000, 1), (11_025, 5), (30, 1)] {
        let packets = encode(PcmFormat::F32, rate, channels, &samples);
        let bytes: Vec<u8> = packets.iter().flat_map(|p| p.data.to_vec()).collect();
        let found = bytes
            .chunks(4)
            .map(|b| f32::from_le_bytes(b.try_into().unwrap()));
        assert!(found.eq(samples.iter().copied()), "{rate} Hz");
        for pair in packets.windows(2) {
            assert_eq!(pair[0].end(), pair[1].time);
        }
        let instants = (samples.len() / usize::from(channels)) as i64;
        let end = MediaTime::from_ticks(instants, rate).unwrap();
        assert_eq!(packets.last().unwrap().end(), end);
    }
    let packets = encode(PcmFormat::F32, 48_000, 1, &samples);
    assert!(packets[0].duration == ms(20) && packets.iter().all(|p| p.key));
}

#[test]
fn integers_round_and_clip() {
    let samples = [0.0, 0.5, -1.0, 1.0, 7.0, -7.0, f32::NAN, 0.6 / 32_768.0];
    let packets = encode(PcmFormat::S16, 8000, 1, &samples);
    let found: Vec<i16> = packets[0]
        .data
        .chunks(2)
        .map(|b| i16::from_le_bytes([b[0], b[1]]))
        .collect();
    assert_eq!(found, [0, 16_384, -32_768, 32_767, 32_767, -32_768, 0, 1]);
    let packets = encode(PcmFormat::S24, 8000, 1, &samples);
    assert_eq!(
        packets[0].data[3..12],
        [0, 0, 0x40, 0, 0, 0x80, 0xff, 0xff, 0x7f]
    );
}
