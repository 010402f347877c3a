use std::time::{Duration, Instant};

use media_recorder::{
    ConstraintSet, Constraints, DisplayOptions, ErrorKind, MediaDevices, MediaStream, RecorderError,
};

#[test]
fn every_call_says_so_at_once() {
    // Other programs may keep it waiting: the fastest counts.
    let passed = (0..10).map(|_| refused_by_all()).min().unwrap();
    println!("said after {passed:?}");
    assert!(passed < Duration::from_millis(500));
}

/// How long that takes.
fn refused_by_all() -> Duration {
    let devices = MediaDevices::new();
    let any = ConstraintSet::new;
    let user = |constraints: Constraints| devices.get_user_media(&constraints);
    let display = || devices.get_display_media(&DisplayOptions::new());
    let start = Instant::now();
    assert!(devices.enumerate_devices().unwrap().is_empty());
    assert!(devices.displays().unwrap().is_empty());
    refused(user(Constraints::new().video(any())));
    refused(user(Constraints::new().audio(any())));
    refused(user(Constraints::new().video(any()).audio(any())));
    refused(display());
    let nothing = user(Constraints::new()).unwrap_err();
    assert_eq!(nothing.kind(), ErrorKind::Type);
    start.elapsed()
}

fn refused(call: Result<MediaStream, RecorderError>) {
    let error = call.unwrap_err();
    println!("{error}");
    assert_eq!(error.kind(), ErrorKind::NotFound);
}
