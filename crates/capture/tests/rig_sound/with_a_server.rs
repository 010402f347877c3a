use std::sync::mpsc;
use std::time::{Duration, Instant};

use media_recorder_capture::{
    AudioDevice, AudioWanted, Captured, DeviceError, Microphone, SoundChanges, microphones, outputs,
};
use media_recorder_types::AudioFrame;

use crate::server::{
    NullSink, PATIENCE, RATE, capture, end, is_shared, next, pactl, samples, until_sound, within,
};
use crate::signal::{Tone, noise, sine};

#[test]
fn a_kilohertz_is_a_kilohertz_by_count_and_by_instants() {
    let sink = NullSink::load("rig_sine");
    // Another rate and other channels than the source's: the server converts.
    let wanted = AudioWanted {
        rate: Some(44_100),
        channels: Some(1),
    };
    let mut microphone = sink.open(wanted);
    assert_eq!(
        (microphone.format().rate, microphone.format().channels),
        (44_100, 1)
    );
    let _player = sink.play(&sine(1000.0, RATE, 9 * RATE as usize));
    until_sound(&mut microphone);
    capture(&mut microphone, 1);
    let runs = capture(&mut microphone, 5);

    let tone = Tone::heard(&samples(&runs), 44.1);
    // So that none of the silence in it is ours.
    assert!(is_shared() || microphone.counts().lost == 0);
    assert_eq!(tone.broken, []);
    let least = if is_shared() { 2500 } else { 4700 };
    assert!(tone.waves > least, "{tone:?}");
    let by_count = f64::from(tone.waves) * 44_100.0 / tone.len;
    let by_instants = by_count * rate_by_instants(&runs) / 44_100.0;
    println!(
        "{by_count:.4} Hz by count, {by_instants:.4} Hz by instants, silent for {:?} samples",
        tone.silences
    );
    assert!((by_count - 1000.0).abs() < 0.05, "{by_count}");
    assert!((by_instants - 1000.0).abs() < 2.0, "{by_instants}");
}

/// Samples per second by their instants, as in most fifths of the time: a server that plays to no
/// hardware and was kept from running goes on from there, and no sound is captured meanwhile.
fn rate_by_instants(runs: &[Captured<AudioFrame>]) -> f64 {
    let rate = |part: &[Captured<AudioFrame>]| {
        let (last, others) = part.split_last().unwrap();
        let frames: usize = others.iter().map(|run| run.data.len()).sum();
        frames as f64 / last.at.duration_since(part[0].at).as_secs_f64()
    };
    let mut rates: Vec<f64> = runs.chunks_exact(runs.len() / 5).map(rate).collect();
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}

#[test]
fn instants_are_even_and_lie_shortly_before_now() {
    let sink = NullSink::load("rig_instants");
    let _player = sink.play(&noise(15 * RATE as usize));
    let mut microphone = sink.open(AudioWanted::default());
    let mut expected = None;
    let (mut worst, mut oldest) = (Duration::ZERO, Duration::ZERO);
    let mut steps = 0;
    for _ in 0..700 {
        let run = next(&mut microphone);
        let length = Duration::from_secs_f64(run.data.len() as f64 / f64::from(RATE));
        let age = Instant::now().checked_duration_since(run.at + length);
        oldest = oldest.max(age.expect("it is captured before it is read"));
        if let Some(expected) = expected.replace(run.at + length) {
            let uneven = run.at.max(expected) - run.at.min(expected);
            worst = worst.max(uneven);
            steps += u32::from(uneven > Duration::from_millis(5));
        }
    }
    println!(
        "uneven by {worst:?}, {steps} times by much, at most {oldest:?} old, {:?}",
        microphone.counts()
    );
    // What a server that is short of time leaves out is a step: seldom, and silence if it is long.
    let seldom = if is_shared() { 70 } else { 7 };
    assert!(steps < seldom, "{steps}");
    assert!(worst < Duration::from_millis(60), "{worst:?}");
    assert!(oldest < within(Duration::from_millis(500)), "{oldest:?}");
}

#[test]
fn a_source_that_goes_is_lost_at_once() {
    let sink = NullSink::load("rig_gone");
    let mut microphone = sink.open(AudioWanted::default());
    capture(&mut microphone, 1);
    let (gone, when) = mpsc::channel();
    let error = std::thread::scope(|scope| {
        scope.spawn(|| {
            gone.send(Instant::now()).unwrap();
            sink.unload();
        });
        end(&mut microphone)
    });
    let passed = when.recv().unwrap().elapsed();
    println!("{error} after {passed:?}");
    assert!(matches!(error, DeviceError::Lost { device } if device == "rig_gone.monitor"));
    assert!(passed < within(Duration::from_secs(1)));
    let again = microphone.read(Duration::ZERO);
    assert!(matches!(again, Err(DeviceError::Lost { .. })));
}

#[test]
fn devices_are_listed_with_the_default_first() {
    let (first, second) = (NullSink::load("rig_first"), NullSink::load("rig_second"));
    for sink in [&first, &second, &first] {
        pactl(&["set-default-sink", sink.name]);
        pactl(&["set-default-source", &sink.monitor()]);
        // PipeWire's session manager decides a little later.
        let patience = Instant::now() + PATIENCE;
        let (list, played) = loop {
            let lists = (microphones().unwrap(), outputs().unwrap());
            if lists.0[0].id == sink.monitor() && lists.1[0].id == sink.name {
                break lists;
            }
            assert!(Instant::now() < patience, "{lists:?}");
        };
        assert!(
            list[0].label.starts_with("Monitor of "),
            "{}",
            list[0].label
        );
        for other in [&first, &second] {
            assert_eq!(
                list.iter()
                    .filter(|info| info.id == other.monitor())
                    .count(),
                1
            );
            assert_eq!(
                played.iter().filter(|info| info.id == other.name).count(),
                1
            );
        }
        let microphone = Microphone::open(None, AudioWanted::default()).unwrap();
        assert_eq!(microphone.format().label, list[0].label);
    }
}

#[test]
fn what_is_not_there_is_not_found() {
    for id in ["no such source", "a\0b", ""] {
        let error = Microphone::open(Some(id), AudioWanted::default()).unwrap_err();
        assert!(matches!(error, DeviceError::NotFound { device } if device == id));
    }
}

#[test]
fn what_no_server_does_is_refused_by_name() {
    let sink = NullSink::load("rig_refused");
    let refused = [
        (Some(0), None),
        (Some(800_000), None),
        (None, Some(0)),
        (None, Some(33)),
    ];
    for (rate, channels) in refused {
        let opened = Microphone::open(Some(&sink.monitor()), AudioWanted { rate, channels });
        assert!(
            matches!(opened, Err(DeviceError::Unsupported { .. })),
            "{opened:?}"
        );
    }
}

#[test]
fn only_real_changes_are_told() {
    let kept = NullSink::load("rig_kept");
    let mut changes = SoundChanges::subscribe().unwrap();
    // What the last test has left behind may still be on its way.
    while changes.wait(Duration::from_millis(300)).unwrap() {}
    pactl(&["set-sink-volume", kept.name, "50%"]);
    assert!(!changes.wait(Duration::from_millis(300)).unwrap());
    let sink = NullSink::load("rig_change");
    assert!(changes.wait(PATIENCE).unwrap());
    while changes.wait(Duration::from_millis(300)).unwrap() {}
    sink.unload();
    assert!(changes.wait(PATIENCE).unwrap());
}
