use std::time::{Duration, Instant};

use media_recorder_capture::{AudioWanted, DeviceError, Microphone, SoundChanges, microphones};

use crate::server::{NullSink, PATIENCE, capture, end, signal, within};

/// One test, for the server ends in it.
#[test]
fn a_server_that_hangs_is_none_and_one_that_is_killed_is_lost_at_once() {
    let sink = NullSink::load("rig_killed");
    let monitor = sink.monitor();
    let mut microphone = Microphone::open(Some(&monitor), AudioWanted::default()).unwrap();
    let mut changes = SoundChanges::subscribe().unwrap();
    while changes.wait(Duration::from_millis(300)).unwrap() {}
    capture(&mut microphone, 1);

    signal("STOP");
    let asked = Instant::now();
    let error = microphones().unwrap_err();
    println!("{error} after {:?}", asked.elapsed());
    assert!(matches!(error, DeviceError::NoService { .. }));
    assert!(asked.elapsed() < PATIENCE);
    signal("CONT");
    capture(&mut microphone, 1);

    let (killed, error) = std::thread::scope(|scope| {
        let end = scope.spawn(|| (end(&mut microphone), Instant::now()));
        let killed = Instant::now();
        signal("KILL");
        let (error, at) = end.join().unwrap();
        (at - killed, error)
    });
    println!("{error} after {killed:?}");
    assert!(matches!(error, DeviceError::Lost { device } if device == monitor));
    assert!(killed < within(Duration::from_secs(1)));
    assert!(matches!(
        changes.wait(PATIENCE),
        Err(DeviceError::Lost { .. })
    ));
}
