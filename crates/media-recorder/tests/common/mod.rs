//! What the tests share: recording to memory, and reading back with a reader that is not ours.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::io::Cursor;

use matroska_demuxer::{Frame, MatroskaFile};
use media_recorder::{Blob, Event, Events, RecorderError, Summary};

/// The names of events, as the specification spells them.
pub(crate) fn name(event: &Event) -> &'static str {
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
#[derive(Default)]
pub(crate) struct Recorded {
    pub(crate) names: Vec<&'static str>,
    pub(crate) blobs: Vec<Blob>,
    pub(crate) timecodes: Vec<i64>,
    pub(crate) error: Option<RecorderError>,
    pub(crate) summary: Summary,
}

/// Takes the events of one recording.
pub(crate) fn take(events: &mut Events) -> Recorded {
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

/// Takes the events of one recording that may go over to new files: what each of them is made of.
pub(crate) fn take_files(events: &mut Events) -> Vec<Recorded> {
    let mut files = Vec::new();
    let mut file = Recorded::default();
    for event in events {
        file.names.push(name(&event));
        match event {
            Event::DataAvailable(blob) => {
                file.timecodes.push(blob.timecode.as_millis());
                file.blobs.push(blob.data);
            }
            Event::Error(error) => file.error = Some(error),
            Event::Stop(summary) => {
                file.summary = summary;
                files.push(std::mem::take(&mut file));
            }
            _ => {}
        }
    }
    files
}

impl Recorded {
    /// All blobs, one after the other.
    pub(crate) fn concatenated(&self) -> Vec<u8> {
        self.whole(false)
    }

    /// The same, with the final patches.
    pub(crate) fn patched(&self) -> Vec<u8> {
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
pub(crate) struct Block {
    pub(crate) track: u64,
    pub(crate) millis: u64,
    pub(crate) key: bool,
    pub(crate) data: Vec<u8>,
}

/// Reads a file with `matroska-demuxer`.
pub(crate) struct ReadBack {
    pub(crate) file: MatroskaFile<Cursor<Vec<u8>>>,
    pub(crate) blocks: Vec<Block>,
}

pub(crate) fn read_back(bytes: Vec<u8>) -> ReadBack {
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
    pub(crate) fn track(&self, number: u64) -> Vec<&Block> {
        self.blocks
            .iter()
            .filter(|block| block.track == number)
            .collect()
    }

    pub(crate) fn times(&self, number: u64) -> Vec<u64> {
        self.track(number)
            .iter()
            .map(|block| block.millis)
            .collect()
    }

    /// The Duration element in milliseconds.
    pub(crate) fn duration(&self) -> Option<f64> {
        self.file.info().duration()
    }
}

/// How many points the index of a finished file has (the reader above does not tell).
pub(crate) fn cue_points(file: &[u8]) -> usize {
    const CUES: [u8; 4] = [0x1c, 0x53, 0xbb, 0x6b];
    const CUE_POINT: u8 = 0xbb;
    // The last occurrence: the SeekHead names the ID, too.
    let at = file
        .windows(4)
        .rposition(|window| window == CUES)
        .expect("a finished file has Cues");
    let (len, mut rest) = vint(&file[at + 4..]);
    rest = &rest[..len];
    let mut points = 0;
    while let [id, after @ ..] = rest {
        assert_eq!(*id, CUE_POINT);
        let (len, content) = vint(after);
        rest = &content[len..];
        points += 1;
    }
    points
}

/// The variable-size integer at the front (RFC 8794 §4), and what follows it.
fn vint(bytes: &[u8]) -> (usize, &[u8]) {
    let len = bytes[0].leading_zeros() as usize + 1;
    let first = usize::from(bytes[0]) & (0xff >> len);
    let value = bytes[1..len]
        .iter()
        .fold(first, |value, byte| value << 8 | usize::from(*byte));
    (value, &bytes[len..])
}
