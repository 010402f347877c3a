//! `HTMLCanvasElement-captureStream-settings`

use media_recorder::Canvas;

use super::registry::Check::Once;
use super::registry::{SourceFile, differs};
use super::sources::recorder;
use crate::common::{read_back, take};

pub(crate) const FILE: SourceFile = SourceFile {
    path: "mediacapture-fromelement/HTMLCanvasElement-captureStream-settings.tentative.html",
    subtests: &[differs(
        "HTMLCanvasElement.captureStream() creates tracks that populate resolution settings",
        "a track does not tell its settings; a canvas keeps its size, and its recording has it",
        Once(a_recording_has_the_size_of_the_canvas),
    )],
};

fn a_recording_has_the_size_of_the_canvas() {
    let canvas = Canvas::new(166, 72).unwrap().with_back_pressure();
    assert_eq!((canvas.size().width, canvas.size().height), (166, 72));
    let stream = canvas.capture_stream(25).unwrap();
    let (recorder, mut events) = recorder(&stream);
    recorder.start().unwrap();
    canvas.draw(|pixels| pixels.fill(90)).unwrap();
    recorder.stop().unwrap();
    let read = read_back(take(&mut events).concatenated());
    let video = read.file.tracks()[0].video().expect("a picture");
    let size = (video.pixel_width().get(), video.pixel_height().get());
    assert_eq!(size, (166, 72));
}
