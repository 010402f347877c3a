use std::time::{Duration, Instant};

use media_recorder::{DisplayOptions, DisplaySurface, FrameSize, MediaDevices, MediaStream};

use crate::recording::{Recording, length, pass};
use crate::x11_window::NumberWindow;

const SIZE: (u16, u16) = (1280, 720);

/// The window, and the part of the screen that it covers without its border.
pub(crate) fn window() -> (NumberWindow, MediaStream) {
    let window = NumberWindow::open(0, 0, SIZE);
    let region = DisplaySurface::Region {
        x: 3,
        y: 3,
        size: FrameSize::new(SIZE.0.into(), SIZE.1.into()),
    };
    let options = DisplayOptions::new().surface(region);
    let stream = MediaDevices::new().get_display_media(&options).unwrap();
    (window, stream)
}

/// Shows a number each thirtieth of a second. Each of them is found in the file from outside.
#[test]
fn a_clock_is_recorded_without_a_drop() {
    let (window, stream) = window();
    let recording = Recording::start(&stream, "clock.mkv", "video/x-matroska;codecs=avc1");
    let start = Instant::now();
    let numbers = u16::try_from(length().as_secs() * 30).unwrap();
    for number in 1..=numbers {
        let due = start + Duration::from_nanos(u64::from(number) * 1_000_000_000 / 30);
        pass(due.saturating_duration_since(Instant::now()));
        window.show(number);
    }
    // The last one is shown as long as the others, and longer than it takes to see it.
    pass(Duration::from_millis(100));
    let summary = recording.stop();
    let track = summary.tracks[0];
    assert!(track.frames_in >= u64::from(numbers));
    assert_eq!((track.dropped, track.skipped, track.late), (0, 0, 0));
}
