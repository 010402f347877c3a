//! `MediaRecorder-canvas-media-source`

use std::time::Duration;

use media_recorder::{Canvas, Event};

use super::registry::Check::EachSupported;
use super::registry::{SourceFile, same};
use super::sources::{VARIANTS, names_until, recorder_of};

/// More than the container and an empty picture take.
const MORE_THAN_EMPTY: u64 = 1500;

pub(crate) const FILE: SourceFile = SourceFile {
    path: "mediacapture-record/MediaRecorder-canvas-media-source.https.html",
    subtests: &[same(
        "MediaRecorder returns frames containing video content",
        EachSupported(&[VARIANTS], the_first_slice_has_content),
    )],
};

fn the_first_slice_has_content(mime: &str) {
    let canvas = Canvas::new(256, 144).unwrap().with_back_pressure();
    let stream = canvas.capture_stream(25).unwrap();
    let (recorder, mut events) = recorder_of(&stream, mime);
    recorder
        .start_with_timeslice(Duration::from_secs(1))
        .unwrap();
    let first = (0..).find_map(|n| {
        canvas.draw(|pixels| paint_camera(pixels, n)).unwrap();
        match events.next_timeout(Duration::ZERO) {
            Some(Event::DataAvailable(blob)) => Some(blob.data.size()),
            _ => None,
        }
    });
    assert!(first > Some(MORE_THAN_EMPTY), "{first:?}");
    recorder.stop().unwrap();
    assert_eq!(names_until(&mut events, "stop").last(), Some(&"stop"));
}

/// A picture with something to see in it, another one for each `frame`.
fn paint_camera(pixels: &mut [u8], frame: usize) {
    for (n, byte) in pixels.iter_mut().enumerate() {
        *byte = ((n / 7 + frame * 5) ^ (n / 1024)) as u8;
    }
}
