//! `HTMLCanvasElement-captureStream-settings`

use media_recorder::Canvas;

use super::registry::Check::Once;
use super::registry::{SourceFile, differs};

pub(crate) const FILE: SourceFile = SourceFile {
    path: "mediacapture-fromelement/HTMLCanvasElement-captureStream-settings.tentative.html",
    subtests: &[differs(
        "HTMLCanvasElement.captureStream() creates tracks that populate resolution settings",
        "a canvas keeps its size; the half that changes it has no counterpart",
        Once(a_track_has_the_size_of_the_canvas),
    )],
};

fn a_track_has_the_size_of_the_canvas() {
    let canvas = Canvas::new(166, 72).unwrap();
    let stream = canvas.capture_stream(25).unwrap();
    let settings = stream.video_tracks()[0].settings();
    assert_eq!((settings.width, settings.height), (Some(166), Some(72)));
}
