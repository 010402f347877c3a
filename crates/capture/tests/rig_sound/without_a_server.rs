use std::time::{Duration, Instant};

use media_recorder_capture::{
    AudioWanted, DeviceError, Microphone, SoundChanges, microphones, outputs,
};

#[test]
fn every_call_says_so_at_once() {
    // Other programs may keep it waiting: the fastest counts.
    let passed = (0..10).map(|_| refused_by_all()).min().unwrap();
    assert!(passed < Duration::from_millis(500));
}

/// How long that takes.
fn refused_by_all() -> Duration {
    let asked = Instant::now();
    let errors = [
        microphones().unwrap_err(),
        outputs().unwrap_err(),
        Microphone::open(None, AudioWanted::default()).unwrap_err(),
        Microphone::open(Some("a"), AudioWanted::default()).unwrap_err(),
        SoundChanges::subscribe().unwrap_err(),
    ];
    let passed = asked.elapsed();
    println!("{} after {passed:?}", errors[0]);
    for error in errors {
        assert!(matches!(error, DeviceError::NoService { .. }), "{error:?}");
    }
    passed
}
