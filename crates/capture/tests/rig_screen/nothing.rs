//! Where there is no display.

use std::time::{Duration, Instant};

use media_recorder_capture::{DeviceError, Screen, Surface, screens};
use media_recorder_types::Rate;

#[test]
fn no_display_is_said_at_once() {
    let start = Instant::now();
    let error = screens().unwrap_err();
    assert!(matches!(error, DeviceError::NoService { .. }), "{error}");
    let surface = Surface::Screen("any".to_owned());
    let error = Screen::open(&surface, Rate::new(30, 1).unwrap(), true).unwrap_err();
    assert!(matches!(error, DeviceError::NoService { .. }), "{error}");
    assert!(start.elapsed() < Duration::from_millis(500));
}
