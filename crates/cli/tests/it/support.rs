//! Running the command, making its inputs, and reading its outputs with a foreign reader.

use std::fs::{self, File};
use std::io::{Read, Seek};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use matroska_demuxer::{Frame, MatroskaFile};

/// The command, to be run in `directory`, with nothing to read.
pub(crate) fn command(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_media-recorder"));
    command.current_dir(directory).args(arguments);
    command.stdin(Stdio::null());
    command
}

/// What a run came to. That it did not panic is checked.
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl From<Output> for Outcome {
    fn from(output: Output) -> Self {
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(!stderr.contains("panicked"), "{stderr}");
        Self {
            code: output.status.code(),
            stdout: output.stdout,
            stderr,
        }
    }
}

pub(crate) fn run(directory: &Path, arguments: &[&str]) -> Outcome {
    command(directory, arguments).output().unwrap().into()
}

/// Records as fast as possible, which must succeed; the message at the end.
pub(crate) fn record(directory: &Path, arguments: &[&str]) -> String {
    let all = [&["record", "--as-fast-as-possible"], arguments].concat();
    let outcome = run(directory, &all);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    outcome.stderr
}

/// What `info --json` says.
pub(crate) fn info(directory: &Path, file: &str) -> serde_json::Value {
    let outcome = run(directory, &["info", "--json", file]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    serde_json::from_slice(&outcome.stdout).unwrap()
}

/// Y4M of `frames` pictures of 64x48 pixels, 10 a second.
pub(crate) fn y4m(frames: u8) -> Vec<u8> {
    let mut bytes = b"YUV4MPEG2 W64 H48 F10:1 Ip A1:1 C420jpeg\n".to_vec();
    for n in 0..frames {
        bytes.extend_from_slice(b"FRAME\n");
        bytes.extend((0..64 * 48).map(|i: u32| (i as u8).wrapping_mul(3).wrapping_add(n * 5)));
        bytes.resize(bytes.len() + 64 * 48 / 2, 128);
    }
    bytes
}

/// A WAV file of so many milliseconds: 8 kHz, one channel, 16 bits, a saw tooth.
pub(crate) fn wav(millis: u32) -> Vec<u8> {
    let samples = millis * 8;
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((36 + samples * 2).to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    bytes.extend(8000_u32.to_le_bytes());
    bytes.extend(16000_u32.to_le_bytes());
    bytes.extend(b"\x02\0\x10\0data");
    bytes.extend((samples * 2).to_le_bytes());
    bytes.extend((0..samples).flat_map(|n| ((n % 40 * 300) as i16).to_le_bytes()));
    bytes
}

/// The times of the frames of each track, in milliseconds, tracks by number.
pub(crate) fn frame_times(reader: impl Read + Seek) -> Vec<Vec<u64>> {
    let mut file = MatroskaFile::open(reader).unwrap();
    let mut times = vec![Vec::new(); file.tracks().len()];
    let mut frame = Frame::default();
    while file.next_frame(&mut frame).unwrap() {
        times[frame.track as usize - 1].push(frame.timestamp);
    }
    times
}

pub(crate) fn frame_times_of(path: impl AsRef<Path>) -> Vec<Vec<u64>> {
    frame_times(File::open(path).unwrap())
}

/// How often an element with this ID seems to be in the file. Four octets are not met by chance
/// in files of this size.
pub(crate) fn count_elements(path: impl AsRef<Path>, id: u32) -> usize {
    let id = id.to_be_bytes();
    let bytes = fs::read(path).unwrap();
    bytes.windows(4).filter(|window| *window == id).count()
}

/// Matroska's `Cluster` (RFC 9559 §5.1.3).
pub(crate) const CLUSTER: u32 = 0x1F43_B675;
/// Matroska's `Cues` (RFC 9559 §5.1.5): the ID of the element, and its mention in the SeekHead.
pub(crate) const CUES: u32 = 0x1C53_BB6B;
