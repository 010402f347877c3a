//! A recording into the directory `RIG_FILES`, where it is judged.

use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use media_recorder::{
    ErrorKind, MediaRecorder, MediaStream, Preset, ReadyState, RecorderOptions, RecordingState,
    Saved, Summary, TrackStatistics,
};

use crate::server::within;

/// Longer than any recording takes to end, in an emulated machine as well.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long a recording of a device that stays is.
pub(crate) fn length() -> Duration {
    let seconds = std::env::var("RIG_SECONDS").unwrap();
    Duration::from_secs(seconds.parse().unwrap())
}

/// How many beeps there are in a recording that has some.
pub(crate) fn beeps() -> u64 {
    std::env::var("RIG_BEEPS").unwrap().parse().unwrap()
}

/// Lets time go by.
pub(crate) fn pass(time: Duration) {
    let (_nobody, waits) = mpsc::channel::<()>();
    assert!(waits.recv_timeout(time).is_err());
}

pub(crate) struct Recording {
    recorder: MediaRecorder,
    saved: Saved,
}

impl Recording {
    /// Begins one, into the file of this name.
    pub(crate) fn start(stream: &MediaStream, name: &str, mime_type: &str) -> Self {
        let directory = std::env::var("RIG_FILES").unwrap();
        let options = RecorderOptions::new().mime_type(mime_type);
        let options = options.preset(Preset::Live);
        let (recorder, events) = MediaRecorder::new(stream, options).unwrap();
        let saved = events.save_to(Path::new(&directory).join(name)).unwrap();
        recorder.start().unwrap();
        Self { recorder, saved }
    }

    /// What has come of its first track so far.
    pub(crate) fn statistics(&self) -> TrackStatistics {
        self.recorder.statistics().tracks[0]
    }

    /// Ends it, and all of its tracks.
    pub(crate) fn stop(self) -> Summary {
        self.recorder.stop().unwrap();
        for track in self.recorder.stream().tracks() {
            track.stop();
        }
        self.finish()
    }

    /// Waits until its device has gone, which ends its track at once, and the recording as soon as
    /// all that was captured is encoded.
    pub(crate) fn end(self) -> Summary {
        let start = Instant::now();
        let track = self.recorder.stream().tracks().remove(0);
        while track.ready_state() != ReadyState::Ended {
            assert!(start.elapsed() < PATIENCE, "the track goes on");
            pass(Duration::from_millis(5));
        }
        let failure = track.failure().expect("a track that was lost says why");
        println!("after {:?}: {failure}", start.elapsed());
        assert!(start.elapsed() < within(Duration::from_secs(1)));
        assert_eq!(failure.kind(), ErrorKind::NotReadable);
        while self.recorder.state() != RecordingState::Inactive {
            assert!(start.elapsed() < PATIENCE, "the recording goes on");
            pass(Duration::from_millis(5));
        }
        self.finish()
    }

    fn finish(self) -> Summary {
        let start = Instant::now();
        while !self.saved.is_finished() {
            assert!(start.elapsed() < PATIENCE, "it does not end");
            pass(Duration::from_millis(5));
        }
        let summary = self.saved.join().unwrap();
        println!("{summary}");
        summary
    }
}
