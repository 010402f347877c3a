//! Any sequence of calls to the Matroska writer: it never panics, takes what is good, what it
//! refuses changes nothing, and what it accepted is what an independent reader finds: in the
//! file, in that of one who cannot go back, and in each chunk.
#![no_main]

use std::io::Cursor;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use matroska_demuxer::{Frame, MatroskaFile};
use media_recorder_fuzz::tracks::CODECS;
use media_recorder_fuzz::{Operation, Recorded, Tracks, record};
use media_recorder_mux::{ClusterMode, DocType, MatroskaOptions, MatroskaWriter, Rotation};
use media_recorder_types::{
    AudioCodec, Codec, MediaTime, MediaTrack, TrackId, TrackKind, VideoCodec,
};

#[derive(Arbitrary, Debug)]
struct Input {
    options: Options,
    tracks: Tracks,
    operations: Vec<Operation>,
}

#[derive(Arbitrary, Debug)]
struct Options {
    matroska: bool,
    unknown_sizes: bool,
    max_cluster_nanos: Option<i64>,
    max_cluster_bytes: Option<u16>,
    seed: u64,
    writing_app: Option<String>,
    rotations: Vec<(u8, u8)>,
    tags: Vec<(String, String)>,
}

impl Options {
    fn build(&self) -> MatroskaOptions {
        let doc_type = if self.matroska {
            DocType::Matroska
        } else {
            DocType::WebM
        };
        let mut options = MatroskaOptions::new(doc_type).track_uid_seed(self.seed);
        if self.unknown_sizes {
            options = options.cluster_mode(ClusterMode::Unknown);
        }
        if let Some(nanos) = self.max_cluster_nanos {
            options = options.max_cluster_duration(MediaTime::from_nanos(nanos));
        }
        if let Some(bytes) = self.max_cluster_bytes {
            options = options.max_cluster_bytes(bytes.into());
        }
        if let Some(name) = &self.writing_app {
            options = options.writing_app(name);
        }
        for (track, rotation) in &self.rotations {
            let rotation = match rotation % 3 {
                0 => Rotation::Clockwise90,
                1 => Rotation::HalfTurn,
                _ => Rotation::Counterclockwise90,
            };
            if let Some(track) = TrackId::new((*track).into()) {
                options = options.rotation(track, rotation);
            }
        }
        for (name, value) in &self.tags {
            options = options.tag(name, value);
        }
        options
    }
}

/// What WebM carries.
const WEBM_CODECS: [Codec; 5] = [
    Codec::Video(VideoCodec::Vp8),
    Codec::Video(VideoCodec::Vp9),
    Codec::Video(VideoCodec::Av1),
    Codec::Audio(AudioCodec::Opus),
    Codec::Audio(AudioCodec::Vorbis),
];

/// A block, as the reader gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Block {
    track: u64,
    tick: u64,
    /// Blocks in groups do not say.
    key: Option<bool>,
    data: Vec<u8>,
}

fn accepted(recorded: &Recorded) -> Vec<Block> {
    let accepted = recorded.accepted.iter().map(|accepted| {
        let packet = &accepted.packet;
        let nanos = accepted.stored.as_nanos();
        let tick = nanos / 1_000_000 + i64::from(nanos % 1_000_000 >= 500_000);
        let key = packet.key || recorded.tracks[accepted.track].kind() == TrackKind::Audio;
        Block {
            track: accepted.track as u64 + 1,
            tick: tick.unsigned_abs(),
            key: (packet.discard_padding == MediaTime::ZERO).then_some(key),
            data: packet.data.to_vec(),
        }
    });
    by_track(accepted.collect())
}

/// Sound of a key frame's tick may have moved before it: order counts track by track.
fn by_track(mut blocks: Vec<Block>) -> Vec<Block> {
    blocks.sort_by_key(|block| block.track);
    blocks
}

/// What the reader finds in a file that says of its tracks what they are.
fn read(file: &[u8], tracks: &[MediaTrack]) -> Vec<Block> {
    let mut reader = MatroskaFile::open(Cursor::new(file)).expect("the reader takes the file");
    assert_eq!(reader.tracks().len(), tracks.len());
    for (entry, track) in reader.tracks().iter().zip(tracks) {
        assert_eq!(
            entry.codec_private().unwrap_or_default(),
            track.codec_private
        );
        assert_eq!(entry.name().unwrap_or_default(), track.name);
        let delay = entry.codec_delay().unwrap_or_default();
        assert_eq!(delay, track.codec_delay().as_nanos().unsigned_abs());
    }
    let mut frame = Frame::default();
    let mut found = Vec::new();
    while reader
        .next_frame(&mut frame)
        .expect("the reader takes every block")
    {
        found.push(Block {
            track: frame.track,
            tick: frame.timestamp,
            key: frame.is_keyframe,
            data: frame.data.clone(),
        });
    }
    assert!(found.is_sorted_by_key(|block| block.tick));
    found
}

/// Each chunk plays by itself, and together they have all packets.
fn check_chunks(recorded: &Recorded, expected: &[Block]) {
    let first_video = recorded.first_video().map(|index| index as u64 + 1);
    let mut packets = 0;
    for chunk in recorded.chunks() {
        let found = read(&chunk, &recorded.tracks);
        packets += found.len();
        let first = found.iter().find(|block| Some(block.track) == first_video);
        assert!(first.is_none_or(|first| first.key == Some(true)));
    }
    assert_eq!(packets, expected.len());
}

fuzz_target!(|input: Input| {
    let good = matches!(input.tracks, Tracks::Good(_));
    let codecs = if input.options.matroska {
        &CODECS[..]
    } else {
        &WEBM_CODECS
    };
    let tracks = input.tracks.describe(codecs);
    let options = input.options.build();
    let new = || MatroskaWriter::new(options.clone());
    let Some(recorded) = record(new, tracks, good, input.operations) else {
        return;
    };
    if recorded.accepted.is_empty() {
        // The reader wants a cluster.
        return;
    }
    let expected = accepted(&recorded);
    assert_eq!(by_track(read(&recorded.file, &recorded.tracks)), expected);
    assert_eq!(by_track(read(&recorded.live, &recorded.tracks)), expected);
    check_chunks(&recorded, &expected);
});
