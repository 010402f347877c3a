use std::time::{Duration, Instant};

use media_recorder_capture::{
    AudioWanted, DeviceError, Microphone, SoundChanges, microphones, outputs,
};

#[test]
fn every_call_says_so_at_once() {
    let asked = Instant::now();
    let errors = [
        microphones().unwrap_err(),
        outputs().unwrap_err(),
        Microphone::open(None, AudioWanted::default()).unwrap_err(),
        Microphone::open(Some("a"), AudioWanted::default()).unwrap_err(),
        SoundChanges::subscribe().unwrap_err(),
    ];
    println!("{} after {:?}", errors[0], asked.elapsed());
    for error in errors {
        assert!(matches!(error, DeviceError::NoService { .. }), "{error:?}");
    }
    assert!(asked.elapsed() < Duration::from_millis(500));
}
