//! On an X server without a window manager, the screen of which is larger than 1280x720.

use std::time::{Duration, Instant};

use media_recorder_capture::{DeviceError, Screen, Surface, VideoDevice, screens};
use media_recorder_types::{FrameSize, Rate};

use crate::card::{next, next_with, number, pixel, raw};
use crate::x11_window::NumberWindow;
use crate::{clock, cpu};

const SIZE: (u16, u16) = (1280, 720);
const RED: [u8; 3] = [255, 0, 0];

fn thirty() -> Rate {
    Rate::new(30, 1).unwrap()
}

/// What one sees of the window: without its border.
fn region(x: i32, y: i32) -> Surface {
    Surface::Region {
        x: x + 3,
        y: y + 3,
        width: SIZE.0.into(),
        height: SIZE.1.into(),
    }
}

fn capture(surface: &Surface, cursor: bool) -> Screen {
    Screen::open(surface, thirty(), cursor).unwrap()
}

#[test]
fn screens_and_windows_are_listed_and_open() {
    let window = NumberWindow::open(40, 50, SIZE);
    let found = screens().unwrap();
    let first = &found[0];
    assert!(matches!(first.surface, Surface::Screen(_)), "{found:?}");
    assert_eq!(first.position, (0, 0));
    let whole = next(&mut capture(&first.surface, false)).data;
    assert_eq!(whole.size(), first.size);

    let ours = Surface::Window(window.id());
    let listed = found.iter().find(|screen| screen.surface == ours).unwrap();
    assert_eq!(listed.label, "numbers");
    assert_eq!(listed.position, (43, 53));
    assert_eq!(listed.size, FrameSize::new(1280, 720));
    for surface in [ours, region(40, 50)] {
        window.show(777);
        let picture = next(&mut capture(&surface, false)).data;
        assert_eq!(number(&picture), Some(777), "{surface:?}");
    }

    for missing in [
        Surface::Screen("none".to_owned()),
        Surface::Window("0x7fffff".to_owned()),
        Surface::Window("none".to_owned()),
        Surface::Region {
            x: 1_000,
            y: 0,
            width: 10_000,
            height: 10,
        },
    ] {
        let error = Screen::open(&missing, thirty(), false).unwrap_err();
        assert!(matches!(error, DeviceError::NotFound { .. }), "{error}");
    }
}

#[test]
fn each_number_of_a_clock_at_the_rate_is_seen_once() {
    let window = NumberWindow::open(0, 0, SIZE);
    let mut screen = capture(&Surface::Window(window.id()), true);
    clock::check(&mut screen, move |n| window.show(n));
}

#[test]
fn faster_changes_are_limited_to_the_rate() {
    let window = NumberWindow::open(0, 0, SIZE);
    let mut screen = capture(&Surface::Window(window.id()), false);
    let start = Instant::now();
    let mut pictures = 0;
    let mut n = 0;
    while start.elapsed() < Duration::from_secs(2) {
        n += 1;
        window.show(n);
        pictures += u32::from(screen.read(Duration::from_millis(1)).unwrap().is_some());
    }
    println!("{pictures} pictures of {n}");
    assert!((50..=62).contains(&pictures), "{pictures} of {n}");
}

#[test]
fn a_screen_that_does_not_change_costs_next_to_nothing() {
    let window = NumberWindow::open(0, 0, SIZE);
    for cursor in [false, true] {
        let mut screen = capture(&region(0, 0), cursor);
        next(&mut screen);
        // What is left of opening the window.
        while screen.read(Duration::from_millis(300)).unwrap().is_some() {}
        cpu::check_idle(&mut screen);
    }
    drop(window);
}

#[test]
fn the_cursor_is_seen_where_it_is() {
    let window = NumberWindow::open(100, 100, SIZE);
    window.wear_red_cursor();
    window.point_to(503, 403);
    for (surface, cursor) in [
        (Surface::Window(window.id()), true),
        (region(100, 100), true),
        (region(100, 100), false),
    ] {
        window.point_to(503, 403);
        let mut screen = capture(&surface, cursor);
        let red_at = |x, y| move |frame: &_| pixel(frame, x, y) == RED;
        if !cursor {
            assert!(!red_at(401, 301)(&next(&mut screen).data));
            continue;
        }
        let first = next_with(&mut screen, red_at(401, 301));
        assert_eq!(number(&first), Some(0), "the rest is as it was");
        assert!(!red_at(399, 301)(&first) && !red_at(417, 301)(&first));
        // Cut at the edge; and nothing stays where it was.
        window.point_to(103, 822);
        let moved = next_with(&mut screen, red_at(1, 719));
        assert!(!red_at(401, 301)(&moved));
        // Outside of the picture it is no news.
        window.point_to(50, 50);
        next_with(&mut screen, |frame| !red_at(1, 719)(frame));
        window.point_to(60, 60);
        assert!(screen.read(Duration::from_millis(300)).unwrap().is_none());
    }
}

#[test]
fn a_window_that_others_cover_is_seen_whole() {
    let window = NumberWindow::open(0, 0, SIZE);
    let mut screen = capture(&Surface::Window(window.id()), false);
    assert_eq!(number(&next(&mut screen).data), Some(0));
    let above = NumberWindow::open(100, 0, SIZE);
    above.show(1);
    window.show(4242);
    next_with(&mut screen, |frame| number(frame) == Some(4242));
}

#[test]
fn a_resized_window_gives_pictures_of_its_new_size() {
    let mut window = NumberWindow::open(0, 0, SIZE);
    let mut screen = capture(&Surface::Window(window.id()), true);
    assert_eq!(next(&mut screen).data.size(), FrameSize::new(1280, 720));
    for size in [(640, 361), (1400, 800)] {
        window.resize(size);
        window.show(99);
        next_with(&mut screen, |frame| {
            let is_new = frame.size() == FrameSize::new(size.0.into(), size.1.into());
            is_new && number(frame) == Some(99)
        });
    }
}

#[test]
fn a_window_that_closes_is_lost() {
    let window = NumberWindow::open(0, 0, SIZE);
    let mut screen = capture(&Surface::Window(window.id()), true);
    next(&mut screen);
    window.close();
    let closed = Instant::now();
    let error = loop {
        match screen.read(Duration::from_secs(2)) {
            Ok(Some(picture)) => drop(raw(picture)),
            Ok(None) => panic!("nobody said that the window is closed"),
            Err(error) => break error,
        }
    };
    println!("said after {:?}: {error}", closed.elapsed());
    assert!(matches!(error, DeviceError::Lost { .. }), "{error}");
    assert!(closed.elapsed() < Duration::from_millis(500));
}
