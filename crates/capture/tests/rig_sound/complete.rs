use std::sync::mpsc;
use std::time::{Duration, Instant};

use media_recorder_capture::{AudioDevice, AudioWanted};

use crate::server::{NullSink, RATE, capture, is_shared, next, samples, until_sound, within};
use crate::signal::{Difference, find, noise};

/// How long the noise is.
fn seconds() -> u32 {
    let seconds = std::env::var("RIG_SECONDS").ok();
    seconds.and_then(|text| text.parse().ok()).unwrap_or(10)
}

#[test]
fn noise_comes_bit_for_bit() {
    let sink = NullSink::load("rig_noise");
    let mut microphone = sink.open(AudioWanted::default());
    assert_eq!(
        (microphone.format().rate, microphone.format().channels),
        (RATE, 2)
    );
    let played = noise((seconds() + 4) as usize * RATE as usize);
    let player = sink.play(&played);
    let mut runs = until_sound(&mut microphone);
    runs.extend(capture(&mut microphone, seconds()));
    drop(player);

    let captured = samples(&runs);
    let silence = captured.iter().take_while(|sample| **sample == 0.0).count();
    let captured = &captured[silence..];
    let start = find(&played, &captured[..64]).expect("the beginning is what was played");
    let difference = Difference::between(captured, &played[start..]);
    println!("{} samples, {difference:?}", captured.len());
    assert!(captured.len() >= (seconds() * 2 * RATE) as usize);
    assert_eq!(difference.wrong, 0);
    // A server that never has time is none to test by.
    let silent: usize = difference.silences.iter().sum();
    assert!(is_shared() || silent * 20 < captured.len(), "{silent}");
    // So that none of the silence is ours.
    assert_eq!(microphone.counts().lost, 0);
}

#[test]
fn who_reads_late_gets_as_much_sound_as_time_has_passed() {
    let sink = NullSink::load("rig_late");
    // Eight channels fill the server's queue of 4 MiB in 2.7 s.
    let wanted = AudioWanted {
        rate: None,
        channels: Some(8),
    };
    let mut microphone = sink.open(wanted);
    let start = next(&mut microphone).at;
    let (_nobody, waits) = mpsc::channel::<()>();
    assert!(waits.recv_timeout(Duration::from_secs(5)).is_err());
    let (mut frames, mut run_at) = (0, start);
    // What waited, and then longer than it takes to be sure of a loss.
    while run_at - start < Duration::from_secs(8) {
        let run = next(&mut microphone);
        frames += run.data.len();
        run_at = run.at;
    }
    let counted = frames as f64 / f64::from(RATE);
    let passed = (run_at - start).as_secs_f64();
    let late = Instant::now().duration_since(run_at);
    println!(
        "{counted:.3} s of sound in {passed:.3} s, {:?}, {late:?} late",
        microphone.counts()
    );
    assert!((counted - passed).abs() < 0.06);
    assert!(late < within(Duration::from_secs(1)));
}
