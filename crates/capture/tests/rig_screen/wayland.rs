//! On a compositor with one screen of 1280x720, windows as large as that, and no scaling.

use std::time::Duration;

use media_recorder_capture::{DeviceError, Screen, Surface, VideoDevice, screens};
use media_recorder_types::{FrameSize, Rate};

use crate::card::{next, next_with, number};
use crate::wayland_window::NumberWindow;
use crate::{clock, cpu};

fn open(surface: &Surface) -> Result<Screen, DeviceError> {
    Screen::open(surface, Rate::new(30, 1).unwrap(), true)
}

fn first() -> Surface {
    screens().unwrap().remove(0).surface
}

#[test]
fn screens_and_regions_are_captured() {
    let mut window = NumberWindow::open();
    window.show(4242);
    let found = screens().unwrap();
    println!("{found:?}");
    assert_eq!(found[0].size, FrameSize::new(1280, 720));
    let mut screen = open(&found[0].surface).unwrap();
    assert_eq!(screen.format().size, FrameSize::new(1280, 720));
    next_with(&mut screen, |frame| number(frame) == Some(4242));

    // Whole cells: 40 pixels each. The first sixteen are the number's bits.
    let region = |x, width| Surface::Region {
        x,
        y: 100,
        width,
        height: 50,
    };
    let part = next(&mut open(&region(0, 640)).unwrap()).data;
    assert_eq!(part.size(), FrameSize::new(640, 50));
    let missing = [region(1000, 640), Surface::Screen("none".to_owned())];
    for surface in missing {
        let error = open(&surface).unwrap_err();
        assert!(matches!(error, DeviceError::NotFound { .. }), "{error}");
    }
    let error = open(&Surface::Window("1".to_owned())).unwrap_err();
    assert!(matches!(error, DeviceError::Unsupported { .. }), "{error}");
}

#[test]
fn each_number_of_a_clock_at_the_rate_is_seen_once() {
    let mut window = NumberWindow::open();
    let mut screen = open(&first()).unwrap();
    clock::check(&mut screen, move |n| window.show(n));
}

#[test]
fn what_was_shown_last_is_seen_also_when_nothing_follows() {
    let mut window = NumberWindow::open();
    let mut screen = open(&first()).unwrap();
    next_with(&mut screen, |frame| number(frame) == Some(0));
    for n in 1..20 {
        // Faster than the rate: not all are seen.
        window.show(n);
    }
    next_with(&mut screen, |frame| number(frame) == Some(19));
}

#[test]
fn a_screen_that_does_not_change_costs_next_to_nothing() {
    let window = NumberWindow::open();
    let mut screen = open(&first()).unwrap();
    next(&mut screen);
    while screen.read(Duration::from_millis(300)).unwrap().is_some() {}
    cpu::check_idle(&mut screen);
    drop(window);
}
