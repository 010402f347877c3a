//! Records ten seconds of a test picture and its sound as AV1 and Opus to av1.webm, as fast as
//! this machine encodes.

use std::time::Duration;

use media_recorder::{Event, MediaRecorder, RecorderError, RecorderOptions, TestPattern};

fn main() -> Result<(), RecorderError> {
    let stream = TestPattern::new()
        .size(640, 360)
        .duration(Duration::from_secs(10))
        .as_fast_as_possible()
        .capture_stream()?;
    let options = RecorderOptions::new()
        .mime_type("video/webm;codecs=av01,opus")
        .video_bits_per_second(1_000_000);
    let (recorder, events) = MediaRecorder::new(&stream, options)?;

    // The events can be handled one by one; `events.save_to("av1.webm")` would do all of this.
    recorder.start()?;
    let mut recording = media_recorder::Blob::default();
    for event in events {
        match event {
            Event::DataAvailable(blob) => recording.append(blob.data),
            Event::Error(error) => return Err(error),
            Event::Stop(summary) => println!("{summary}"),
            _ => {}
        }
    }
    std::fs::write("av1.webm", recording.into_bytes()).expect("av1.webm can be written");
    Ok(())
}
