//! What the tests share: recording to memory, and reading back with a reader that is not ours.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::io::Cursor;

use matroska_demuxer::{Frame, MatroskaFile};
use media_recorder::{Blob, Event, Events, RecorderError, Summary};

/// The names of events, as the specification spells them.
pub fn name(event: &Event) -> &'static str {
    match event {
        Event::Start => "start",
        Event::DataAvailable(_) => "dataavailable",
        Event::Pause => "pause",
        Event::Resume => "resume",
        Event::Error(_) => "error",
        Event::Stop(_) => "stop",
        _ => "other",
    }
}

/// All that one recording gave.
pub struct Recorded {
    pub names: Vec<&'static str>,
    pub blobs: Vec<Blob>,
    pub timecodes: Vec<i64>,
    pub error: Option<RecorderError>,
    pub summary: Summary,
}

/// Takes the events of one recording.
pub fn take(events: &mut Events) -> Recorded {
    let (mut names, mut blobs, mut timecodes) = (Vec::new(), Vec::new(), Vec::new());
    let (mut error, mut summary) = (None, None);
    for event in events {
        names.push(name(&event));
        match event {
            Event::DataAvailable(blob) => {
                timecodes.push(blob.timecode.as_millis());
                blobs.push(blob.data);
            }
            Event::Error(e) => error = Some(e),
            Event::Stop(s) => summary = Some(s),
            _ => {}
        }
    }
    let summary = summary.expect("a recording ends with stop");
    Recorded {
        names,
        blobs,
        timecodes,
        error,
        summary,
    }
}

impl Recorded {
    /// All blobs, one after the other.
    pub fn concatenated(&self) -> Vec<u8> {
        self.whole(false)
    }

    /// The same, with the final patches.
    pub fn patched(&self) -> Vec<u8> {
        self.whole(true)
    }

    fn whole(&self, patched: bool) -> Vec<u8> {
        let mut all = Blob::default();
        for blob in &self.blobs {
            all.append(blob.clone());
        }
        if patched {
            for patch in &self.summary.patches {
                assert!(all.apply(patch), "patches lie within the recording");
            }
        }
        all.into_bytes().to_vec()
    }
}

/// A block as a stranger's reader gives it.
#[derive(Debug, Clone)]
pub struct Block {
    pub track: u64,
    pub millis: u64,
    pub key: bool,
    pub data: Vec<u8>,
}

/// Reads a file with `matroska-demuxer`.
pub struct ReadBack {
    pub file: MatroskaFile<Cursor<Vec<u8>>>,
    pub blocks: Vec<Block>,
}

pub fn read_back(bytes: Vec<u8>) -> ReadBack {
    let mut file = MatroskaFile::open(Cursor::new(bytes)).expect("a stranger can open it");
    let (mut frame, mut blocks) = (Frame::default(), Vec::new());
    while file.next_frame(&mut frame).expect("a stranger can read it") {
        blocks.push(Block {
            track: frame.track,
            millis: frame.timestamp,
            key: frame.is_keyframe.unwrap_or(false),
            data: frame.data.clone(),
        });
    }
    ReadBack { file, blocks }
}

impl ReadBack {
    pub fn track(&self, number: u64) -> Vec<&Block> {
        self.blocks
            .iter()
            .filter(|block| block.track == number)
            .collect()
    }

    pub fn times(&self, number: u64) -> Vec<u64> {
        self.track(number)
            .iter()
            .map(|block| block.millis)
            .collect()
    }

    /// The Duration element in milliseconds.
    pub fn duration(&self) -> Option<f64> {
        self.file.info().duration()
    }
}
