//! Sound comes out at its times: gaps, overlaps, bursts, misplaced stamps.
#![expect(clippy::unwrap_used, reason = "a test that unwraps wrong fails")]

mod common;

use common::{audio_packets_of, ms, track};
use media_recorder_encode::{
    AudioConfig, AudioEncoder, AudioStats, EncodeError, LONGEST_BURST, audio_encoder,
};
use media_recorder_types::{AudioCodec, AudioFrame, MediaTime, Packet, PcmFormat};
use proptest::prelude::*;

const RATE: u32 = 8000;
/// Samples in 10 ms.
const FRAME: usize = 80;

fn encoder() -> Box<dyn AudioEncoder> {
    let codec = AudioCodec::Pcm(PcmFormat::F32);
    audio_encoder(codec, AudioConfig::new(track())).unwrap()
}

/// Frame `n` of 10 ms, all samples of which are different from all others and from silence.
fn frame(n: usize, time: MediaTime) -> AudioFrame {
    AudioFrame::new(RATE, 1, numbers(n * FRAME..(n + 1) * FRAME), time).unwrap()
}

fn numbers(range: std::ops::Range<usize>) -> Vec<f32> {
    range.map(|n| (n + 1) as f32).collect()
}

fn samples(packets: &[Packet]) -> Vec<f32> {
    let bytes = packets.iter().flat_map(|packet| packet.data.chunks(4));
    bytes
        .map(|b| f32::from_le_bytes(b.try_into().unwrap()))
        .collect()
}

/// What becomes of frames with these times, in milliseconds.
fn record(times: impl IntoIterator<Item = i64>) -> (Vec<f32>, AudioStats) {
    let mut encoder = encoder();
    for (n, time) in times.into_iter().enumerate() {
        encoder.encode(&frame(n, ms(time))).unwrap();
    }
    encoder.finish().unwrap();
    let packets = audio_packets_of(&mut *encoder);
    assert!(packets.windows(2).all(|pair| pair[0].end() == pair[1].time));
    (samples(&packets), encoder.stats())
}

/// The times of `count` frames that follow each other exactly.
fn exact(from: i64, count: i64) -> impl Iterator<Item = i64> {
    (0..count).map(move |n| from + 10 * n)
}

fn after(ms: i64) -> usize {
    ms as usize * RATE as usize / 1000
}

#[test]
fn bursts_that_are_stamped_on_arrival_lose_and_add_nothing() {
    // The last burst has begun: the end cannot tell whether what it holds would have come back.
    for burst in [100, 400] {
        let times = exact(0, 6001).map(|time| time - time % burst + (time % burst) / 100);
        let (out, stats) = record(times);
        assert!(out == numbers(0..6001 * FRAME), "{burst} ms");
        assert!(stats.jitter > 3000, "{stats:?}");
        assert_eq!((stats.gaps, stats.overlaps, stats.clock_ppm), (0, 0, 0));
    }
}

#[test]
fn gaps_are_filled_exactly() {
    for gap in [21, 30, 300, 3000] {
        let (out, stats) = record(exact(0, 100).chain(exact(1000 + gap, 100)));
        let (before, behind) = out.split_at(after(1000));
        let (silence, behind) = behind.split_at(after(gap));
        assert!(before == numbers(0..100 * FRAME), "{gap} ms");
        assert!(silence.iter().all(|&sample| sample == 0.0), "{gap} ms");
        assert!(behind == numbers(100 * FRAME..200 * FRAME), "{gap} ms");
        assert_eq!((stats.gaps, stats.silence), (1, ms(gap)));
        assert_eq!((stats.overlaps, stats.jitter), (0, 0));
    }
}

#[test]
fn overlaps_are_cut_exactly() {
    for overlap in [21, 30, 300] {
        let (out, stats) = record(exact(0, 100).chain(exact(1000 - overlap, 100)));
        let (before, behind) = out.split_at(after(1000));
        assert!(before == numbers(0..100 * FRAME), "{overlap} ms");
        let rest = 100 * FRAME + after(overlap)..200 * FRAME;
        assert!(behind == numbers(rest), "{overlap} ms");
        assert_eq!((stats.overlaps, stats.cut), (1, ms(overlap)));
        assert_eq!((stats.gaps, stats.jitter), (0, 0));
    }
}

#[test]
fn a_jump_back_by_seconds_is_cut_until_time_has_caught_up() {
    let (out, stats) = record(exact(0, 400).chain(exact(1000, 400)));
    assert_eq!(stats.cut, ms(3000));
    let (before, behind) = out.split_at(after(4000));
    assert!(before == numbers(0..400 * FRAME));
    assert!(behind == numbers(700 * FRAME..800 * FRAME));
}

#[test]
fn the_end_decides_what_is_still_held() {
    let (out, stats) = record(exact(0, 100).chain(exact(1040, 3)));
    assert_eq!((stats.gaps, stats.silence), (1, ms(40)));
    assert_eq!(out.len(), after(1070));
    let (out, stats) = record(exact(0, 100).chain(exact(960, 3)));
    assert_eq!((stats.overlaps, stats.cut), (1, ms(30)));
    assert_eq!(out.len(), after(1000));
}

#[test]
fn one_misplaced_stamp_does_nothing() {
    for wrong in [-5000, -300, -25, -15, 15, 25, 300] {
        let times = exact(0, 1000).map(|time| if time == 4000 { time + wrong } else { time });
        let (out, stats) = record(times);
        assert!(out == numbers(0..1000 * FRAME), "{wrong} ms");
        let jitter = u64::from(wrong.abs() > 20);
        assert_eq!((stats.jitter, stats.clock_ppm), (jitter, 0), "{wrong} ms");
        assert_eq!((stats.gaps, stats.overlaps, stats.offset), (0, 0, ms(0)));
    }
}

#[test]
fn times_at_both_ends_of_the_tolerance_leave_the_sound_alone() {
    let jitter = |time: i64| time + [20, -20, 0][time as usize / 10 % 3];
    let (out, stats) =
        record(exact(0, 1000).map(|time| if time < 30 { time } else { jitter(time) }));
    assert!(out == numbers(0..1000 * FRAME));
    assert_eq!(stats, record(exact(0, 1)).1);
}

#[test]
fn late_frames_before_early_ones_are_jitter() {
    // Neither comes back to the count within the tolerance: one is to its left, one to its right.
    let mut times: Vec<i64> = exact(0, 100).collect();
    (times[50], times[51]) = (times[50] + 30, times[51] - 30);
    let (out, stats) = record(times);
    assert!(out == numbers(0..100 * FRAME));
    assert_eq!((stats.jitter, stats.gaps, stats.overlaps), (2, 0, 0));
}

#[test]
fn a_refused_frame_changes_nothing_while_sound_is_held() {
    let run = |disturb: bool| {
        let mut encoder = encoder();
        for (n, time) in exact(0, 100).chain(exact(1100, 20)).enumerate() {
            encoder.encode(&frame(n, ms(time))).unwrap();
            if disturb {
                let far = frame(n, ms(time + 700_000));
                let stereo = AudioFrame::new(RATE, 2, vec![1.0; 4], ms(time)).unwrap();
                let refused = [encoder.encode(&far), encoder.encode(&stereo)];
                assert!(matches!(refused[0], Err(EncodeError::Gap { .. })));
                assert!(matches!(refused[1], Err(EncodeError::AudioFormat { .. })));
            }
        }
        encoder.finish().unwrap();
        (audio_packets_of(&mut *encoder), encoder.stats())
    };
    assert_eq!(run(true), run(false));
}

#[test]
fn a_first_frame_that_cannot_be_counted_changes_nothing() {
    let mut encoder = encoder();
    let refused = encoder.encode(&frame(0, MediaTime::MAX));
    assert!(matches!(refused, Err(EncodeError::Time(_))));
    assert_eq!(encoder.track(), None);
    encoder.encode(&frame(0, ms(5))).unwrap();
    encoder.finish().unwrap();
    assert_eq!(encoder.next_packet().unwrap().time, ms(5));
}

#[test]
fn a_frame_longer_than_a_burst_is_decided_at_once() {
    let second = |n: i64| AudioFrame::new(1, 1, vec![1.0], ms(n)).unwrap();
    let mut encoder = encoder();
    // At 1 Hz a quarter of a second is no sample, and still nothing waits for ever.
    for time in [0, 1000, 2250, 3250, 7000] {
        encoder.encode(&second(time)).unwrap();
    }
    encoder.finish().unwrap();
    let out = samples(&audio_packets_of(&mut *encoder));
    assert_eq!(out, [1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0]);
}

/// Frame lengths in samples, what each time jumps by and for how long, and its jitter, in
/// microseconds.
fn any_times() -> impl Strategy<Value = Vec<(usize, i64, i64)>> {
    let jump = prop_oneof![
        8 => Just(0),
        1 => -100_000_i64..100_000,
        1 => -3_000_000_i64..3_000_000,
    ];
    let jitter = prop_oneof![3 => -1000_i64..1000, 1 => -40_000_i64..40_000];
    prop::collection::vec((1_usize..800, jump, jitter), 1..300)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_sample_is_lost_or_added_but_what_is_counted(frames in any_times()) {
        let mut encoder = encoder();
        let (mut exact, mut taken, mut given) = (0_i64, 0_i64, 0_i64);
        for (len, jump, jitter) in frames {
            exact += jump;
            let time = MediaTime::from_nanos((exact + jitter) * 1000);
            encoder.encode(&AudioFrame::new(RATE, 1, vec![1.0; len], time).unwrap()).unwrap();
            exact += len as i64 * 125;
            taken += len as i64;
            given += samples(&audio_packets_of(&mut *encoder)).len() as i64;
            // Not decided yet, not a whole packet yet, and what the resampler holds.
            let bound = LONGEST_BURST.to_ticks(RATE).unwrap() + 160 + 80 + 256;
            let held = taken + changed(encoder.stats()) - given;
            prop_assert!(held <= bound + taken / 1000, "{held} samples held");
        }
        encoder.finish().unwrap();
        given += samples(&audio_packets_of(&mut *encoder)).len() as i64;
        let missing = taken + changed(encoder.stats()) - given;
        prop_assert!(missing.abs() <= taken / 1000 + 1, "{missing} samples of {taken}");
    }
}

/// Samples put in, less those cut out, as the statistics have it.
fn changed(stats: AudioStats) -> i64 {
    stats
        .silence
        .saturating_sub(stats.cut)
        .to_ticks(RATE)
        .unwrap()
}
