//! Events as an asynchronous stream, on two runtimes.

#![allow(clippy::unwrap_used, reason = "a test fails where a helper does")]

mod common;

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use common::name;
use futures_core::Stream as _;
use media_recorder::{Event, Events, MediaRecorder, RecorderOptions, TestPattern};

async fn next(events: &mut Events) -> Option<Event> {
    poll_fn(|context| Pin::new(&mut *events).poll_next(context)).await
}

/// Records twice, and takes the events of each recording.
async fn record() {
    let stream = TestPattern::new()
        .size(64, 48)
        .duration(Duration::from_millis(500))
        .as_fast_as_possible()
        .capture_stream()
        .unwrap();
    let (recorder, mut events) = MediaRecorder::new(&stream, RecorderOptions::new()).unwrap();
    recorder.start().unwrap();
    let mut names = Vec::new();
    while let Some(event) = next(&mut events).await {
        names.push(name(&event));
    }
    assert_eq!(names, ["start", "dataavailable", "stop"]);
    // It ended with the recording; now the recorder goes, too.
    drop(recorder);
    assert!(next(&mut events).await.is_none());
}

/// Taking events and recording take turns on one thread.
async fn stop_from_the_same_task() {
    let stream = TestPattern::new()
        .size(64, 48)
        .as_fast_as_possible()
        .capture_stream()
        .unwrap();
    let (recorder, mut events) = MediaRecorder::new(&stream, RecorderOptions::new()).unwrap();
    recorder
        .start_with_timeslice(Duration::from_millis(200))
        .unwrap();
    let mut slices = 0;
    while let Some(event) = next(&mut events).await {
        if let Event::DataAvailable(_) = event {
            slices += 1;
            if slices == 3 {
                recorder.stop().unwrap();
            }
        }
    }
    assert!(slices >= 4, "{slices}");
}

#[test]
fn on_tokio() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async {
        record().await;
        tokio::join!(stop_from_the_same_task(), stop_from_the_same_task());
    });
}

#[test]
fn on_smol() {
    smol::block_on(async {
        record().await;
        smol::future::zip(stop_from_the_same_task(), stop_from_the_same_task()).await;
    });
}
