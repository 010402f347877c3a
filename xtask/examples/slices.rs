//! Records the test pattern in slices, each in a file of its own: `part-0000` and so on. `patched`
//! is the whole with the changes that make it seek. Of a type that is audio only the sound is
//! recorded.

use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use media_recorder::{Blob, Event, MediaRecorder, RecorderOptions, TestPattern};

const SLICE: Duration = Duration::from_millis(500);

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(directory), Some(seconds), Some(mime_type), Some(size), Some(chunks)) = (
        arguments.next(),
        arguments.next(),
        arguments.next(),
        arguments.next(),
        arguments.next(),
    ) else {
        return Err("usage: slices DIRECTORY SECONDS TYPE WIDTHxHEIGHT any|self-contained".into());
    };
    let directory = PathBuf::from(directory);
    let (width, height) = size.split_once('x').ok_or("a size is WIDTHxHEIGHT")?;
    let pattern = TestPattern::new()
        .size(width.parse()?, height.parse()?)
        .video(!mime_type.starts_with("audio/"))
        .duration(Duration::from_secs(seconds.parse()?))
        .as_fast_as_possible();
    let options = RecorderOptions::new()
        .mime_type(mime_type)
        .video_key_frame_interval_duration(Duration::from_millis(900))
        .self_contained_chunks(chunks == "self-contained");
    let (recorder, events) = MediaRecorder::new(&pattern.capture_stream()?, options)?;
    recorder.start_with_timeslice(SLICE)?;

    let mut whole = Blob::default();
    let mut number = 0;
    for event in events {
        match event {
            Event::DataAvailable(event) => {
                let path = directory.join(format!("part-{number:04}"));
                event.data.write_to(&mut fs::File::create(path)?)?;
                whole.append(event.data);
                number += 1;
            }
            Event::Error(error) => return Err(error.into()),
            Event::Stop(summary) => {
                for patch in &summary.patches {
                    if !whole.apply(patch) {
                        return Err("a patch reaches past the end of the recording".into());
                    }
                }
            }
            _ => {}
        }
    }
    whole.write_to(&mut fs::File::create(directory.join("patched"))?)?;
    Ok(())
}
