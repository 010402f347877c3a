//! `BlobEvent-constructor`

use media_recorder::{BlobEvent, Event, MediaTime};

use super::registry::Check::Once;
use super::registry::{SourceFile, no_meaning, same};
use super::sources::{StillVideo, recorder};

pub(crate) const FILE: SourceFile = SourceFile {
    path: "mediacapture-record/BlobEvent-constructor.html",
    subtests: &[
        no_meaning(
            "The BlobEventInit dictionary is required",
            "the compiler refuses a `BlobEvent` without its fields",
        ),
        no_meaning(
            "The BlobEventInit dictionary's data member is required.",
            "the compiler refuses a `BlobEvent` without its fields",
        ),
        same(
            "The BlobEvent instance's data attribute is set.",
            Once(the_event_has_the_data_it_was_made_with),
        ),
    ],
};

fn the_event_has_the_data_it_was_made_with() {
    let video = StillVideo::new();
    let (recorder, events) = recorder(&video.stream);
    recorder.start().unwrap();
    video.add_frame();
    recorder.stop().unwrap();
    let blobs = events.filter_map(|event| match event {
        Event::DataAvailable(blob) => Some(blob.data),
        _ => None,
    });
    let data = blobs.last().expect("a recording has data");
    assert_ne!(data.size(), 0);

    let event = BlobEvent {
        data: data.clone(),
        timecode: MediaTime::from_millis(7),
    };
    assert_eq!(event.timecode.as_millis(), 7);
    assert_eq!(event.data.mime_type(), data.mime_type());
    assert_eq!(event.data.into_bytes(), data.into_bytes());
}
